"""Retry policies: how often something is tried, and how long the wait before each new try is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.clock import Clock


def _no_jitter() -> float:
    return 0.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that double from ``first`` to ``longest`` seconds, between at most ``attempts`` tries.

    It is a value: it neither waits nor counts. With ``attempts`` None the tries never end.
    ``spread`` (0 to 1) is the share of a wait that jitter may take off, so that those who failed
    together do not come back together; a wait is never longer than ``longest``.

    Raises:
        ValueError: less than one try, waits that do not grow, or a spread that is no share.
    """

    attempts: int | None
    first: float
    longest: float
    spread: float = 0.0

    def __post_init__(self) -> None:
        if self.attempts is not None and self.attempts < 1:
            raise ValueError("there is at least one try")
        if not 0 < self.first <= self.longest:
            raise ValueError("waits are positive and do not shrink")
        if not 0 <= self.spread <= 1:
            raise ValueError("the spread is a share")

    def wait(self, failures: int, jitter: float = 0.0) -> float | None:
        """The seconds to wait after that many failures in a row; None when no try is left.

        ``jitter`` lies between 0 (the whole wait) and 1 (as much less as ``spread`` allows).
        """
        if failures < 1:
            return 0.0
        if self.attempts is not None and failures >= self.attempts:
            return None
        # Beyond that many doublings any wait is the longest, and a float would overflow.
        doubled = self.first * 2.0 ** min(failures - 1, 64)
        return min(self.longest, doubled) * (1.0 - self.spread * jitter)


REACH_TELEGRAM = Backoff(5, first=1.0, longest=16.0)
FETCH_UPDATES = Backoff(None, first=1.0, longest=30.0)
WRITE_UPDATES = Backoff(None, first=1.0, longest=60.0)
REACH_OUTBOX = Backoff(None, first=1.0, longest=15.0)
READ_UPDATES = Backoff(None, first=1.0, longest=30.0)
ANSWER_AGAIN = Backoff(None, first=2.0, longest=30.0)
ASK_WHETHER_BACK = Backoff(None, first=1.0, longest=15.0)
POLL_LEASE = Backoff(None, first=5.0, longest=30.0)
PROBE = Backoff(None, first=2.0, longest=60.0)
"""How long nothing is sent before one message tries whether Telegram takes any again."""

DRAW_PROGRESS = Backoff(None, first=3.0, longest=3600.0)


class Retries:
    """Failures in a row of one piece of work that is tried again on an injected clock.

    Args:
        jitter: a number between 0 and 1 each time; see :meth:`Backoff.wait`.
    """

    def __init__(
        self, policy: Backoff, clock: Clock, jitter: Callable[[], float] = _no_jitter
    ) -> None:
        self.policy = policy
        self.failures = 0
        self._clock = clock
        self._jitter = jitter

    def succeeded(self) -> None:
        """The next failure is the first again."""
        self.failures = 0

    def failed(self) -> float | None:
        """Count a failure; the seconds to wait before the next try, or None when none is left."""
        self.failures += 1
        return self.policy.wait(self.failures, self._jitter())

    async def sleep(self, seconds: float) -> None:
        """Wait on the clock that was injected."""
        await self._clock.sleep(seconds)
