"""A subscriber's first name, asked of Telegram when a message is about to leave; never stored."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson

from bot.delivery.content import NAME_UNITS
from bot.telegram.bulk.connection import Reply
from bot.telegram.errors import NotSent
from bot.telegram.responses import Outcome, classify
from bot.texts.html import one_line

METHOD = "getChat"


def question(chat_id: int) -> bytes:
    """The JSON body that asks for a chat."""
    return b'{"chat_id":%d}' % chat_id


def what_holds(call: asyncio.Future[Reply]) -> Outcome | None:
    """Why nothing may be sent now: Telegram wants a pause, or is out of reach."""
    error = asyncio.CancelledError() if call.cancelled() else call.exception()
    if error is not None:
        return classify(0, error) if isinstance(error, NotSent) else None
    outcome = classify(*call.result())
    return outcome if outcome.kind in ("flood", "hold") else None


def name_in(call: asyncio.Future[Reply]) -> str | None:
    """The first name in the answer, cut to what fits; None where it has none, as of a group."""
    if call.cancelled() or call.exception() is not None:
        return None
    return first_name(_result(call.result().body))


def first_name(chat: Any) -> str | None:
    """The first name of a chat as Telegram describes it."""
    found = chat.get("first_name") if isinstance(chat, dict) else None
    return (one_line(found, NAME_UNITS) or None) if isinstance(found, str) else None


def _result(body: bytes) -> Any:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return answer.get("result") if isinstance(answer, dict) else None
