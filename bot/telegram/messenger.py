"""Speaking to one chat: send, edit or send anew, answer a tap; harmless refusals are met here."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, TypeVar

import structlog
from telegram import (
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputFile,
    InputMediaPhoto,
    InputTextMessageContent,
    LinkPreviewOptions,
    MessageEntity,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import ExtBot

from bot.clock import Clock
from bot.retry import REPLY, Retries
from bot.telegram.errors import NotSent
from bot.telegram.rate_limiter import NEVER
from bot.telegram.update_scope import is_repeated
from bot.texts.inline import InlineResult, InlineResults
from bot.texts.message import Message

log = structlog.get_logger(__name__)

T = TypeVar("T")
Call = partial[Coroutine[Any, Any, T]]
Keyboard = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove

NOT_THERE = (  # Telegram's words for a message that can no longer be edited
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message identifier is not specified",
)
GONE = ("message to edit not found", "message_id_invalid")
PICTURE_NAME = "figures.png"
NO_TOPIC = ("message thread not found", "topic_closed", "topic_deleted", "topic_id_invalid")


@dataclass(frozen=True)
class SentMessage:
    """A message of ours that may be edited."""

    chat_id: int
    message_id: int


class OwnWords(NamedTuple):
    """A text as its author formatted it, and what they chose for the preview of its link."""

    text: str
    entities: Sequence[MessageEntity]
    link_preview: LinkPreviewOptions | None


class Messenger:
    """What handlers say goes through here."""

    def __init__(self, bot: ExtBot[int], clock: Clock) -> None:
        self._bot = bot
        self._clock = clock
        self._ahead = 0.0  # seconds by which our clock is ahead of Telegram's

    def age(self, written: datetime) -> float:
        """Seconds since an instant that Telegram gave, by its clock as our last message shows it.

        Our own may be wrong, and then whatever is asked would be old for ever.
        """
        return (self._clock.now() - written).total_seconds() - self._ahead

    async def send(
        self,
        chat_id: int,
        message: Message,
        topic: int | None = None,
        *,
        reply_to: int | None = None,
        silent: bool = False,
    ) -> int:
        """Send, into a ``topic`` of the chat if one is named, as a reply if that is wanted.

        Returns the new message's id.

        Raises:
            telegram.error.TelegramError: it was refused, or there was no answer.
        """
        sent = await self._put(
            partial(
                self._bot.send_message,
                chat_id,
                message.html,
                parse_mode=ParseMode.HTML,
                link_preview_options=_previews(message),
                reply_markup=_keyboard(message),
                reply_parameters=_reply_to(reply_to),
                disable_notification=silent or None,
            ),
            topic,
        )
        self._ahead = (self._clock.now() - sent.date).total_seconds()
        return sent.message_id

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
        if sent_message is not None and message.reply is None:
            edit = self._edit(sent_message, message, dropped_in_floods=dropped_in_floods)
            if await _is_edited(edit):
                return sent_message.message_id
        return await self.send(chat_id, message, topic)

    async def _edit(
        self, sent_message: SentMessage, message: Message, *, dropped_in_floods: bool
    ) -> None:
        await self._call(
            partial(
                self._bot.edit_message_text,
                message.html,
                sent_message.chat_id,
                sent_message.message_id,
                parse_mode=ParseMode.HTML,
                link_preview_options=_previews(message),
                reply_markup=_inline_keyboard(message),
                rate_limit_args=NEVER if dropped_in_floods else None,
            )
        )

    async def picture_or_send(
        self,
        sent_message: SentMessage | None,
        chat_id: int,
        png: bytes,
        caption: Message,
        topic: int | None = None,
    ) -> int:
        """Put a picture where ``sent_message`` is, or send it when that cannot be; its id.

        Raises:
            telegram.error.TelegramError: it was refused, or there was no answer.
        """
        if sent_message is not None and await _is_edited(
            self._edit_picture(sent_message, png, caption)
        ):
            return sent_message.message_id
        sending = partial(
            self._bot.send_photo,
            chat_id,
            InputFile(png, filename=PICTURE_NAME),
            caption=caption.html,
            parse_mode=ParseMode.HTML,
            reply_markup=_keyboard(caption),
        )
        return (await self._put(sending, topic)).message_id

    async def _edit_picture(self, sent_message: SentMessage, png: bytes, caption: Message) -> None:
        photo = InputMediaPhoto(
            InputFile(png, filename=PICTURE_NAME, attach=True),
            caption=caption.html,
            parse_mode=ParseMode.HTML,
        )
        await self._call(
            partial(
                self._bot.edit_message_media,
                photo,
                sent_message.chat_id,
                sent_message.message_id,
                reply_markup=_inline_keyboard(caption),
            )
        )

    async def edit_buttons(self, sent_message: SentMessage | None, message: Message) -> None:
        """Show the buttons of ``message`` under ``sent_message``; nothing if it is gone."""
        if sent_message is None:
            return
        try:
            await self._call(
                partial(
                    self._bot.edit_message_reply_markup,
                    sent_message.chat_id,
                    sent_message.message_id,
                    reply_markup=_inline_keyboard(message),
                )
            )
        except BadRequest as refusal:
            if not (_unchanged(refusal) or _not_there(refusal)):
                raise

    async def delete(self, sent_message: SentMessage) -> None:
        """Delete a message of ours; nothing if it is gone, or too old for that."""
        deleting = partial(self._bot.delete_message, sent_message.chat_id, sent_message.message_id)
        try:
            await self._call(deleting)
        except BadRequest as refusal:
            log.debug("a message could not be deleted", kind=type(refusal).__name__)

    async def is_there(self, message: SentMessage) -> bool:
        """Whether a message, of whoever it is, has not been deleted.

        Telegram can only be asked by an edit: it refuses that of somebody else's message, in other
        words than of one that is gone.
        """
        looking = partial(self._bot.edit_message_reply_markup, message.chat_id, message.message_id)
        try:
            await self._call(looking)
        except BadRequest as refusal:
            return not any(words in refusal.message.lower() for words in GONE)
        return True

    async def download(self, file_id: str) -> bytes:
        """The content of a file that somebody sent.

        Raises:
            telegram.error.TelegramError: it was refused, or there was no answer.
        """
        file = await self._call(partial(self._bot.get_file, file_id))
        content: bytearray = await self._call(partial(file.download_as_bytearray))
        return bytes(content)

    async def answer(self, query_id: str, words: str | None = None) -> None:
        """Stop the button's spinner, with a short note if there is one; too late is no error.

        What the tap is for does not wait until Telegram wants answers to taps again.
        """
        try:
            await self._bot.answer_callback_query(query_id, words or None, rate_limit_args=NEVER)
        except (BadRequest, NetworkError, RetryAfter) as refusal:
            log.debug("a tap could not be answered", kind=type(refusal).__name__)

    async def answer_inline(self, query_id: str, found: InlineResults) -> None:
        """Give the results of an inline query; too late is no error, as the words have changed."""
        articles = [_article(result) for result in found.results]
        button = None
        if found.ask_label:
            button = InlineQueryResultsButton(found.ask_label, start_parameter=found.ask_link)
        try:
            await self._bot.answer_inline_query(
                query_id,
                articles,
                cache_time=found.cache_s,
                is_personal=False,
                button=button,
                rate_limit_args=NEVER,
            )
        except (BadRequest, NetworkError, RetryAfter) as refusal:
            log.debug("an inline query could not be answered", kind=type(refusal).__name__)

    async def name_of(self, user_id: int) -> str:
        """What somebody calls themselves on Telegram at this moment; "" where that is not told.

        To be shown, never to be stored.
        """
        try:
            return (await self._bot.get_chat(user_id)).full_name or ""
        except TelegramError as refusal:
            log.debug("a name is not told", kind=type(refusal).__name__)
            return ""

    async def names_of(self, users: Iterable[int]) -> dict[int, str]:
        """The same of several people, by their ids."""
        asked = list(dict.fromkeys(users))
        names = await asyncio.gather(*map(self.name_of, asked))
        return dict(zip(asked, names, strict=True))

    async def send_words(
        self,
        chat_id: int,
        words: OwnWords,
        topic: int | None = None,
        *,
        reply_to: int | None = None,
    ) -> int:
        """Send someone's own words as they wrote them; the message's id (0 while on its way).

        As a reply to ``reply_to``, as long as that is there.
        """
        sending = partial(
            self._bot.send_message,
            chat_id,
            words.text,
            entities=words.entities,
            link_preview_options=words.link_preview,
            reply_parameters=_reply_to(reply_to),
        )
        return (await self._put(sending, topic)).message_id

    async def send_file(
        self, chat_id: int, name: str, content: bytes, caption: str, topic: int | None = None
    ) -> None:
        """Send a file."""
        file = InputFile(content, filename=name)
        await self._put(partial(self._bot.send_document, chat_id, file, caption=caption), topic)

    async def _put(self, call: Call[T], topic: int | None) -> T:
        """Into the topic; beside it where it is gone or closed, or Telegram knows it no more."""
        if topic is None:
            return await self._call(call)
        try:
            return await self._call(partial(call, message_thread_id=topic))
        except BadRequest as refusal:
            if not any(words in refusal.message.lower() for words in NO_TOPIC):
                raise
            log.info("a topic is gone; the reply goes beside it")
            return await self._call(call)

    async def _call(self, call: Call[T]) -> T:
        """Call, and again when that promises something; a reply is worth three tries.

        One that failed three times already is given again later, as a whole.
        """
        retries = Retries(REPLY, self._clock)
        while True:
            try:
                return await call()
            except NetworkError as error:
                wait = None if is_repeated() else retries.failed()
                if wait is None or not _worth_another_try(error):
                    raise
                log.info("a reply is tried again", method=call.func.__name__, seconds=wait)
                await retries.sleep(wait)


def _article(result: InlineResult) -> InlineQueryResultArticle:
    content = InputTextMessageContent(
        result.message.html, ParseMode.HTML, link_preview_options=_previews(result.message)
    )
    return InlineQueryResultArticle(
        result.id,
        result.title,
        content,
        reply_markup=_inline_keyboard(result.message),
        description=result.description,
    )


def _reply_to(message_id: int | None) -> ReplyParameters | None:
    """A reply that is sent also where what it answers is gone."""
    if message_id is None:
        return None
    return ReplyParameters(message_id, allow_sending_without_reply=True)


def _previews(message: Message) -> LinkPreviewOptions | None:
    return LinkPreviewOptions(is_disabled=True) if message.silent_links else None


def _keyboard(message: Message) -> Keyboard | None:
    plain = message.markup()
    if plain is None or message.buttons:
        return _inline_keyboard(message)
    return ReplyKeyboardMarkup.de_json(plain) if message.reply else ReplyKeyboardRemove()


def _inline_keyboard(message: Message) -> InlineKeyboardMarkup | None:
    """The only keyboard that an edit takes; without any the old one goes away."""
    return InlineKeyboardMarkup.de_json(message.markup() or {}) if message.buttons else None


def _worth_another_try(error: NetworkError) -> bool:
    """Not what was refused, nor what took too long and most likely arrived.

    When a connection breaks, a reply may have arrived; one that comes twice is the lesser evil.
    """
    return isinstance(error, NotSent) or not isinstance(error, BadRequest | TimedOut)


async def _is_edited(edit: Coroutine[Any, Any, None]) -> bool:
    """Make the edit; False where the message is not there any more, or can't be edited."""
    try:
        await edit
    except BadRequest as refusal:
        if _not_there(refusal):
            return False
        if not _unchanged(refusal):
            raise
    return True


def _unchanged(refusal: TelegramError) -> bool:
    return "message is not modified" in refusal.message.lower()


def _not_there(refusal: TelegramError) -> bool:
    return any(words in refusal.message.lower() for words in NOT_THERE)
