"""Until when Telegram asked us to be silent, kept where a restart and other replicas find it."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.clock import Clock
from bot.delivery.pacing import Lane, Pace
from bot.store import heartbeat
from bot.store.database import Database
from bot.store.tables import Executor

log = logging.getLogger(__name__)

PREFIX = "held:"
NOT_WORTH_WRITING = timedelta(seconds=0.5)
"""A deadline that moves by less is not written again: 64 answers may belong to one flood."""


class Holds:
    """Writes each flood's deadline down as it comes, beside the sending, and reads the others'."""

    def __init__(self, db: Database, clock: Clock, pace: Pace) -> None:
        self._db = db
        self._clock = clock
        self._pace = pace
        self._known: dict[Lane, datetime] = {}
        self._unwritten: dict[Lane, datetime] = {}
        self._writing: asyncio.Task[None] | None = None
        pace.on_hold(self._note)

    def _note(self, lane: Lane) -> None:
        until = self._clock.now() + timedelta(seconds=self._pace.held_for(lane))
        if until < self._known.get(lane, _LONG_AGO) + NOT_WORTH_WRITING:
            return
        self._known[lane] = self._unwritten[lane] = until
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        while self._unwritten:
            deadlines = dict(self._unwritten)
            try:
                await self._db.transaction(partial(_put, deadlines))
            except Exception:
                log.exception("how long Telegram asks to wait could not be written down")
                return
            for lane, until in deadlines.items():
                if self._unwritten.get(lane) == until:
                    del self._unwritten[lane]

    async def exchange(self) -> None:
        """Write what could not be written, and be silent for as long as anyone was asked to be.

        Raises whatever the database raises.
        """
        await self.written()
        await self._write()
        for name, (until, _) in (await self._db.look(heartbeat.everything)).items():
            lane = _LANES.get(name)
            if lane is not None and until > self._known.get(lane, _LONG_AGO):
                self._known[lane] = until
                self._pace.hold(lane, (until - self._clock.now()).total_seconds())

    async def written(self) -> None:
        """Wait for a writing that is under way."""
        if self._writing is not None:
            await asyncio.wait([self._writing])


_LANES = {PREFIX + lane.value: lane for lane in Lane}
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


async def _put(deadlines: dict[Lane, datetime], session: Executor) -> None:
    for lane, until in deadlines.items():
        await heartbeat.extend(session, PREFIX + lane.value, until)
