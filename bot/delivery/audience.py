"""Confirmed broadcasts become rows in the outbox: one for each of those who were there then."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import structlog

from bot.clock import Clock
from bot.store.database import Database
from bot.store.outbox import audience, corrections, recipients
from bot.store.outbox.audience import Frozen
from bot.store.queries import broadcasts
from bot.store.tables import Executor
from bot.subscribers.local_hours import due_in_zone

log = structlog.get_logger(__name__)

FREEZE_CHUNK = 2000
"""Recipients given a row in one transaction: some 15 ms of the write lock, of 50 allowed."""


class AudiencePlanner:
    """Makes the rows of confirmed broadcasts, a chunk of each at a time.

    Sending may begin before the last chunk: who belongs to the audience was settled by the
    confirmation. After a crash the next planner goes on behind the last chunk.

    Args:
        home: the operator's zone, where whoever's own nobody knows is taken to be.
    """

    def __init__(self, db: Database, clock: Clock, home: str) -> None:
        self._db = db
        self._clock = clock
        self._due_in_zone = partial(due_in_zone, home=home)

    async def plan_chunks(self, lacking: Iterable[int], broken: set[int]) -> int:
        """Make the next chunk for each broadcast that lacks rows; for how many one was made.

        A correction waits for what is under way of what it corrects.

        One that fails is logged and added to ``broken``, which are left out: other broadcasts,
        and tips, are owed theirs.
        """
        wanted = [broadcast_id for broadcast_id in lacking if broadcast_id not in broken]
        made = 0
        for broadcast_id in wanted:
            try:
                made += await self._plan_chunk(broadcast_id)
            except Exception:
                # A row that cannot be read, a fault of ours: it is tried again at the next tick,
                # and must not hold up what can be planned.
                log.exception(
                    "the audience of a broadcast could not be completed", broadcast=broadcast_id
                )
                broken.add(broadcast_id)
        return made

    async def _plan_chunk(self, broadcast_id: int) -> bool:
        """Whether there was anything to do."""
        frozen = await self._db.write(partial(self._freeze_chunk, broadcast_id=broadcast_id))
        if frozen.just_now:
            # Counted outside the transaction, which many rows would make a long one.
            found = await self._db.read(lambda session: recipients.counts(session, broadcast_id))
            total = {"total": sum(one.rows for one in found)}
            await self._db.write(lambda session: broadcasts.change(session, broadcast_id, total))
        return not frozen.waits

    async def _freeze_chunk(self, session: Executor, broadcast_id: int) -> Frozen:
        found = await broadcasts.get(session, broadcast_id, lock=True)
        if found is None or found.corrects is None:
            return await audience.freeze_chunk(
                session, broadcast_id, FREEZE_CHUNK, self._due_in_zone
            )
        return await corrections.freeze_chunk(session, found, FREEZE_CHUNK, self._clock.now())
