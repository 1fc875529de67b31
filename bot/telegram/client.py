"""PTB's bot, with what this product needs otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from telegram.ext import BaseRateLimiter

from bot.clock import http_date
from bot.config import Settings
from bot.telegram.rate_limiter import NEVER
from bot.telegram.reading import Given, read_answer
from bot.telegram.request import AiohttpRequest, DoubtfulError, TipBot

ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member")
ANSWER_MARGIN_S = 10.0  # how much longer than the hold we wait for a held call


class PollRequest(AiohttpRequest):
    """``getUpdates``, whose answer is read as far as it can be: one update never costs another."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            answer = read_answer(payload)
        except ValueError:
            raise DoubtfulError("answer unreadable") from None
        if answer.get("ok") is not False and not isinstance(answer.get("result"), list):
            raise DoubtfulError("answer without updates")
        return answer


class Client(TipBot):
    """A bot that takes our payloads as they are and hands out updates as plain JSON.

    PTB parses a batch of updates as a whole, so that one it cannot read costs all the others.
    """

    async def raw_updates(self, *, offset: int | None, limit: int, hold: int) -> Sequence[Given]:
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
        batch: Any = await self._post("getUpdates", given, read_timeout=hold + ANSWER_MARGIN_S)
        return list(batch)

    async def server_time(self) -> datetime | None:
        """The present instant by Telegram's clock, in whole seconds; None if it names none.

        Raises:
            telegram.error.TelegramError: whatever Telegram or the network answered.
        """
        await self._post("getMe")
        request = self.request
        return http_date(request.answered_on) if isinstance(request, AiohttpRequest) else None

    async def call(
        self, method: str, payload: Mapping[str, Any], *, dropped_in_floods: bool = False
    ) -> Any:
        """One call of the Bot API in the reply lane; its ``result`` as plain JSON.

        One that may be ``dropped_in_floods`` is not waited for when Telegram asks to wait.

        Raises:
            telegram.error.TelegramError: whatever Telegram or the network answered.
        """
        limits = self._merge_api_rl_kwargs(None, NEVER if dropped_in_floods else None)
        return await self._post(method, dict(payload), api_kwargs=limits)


def build_client(settings: Settings, limiter: BaseRateLimiter[int]) -> Client:
    """The bot for replies, on its own two transports: one for calls, one for held polls."""
    base = settings.api_base_url
    return Client(
        settings.token.get_secret_value(),
        base_url=base,
        base_file_url=f"{base.removesuffix('/bot')}/file/bot",
        request=AiohttpRequest(settings.in_flight, proxy=settings.proxy_url),
        get_updates_request=PollRequest(2, proxy=settings.proxy_url),
        rate_limiter=limiter,
    )
