"""Rows of the outbox that have served their purpose go; what reports still show is counted."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, bindparam, case, delete, select

from bot.store.outbox import recipients
from bot.store.outbox.kinds import BROADCAST
from bot.store.outbox_models import FINAL_STATES
from bot.store.tables import Executor
from bot.store.tables import delivery as table
from bot.store.types import UTCDateTime


class Pruned(NamedTuple):
    """What one chunk did: the last id looked at and how many rows went."""

    last_id: int
    rows: int


# What nobody will send any more is as settled as the rest: a paused broadcast leases nothing.
_missed = (table.c.state == "queued") & (table.c.not_after < bindparam("now", type_=UTCDateTime))
_chunk = (
    select(
        table.c.id,
        table.c.kind,
        table.c.broadcast_id,
        case((_missed, "too_old"), else_=table.c.state).label("state"),
        table.c.reason,
        table.c.due_at,
    )
    .where(table.c.id > bindparam("after_id", type_=BigInteger))
    .order_by(table.c.id)
    .limit(bindparam("most", type_=BigInteger))
)


async def prune_chunk(
    session: Executor, now: datetime, due_before: datetime, after_id: int, most: int
) -> Pruned | None:
    """Delete rows ``due_before`` then among the next ``most`` behind ``after_id``, but for those
    that may still be sent.

    Rows are written in the order of their time, so a chunk without an old row ends it: None.
    """
    given = {"now": now, "after_id": after_id, "most": most}
    rows = (await session.execute(_chunk, given)).all()
    if not any(row.due_at < due_before for row in rows):
        return None
    old = [row for row in rows if row.due_at < due_before and row.state in FINAL_STATES]
    tally = Counter(
        (row.broadcast_id, row.state, row.reason or "") for row in old if row.kind == BROADCAST
    )
    await recipients.add_tally(session, tally)
    if old:
        await session.execute(delete(table).where(table.c.id.in_([row.id for row in old])))
    return Pruned(rows[-1].id, len(old))
