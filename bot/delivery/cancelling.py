"""What waits of a cancelled broadcast is cancelled, a chunk at a time: nobody waits for long."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from bot.store.database import Database
from bot.store.outbox import recipients

ROWS_AT_ONCE = 1000
"""Rows changed in one transaction: some 15 ms of the write lock."""


async def cancel_rows(db: Database, broadcast_id: int) -> None:
    """Cancel what waits of one broadcast."""
    while await _cancel_chunk(db, broadcast_id):
        pass


async def cancel_left_over(db: Database, cancelled: Iterable[int]) -> bool:
    """Cancel the next rows of these broadcasts, of which some wait; whether more may.

    A correction ended it, they came back late, or whoever cancelled it was killed halfway.
    """
    return any([await _cancel_chunk(db, broadcast_id) for broadcast_id in cancelled])


async def _cancel_chunk(db: Database, broadcast_id: int) -> bool:
    """Whether more may wait."""
    step = partial(recipients.cancel_chunk, broadcast_id=broadcast_id, most=ROWS_AT_ONCE)
    return await db.write(step) == ROWS_AT_ONCE
