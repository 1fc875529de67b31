"""Retry policies: how often something is tried, and how long the wait before each new try is.

Every policy of the bot is here, by name; no other file holds one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.clock import Clock


def _no_jitter() -> float:
    return 0.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that grow from ``first`` to ``longest`` seconds, between at most ``attempts`` tries.

    Each wait is ``growth`` times the one before.

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
    growth: float = 2.0

    def __post_init__(self) -> None:
        if self.attempts is not None and self.attempts < 1:
            raise ValueError("there is at least one try")
        if not 0 < self.first <= self.longest or self.growth < 1:
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
        # Beyond that many steps any wait is the longest, and a float would overflow.
        grown = self.first * self.growth ** min(failures - 1, 64)
        return min(self.longest, grown) * (1.0 - self.spread * jitter)


# Starting, and fetching updates.
REACH_TELEGRAM = Backoff(5, first=1.0, longest=16.0)
FETCH_UPDATES = Backoff(None, first=1.0, longest=30.0)
WRITE_UPDATES = Backoff(None, first=1.0, longest=60.0)
REACH_OUTBOX = Backoff(None, first=1.0, longest=15.0)
READ_UPDATES = Backoff(None, first=1.0, longest=30.0)
POLL_LEASE = Backoff(None, first=5.0, longest=30.0)

# Replies.
REPLY = Backoff(3, first=0.5, longest=2.0, growth=4.0)
"""One call of a reply, while somebody waits for it."""

ANSWER_AGAIN = Backoff(None, first=2.0, longest=30.0)
"""A whole update whose reply met an outage: kept for ``ANSWERED_WITHIN_S``."""

ANSWERED_WITHIN_S = 3600.0
MOST_ANSWERS = 5
"""Attempts at an update where others get through meanwhile, or where each may have arrived."""

MOST_LATE_ANSWERS = 2
"""Attempts that took too long: what did has most likely arrived."""

ASK_WHETHER_BACK = Backoff(None, first=1.0, longest=15.0)
DRAW_PROGRESS = Backoff(None, first=3.0, longest=3600.0)

# Tips and broadcasts.
SEND_TIP = Backoff(None, first=2.0, longest=300.0)
"""A tip is worth sending until it is too old, however long Telegram is out of order."""

SEND_BROADCAST = Backoff(5, first=2.0, longest=300.0)
"""Of a broadcast that fails an admin is told, and tries again when they see fit."""

RECONNECT_S = 2.0
"""Seconds until a message that could not leave is tried again."""

MOST_DOUBTS = 2
"""Attempts at a tip of which nobody knows whether they arrived."""

MOST_DOUBTS_IN_OUTAGE = 4
"""The same where Telegram answers nobody, which says little of this message."""

MOST_CRASHES = 10
"""Attempts after which a tip that its holder dropped stays in doubt: a bot that crashes again and
again must not pester the same subscribers."""

PROBE = Backoff(None, first=2.0, longest=60.0)
"""How long nothing is sent before one message tries whether Telegram takes any again."""


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
