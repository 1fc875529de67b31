"""Asks whether Telegram gets its updates through to the webhook: nobody else would notice."""

from __future__ import annotations

from telegram import WebhookInfo
from telegram.error import TelegramError

from bot.clock import Clock
from bot.telegram.client import Client
from bot.updates.fetching import TOO_LONG_S, Fetching

LOOK_S = 60.0  # seconds between two looks


class Posting:
    """Asks Telegram how the webhook does, and tells ``fetching``, which tells readiness."""

    def __init__(self, client: Client, url: str, fetching: Fetching, clock: Clock) -> None:
        self._client = client
        self._url = url
        self._fetching = fetching
        self._clock = clock

    async def look(self) -> None:
        """Ask once; where Telegram cannot be asked, what was known stays."""
        try:
            info = await self._client.get_webhook_info()
        except TelegramError:
            return
        trouble = self._trouble(info)
        if trouble:
            self._fetching.failed(trouble)
        else:
            self._fetching.succeeded()

    def _trouble(self, info: WebhookInfo) -> str:
        if info.url != self._url:
            return "another process has set another webhook, or polls with this token"
        if not info.pending_update_count or info.last_error_date is None:
            return ""
        ago = (self._clock.now() - info.last_error_date).total_seconds()
        return (
            f"Telegram says of the webhook: {info.last_error_message}" if ago < TOO_LONG_S else ""
        )
