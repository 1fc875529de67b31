"""Gives bulk a floor: however much replies want, a share of the rate after some seconds."""

from __future__ import annotations

import math

FLOOR_SHARE = 0.35
"""Of the rate; a little more than a third, since the first seconds are the replies'."""

PATIENCE = 3.0
"""Seconds for which replies may have everything, as in a short rush."""

CATCH_UP = 2
"""Messages that may follow at once where the last ones came late."""

IDLE = 1.0  # seconds without asking after which bulk is taken to have had nothing to send


class Floor:
    """The instant at which bulk may go before replies, as a single number.

    Each start moves it on by what a message takes at the floor, and it is never further ahead
    than ``PATIENCE``: where bulk has more than the floor anyway, it is always that far away.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._due_at = math.inf
        self._asked_at = -math.inf

    def ask(self, now: float) -> None:
        """Note that bulk has something to send, and waits."""
        if now - self._asked_at > IDLE:
            self._due_at = now + PATIENCE
        self._asked_at = now

    def is_due(self, now: float) -> bool:
        """Return whether bulk goes next, whoever else waits."""
        return self._due_at <= now

    def take(self, now: float) -> None:
        """Count a message of bulk that starts."""
        took = 1.0 / self._rate
        self._due_at = min(max(self._due_at, now - CATCH_UP * took) + took, now + PATIENCE)

    def fit(self, rate: float) -> None:
        """Keep to another rate from now on."""
        self._rate = rate
