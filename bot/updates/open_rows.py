"""Counts how many updates of each chat wait in rows, and who was asked to slow down."""

from __future__ import annotations

from collections.abc import Mapping

from bot.clock import Clock
from bot.updates.allowance import Allowance

MOST = 64  # rows of one person; a new one is put aside
MOST_OF_GROUP = 4  # rows a minute: there the bot says no more than where it works
MINUTE_S = 60.0
MANY = 3
BEYOND = 2  # times as many, of what had better not be put aside


class OpenRows:
    """Counts the rows that are not done, by chat."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._groups = Allowance(MOST_OF_GROUP, MINUTE_S)
        self._open: dict[int, int] = {}
        self._told: set[int] = set()

    def left_by_others(self, counts: Mapping[int, int]) -> None:
        """Count rows that an earlier run left."""
        for chat_id, rows in counts.items():
            self._open[chat_id] = max(rows, self._open.get(chat_id, 0))

    def add(self, chat_id: int, *, needed: bool = False) -> bool:
        """Count one more row if the chat may have it, and return whether; more if ``needed``."""
        rows = self._open.get(chat_id, 0)
        if rows >= (BEYOND * MOST if needed else MOST):
            return False
        if chat_id < 0 and not needed:
            now = self._clock.monotonic()
            if not self._groups.has(chat_id, now):
                return False
            self._groups.use(chat_id, now)
        self._open[chat_id] = rows + 1
        return True

    def done(self, chat_id: int) -> None:
        """Count one row less."""
        rows = self._open.get(chat_id, 0)
        if rows > 1:
            self._open[chat_id] = rows - 1
        else:
            self.rest(chat_id)

    def has_many(self, chat_id: int) -> bool:
        """Return whether more of the chat waits than somebody writes who wants an answer."""
        return self._open.get(chat_id, 0) > MANY

    def rest(self, chat_id: int) -> None:
        """Forget the chat, of which nothing waits any more: whatever comes now is no flood."""
        self._open.pop(chat_id, None)
        self._told.discard(chat_id)

    def is_told(self, chat_id: int) -> bool:
        """Return whether nobody is to be told: it was said already, or is a group."""
        return chat_id <= 0 or chat_id in self._told

    def told(self, chat_id: int) -> None:
        """Note that somebody was asked to slow down."""
        self._told.add(chat_id)
