"""PTB's bot, with what this product needs otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import SecretStr
from telegram.error import InvalidToken
from telegram.ext import BaseRateLimiter, ExtBot

from bot.clock import http_date
from bot.telegram.reading import Given, number_of, read_answer
from bot.telegram.request import AiohttpRequest, DoubtfulError
from bot.texts.sharing import NOT_SHARED, Sharing

ALLOWED_UPDATES = ("message", "callback_query", "inline_query", "my_chat_member")
ANSWER_MARGIN_S = 10.0  # how much longer than the hold we wait for a held call
AS_GIVEN = "as_given"  # the field of an update in which it stands as Telegram gave it


class PollRequest(AiohttpRequest):
    """``getUpdates``, whose answer is read as far as it can be: one update never costs another.

    PTB parses a batch as a whole, so that one update it cannot read costs all the others. So each
    goes past it in a field that PTB does not know, and keeps as it is.
    """

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            answer = read_answer(payload)
        except ValueError:
            raise DoubtfulError("answer unreadable") from None
        batch = answer.get("result")
        if isinstance(batch, list):
            return {**answer, "result": [_enveloped(update) for update in batch]}
        if answer.get("ok") is not False:
            raise DoubtfulError("answer without updates")
        return answer


def _enveloped(update: Given) -> dict[str, Any]:
    return {"update_id": number_of(update) or 0, AS_GIVEN: update}


class Client(ExtBot[int]):
    """A bot that hands out updates as plain JSON, and never shows its token.

    ``rate_limit_args`` of its calls are those of
    :class:`bot.telegram.rate_limiter.PriorityRateLimiter`.
    """

    def __repr__(self) -> str:
        return f"{type(self).__name__}(id={self.token.partition(':')[0]})"

    async def initialize(self) -> None:
        try:
            await super().initialize()
        except InvalidToken:
            # PTB's text repeats the token, and so would its traceback.
            raise InvalidToken("Telegram does not know this token") from None

    def sharing(self) -> Sharing:
        """How tips of this bot are shared: by inline mode where getMe says that it is on.

        Before getMe was answered nobody knows, and nothing is shared.
        """
        try:
            me = self.bot
        except RuntimeError:
            return NOT_SHARED
        return Sharing(bool(me.supports_inline_queries), me.username or "")

    async def call(self, method: str, payload: dict[str, Any]) -> Any:
        """The result of a method of the Bot API as Telegram gives it, in its turn as a reply.

        Raises:
            telegram.error.TelegramError: whatever Telegram or the network answered.
        """
        # PTB's own step before this one takes the items of an album for its objects.
        return await self._do_post(method, dict(payload))

    async def raw_updates(self, *, offset: int | None, limit: int, hold: int) -> Sequence[Given]:
        """``getUpdates``; ``hold`` is how many seconds Telegram may wait for news.

        Raises:
            telegram.error.TelegramError: whatever Telegram or the network answered.
        """
        batch = await self.get_updates(
            offset=offset,
            limit=limit,
            timeout=hold,
            allowed_updates=ALLOWED_UPDATES,
            read_timeout=ANSWER_MARGIN_S,
        )
        return [update.api_kwargs[AS_GIVEN] for update in batch]

    async def server_time(self) -> datetime | None:
        """The present instant by Telegram's clock, in whole seconds; None if it names none.

        Raises:
            telegram.error.TelegramError: whatever Telegram or the network answered.
        """
        await self.get_me()
        request = self.request
        return http_date(request.answered_on) if isinstance(request, AiohttpRequest) else None


def build_client(
    token: SecretStr,
    api_base_url: str,
    *,
    limiter: BaseRateLimiter[int] | None = None,
    proxy: SecretStr | None = None,
    connections: int = 64,
) -> Client:
    """The bot for replies, on its own two transports: one for calls, one for held polls.

    Args:
        api_base_url: address that the token is appended to, ending in ``/bot``.
        limiter: how fast it may speak; see :class:`bot.telegram.rate_limiter.PriorityRateLimiter`.
    """
    return Client(
        token.get_secret_value(),
        base_url=api_base_url,
        base_file_url=f"{api_base_url.removesuffix('/bot')}/file/bot",
        request=AiohttpRequest(connections, proxy=proxy),
        get_updates_request=PollRequest(2, proxy=proxy),
        rate_limiter=limiter,
    )
