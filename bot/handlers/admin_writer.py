"""Writes to one admin, in their own language; some have never started the bot."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from telegram.error import TelegramError

from bot.store.values import NOBODY
from bot.subscribers.service import Subscribers
from bot.telegram.messenger import Messenger, SentMessage
from bot.texts.catalogue import Translator, translator
from bot.texts.message import Message

log = structlog.get_logger(__name__)


class AdminWriter:
    """Writes to admins beside what they wrote or tapped themselves."""

    def __init__(self, subscribers: Subscribers, messenger: Messenger) -> None:
        self._subscribers = subscribers
        self._messenger = messenger

    async def words_of(self, user: int) -> Translator:
        """The translator for this admin's language."""
        known = await self._subscribers.find(user)
        return translator(known.language if known else None)

    async def zone_of(self, user: int) -> str | None:
        """This admin's own zone, where it is known."""
        known = await self._subscribers.find(user)
        return known.zone if known else None

    async def tell(self, user: int, said: Callable[[Translator], Message]) -> SentMessage | None:
        """Say it; None where it did not arrive. What was sent at the server has no author."""
        if user == NOBODY:
            return None
        try:
            message = said(await self.words_of(user))
            return SentMessage(user, await self._messenger.send(user, message))
        except TelegramError as error:
            log.info("an admin could not be told", kind=type(error).__name__)
            return None
