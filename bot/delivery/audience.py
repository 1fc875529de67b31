"""Confirmed broadcasts become rows in the outbox: one for each of those who were there then."""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from bot.store.database import Database
from bot.store.outbox import audience, recipients
from bot.store.queries import broadcasts
from bot.subscribers.local_hours import due_in_zone

log = structlog.get_logger(__name__)

FREEZE_CHUNK = 2000
"""Recipients given a row in one transaction: some 15 ms of the write lock, of 50 allowed."""


class AudiencePlanner:
    """Makes the rows of confirmed broadcasts, a chunk of each at a time.

    Sending may begin before the last chunk: who belongs to the audience was settled by the
    confirmation. After a crash the next planner goes on behind the last chunk.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    async def lacking_rows(self) -> list[int]:
        """The broadcasts that wait for rows."""
        return await self._db.read(broadcasts.lacking_rows)

    async def plan_chunks(self, lacking: Iterable[int], broken: set[int]) -> int:
        """Make the next chunk for each broadcast that lacks rows; for how many one was made.

        One that fails is logged and added to ``broken``, which are left out: other broadcasts,
        and tips, are owed theirs.
        """
        wanted = [broadcast_id for broadcast_id in lacking if broadcast_id not in broken]
        for broadcast_id in wanted:
            try:
                await self._plan_chunk(broadcast_id)
            except Exception:
                # A row that cannot be read, a fault of ours: it is tried again at the next tick,
                # and must not hold up what can be planned.
                log.exception(
                    "the audience of a broadcast could not be completed", broadcast=broadcast_id
                )
                broken.add(broadcast_id)
        return len(wanted)

    async def _plan_chunk(self, broadcast_id: int) -> None:
        frozen = await self._db.write(
            lambda session: audience.freeze_chunk(session, broadcast_id, FREEZE_CHUNK, due_in_zone)
        )
        if frozen.just_now:
            # Counted outside the transaction, which many rows would make a long one.
            found = await self._db.read(lambda session: recipients.counts(session, broadcast_id))
            total = {"total": sum(one.rows for one in found)}
            await self._db.write(lambda session: broadcasts.change(session, broadcast_id, total))
