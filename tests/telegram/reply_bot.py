"""PTB's bot over our request class, without the rest of the product."""

from __future__ import annotations

from pydantic import SecretStr
from telegram.ext import BaseRateLimiter

from bot.telegram.request import AiohttpRequest, TipBot


def build_bot(
    token: SecretStr,
    api_base_url: str,
    *,
    limiter: BaseRateLimiter[int] | None = None,
    proxy: SecretStr | None = None,
) -> TipBot:
    """Build a bot with two transports: one for calls, one for held polls.

    Args:
        api_base_url: address that the token is appended to, ending in ``/bot``.
    """
    return TipBot(
        token.get_secret_value(),
        base_url=api_base_url,
        base_file_url=f"{api_base_url.removesuffix('/bot')}/file/bot",
        request=AiohttpRequest(64, proxy=proxy),
        get_updates_request=AiohttpRequest(2, proxy=proxy),
        rate_limiter=limiter,
    )
