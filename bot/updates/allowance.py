"""Limits how often a chat may have something; little is remembered, and not for long."""

from __future__ import annotations

MOST_CHATS = 10_000


class Allowance:
    """Allows each chat something so many times within so many seconds, counted from the first."""

    def __init__(self, times: int, seconds: float) -> None:
        self._times = times
        self._seconds = seconds
        self._used: dict[int, tuple[int, float]] = {}  # how often, since when; in that order

    def __len__(self) -> int:
        """Count the chats that are remembered."""
        return len(self._used)

    def has(self, chat_id: int, now: float) -> bool:
        """Return whether the chat has one left; ``now`` is monotonic, in seconds."""
        used, since = self._used.get(chat_id, (0, now))
        return used < self._times or now - since >= self._seconds

    def use(self, chat_id: int, now: float) -> None:
        """Take one."""
        used, since = self._used.get(chat_id, (0, now))
        if now - since >= self._seconds:
            self._used.pop(chat_id, None)
            used, since = 0, now
        self._used[chat_id] = used + 1, since
        if len(self) > MOST_CHATS:
            # The one that began longest ago: a dict keeps the order of insertion.
            del self._used[next(iter(self._used))]
