"""Puts PTB's calls into the reply lane of the pace."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.delivery.pacing import Lane, Pace
from bot.transport import FloodWait

Answer = bool | dict[str, Any] | list[dict[str, Any]]
# Whatever makes a message appear in a chat; edits, deletions and answers to buttons do not.
NEW_MESSAGE = ("send", "copy", "forward")
NOT_A_MESSAGE = frozenset({"sendChatAction", "sendMessageDraft"})


class LaneLimiter(BaseRateLimiter[int]):
    """Every call waits for its turn in the reply lane, except those that only read.

    A 429 holds the lane for as long as Telegram says and the call is made again after that.
    ``rate_limit_args`` of a call is how often that may happen to it; -1 means never (PTB takes a 0
    for "not given").

    Args:
        pace: the budget that is shared with tips and broadcasts.
        retries: how often a call is repeated after a 429 before the error reaches the caller.
    """

    def __init__(self, pace: Pace, retries: int = 2) -> None:
        self._pace = pace
        self._retries = retries

    async def initialize(self) -> None:
        """Nothing to open: the pace belongs to the app."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Answer:
        if endpoint.startswith("get"):
            return await callback(*args, **kwargs)
        chat_id = _written_to(endpoint, data)
        left = self._retries if rate_limit_args is None else rate_limit_args
        while True:
            await self._pace.reply(chat_id)
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as flood:
                self._pace.flood(Lane.REPLY, _seconds(flood))
                if left <= 0:
                    raise
            left -= 1


def _written_to(endpoint: str, data: dict[str, Any]) -> int | str | None:
    if not endpoint.startswith(NEW_MESSAGE) or endpoint in NOT_A_MESSAGE:
        return None
    chat_id = data.get("chat_id")
    if isinstance(chat_id, str) and chat_id.lstrip("-").isdecimal():
        return int(chat_id)
    return chat_id


def _seconds(flood: RetryAfter) -> float:
    if isinstance(flood, FloodWait):
        return flood.seconds
    wait = flood.retry_after
    return float(wait) if isinstance(wait, int) else wait.total_seconds()
