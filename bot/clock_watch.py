"""Notices that the wall clock was set, and mends what that has put wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from telegram.error import TelegramError

from bot.clock import Clock
from bot.clock_trust import STEP_S, ClockTrust
from bot.delivery.repair import Repair
from bot.replicas.presence import Replicas
from bot.store.database import Database
from bot.store.queries import heartbeat

log = structlog.get_logger(__name__)

CLOCK_SET = "clock-set"  # the heartbeat that says when it was set last, and by how much
AGAIN_S = 60.0  # how often a clock that is wrong is held against the others again
TELEGRAM_LIMIT_S = 600.0  # tips that come ten minutes off are no longer at the hour chosen


class ClockWatch:
    """Holds the wall clock against others' and repairs stored instants by it.

    Args:
        server_time: asks Telegram for the present instant; None if it names none.
        on_step: called once for each step of the clock.
        on_mended: called when instants may have changed.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        trust: ClockTrust,
        replicas: Replicas,
        repair: Repair,
        *,
        server_time: Callable[[], Awaitable[datetime | None]],
        on_step: Callable[[], None],
        on_mended: Callable[[], None],
    ) -> None:
        self._db = db
        self._clock = clock
        self._trust = trust
        self._replicas = replicas
        self._repair = repair
        self._server_time = server_time
        self._on_step = on_step
        self._on_mended = on_mended
        self._step = 0.0
        self._compared_at = clock.monotonic()

    async def look(self) -> None:
        """Notice that the wall clock was set, and mend what that has put wrong."""
        step, now = self._trust.look(), self._clock.monotonic()
        if step:
            self._notice(step)
        elif not self._trust.is_contradicted or now - self._compared_at < AGAIN_S:
            return
        self._compared_at = now
        await self.compare()

    def _notice(self, step: float) -> None:
        """Once for each step, however long it takes until it is looked after."""
        if abs(step - self._step) < STEP_S:
            return
        self._step = step
        log.warning("the wall clock was set", forward=round(step))
        # What waits for a moment of the old time would wait for as long as it was set back.
        self._on_step()

    async def compare(self) -> None:
        """Hold the clock against others'; if none contradicts it, mend stored instants by it."""
        await self._ask_telegram()
        await self._replicas.compare_clocks()
        if not self._trust.is_contradicted:
            await self._repair.run()
        await self._write_down()
        self._trust.accept()
        self._step = 0.0
        self._on_mended()

    async def _write_down(self) -> None:
        """That the clock was set, and by how much, for ``gutskin doctor``."""
        if not self._step:
            return
        now, detail = self._clock.now(), f"{self._step:+.0f}"
        await self._db.write(lambda session: heartbeat.beat(session, CLOCK_SET, now, detail))

    async def _ask_telegram(self) -> None:
        try:
            theirs = await self._server_time()
        except TelegramError as error:
            log.debug("Telegram's clock cannot be asked", kind=type(error).__name__)
            return
        if theirs is not None:
            self._trust.compare("Telegram", theirs, TELEGRAM_LIMIT_S)
