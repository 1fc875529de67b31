"""PTB's rate limiter hook: every call waits its turn as a reply.

PTB's own ``AIORateLimiter`` stays out, because it knows one priority: a reply would wait behind a
broadcast, and a flood wait of one chat would hold all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.telegram import update_scope
from bot.telegram.limits.flood_waits import ANSWER, EDIT, SEND, ChatId
from bot.telegram.limits.limiter import HeldError, Lane, SendLimiter
from bot.telegram.request import FloodWait
from bot.telegram.update_scope import Answer

PATIENCE_S = 3.0
"""How long a call may wait for a flood to end, or for its chat, in the hands of a worker."""

NEVER = -1
"""``rate_limit_args`` of a call that is dropped rather than waited for."""

# Whatever makes a message appear in a chat is of one kind, and so is whatever changes one.
KINDS = {"send": SEND, "copy": SEND, "forward": SEND, "edit": EDIT, "answer": ANSWER}
NOT_A_MESSAGE = frozenset({"sendChatAction", "sendMessageDraft"})
# They say where updates go and reach no chat: a flood of replies is no reason to stop listening.
NOT_A_REPLY = frozenset({"setWebhook", "deleteWebhook"})

Call = Callable[[], Coroutine[Any, Any, Answer]]


class HeldBackError(FloodWait):
    """Not even tried: replies, or those to this chat, are held for so many ``seconds``."""


class PriorityRateLimiter(BaseRateLimiter[int]):
    """Every call waits for the limiter as a reply, except those that only read.

    A 429 holds its chat's calls of that kind for as long as Telegram says, and the lane if two
    chats meet one; the call is made again after that. What would have to wait for more than
    ``PATIENCE_S`` raises :class:`HeldBackError` at once, so that nobody sleeps for minutes holding
    anything: the inbox takes the update up again. ``rate_limit_args`` of a call is how often it
    may be repeated (PTB takes a 0 for "not given"); ``NEVER`` is for what is worth no wait, such
    as a progress message that is out of date by then: it is dropped, and nobody waits for its 429
    but its own chat.

    Args:
        limiter: the budget that is shared with tips and broadcasts.
        retries: how often a call is repeated after a 429 before the error reaches the caller.
    """

    def __init__(self, limiter: SendLimiter, retries: int = 2) -> None:
        self._limiter = limiter
        self._retries = retries

    async def initialize(self) -> None:
        """Nothing to open: the limiter belongs to the app."""

    async def shutdown(self) -> None:
        """Close nothing."""

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
            return await self._call_at_once(call, endpoint)
        ours = update_scope.current.get()
        if ours is not None and (known := ours.known(endpoint, data)) is not None:
            return known
        chat_id = _chat(data) or (ours.chat_id if ours is not None else 0) or None
        left = self._retries if rate_limit_args is None else rate_limit_args
        answer = await self._call(call, chat_id, kind_of(endpoint), left)
        if ours is not None:
            ours.said(endpoint, data, answer)
        return answer

    async def _call_at_once(self, call: Call, endpoint: str) -> Answer:
        try:
            return await call()
        except RetryAfter as flood:
            self._limiter.refused(Lane.REPLY, None, seconds_of(flood), kind=endpoint)
            return await self._call(call, None, endpoint, self._retries, math.inf)

    async def _call(
        self,
        call: Call,
        chat_id: ChatId | None,
        kind: str,
        left: int,
        patience: float = PATIENCE_S,
    ) -> Answer:
        dropped = left == NEVER
        while True:
            await self._turn(chat_id, kind, 0.0 if dropped else patience)
            try:
                return await call()
            except RetryAfter as flood:
                seconds = seconds_of(flood)
                self._limiter.refused(Lane.REPLY, chat_id, seconds, kind=kind, alone=dropped)
                if left <= 0:
                    raise
            left -= 1

    async def _turn(self, chat_id: ChatId | None, kind: str, patience: float) -> None:
        try:
            await self._limiter.reply(
                chat_id, kind=kind, patience=patience, rank=update_scope.rank()
            )
        except HeldError as held:
            raise HeldBackError(held.seconds) from None


def kind_of(endpoint: str) -> str:
    """The kind of call that a method of the Bot API is; flood waits are by kind."""
    if endpoint in NOT_A_MESSAGE:
        return endpoint
    return next((kind for verb, kind in KINDS.items() if endpoint.startswith(verb)), endpoint)


def _chat(data: dict[str, Any]) -> ChatId | None:
    chat_id: ChatId | None = data.get("chat_id")
    if isinstance(chat_id, str) and chat_id.lstrip("-").isdecimal():
        return int(chat_id)
    return chat_id


def seconds_of(flood: RetryAfter) -> float:
    """How long Telegram asks to wait, in whichever form PTB has it."""
    if isinstance(flood, FloodWait):
        return flood.seconds
    wait = flood.retry_after
    return float(wait) if isinstance(wait, int | float) else wait.total_seconds()
