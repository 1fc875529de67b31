"""Whether Telegram gets its updates through to the webhook: nobody else would notice."""

from __future__ import annotations

from typing import Any

from telegram.error import TelegramError

from bot.clock import Clock
from bot.telegram.client import Client
from bot.updates.fetching import TOO_LONG_S, Fetching

LOOK_S = 60.0  # seconds between two looks


class Posting:
    """Asks Telegram how it gets on, and tells ``fetching``, which tells readiness."""

    def __init__(self, client: Client, url: str, fetching: Fetching, clock: Clock) -> None:
        self._client = client
        self._url = url
        self._fetching = fetching
        self._clock = clock

    async def look(self) -> None:
        """One look; where Telegram cannot be asked, what was known stays."""
        try:
            info: Any = await self._client.call("getWebhookInfo", {})
        except TelegramError:
            return
        trouble = self._trouble(info if isinstance(info, dict) else {})
        if trouble:
            self._fetching.failed(trouble)
        else:
            self._fetching.succeeded()

    def _trouble(self, info: dict[str, Any]) -> str:
        if info.get("url") != self._url:
            return "another process has set another webhook, or polls with this token"
        failed_at, waiting = info.get("last_error_date"), info.get("pending_update_count")
        lately = isinstance(failed_at, int) and self._clock.now().timestamp() - failed_at
        if waiting and lately and lately < TOO_LONG_S:
            return f"Telegram says of the webhook: {info.get('last_error_message')}"
        return ""
