"""What every handler has at hand, and one visit of one subscriber."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from telegram import Message as Incoming
from telegram import User

from bot.clock import Clock
from bot.config import Settings
from bot.delivery.broadcasts import Broadcasts
from bot.delivery.stats import Stats
from bot.handlers.questions import TextAnalyser, TextAnalysis
from bot.places.search import Places
from bot.store.models import SubscriberRead
from bot.store.values import UnknownSubscriberError
from bot.subscribers.calendar import local_date
from bot.subscribers.next_tip import fitting
from bot.subscribers.privacy import Privacy
from bot.subscribers.service import Subscribers
from bot.telegram.messenger import Messenger, SentMessage
from bot.texts.catalogue import choose
from bot.texts.message import Message
from tips.library import Library

AWAY = ("blocked", "gone")


@dataclass(frozen=True)
class HandlerServices:
    """The rooms that handlers may knock at; put together in the app."""

    settings: Settings
    clock: Clock
    library: Library
    analyser: TextAnalyser
    places: Places
    subscribers: Subscribers
    privacy: Privacy
    broadcasts: Broadcasts
    stats: Stats
    messenger: Messenger
    wake_worker: Callable[[], None]
    plan_soon: Callable[[], None]
    follow_broadcast: Callable[[int], Awaitable[None]]
    offer_admin_menu: Callable[[int], Awaitable[None]]
    username: Callable[[], str]

    def is_admin(self, user: User) -> bool:
        """Decided from who wrote or tapped, never from what a button carries."""
        return user.id in self.settings.admin_ids


def is_forwarded(message: Incoming) -> bool:
    """Whether someone else wrote it; old Bot API servers tell only by the second field."""
    return message.forward_origin is not None or "forward_date" in message.api_kwargs


def topic_of(message: object) -> int | None:
    """The topic that the message stands in; a thread of replies in a group is none."""
    if not isinstance(message, Incoming) or not message.is_topic_message:
        return None
    return message.message_thread_id


@dataclass(frozen=True)
class Context:
    """Someone wrote or tapped: who, where, and what we know of them (None: nothing).

    ``topic`` is the one they did it in, in which they are answered; ``analysis`` is what they
    say, if that had to be found out first.
    """

    services: HandlerServices
    chat_id: int
    user: User
    subscriber: SubscriberRead | None
    message: Incoming | None = None
    query_id: str | None = None
    sent_message: SentMessage | None = None
    topic: int | None = None
    returned: bool = False
    analysis: TextAnalysis | None = None

    @property
    def known(self) -> SubscriberRead:
        """The subscriber, where it is clear that there is one.

        Raises:
            UnknownReaderError: it was not.
        """
        if self.subscriber is None:
            raise UnknownSubscriberError(self.chat_id)
        return self.subscriber

    @property
    def forwarded(self) -> bool:
        """Whether what was sent are another's words: read, and never taken for an order."""
        return self.message is not None and is_forwarded(self.message)

    @property
    def language(self) -> str:
        """The language to answer in."""
        return self.subscriber.language if self.subscriber else choose(self.user.language_code)

    @property
    def now(self) -> datetime:
        return self.services.clock.now()

    def of(self, subscriber: SubscriberRead | None) -> Context:
        """The same visit with the subscriber as they now are."""
        return replace(self, subscriber=subscriber)

    @property
    def fitting(self) -> int:
        """How many tips there are for this subscriber today."""
        on = local_date(self.now, self.known.zone or "UTC")
        return fitting(self.services.library, self.known, on)

    async def next_at(self) -> datetime | None:
        """When this subscriber's next tip comes; None where none is due, or none fits."""
        if self.subscriber is None or not self.fitting:
            return None
        upcoming = await self.services.subscribers.next_tip(self.subscriber)
        return upcoming.at if upcoming else None

    async def say(self, message: Message) -> int:
        """A new message below everything else."""
        return await self.services.messenger.send(self.chat_id, message, self.topic)

    async def show(self, message: Message) -> int:
        """In place of the message whose button was tapped, else a new one."""
        messenger = self.services.messenger
        return await messenger.edit_or_send(self.sent_message, self.chat_id, message, self.topic)

    async def toast(self, words: str | None = None) -> None:
        """Answer the tap; comes before the work, so that the button never hangs."""
        if self.query_id is not None:
            await self.services.messenger.answer(self.query_id, words)
