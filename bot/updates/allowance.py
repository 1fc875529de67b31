"""How often a chat may have something in a while. Little is remembered, and not for long."""

from __future__ import annotations

MOST_CHATS = 10_000


class Allowance:
    """So many times within so many ``seconds``, counted from the first; for each chat."""

    def __init__(self, times: int, seconds: float) -> None:
        self._times = times
        self._seconds = seconds
        self._used: dict[int, tuple[int, float]] = {}  # how often, since when; in that order

    def has(self, chat_id: int, now: float) -> bool:
        """Whether there is one left; ``now`` in seconds of a clock that never runs backwards."""
        used, since = self._used.get(chat_id, (0, now))
        return used < self._times or now - since >= self._seconds

    def use(self, chat_id: int, now: float) -> None:
        """Take one."""
        used, since = self._used.get(chat_id, (0, now))
        if now - since >= self._seconds:
            self._used.pop(chat_id, None)
            used, since = 0, now
        self._used[chat_id] = used + 1, since
        if len(self._used) > MOST_CHATS:
            del self._used[next(iter(self._used))]
