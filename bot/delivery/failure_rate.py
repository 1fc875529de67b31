"""How many of a broadcast's last messages failed, and whether that is too many."""

from __future__ import annotations

from collections import deque

from bot.store.outbox.leases import Settled
from bot.store.values import OWN_REASONS

FEWEST = 20
"""Messages from which on a broadcast is judged, though it has not had a whole window yet."""


class FailureRate:
    """Failures among the last ``window`` messages of each broadcast.

    Who left the bot, or forbids such messages, is no failure: that says nothing about this one.
    After a restart the count begins anew, which at worst lets a bad broadcast run for another few
    messages.
    """

    def __init__(self, window: int, share: float) -> None:
        self._window = window
        self._fewest = min(FEWEST, window)
        self._share = share
        self._last: dict[int, deque[bool]] = {}

    def count(self, broadcast_id: int, row: Settled) -> None:
        """Count a message if it has ended for good; one that is tried again has not."""
        if row.state in ("sent", "failed", "in_doubt"):
            last = self._last.setdefault(broadcast_id, deque(maxlen=self._window))
            last.append(row.state != "sent" and row.reason not in OWN_REASONS)

    def is_too_high(self, broadcast_id: int) -> bool:
        """Whether more than the set share of the last messages failed."""
        last = self._last.get(broadcast_id, ())
        return len(last) >= self._fewest and sum(last) > self._share * len(last)

    def forget(self, broadcast_id: int) -> None:
        """Begin anew, as after a pause."""
        self._last.pop(broadcast_id, None)
