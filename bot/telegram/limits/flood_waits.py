"""Flood waits: which chat Telegram has told to wait (429), with which kind of call, until when.

A wait is the chat's own, and that kind of call's, until a second chat meets one meanwhile: two at
once are no coincidence, so from then on it is everybody's. Nothing here waits or asks for the
time: whoever calls says what time it is, in seconds of a clock that never runs backwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from bot.telegram.limits.priority import Lane

ChatId: TypeAlias = int | str

SEND, EDIT, ANSWER = "send", "edit", "answer"
"""Kinds of calls: those that make a message appear, change one, and stop a button's spinner. Any
other call is a kind of its own, called by its method's name."""

EVERY_CHAT = 0
"""Stands for all chats at once, and for calls that are about none; no chat has this id."""

FEWEST_KEPT = 256


class FloodWait(NamedTuple):
    """That a chat must get no call of this kind before ``until``; it was told so at ``since``."""

    lane: Lane
    kind: str
    chat_id: ChatId
    since: float
    until: float

    def is_like(self, other: FloodWait) -> bool:
        """Another chat's, with the same kind of call."""
        apart = EVERY_CHAT != self.chat_id != other.chat_id
        return apart and self.kind == other.kind


class FloodWaits:
    """The waits that have not ended, by kind of call and chat."""

    def __init__(self) -> None:
        self._waits: dict[tuple[str, ChatId], FloodWait] = {}
        self._tidy_at = FEWEST_KEPT

    def __len__(self) -> int:
        return len(self._waits)

    def add(self, wait: FloodWait, now: float) -> float | None:
        """Remember the wait; until when everybody has to wait for it, or None if nobody else has.

        That is so when another chat waits in the same lane with the same kind of call. What
        counts then is what Telegram said last, in full.
        """
        self._tidy(now)
        others = [one for one in self._running(wait.lane, now) if one.is_like(wait)]
        known = self._waits.get((wait.kind, wait.chat_id))
        if known is None or known.until < wait.until:
            self._waits[wait.kind, wait.chat_id] = wait
        return max((*others, wait), key=lambda one: one.since).until if others else None

    def until(self, kind: str, chat_id: ChatId) -> float:
        """The instant from which the chat may get a call of this kind; in the past if it may."""
        if not self._waits:
            return -math.inf
        found = (self._waits.get((kind, which)) for which in (chat_id, EVERY_CHAT))
        return max((wait.until for wait in found if wait), default=-math.inf)

    def chats(self, lane: Lane, now: float) -> int:
        """How many chats have to wait in this lane."""
        return len({one.chat_id for one in self._running(lane, now)} - {EVERY_CHAT})

    def _running(self, lane: Lane, now: float) -> Iterator[FloodWait]:
        return (one for one in self._waits.values() if one.lane is lane and one.until > now)

    def _tidy(self, now: float) -> None:
        """Forget what is over, whenever twice as many are known as were left the last time."""
        if len(self._waits) < self._tidy_at:
            return
        self._waits = {key: one for key, one in self._waits.items() if one.until > now}
        self._tidy_at = max(FEWEST_KEPT, 2 * len(self._waits))
