"""Watches over a running bot by the monotonic clock: is work done, and is the time right?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from bot.clock import Clock
from bot.clock_watch import ClockWatch
from bot.delivery.hold_watch import HoldWatch
from bot.jobs import Job
from bot.web.readiness import Readiness

log = structlog.get_logger(__name__)

LOOK_S = 5.0  # how soon a step of the wall clock is noticed
LOOK_LIMIT_S = 60.0


class Supervisor:
    """Looks after the clock and the planning, and ends the process when nothing helps.

    Args:
        tick: plans what is due.
        leave: ends the process, so that its supervisor starts it again.
    """

    def __init__(
        self,
        clock: Clock,
        clock_watch: ClockWatch,
        holds: HoldWatch,
        readiness: Readiness,
        *,
        tick: Callable[[], Awaitable[None]],
        leave: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._holds = holds
        self._readiness = readiness
        self._clock_job = Job("clock", LOOK_S, LOOK_LIMIT_S, clock_watch.look)
        self._planning = Job("plan", LOOK_S, LOOK_LIMIT_S, tick)
        self._leave = leave

    async def run(self) -> None:
        """Look every few seconds, until cancelled."""
        while True:
            await self._clock.sleep(LOOK_S)
            self._holds.look()
            await self._clock_job.run()
            await self.look_at_the_work()

    async def look_at_the_work(self) -> None:
        """When no tick has gone well for too long and one more fails too, end the process."""
        if not self._readiness.hopeless or await self._planning.run():
            return
        log.error("no tick has gone well for too long; leaving, so that someone restarts us")
        self._leave()
