"""PTB's bot and application with the three things changed that this product needs otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from telegram.ext import Application, ExtBot

ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member")
ANSWER_MARGIN_S = 10.0  # how much longer than the hold we wait for a held call


class Client(ExtBot[Any]):
    """A bot that hides its token and hands out updates as plain JSON.

    PTB parses a batch of updates as a whole, so that one it cannot read costs all the others.
    """

    def __repr__(self) -> str:
        return "Client[token hidden]"

    async def raw_updates(
        self, *, offset: int | None, limit: int, hold: int
    ) -> Sequence[Mapping[str, Any]]:
        """``getUpdates``; ``hold`` is how many seconds Telegram may wait for news.

        Raises:
            telegram.error.TelegramError: whatever Telegram or the network answered.
        """
        data: dict[str, Any] = {
            "timeout": hold,
            "limit": limit,
            "offset": offset,
            "allowed_updates": list(ALLOWED_UPDATES),
        }
        given = {key: value for key, value in data.items() if value is not None}
        batch = await self._post("getUpdates", given, read_timeout=hold + ANSWER_MARGIN_S)
        return (
            [item for item in batch if isinstance(item, dict)] if isinstance(batch, list) else []
        )


class Dispatcher(Application[Any, Any, Any, Any, Any, Any]):
    """PTB's application, used for dispatch only."""

    def _mark_for_persistence_update(self, **_given: object) -> None:
        """Without persistence the stock method only collects the ids of all chats for ever."""

    def __repr__(self) -> str:
        return "Dispatcher"
