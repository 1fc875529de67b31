"""Watches over a running bot by the monotonic clock: is work done, and is the time right?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import structlog
from telegram.error import TelegramError

from bot.clock_trust import STEP_S
from bot.delivery.hold_watch import HoldWatch
from bot.jobs import Job, Jobs
from bot.store.queries import heartbeat
from bot.telegram.limits.priority import Lane

if TYPE_CHECKING:
    from bot.services import Services
    from bot.web.readiness import Watch

log = structlog.get_logger(__name__)

CLOCK_SET = "clock-set"  # the heartbeat that says when it was set last, and by how much
LOOK_S = 5.0  # how soon a step of the wall clock is noticed
AGAIN_S = 60.0  # how often a clock that is wrong is held against the others again
LOOK_LIMIT_S = 60.0
TELEGRAM_LIMIT_S = 600.0  # tips that come ten minutes off are no longer at the hour chosen


class Supervisor:
    """Looks after the clock and the planning, and ends the process when nothing helps.

    Args:
        tick: plans what is due.
        leave: ends the process, so that its supervisor starts it again.
    """

    def __init__(
        self,
        services: Services,
        watch: Watch,
        jobs: Jobs,
        tick: Callable[[], Awaitable[None]],
        leave: Callable[[], None],
    ) -> None:
        self._services = services
        self._watch = watch
        self._jobs = jobs
        self._planning = Job("plan", LOOK_S, LOOK_LIMIT_S, tick)
        self._clock = Job("clock", LOOK_S, LOOK_LIMIT_S, self.look_at_the_clock)
        self._leave = leave
        self._holds = HoldWatch(
            services.clock,
            services.metrics,
            {
                Lane.REPLY.value: lambda: services.limiter.held_for(Lane.REPLY),
                Lane.BULK.value: lambda: services.worker.held_for,
            },
        )
        self._step = 0.0
        self._compared_at = services.clock.monotonic()

    async def run(self) -> None:
        """Look every few seconds, until cancelled."""
        while True:
            await self._services.clock.sleep(LOOK_S)
            self.watch_holds()
            await self._clock.run()
            await self.look_at_the_work()

    def watch_holds(self) -> None:
        """Tell of holds that have begun or ended."""
        self._holds.look()

    async def look_at_the_work(self) -> None:
        """When no tick has gone well for too long and one more fails too, end the process."""
        if not self._watch.hopeless or await self._planning.run():
            return
        log.error("no tick has gone well for too long; leaving, so that someone restarts us")
        self._leave()

    async def look_at_the_clock(self) -> None:
        """Notice that the wall clock was set, and mend what that has put wrong."""
        trust, now = self._services.trust, self._services.clock.monotonic()
        step = trust.look()
        if step:
            self._notice(step)
        elif not trust.is_contradicted or now - self._compared_at < AGAIN_S:
            return
        self._compared_at = now
        await self.believe_the_clock()

    def _notice(self, step: float) -> None:
        """Once for each step, however long it takes until it is looked after."""
        if abs(step - self._step) < STEP_S:
            return
        self._step = step
        log.warning("the wall clock was set", forward=round(step))
        # What waits for a moment of the old time would wait for as long as it was set back.
        self._jobs.start_over()

    async def believe_the_clock(self) -> None:
        """Hold the clock against others'; if none contradicts it, mend stored instants by it."""
        await self._ask_telegram()
        await self._services.replicas.compare_clocks()
        if not self._services.trust.is_contradicted:
            await self._services.repair.run()
        await self._write_down()
        self._services.trust.accept()
        self._step = 0.0
        self._jobs.soon("plan", 0.0)
        self._services.worker.wake()

    async def _write_down(self) -> None:
        """That the clock was set, and by how much, for ``gutskin doctor``."""
        if not self._step:
            return
        now, detail = self._services.clock.now(), f"{self._step:+.0f}"
        await self._services.db.transaction(
            lambda session: heartbeat.beat(session, CLOCK_SET, now, detail)
        )

    async def _ask_telegram(self) -> None:
        try:
            theirs = await self._services.client.server_time()
        except TelegramError as error:
            log.debug("Telegram's clock cannot be asked", kind=type(error).__name__)
            return
        if theirs is not None:
            self._services.trust.compare("Telegram", theirs, TELEGRAM_LIMIT_S)
