"""What handlers work with: the services, and PTB's context with the subscriber of one update."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from telegram import Chat, Update, User
from telegram import Message as Incoming
from telegram.ext import Application, CallbackContext

from bot.admins.admins import Admins
from bot.admins.audit import Audit
from bot.admins.logins import Logins
from bot.admins.roles import Role, What
from bot.charts.painter import Painter
from bot.clock import Clock, zone_or_home
from bot.config import Settings
from bot.content.reloading import Reloading
from bot.content.withdrawals import Withdrawals
from bot.delivery.albums import Albums
from bot.delivery.broadcasts import Broadcasts
from bot.delivery.dialogues import Dialogues
from bot.delivery.stats import Stats
from bot.handlers.answering import Answering
from bot.handlers.broadcasts.team_chats import TeamChats
from bot.handlers.recently import Recent
from bot.handlers.text_analysis import TextAnalyser, TextAnalysis
from bot.places.emergency import emergency_number
from bot.places.search import Places
from bot.questions.questions import Questions
from bot.store.models import SubscriberRead
from bot.store.values import UnknownSubscriberError
from bot.subscribers.calendar import local_date
from bot.subscribers.next_tip import fitting
from bot.subscribers.privacy import Privacy
from bot.subscribers.service import Subscribers
from bot.telegram.client import Client
from bot.telegram.messenger import Messenger, SentMessage
from bot.texts.broadcast import broadcast_this
from bot.texts.callbacks import Callback
from bot.texts.catalogue import Translator, translator
from bot.texts.message import Message
from bot.texts.sharing import Sharing
from tips.current import CurrentContent
from tips.library import Library

AWAY = ("blocked", "gone")
SERVICES = "services"  # where PTB's bot_data holds them


@dataclass(frozen=True)
class HandlerServices:
    """What handlers work with; built once, in :mod:`bot.services`."""

    settings: Settings
    clock: Clock
    content: CurrentContent
    reloading: Reloading
    withdrawals: Withdrawals
    questions: Questions
    answering: Answering
    analyser: TextAnalyser
    places: Places
    subscribers: Subscribers
    privacy: Privacy
    broadcasts: Broadcasts
    dialogues: Dialogues
    albums: Albums
    admins: Admins
    audit: Audit
    logins: Logins
    stats: Stats
    painter: Painter
    messenger: Messenger
    wake_worker: Callable[[], None]
    plan_soon: Callable[[], None]
    team_chats: TeamChats
    follow_broadcast: Callable[[int], Awaitable[None]]
    broadcast_report: Callable[[int, Translator], Awaitable[Message]]
    offer_admin_menu: Callable[[int, Role | None], Awaitable[None]]
    recent: Recent
    sharing: Callable[[], Sharing]
    admin_page: Callable[[str], str] | None = None  # the link that has this secret

    @property
    def library(self) -> Library:
        """The content, one and the same for as long as an update is handled."""
        return self.content.library


def is_forwarded(message: Incoming) -> bool:
    """Whether somebody else wrote it, or another bot that offered it; older Bot API servers send
    the second field of forwarded ones only."""
    forwarded = message.forward_origin is not None or "forward_date" in message.api_kwargs
    return forwarded or message.via_bot is not None


def topic_of(message: object) -> int | None:
    """The forum topic of a message; a reply thread in a group is no topic."""
    if not isinstance(message, Incoming) or not message.is_topic_message:
        return None
    return message.message_thread_id


class Context(CallbackContext[Client, Any, Any, Any]):
    """PTB's context of one update: who wrote or tapped, where, and their subscriber.

    ``given`` is the update, ``tap`` the decoded button, ``rest`` the text after a command, and
    ``analysis`` what the message says, if that was needed early. ``to_offer`` is an admin's
    message whose answer will have a button to broadcast it.
    """

    given: Update

    def __init__(
        self,
        application: Application[Client, Context, Any, Any, Any, Any],
        chat_id: int | None = None,
        user_id: int | None = None,
    ) -> None:
        super().__init__(application, chat_id, user_id)
        self.subscriber: SubscriberRead | None = None
        self.returned = False
        self.analysis: TextAnalysis | None = None
        self.tap: Callback | None = None
        self.rest = ""
        self.to_offer: int | None = None

    @classmethod
    def from_update(
        cls, update: object, application: Application[Any, Any, Any, Any, Any, Any]
    ) -> Self:
        context = super().from_update(update, application)
        if isinstance(update, Update):
            context.given = update
        return context

    async def load(self) -> None:
        """Look up the subscriber; somebody who writes has unblocked the bot."""
        subscribers = self.services.subscribers
        self.subscriber = await subscribers.find(self.chat_id)
        self.returned = self.subscriber is not None and self.subscriber.state in AWAY
        if self.returned:
            await subscribers.unblocked(self.chat_id)
            self.subscriber = await subscribers.find(self.chat_id)
        if self.subscriber is not None:
            await subscribers.was_active(self.subscriber)

    @property
    def services(self) -> HandlerServices:
        """What handlers work with."""
        services: HandlerServices = self.bot_data[SERVICES]
        return services

    @property
    def message(self) -> Incoming | None:
        """The message that was written; None for a tap."""
        return self.given.message

    @property
    def written(self) -> Incoming:
        """The message, where the update is known to have one.

        Raises:
            ValueError: it has none.
        """
        if self.message is None:
            raise ValueError("nobody wrote this")
        return self.message

    @property
    def user(self) -> User:
        """Who wrote or tapped.

        Raises:
            ValueError: the update names nobody.
        """
        user = self.given.effective_user
        if user is None:
            raise ValueError("nobody did this")
        return user

    @property
    def chat_id(self) -> int:
        """The chat to answer in; for a tap on a message too old to be named, the user's own."""
        chat = self.given.effective_chat
        return chat.id if chat is not None else self.user.id

    @property
    def is_private_person(self) -> bool:
        """Whether a person wrote or tapped, in a private chat."""
        user, chat = self.given.effective_user, self.given.effective_chat
        person = user is not None and not user.is_bot
        return person and chat is not None and chat.type == Chat.PRIVATE

    @property
    def sent_message(self) -> SentMessage | None:
        """The bot's message whose button was tapped."""
        query = self.given.callback_query
        place = query.message if query is not None else None
        return SentMessage(place.chat.id, place.message_id) if place is not None else None

    @property
    def topic(self) -> int | None:
        """The forum topic to answer in."""
        return topic_of(self.given.effective_message)

    @property
    def known(self) -> SubscriberRead:
        """The subscriber, where there has to be one.

        Raises:
            UnknownSubscriberError: there is none.
        """
        if self.subscriber is None:
            raise UnknownSubscriberError(self.chat_id)
        return self.subscriber

    @property
    def forwarded(self) -> bool:
        """Whether the words are somebody else's: they are read, but never obeyed."""
        return self.message is not None and is_forwarded(self.message)

    @property
    def translator(self) -> Translator:
        """The translator for the language to answer in."""
        known = self.subscriber
        return translator(known.language if known else self.user.language_code)

    @property
    def speaks(self) -> str | None:
        """The code of the language that the sender's Telegram speaks."""
        user = self.given.effective_user
        return user.language_code if user is not None else None

    @property
    def emergency_number(self) -> str | None:
        """The number to call where the subscriber lives, as far as their zone tells."""
        return emergency_number(self.subscriber.zone if self.subscriber is not None else None)

    @property
    def now(self) -> datetime:
        return self.services.clock.now()

    @property
    def zone(self) -> str:
        """The sender's own zone; the operator's where that is not known."""
        known = self.subscriber.zone if self.subscriber is not None else None
        return zone_or_home(known, self.services.settings.default_timezone)

    @property
    def today(self) -> date:
        """The date where the sender is."""
        return local_date(self.now, self.zone)

    @property
    def fitting(self) -> int:
        """How many tips there are for this subscriber today."""
        return fitting(self.services.library, self.known.recipient, self.today)

    async def next_at(self) -> datetime | None:
        """When this subscriber's next tip comes; None where none is due, or none fits."""
        if self.subscriber is None or not self.fitting:
            return None
        upcoming = await self.services.subscribers.next_tip(self.subscriber)
        return upcoming.at if upcoming else None

    async def may(self, what: What) -> bool:
        """Whether whoever wrote or tapped may do this kind of act now, whatever a button says."""
        return await self.services.admins.may(self.user.id, what)

    async def say(self, message: Message) -> int:
        """Send a new message; the first answer to an admin's message offers to broadcast it."""
        messenger, offered = self.services.messenger, self.to_offer
        if offered is None or message.reply is not None or message.remove_reply:
            return await messenger.send(self.chat_id, message, self.topic)
        self.to_offer = None
        with_offer = message.above(broadcast_this(self.translator))
        return await messenger.send(self.chat_id, with_offer, self.topic, reply_to=offered)

    async def reply(self, message: Message) -> int:
        """Send a new message as a reply to what was written."""
        written = self.message.message_id if self.message is not None else None
        return await self.services.messenger.send(
            self.chat_id, message, self.topic, reply_to=written
        )

    async def show(self, message: Message) -> int:
        """Replace the message whose button was tapped, or send a new one."""
        messenger = self.services.messenger
        return await messenger.edit_or_send(self.sent_message, self.chat_id, message, self.topic)

    async def show_picture(self, png: bytes, caption: Message) -> int:
        """Put a picture where the message is whose button was tapped, or send a new one."""
        return await self.services.messenger.picture_or_send(
            self.sent_message, self.chat_id, png, caption, self.topic
        )

    async def toast(self, words: str | None = None) -> None:
        """Answer the tap. This comes before the work, so that the button never hangs."""
        query = self.given.callback_query
        if query is not None:
            await self.services.messenger.answer(query.id, words)
