"""Is the work being done? What readiness says, and the gauges that only a look can tell."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

import structlog

from bot.clock import Clock
from bot.clock_trust import ClockTrust
from bot.delivery.worker import DeliveryWorker
from bot.metrics import Metrics
from bot.store.database import Database
from bot.store.queries import heartbeat, standing
from bot.updates.fetching import Fetching
from bot.updates.inbox import Inbox

log = structlog.get_logger(__name__)

TICK = "plan"
TOO_OLD_S = 120.0  # not ready any more
HOPELESS_S = timedelta(minutes=15).total_seconds()  # the process had better be started again
UNSENT_S = 300.0  # nothing was sent for so long, although a tip was due all the while
LONGEST_LOOK_S = 5.0


class Readiness:
    """Keeps the last good tick, in the database too, and tells what is wrong.

    Ages are counted on the monotonic clock, so that no step of the wall clock makes a standing
    bot look well or a working one look dead.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        metrics: Metrics,
        *,
        trust: ClockTrust,
        fetching: Fetching,
        inbox: Inbox,
        worker: DeliveryWorker,
    ) -> None:
        self._db = db
        self._clock = clock
        self._metrics = metrics
        self._troubled = (trust, fetching, worker)
        self._metrics.ticked.expect()
        self._metrics.sent.expect()
        self._metrics.updates.source = lambda: vars(inbox.counts)
        self._metrics.in_flight.set_function(lambda: float(worker.in_flight))
        self._metrics.updates_waiting.set_function(lambda: float(inbox.waiting))

    async def ticked(self) -> None:
        """A tick has gone well."""
        now = self._clock.now()
        await self._db.write(lambda session: heartbeat.beat(session, TICK, now))
        self._metrics.ticked.mark()

    @property
    def hopeless(self) -> bool:
        """Whether no tick has gone well for so long that only a restart may help."""
        return (self._metrics.ticked.age or 0.0) > HOPELESS_S

    async def troubles(self) -> list[str]:
        """What keeps the bot from doing its work; nothing when all is well."""
        said = [trouble for one in self._troubled for trouble in one.troubles()]
        found = [*said, *self._standing_still(), *await self._database()]
        self._metrics.ready.set(not found)
        return found

    def _standing_still(self) -> list[str]:
        metrics = self._metrics
        if not metrics.ticked.ever:
            return ["no tick has gone well yet"]
        ages = {
            "tick": metrics.ticked.age,
            "exchange with the outbox": metrics.exchanged.age,
        }
        return [
            f"the last good {what} is {age:.0f} s old"
            for what, age in ages.items()
            if age is not None and age > TOO_OLD_S
        ]

    async def _database(self) -> list[str]:
        try:
            async with asyncio.timeout(LONGEST_LOOK_S):
                look = partial(standing.overdue, now=self._clock.now())
                overdue = await self._db.read(look)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the trouble
            return [f"the database does not answer ({type(error).__name__})"]
        return self._unsent(overdue)

    def _unsent(self, overdue: float) -> list[str]:
        quiet = self._metrics.sent.age or 0.0
        if min(overdue, quiet) < UNSENT_S:
            return []
        return [f"nothing was sent for {quiet:.0f} s; the latest tip is {overdue:.0f} s overdue"]

    async def refresh(self) -> None:
        """Set the gauges that have to be looked up; those of the database stay when it is away."""
        await self.troubles()
        try:
            # Not in a transaction of the worker's: counting a million rows would keep it waiting.
            async with asyncio.timeout(LONGEST_LOOK_S), self._db.read() as session:
                found = await standing.look(session, self._clock.now())
        except Exception as error:  # noqa: BLE001 - readiness says so, too
            log.debug("the gauges could not be looked up", kind=type(error).__name__)
            return
        self._show(found)

    def _show(self, found: standing.Standing) -> None:
        metrics = self._metrics
        for state, count in found.subscribers.items():
            metrics.subscribers.labels(state).set(count)
        for state, count in found.broadcasts.items():
            metrics.broadcasts.labels(state).set(count)
        for (kind, state), count in found.outbox.items():
            metrics.outbox_depth.labels(kind, state).set(count)
        metrics.oldest_overdue.set(found.overdue)
        metrics.inbox_depth.set(found.inbox)
        if found.backed_up is not None:
            metrics.backup_age.set((self._clock.now() - found.backed_up).total_seconds())
