"""From an update to the one function that deals with it."""

from __future__ import annotations

import re
from typing import Any

import structlog
from telegram import CallbackQuery, Chat, ChatMember, ChatMemberUpdated, Message, Update
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import Application, TypeHandler

from bot.handlers import faq, groups, start
from bot.handlers.command import is_for, read_command
from bot.handlers.context import AWAY, Context, HandlerServices, topic_of
from bot.handlers.questions import TextAnalysis
from bot.handlers.recently import Recently
from bot.handlers.routes import ON_COMMAND, ON_TAP
from bot.store.values import UnknownSubscriberError
from bot.telegram import replay
from bot.telegram.messenger import SentMessage
from bot.telegram.replay import NoSignError
from bot.telegram.responses import reason_of_refusal
from bot.texts import broadcast as broadcast_texts
from bot.texts import callbacks as taps
from bot.texts import errors
from bot.texts import start as start_texts
from bot.texts.catalogue import choose
from bot.texts.commands import commands_for, spoken
from bot.texts.message import Message as Said
from bot.texts.small_talk import courtesy
from tips.normalise import normalise

log = structlog.get_logger(__name__)

DOUBLE_TAP_S = 1.5
ALBUM_S = 60.0
GROUP_S = 600.0  # a group is told that often at most where the bot works
LATE_S = 3600.0  # what was asked so long ago is asked again if it still matters
OUT_OF_REACH = ("not_found", "no_rights", "topic_closed")  # nothing that we could mend
LASTING = ("start", "stop", "pause", "resume", "forget")  # carried out however late they come
ABOUT_LEAVING = ("stop", "forget", "privacy", "export")
NO_WORDS = re.compile(r"[\W_]*")


class Dispatch:
    """Finds the function for an update; everything that fits nothing gets a kind word or none."""

    def __init__(self, services: HandlerServices) -> None:
        self._services = services
        self._tapped = Recently[tuple[int, int, str]](services.clock, DOUBLE_TAP_S)
        self._albums = Recently[tuple[int, str]](services.clock, ALBUM_S)
        self._called = Recently[int](services.clock, GROUP_S)
        self._told_late = Recently[int](services.clock, LATE_S)

    def register(self, application: Application[Any, Any, Any, Any, Any, Any]) -> None:
        """Hang up in PTB's application, which calls :meth:`on_update` for every update."""
        application.add_handler(TypeHandler(Update, self.on_update))
        application.add_error_handler(self.on_error)

    def suspicion(self, words: str) -> int:
        """How much the words sound like a danger, 0 to 2: quick, and rather too much."""
        return self._services.analyser.suspicion(words)

    async def on_update(self, update: Update, _context: object) -> None:
        """Deal with one update; edited messages, channel posts and the rest are left alone."""
        if update.message is not None:
            await self._on_message(update.message)
        elif update.callback_query is not None:
            await self._on_tap(update.callback_query)
        elif update.my_chat_member is not None:
            await self._on_membership(update.my_chat_member)

    async def on_error(self, update: object, context: Any) -> None:
        """One kind word for the subscriber; the whole story, without their words, for the log."""
        error: BaseException = context.error
        chat = update.effective_chat if isinstance(update, Update) else None
        if isinstance(error, Forbidden) and chat is not None:
            await self._services.subscribers.blocked(chat.id)
            return
        if isinstance(error, UnknownSubscriberError) and chat is not None:
            # Erased between our looking and our doing, for instance by another tap.
            await self._tell(update, start_texts.finish_first(_language(update)))
            return
        if isinstance(error, BadRequest) and reason_of_refusal(error.message) in OUT_OF_REACH:
            log.info("a chat cannot be answered", kind=reason_of_refusal(error.message))
            return
        log.error("a handler failed", exc_info=error)
        if chat is None or chat.type != Chat.PRIVATE:
            return
        await self._tell(update, errors.went_wrong(_language(update)))

    async def _tell(self, update: object, message: Said) -> None:
        if not isinstance(update, Update) or update.effective_chat is None:
            return
        topic = topic_of(update.effective_message)
        try:
            await self._services.messenger.send(update.effective_chat.id, message, topic)
        except TelegramError as error:
            log.warning("nor could the reader be told", kind=type(error).__name__)

    async def _context(self, chat_id: int, user: Any, **more: Any) -> Context:
        subscribers = self._services.subscribers
        subscriber = await subscribers.find(chat_id)
        returned = subscriber is not None and subscriber.state in AWAY
        if returned:
            # Whoever writes has not blocked us any more.
            await subscribers.unblocked(chat_id)
            subscriber = await subscribers.find(chat_id)
        return Context(self._services, chat_id, user, subscriber, returned=returned, **more)

    async def _on_message(self, message: Message) -> None:
        if await self._on_migration(message):
            return
        user = message.from_user
        if user is None or user.is_bot:
            return
        if message.chat.type != Chat.PRIVATE:
            await groups.on_message(self._services, message, self._called)
            return
        if message.text is None and message.location is None and _is_service(message):
            return
        analysis = await self._sign_in(message) if replay.looks_for_sign() else None
        topic = topic_of(message)
        context = await self._context(
            message.chat.id, user, message=message, topic=topic, analysis=analysis
        )
        if message.location is not None:
            await start.located(context, message.location)
        elif self._services.messenger.age(message.date) > LATE_S:
            await self._on_late(context, message)
        elif message.text is None:
            await self._on_attachment(context, message)
        elif context.forwarded:
            await self._on_forwarded(context, message.text)
        elif (command := read_command(message.text)) is not None:
            await self._on_command(context, command)
        else:
            await self._on_words(context, message.text)

    async def _sign_in(self, message: Message) -> TextAnalysis:
        """The sign of danger in a message that goes before others if there is one.

        Raises:
            NoSignError: there is none, or it is a command's business, or already answered.
        """
        words = message.text or message.caption or ""
        analysis = await self._services.analyser.hear_sign(words)
        command = read_command(words)
        if analysis.advice is None or (command is not None and command["name"].lower() != "faq"):
            raise NoSignError
        replay.claim()
        return analysis

    async def _on_late(self, context: Context, message: Message) -> None:
        """Written an hour ago: only signs of danger and what lasts; the rest is asked anew."""
        words = message.text or message.caption or ""
        if await faq.warn(context, await self._services.analyser.warning(words)):
            return
        command = read_command(words)
        name = self._name_of(context, command) if command is not None else spoken(words)
        if name in LASTING and message.text is not None and not context.forwarded:
            await self._run(context, name, (command["rest"] or "") if command is not None else "")
        elif context.chat_id not in self._told_late:
            await context.say(errors.came_late(context.language))
            self._told_late.add(context.chat_id)

    async def slow_down(self, update: Update) -> None:
        """Somebody's flood: what they wrote is left alone, and they are told so."""
        user, chat = update.effective_user, update.effective_chat
        if user is None or user.is_bot or chat is None or chat.type != Chat.PRIVATE:
            return
        context = await self._context(chat.id, user, topic=topic_of(update.effective_message))
        await context.say(errors.slow_down(context.language))

    async def _on_forwarded(self, context: Context, text: str) -> None:
        """Another's words: read like a question, never an order nor an answer to ours."""
        analysis = await faq.analyse(context, text)
        orders = read_command(text) is not None or spoken(text) is not None
        if analysis.advice is None and orders:
            await context.say(errors.forwarded(context.language))
        elif analysis.advice is None and NO_WORDS.fullmatch(normalise(text)):
            await context.say(errors.emoji_only(context.language))
        else:
            await faq.reply(context, analysis)

    async def _on_attachment(self, context: Context, message: Message) -> None:
        """A photo, a voice message, …: only its caption can be read; an album is one message."""
        words = message.caption or ""
        command = read_command(words)
        named = self._name_of(context, command) if command is not None else None
        asked = named == "broadcast" and not context.forwarded
        if words and not asked:
            analysis = await faq.analyse(context, words)
            await faq.answer_if_sure(
                context, analysis, alone=await faq.warn(context, analysis.advice)
            )
        if not self._is_more_of_an_album(message):
            text = broadcast_texts.how_to if asked else errors.no_text
            await context.say(text(context.language))

    def _is_more_of_an_album(self, message: Message) -> bool:
        """Whether another picture of the same album has been dealt with just now."""
        if message.media_group_id is None:
            return False
        album = message.chat.id, message.media_group_id
        first = self._albums.note(album, message.message_id)
        self._albums.add(album, first)
        # The first one may come again, when its answer could not be given at once.
        return first != message.message_id

    async def _on_migration(self, message: Message) -> bool:
        """A group became a supergroup: told twice, under the old number and under the new one."""
        old, new = message.chat.id, message.migrate_to_chat_id
        if message.migrate_from_chat_id is not None:
            old, new = message.migrate_from_chat_id, message.chat.id
        if new is None:
            return False
        await self._services.subscribers.move_chat(old, new)
        return True

    async def _on_command(self, context: Context, command: re.Match[str]) -> None:
        name = self._name_of(context, command)
        if name is None:
            await context.say(errors.unknown_command(context.language))
        else:
            await self._run(context, name, command["rest"] or "")

    def _name_of(self, context: Context, command: re.Match[str]) -> str | None:
        """The command by its name, if it is one that this person has, and meant for us."""
        name = command["name"].lower()
        theirs = {item.name for item in commands_for(admin=self._services.is_admin(context.user))}
        elsewhere = command["bot"] is not None and not is_for(self._services, command)
        return name if name in theirs and not elsewhere else None

    async def _run(self, context: Context, name: str, rest: str) -> None:
        if (
            context.subscriber is not None
            and context.subscriber.subscribed
            and context.subscriber.expecting
        ):
            # Whoever turns to something else has dropped what we had asked.
            context = context.of(await self._services.subscribers.expect(context.chat_id, None))
        await ON_COMMAND[name](context, rest)
        if name not in ABOUT_LEAVING:
            await start.ask_if_zone_lost(context)

    async def _on_words(self, context: Context, text: str) -> None:
        analysis = await faq.analyse(context, text)
        if analysis.advice is not None:
            await faq.reply(context, analysis)
        elif (name := spoken(text)) is not None:
            await self._run(context, name, "")
        elif NO_WORDS.fullmatch(normalise(text)):
            await context.say(errors.emoji_only(context.language))
        elif not await start.answers_our_question(context, text, analysis):
            if (friendly := courtesy(text, context.language)) is not None:
                await context.say(friendly)
            else:
                await faq.reply(context, analysis)
            await start.ask_if_zone_lost(context)

    async def _on_tap(self, query: CallbackQuery) -> None:
        if query.from_user.is_bot:
            return
        place = query.message
        chat = place.chat if place is not None else None
        language = choose(query.from_user.language_code)
        if chat is not None and chat.type != Chat.PRIVATE:
            await self._services.messenger.answer(query.id)
            return
        tap = taps.decode(query.data) if query.data else None
        if tap is None:
            await self._services.messenger.answer(query.id, errors.bad_button(language))
            return
        sent_message = SentMessage(place.chat.id, place.message_id) if place is not None else None
        if self._is_second_tap(query, sent_message):
            await self._services.messenger.answer(query.id)
            return
        user, topic = query.from_user, topic_of(place)
        context = await self._context(
            user.id, user, query_id=query.id, sent_message=sent_message, topic=topic
        )
        await ON_TAP[type(tap)](context, tap)

    def _is_second_tap(self, query: CallbackQuery, sent_message: SentMessage | None) -> bool:
        key = (
            query.from_user.id,
            sent_message.message_id if sent_message else 0,
            query.data or "",
        )
        if key in self._tapped:
            return True
        self._tapped.add(key)
        return False

    async def _on_membership(self, change: ChatMemberUpdated) -> None:
        if change.chat.type != Chat.PRIVATE:
            return
        if change.new_chat_member.status in {ChatMember.BANNED, ChatMember.LEFT}:
            await self._services.subscribers.blocked(change.chat.id)
        elif change.new_chat_member.status == ChatMember.MEMBER:
            await self._services.subscribers.unblocked(change.chat.id)


def _language(update: object) -> str:
    user = update.effective_user if isinstance(update, Update) else None
    return choose(user.language_code if user else None)


def _is_service(message: Message) -> bool:
    """Pins, timers and the like: nobody said anything."""
    return message.effective_attachment is None
