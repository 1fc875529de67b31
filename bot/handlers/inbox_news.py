"""Tells the team that questions have come: a count and a button, at most once an hour."""

from __future__ import annotations

import structlog
from telegram.error import TelegramError

from bot.admins.admins import Admins
from bot.clock import Clock, zone_or_home
from bot.delivery.broadcast_requests import is_night
from bot.questions.questions import Questions
from bot.subscribers.service import Subscribers
from bot.telegram.messenger import Messenger
from bot.texts import inbox as texts
from bot.texts.catalogue import translator

log = structlog.get_logger(__name__)


class InboxNews:
    """Writes to everybody who may answer; without a sound where it is night.

    Args:
        home: the operator's zone, where an admin whose own nobody knows is taken to be.
    """

    def __init__(
        self,
        questions: Questions,
        admins: Admins,
        subscribers: Subscribers,
        messenger: Messenger,
        clock: Clock,
        home: str,
    ) -> None:
        self._questions = questions
        self._admins = admins
        self._subscribers = subscribers
        self._messenger = messenger
        self._clock = clock
        self._home = home

    async def tell(self) -> None:
        """Tell the team, if there is something new to tell."""
        count = await self._questions.take_news()
        if count:
            for user in await self._admins.everyone("editor"):
                await self._tell_one(user, count)

    async def _tell_one(self, user: int, count: int) -> None:
        known = await self._subscribers.find(user)
        _ = translator(known.language if known else None)
        place = zone_or_home(known.zone if known else None, self._home)
        silent = is_night(self._clock.now(), place)
        try:
            await self._messenger.send(user, texts.news(_, count), silent=silent)
        except TelegramError as error:
            log.info("an admin could not be told of questions", kind=type(error).__name__)
