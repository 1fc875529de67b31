"""The message that moves while a broadcast is under way, and becomes its report."""

from __future__ import annotations

import asyncio

import structlog
from telegram.error import RetryAfter, TelegramError

from bot.clock import Clock
from bot.delivery.broadcasts import Broadcasts
from bot.delivery.ledger import Event
from bot.delivery.readers import Readers
from bot.handlers.chat import Chat, Spot
from bot.store.values import Broadcast, Report
from bot.texts import broadcast as texts
from bot.texts.message import Message

log = structlog.get_logger(__name__)

EVERY_S = 3.0  # edits count against the same limits as messages
OVER = ("done", "cancelled")


class Progress:
    """Draws broadcasts from their rows, each at most every three seconds and only when changed."""

    def __init__(self, broadcasts: Broadcasts, readers: Readers, chat: Chat, clock: Clock) -> None:
        self._broadcasts = broadcasts
        self._readers = readers
        self._chat = chat
        self._clock = clock
        self._followed: dict[int, Message | None] = {}
        self._drawn_at: dict[int, float] = {}
        self._told: set[int] = set()
        # Two drawings at once could leave the older one as the last word.
        self._drawing = asyncio.Lock()

    async def begin(self) -> None:
        """Take up the broadcasts that an earlier run left under way."""
        for broadcast in await self._broadcasts.running():
            self._followed.setdefault(broadcast.id, None)

    async def follow(self, broadcast_id: int) -> None:
        """An admin did something to this broadcast: show it at once."""
        self._followed[broadcast_id] = None
        await self._draw(broadcast_id)

    async def on_event(self, event: Event) -> None:
        """A broadcast is done, or has paused by itself: show it at once."""
        await self.follow(event.broadcast_id)

    async def draw(self) -> None:
        """Bring every progress message up to date that is due for it."""
        await self.begin()
        for broadcast_id in list(self._followed):
            since = self._clock.monotonic() - self._drawn_at.get(broadcast_id, -EVERY_S)
            if since >= EVERY_S:
                await self._draw(broadcast_id)

    async def _draw(self, broadcast_id: int) -> None:
        async with self._drawing:
            await self._draw_now(broadcast_id)

    async def _draw_now(self, broadcast_id: int) -> None:
        broadcast = await self._broadcasts.find(broadcast_id)
        if broadcast is None:
            self._drop(broadcast_id)
            return
        report = await self._broadcasts.report(broadcast_id)
        message = self._message(broadcast, report, await self._language(broadcast))
        if message != self._followed.get(broadcast_id) and not await self._put(broadcast, message):
            return
        if report.state in OVER:
            self._drop(broadcast_id)

    def _drop(self, broadcast_id: int) -> None:
        self._followed.pop(broadcast_id, None)
        self._drawn_at.pop(broadcast_id, None)
        self._told.discard(broadcast_id)

    def _message(self, broadcast: Broadcast, report: Report, language: str) -> Message:
        if report.state == "paused":
            failures = broadcast.pause_reason == "failures"
            return texts.paused(broadcast.id, report, language, by_failures=failures)
        left = self._broadcasts.expected_seconds(report.queued)
        return texts.progress(broadcast.id, report, left, language)

    async def _language(self, broadcast: Broadcast) -> str:
        admin = await self._readers.find(broadcast.admin_id)
        return admin.language if admin else "en"

    async def _put(self, broadcast: Broadcast, message: Message) -> bool:
        """Show it; False if Telegram asks to wait: then it is drawn later, as things are then."""
        self._followed[broadcast.id] = message
        self._drawn_at[broadcast.id] = self._clock.monotonic()
        chat_id = broadcast.progress_chat_id or broadcast.admin_id
        spot = None
        rings = self._must_ring(broadcast)
        if broadcast.progress_message_id is not None and not rings:
            spot = Spot(chat_id, broadcast.progress_message_id)
        try:
            shown = await self._chat.edit_or_send(spot, chat_id, message, dropped_in_floods=True)
        except RetryAfter as flood:
            log.debug("a progress message is drawn later", kind=type(flood).__name__)
            self._followed[broadcast.id] = None
            return False
        except TelegramError as error:
            log.warning("a progress message could not be shown", kind=type(error).__name__)
            self._followed[broadcast.id] = None
            return True
        if rings:
            self._told.add(broadcast.id)
        if spot is None or shown != spot.message_id:
            await self._broadcasts.set_progress_message(broadcast.id, chat_id, shown)
        return True

    def _must_ring(self, broadcast: Broadcast) -> bool:
        """A pause by failures needs the admin: an edit would not make a sound."""
        if broadcast.state != "paused" or broadcast.pause_reason != "failures":
            self._told.discard(broadcast.id)
            return False
        return broadcast.id not in self._told
