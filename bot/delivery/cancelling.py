"""What waits of a cancelled broadcast is cancelled, a chunk at a time: nobody waits for long."""

from __future__ import annotations

from functools import partial

from bot.store.database import Database
from bot.store.outbox import recipients

ROWS_AT_ONCE = 1000
"""Rows changed in one transaction: some 15 ms of the write lock."""


async def cancel_rows(db: Database, broadcast_id: int) -> None:
    """Cancel what waits of one broadcast."""
    cancelled = ROWS_AT_ONCE
    while cancelled == ROWS_AT_ONCE:
        step = partial(recipients.cancel_chunk, broadcast_id=broadcast_id, most=ROWS_AT_ONCE)
        cancelled = await db.write(step)


async def cancel_left_over(db: Database) -> None:
    """Cancel what waits of every cancelled one: a correction ended it, or it came back late."""
    for broadcast_id in await db.read(recipients.cancelled_with_queued_rows):
        await cancel_rows(db, broadcast_id)
