"""What became of a broadcast's recipients, as a CSV file."""

from __future__ import annotations

import csv
from functools import partial
from io import StringIO

from bot.store.database import Database
from bot.store.outbox import recipients
from bot.store.outbox.audience import BEFORE_ALL_CHATS

ROWS_AT_ONCE = 5000
HEAD = ("chat_id", "state", "reason", "due_at", "sent_at", "message_id")


async def recipients_file(db: Database, broadcast_id: int) -> bytes:
    """A line for each, in the order of their ids; read in chunks, so that nobody waits."""
    made, last = StringIO(), BEFORE_ALL_CHATS
    lines = csv.writer(made, lineterminator="\r\n")  # RFC 4180
    lines.writerow(HEAD)
    while True:
        step = partial(recipients.listing, broadcast_id=broadcast_id, after_chat=last)
        rows = await db.read(partial(step, most=ROWS_AT_ONCE))
        lines.writerows(_line(row) for row in rows)
        if len(rows) < ROWS_AT_ONCE:
            return made.getvalue().encode()
        last = rows[-1].chat_id


def _line(row: recipients.Listing) -> list[str]:
    instants = [at.isoformat(timespec="seconds") if at else "" for at in (row.due_at, row.sent_at)]
    sent = "" if row.message_id is None else str(row.message_id)
    return [str(row.chat_id), row.state, row.reason or "", *instants, sent]
