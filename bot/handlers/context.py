"""What every handler has at hand, and one visit of one reader."""

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
from bot.handlers.questions import Heard, Hearing
from bot.places.search import Places
from bot.store.values import Subscriber, UnknownReaderError
from bot.subscribers.calendar import local_date
from bot.subscribers.next_tip import fitting
from bot.subscribers.privacy import Privacy
from bot.subscribers.service import Readers
from bot.telegram.messenger import Chat, Spot
from bot.texts.catalogue import choose
from bot.texts.message import Message
from tips.library import Library

AWAY = ("blocked", "gone")


@dataclass(frozen=True)
class Desk:
    """The rooms that handlers may knock at; put together in the app."""

    settings: Settings
    clock: Clock
    library: Library
    hearing: Hearing
    places: Places
    readers: Readers
    privacy: Privacy
    broadcasts: Broadcasts
    stats: Stats
    chat: Chat
    wake_sender: Callable[[], None]
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
class Visit:
    """Someone wrote or tapped: who, where, and what we know of them (None: nothing).

    ``topic`` is the one they did it in, in which they are answered; ``heard`` is what they say, if
    that had to be found out first.
    """

    desk: Desk
    chat_id: int
    user: User
    reader: Subscriber | None
    message: Incoming | None = None
    query_id: str | None = None
    spot: Spot | None = None
    topic: int | None = None
    returned: bool = False
    heard: Heard | None = None

    @property
    def known(self) -> Subscriber:
        """The reader, where it is clear that there is one.

        Raises:
            UnknownReaderError: it was not.
        """
        if self.reader is None:
            raise UnknownReaderError(self.chat_id)
        return self.reader

    @property
    def forwarded(self) -> bool:
        """Whether what was sent are another's words: read, and never taken for an order."""
        return self.message is not None and is_forwarded(self.message)

    @property
    def language(self) -> str:
        """The language to answer in."""
        return self.reader.language if self.reader else choose(self.user.language_code)

    @property
    def now(self) -> datetime:
        return self.desk.clock.now()

    def of(self, reader: Subscriber | None) -> Visit:
        """The same visit with the reader as they now are."""
        return replace(self, reader=reader)

    @property
    def fitting(self) -> int:
        """How many tips there are for this reader today."""
        on = local_date(self.now, self.known.zone or "UTC")
        return fitting(self.desk.library, self.known, on)

    async def next_at(self) -> datetime | None:
        """When this reader's next tip comes; None where none is due, or none fits."""
        if self.reader is None or not self.fitting:
            return None
        upcoming = await self.desk.readers.next_tip(self.reader)
        return upcoming.at if upcoming else None

    async def say(self, message: Message) -> int:
        """A new message below everything else."""
        return await self.desk.chat.send(self.chat_id, message, self.topic)

    async def show(self, message: Message) -> int:
        """In place of the message whose button was tapped, else a new one."""
        chat = self.desk.chat
        return await chat.edit_or_send(self.spot, self.chat_id, message, self.topic)

    async def toast(self, words: str | None = None) -> None:
        """Answer the tap; comes before the work, so that the button never hangs."""
        if self.query_id is not None:
            await self.desk.chat.answer(self.query_id, words)
