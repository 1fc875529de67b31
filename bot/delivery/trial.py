"""A broadcast as it will arrive, sent to a few who asked to see it."""

from __future__ import annotations

from typing import Any, Protocol

import orjson
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.delivery.broadcast_requests import BroadcastRequests, Known, asks_name
from bot.delivery.first_names import METHOD, first_name
from bot.store.outbox_models import BroadcastRead
from bot.store.queries.addressees import Addressee
from bot.telegram.responses import reason_of_refusal
from bot.texts.catalogue import SOURCE_LANGUAGE


class Api(Protocol):
    """Calls a method of the Bot API."""

    async def call(self, method: str, payload: dict[str, Any]) -> Any:
        """The result; raises ``telegram.error.TelegramError`` where it is refused."""
        ...


class Trial:
    """Sends one broadcast as a reply, outside of the outbox."""

    def __init__(
        self, api: Api, requests: BroadcastRequests, broadcast: BroadcastRead, known: Known
    ) -> None:
        self._api = api
        self._requests = requests
        self._broadcast = broadcast
        self._known = known

    async def send(self, chat_id: int, topic: int | None = None) -> str:
        """Why it was not taken, by the reasons of reports; "" for what was."""
        to = self._known.people.get(chat_id) or _stranger(chat_id)
        try:
            name = await self._name(chat_id)
            hour = self._known.hours.get(chat_id)
            parts = self._requests.parts(self._broadcast, to, hour, name)
            place = {"message_thread_id": topic} if topic is not None else {}
            await self._api.call(parts.method, orjson.loads(parts.body(chat_id)) | place)
        except TelegramError as error:
            return _reason(error)
        return ""

    async def _name(self, chat_id: int) -> str | None:
        if not asks_name(self._broadcast):
            return None
        return first_name(await self._api.call(METHOD, {"chat_id": chat_id}))


def _stranger(chat_id: int) -> Addressee:
    """Whoever runs the bot need not be subscribed."""
    return Addressee(
        chat_id,
        state="new",
        announcements=True,
        language=SOURCE_LANGUAGE,
        zone=None,
        quiet=False,
        local_minute=None,
        weekdays=0,
    )


def _reason(error: TelegramError) -> str:
    if isinstance(error, BadRequest):
        return reason_of_refusal(error.message)
    if isinstance(error, Forbidden):
        return reason_of_refusal(error.message, 403)
    return "unavailable"
