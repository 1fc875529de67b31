"""Speaking to one chat: send, edit or send anew, answer a tap; harmless refusals are met here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import structlog
from telegram import InputFile
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.clock import Clock
from bot.retry import REPLY, Retries
from bot.telegram.errors import NotSent
from bot.telegram.replay import is_repeated
from bot.texts.message import Message

log = structlog.get_logger(__name__)

NOT_THERE = (  # Telegram's words for a message that can no longer be edited
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message identifier is not specified",
)
NO_TOPIC = ("message thread not found", "topic_closed", "topic_deleted", "topic_id_invalid")


class Api(Protocol):
    """One call of the Bot API; raises ``telegram.error.TelegramError``."""

    async def call(
        self, method: str, payload: Mapping[str, Any], *, dropped_in_floods: bool = False
    ) -> Any: ...


@dataclass(frozen=True)
class SentMessage:
    """A message of ours that may be edited."""

    chat_id: int
    message_id: int


class Messenger:
    """What handlers say goes through here."""

    def __init__(self, api: Api, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._ahead = 0.0  # seconds by which our clock is ahead of Telegram's

    def age(self, written: datetime) -> float:
        """Seconds since an instant that Telegram gave, by its clock as our last message shows it.

        Our own may be wrong, and then whatever is asked would be old for ever.
        """
        return (self._clock.now() - written).total_seconds() - self._ahead

    async def send(self, chat_id: int, message: Message, topic: int | None = None) -> int:
        """Send, into a ``topic`` of the chat if one is named; the new message's id.

        Raises:
            telegram.error.TelegramError: it was refused, or there was no answer.
        """
        sent = await self._put("sendMessage", message.payload(chat_id), topic)
        self._ahead = self._clock.now().timestamp() - int(sent["date"])
        return int(sent["message_id"])

    async def edit_or_send(
        self,
        sent_message: SentMessage | None,
        chat_id: int,
        message: Message,
        topic: int | None = None,
        *,
        dropped_in_floods: bool = False,
    ) -> int:
        """Put ``message`` where ``sent_message`` is, or send it when that cannot be; its id.

        An edit that may be ``dropped_in_floods`` waits for none, and nobody waits for it.

        Raises:
            telegram.error.RetryAfter: Telegram asks to wait.
            telegram.error.TelegramError: it was refused, or there was no answer.
        """
        if sent_message is None or message.reply is not None:
            return await self.send(chat_id, message, topic)
        payload = message.payload(sent_message.chat_id) | {"message_id": sent_message.message_id}
        if not message.buttons:
            # Only inline keyboards can be edited; without any the old one goes away.
            payload.pop("reply_markup", None)
        try:
            await self._call("editMessageText", payload, dropped_in_floods=dropped_in_floods)
        except BadRequest as refusal:
            if _unchanged(refusal):
                return sent_message.message_id
            if not _not_there(refusal):
                raise
            return await self.send(chat_id, message, topic)
        return sent_message.message_id

    async def edit_buttons(self, sent_message: SentMessage | None, message: Message) -> None:
        """Show the buttons of ``message`` under ``sent_message``; nothing if it is gone."""
        if sent_message is None:
            return
        payload = {
            "chat_id": sent_message.chat_id,
            "message_id": sent_message.message_id,
            "reply_markup": message.markup(),
        }
        try:
            await self._call("editMessageReplyMarkup", payload)
        except BadRequest as refusal:
            if not (_unchanged(refusal) or _not_there(refusal)):
                raise

    async def answer(self, query_id: str, words: str | None = None) -> None:
        """Stop the button's spinner, with a short note if there is one; too late is no error.

        What the tap is for does not wait until Telegram wants answers to taps again.
        """
        payload = {"callback_query_id": query_id} | ({"text": words} if words else {})
        try:
            await self._api.call("answerCallbackQuery", payload, dropped_in_floods=True)
        except (BadRequest, NetworkError, RetryAfter) as refusal:
            log.debug("a tap could not be answered", kind=type(refusal).__name__)

    async def copy(self, chat_id: int, message_id: int, topic: int | None = None) -> int:
        """Copy a message of the chat as Telegram has it; the new one's id (0 while on its way).

        Raises:
            telegram.error.BadRequest: this kind of message cannot be copied, or it is gone.
        """
        payload = {"chat_id": chat_id, "from_chat_id": chat_id, "message_id": message_id}
        return int((await self._put("copyMessage", payload, topic))["message_id"])

    async def send_words(
        self, chat_id: int, words: Mapping[str, Any], topic: int | None = None
    ) -> int:
        """Send someone's own words as they wrote them; the message's id (0 while on its way).

        ``words`` are parameters of ``sendMessage``: ``text``, and what formats and accompanies it.
        """
        payload = {"chat_id": chat_id, **words}
        return int((await self._put("sendMessage", payload, topic))["message_id"])

    async def send_file(
        self, chat_id: int, name: str, content: bytes, caption: str, topic: int | None = None
    ) -> None:
        """Send a file."""
        file = InputFile(content, filename=name)
        payload = {"chat_id": chat_id, "document": file, "caption": caption}
        await self._put("sendDocument", payload, topic)

    async def _put(self, method: str, payload: Mapping[str, Any], topic: int | None) -> Any:
        """Into the topic; beside it where it is gone or closed, or Telegram knows it no more."""
        if topic is None:
            return await self._call(method, payload)
        try:
            return await self._call(method, {**payload, "message_thread_id": topic})
        except BadRequest as refusal:
            if not any(words in refusal.message.lower() for words in NO_TOPIC):
                raise
            log.info("a topic is gone; the reply goes beside it")
            return await self._call(method, payload)

    async def _call(self, method: str, payload: Mapping[str, Any], **how: bool) -> Any:
        """Call, and again when that promises something; a reply is worth three tries.

        One that failed three times already is given again later, as a whole.
        """
        retries = Retries(REPLY, self._clock)
        while True:
            try:
                return await self._api.call(method, payload, **how)
            except NetworkError as error:
                wait = None if is_repeated() else retries.failed()
                if wait is None or not _worth_another_try(error):
                    raise
                log.info("a reply is tried again", method=method, seconds=wait)
                await retries.sleep(wait)


def _worth_another_try(error: NetworkError) -> bool:
    """Not what was refused, nor what took too long and most likely arrived.

    When a connection breaks, a reply may have arrived; one that comes twice is the lesser evil.
    """
    return isinstance(error, NotSent) or not isinstance(error, BadRequest | TimedOut)


def _unchanged(refusal: TelegramError) -> bool:
    return "message is not modified" in refusal.message.lower()


def _not_there(refusal: TelegramError) -> bool:
    return any(words in refusal.message.lower() for words in NOT_THERE)
