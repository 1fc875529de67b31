"""Stops sending where it leads to nothing, and lets one message at a time try whether it does."""

from __future__ import annotations

import math
from collections import deque

import structlog

from bot.clock import Clock
from bot.metrics import Metrics
from bot.retry import PROBE, Retries
from bot.telegram.responses import Outcome

log = structlog.get_logger(__name__)

FAILURES_IN_A_ROW = 3
"""So many in doubt, or refused by a gateway, with none sent in between are no accident."""

REMEMBERED = 50
ALIKE = 17
"""A third of those remembered: when so many are refused alike, it is not the people."""

SAID_FOR = 300.0
"""Seconds after the last failure for which it is open, or many refused alike are told."""

LOST = ("blocked", "gone")
FAILURES = ("in_doubt", "retry")


class CircuitBreaker:
    """Opens when no connection can be had, when nothing comes back but doubts and a gateway's
    excuses, and when a third of the last fifty messages are refused alike, as by a server that
    has lost its files.

    While it is open nothing starts but one message after each wait; waits grow. The first one
    that is sent closes it, and so do some minutes in which there was nothing to try. That
    subscribers were refused alike is said for as long, since where only some are it soon opens
    again.
    """

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._retries = Retries(PROBE, clock)
        self._held_until = -math.inf
        self._opened_at = self._failed_at = -math.inf
        self._failures = 0
        self._last: deque[str] = deque(maxlen=REMEMBERED)
        self._reason = ""
        self._alike = ""
        self._alike_at = -math.inf
        metrics.breaker_open.set_function(lambda: float(self.is_open))

    @property
    def is_open(self) -> bool:
        """Whether sending is held, or tried with one message."""
        return self._clock.monotonic() - self._failed_at < SAID_FOR

    @property
    def held_for(self) -> float:
        """Seconds for which not even one message is tried."""
        return max(0.0, self._held_until - self._clock.monotonic())

    def room(self, most: int, under_way: int) -> int:
        """How many more may start, of ``most`` at once."""
        if self.held_for:
            return 0
        return max(0, (1 if self.is_open else most) - under_way)

    def troubles(self) -> list[str]:
        """What readiness says: one line while it is open."""
        now, found = self._clock.monotonic(), []
        if self.is_open:
            seconds = now - self._opened_at
            found.append(f"tips and broadcasts have been held for {seconds:.0f} s: {self._reason}")
        if now - self._alike_at < SAID_FOR:
            found.append(f"a third of the last {REMEMBERED} messages were refused: {self._alike}")
        return found

    def ended(self, outcome: Outcome) -> None:
        """An attempt has ended so."""
        if outcome.kind == "sent":
            self._failures = 0
            self._last.append("")
            if not self.held_for:  # or it was under way before
                self._close()
        elif outcome.kind == "hold":
            self._fail(outcome.reason)
        elif outcome.kind in FAILURES:
            self._failures += 1
            if self.is_open or self._failures >= FAILURES_IN_A_ROW:
                self._fail(outcome.reason)
        elif outcome.kind in LOST:
            self._lost(outcome.reason)

    def suspects(self, outcome: Outcome) -> bool:
        """Whether the outcome says more about Telegram than about message or subscriber."""
        if outcome.kind in LOST:
            return self.is_open and outcome.reason == self._alike
        return self.is_open and outcome.kind == "in_doubt"

    def _lost(self, reason: str) -> None:
        self._last.append(reason)
        if self._last.count(reason) < ALIKE:
            return
        now = self._clock.monotonic()
        if now - self._alike_at >= SAID_FOR:
            log.error(
                "too many messages were refused alike", refused=ALIKE, of=REMEMBERED, why=reason
            )
        self._alike, self._alike_at = reason, now
        self._fail(reason)

    def _fail(self, reason: str) -> None:
        if self.held_for:  # what was under way when it opened belongs to the same failure
            return
        now = self._clock.monotonic()
        if not self.is_open:
            self._opened_at = now
            self._retries.succeeded()
            if reason != self._alike:
                log.warning("tips and broadcasts are held while one tries at times", why=reason)
        self._reason, self._failed_at = reason, now
        self._held_until = now + (self._retries.failed() or 0.0)

    def _close(self) -> None:
        if not self.is_open:
            return
        seconds = self._clock.monotonic() - self._opened_at
        log.info("tips and broadcasts go on", seconds=int(seconds))
        self._failed_at = self._held_until = -math.inf
        self._last.clear()
