"""Puts PTB's calls into the reply lane of the pace."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.delivery.pacing import HeldError, Lane, Pace
from bot.transport import FloodWait
from bot.updates import errand
from bot.updates.errand import Answer

PATIENCE_S = 3.0
"""How long a call may wait for a flood to end, or for its chat, in the hands of a worker."""

# Whatever makes a message appear in a chat; edits, deletions and answers to buttons do not.
NEW_MESSAGE = ("send", "copy", "forward")
NOT_A_MESSAGE = frozenset({"sendChatAction", "sendMessageDraft"})
# They say where updates go and reach no chat: a flood of replies is no reason to stop listening.
NOT_A_REPLY = frozenset({"setWebhook", "deleteWebhook"})

Call = Callable[[], Coroutine[Any, Any, Answer]]


class HeldBackError(FloodWait):
    """Not even tried: replies, or those to this chat, are held for so many ``seconds``."""


class LaneLimiter(BaseRateLimiter[int]):
    """Every call waits for its turn in the reply lane, except those that only read.

    A 429 holds the lane for as long as Telegram says, and the call is made again after that. What
    would have to wait for more than ``PATIENCE_S`` raises :class:`HeldBackError` at once, so that
    nobody sleeps for minutes holding anything: the inbox takes the update up again.
    ``rate_limit_args`` of a call is how often it may be repeated; -1 means never (PTB takes a 0
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
        call = partial(callback, *args, **kwargs)
        if endpoint.startswith("get"):
            return await call()
        if endpoint in NOT_A_REPLY:
            return await self._call_at_once(call)
        ours = errand.current.get()
        if ours is not None and (known := ours.known(endpoint, data)) is not None:
            return known
        chat_id = _chat(data) or (ours.chat_id if ours is not None else 0) or None
        turn = partial(self._turn, chat_id, makes_message=_makes_message(endpoint))
        left = self._retries if rate_limit_args is None else rate_limit_args
        answer = await self._call(call, turn, left)
        if ours is not None:
            ours.said(endpoint, data, answer)
        return answer

    async def _call_at_once(self, call: Call) -> Answer:
        try:
            return await call()
        except RetryAfter as flood:
            self._pace.flood(Lane.REPLY, seconds_of(flood))
            return await self._call(call, self._pace.reply, self._retries)

    async def _call(
        self, call: Call, turn: Callable[[], Coroutine[Any, Any, None]], left: int
    ) -> Answer:
        while True:
            await turn()
            try:
                return await call()
            except RetryAfter as flood:
                self._pace.flood(Lane.REPLY, seconds_of(flood))
                if left <= 0:
                    raise
            left -= 1

    async def _turn(self, chat_id: int | str | None, *, makes_message: bool) -> None:
        try:
            await self._pace.reply(chat_id, makes_message=makes_message, patience=PATIENCE_S)
        except HeldError as held:
            raise HeldBackError(held.seconds) from None


def _makes_message(endpoint: str) -> bool:
    return endpoint.startswith(NEW_MESSAGE) and endpoint not in NOT_A_MESSAGE


def _chat(data: dict[str, Any]) -> int | str | None:
    chat_id: int | str | None = data.get("chat_id")
    if isinstance(chat_id, str) and chat_id.lstrip("-").isdecimal():
        return int(chat_id)
    return chat_id


def seconds_of(flood: RetryAfter) -> float:
    """How long Telegram asks to wait, in whichever form PTB has it."""
    if isinstance(flood, FloodWait):
        return flood.seconds
    wait = flood.retry_after
    return float(wait) if isinstance(wait, int | float) else wait.total_seconds()
