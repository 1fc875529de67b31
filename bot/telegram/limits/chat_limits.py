"""Limit what one chat gets: its own rates and flood waits, at nobody else's cost."""

from __future__ import annotations

from bot.telegram.limits.buckets import Chats
from bot.telegram.limits.flood_waits import EVERY_CHAT, SEND, ChatId, FloodWaits


class ChatLimits:
    """Remembers each chat's calls by their kind; every method is O(1).

    A chat of None is no chat: it has no rate, and waits only for what all chats wait for.
    """

    def __init__(self, floods: FloodWaits) -> None:
        self._floods = floods
        self._messages = Chats.of_messages()
        self._calls = Chats.of_calls()

    def ready_at(self, chat_id: ChatId | None, kind: str, now: float) -> float:
        """Return the instant from which the chat may get one more call of this kind."""
        if chat_id is None:
            return self._floods.until(kind, EVERY_CHAT)
        rate = self._chats(kind).ready_at(chat_id, now)
        return max(rate, self._floods.until(kind, chat_id))

    def take(self, chat_id: ChatId | None, kind: str, now: float) -> None:
        """Count a call."""
        if chat_id is not None:
            self._chats(kind).take(chat_id, now)

    def shift(self, chat_id: ChatId | None, kind: str, seconds: float, now: float) -> None:
        """Count the last call as one that left ``seconds`` later."""
        if chat_id is not None:
            self._chats(kind).shift(chat_id, seconds, now)

    def give_back(self, chat_id: ChatId | None, kind: str, now: float) -> None:
        """Count the last call no more: it never left."""
        if chat_id is not None:
            self._chats(kind).give_back(chat_id, now)

    def _chats(self, kind: str) -> Chats:
        return self._messages if kind == SEND else self._calls
