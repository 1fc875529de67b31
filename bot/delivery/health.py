"""Is a broadcast going well? Counts what failed among its last messages."""

from __future__ import annotations

from collections import deque

from bot.delivery.outcome import Outcome

FAILURES = ("refused", "in_doubt")
ENDINGS = ("sent", "blocked", "gone", *FAILURES)


class Health:
    """Failures among the last ``window`` messages of each broadcast.

    Who blocked the bot is no failure: that says nothing about the message. After a restart the
    count begins anew, which at worst lets a bad broadcast run for another window.
    """

    def __init__(self, window: int, share: float) -> None:
        self._window = window
        self._most = share * window
        self._last: dict[int, deque[bool]] = {}

    def count(self, broadcast_id: int, outcome: Outcome) -> None:
        """Count one attempt that ended for good."""
        if outcome.kind in ENDINGS:
            last = self._last.setdefault(broadcast_id, deque(maxlen=self._window))
            last.append(outcome.kind in FAILURES)

    def is_ill(self, broadcast_id: int) -> bool:
        """Whether more than the set share of the last messages failed."""
        last = self._last.get(broadcast_id)
        return last is not None and sum(last) > self._most

    def forget(self, broadcast_id: int) -> None:
        """Begin anew, as after a pause."""
        self._last.pop(broadcast_id, None)
