"""The message that moves while a broadcast is under way, and becomes its report."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog
from telegram.error import RetryAfter, TelegramError

from bot.clock import Clock
from bot.delivery.broadcasts import Broadcasts
from bot.delivery.outbox import Event
from bot.isolation import each
from bot.retry import DRAW_PROGRESS, Retries
from bot.store.values import NOBODY, Broadcast, Report
from bot.subscribers.service import Subscribers
from bot.telegram.messenger import Messenger, SentMessage
from bot.texts import report as texts
from bot.texts.catalogue import Translator, translator
from bot.texts.message import Message

log = structlog.get_logger(__name__)

EVERY_S = 3.0  # edits count against the same limits as messages
OVER = ("done", "cancelled")
TRIED_FOR = timedelta(days=7)
"""How long a report is tried that does not get through; its admin may have left for good."""


@dataclass
class _Followed:
    """What is shown of a broadcast: the message last put there, and when the next may follow."""

    retries: Retries
    shown: Message | None = None
    next_at: float = 0.0
    told: bool = field(default=False)
    """Whether the admin was called to this pause by a message of its own."""

    def put_off(self, until: float) -> None:
        """Nothing of it is known to be shown; the next try is on the monotonic clock."""
        self.shown, self.next_at = None, until


class Progress:
    """Draws broadcasts from their rows, each at most every three seconds and only when changed.

    What Telegram does not take is drawn again later; a report until it got through, by whichever
    replica or run.
    """

    def __init__(
        self, broadcasts: Broadcasts, subscribers: Subscribers, messenger: Messenger, clock: Clock
    ) -> None:
        self._broadcasts = broadcasts
        self._subscribers = subscribers
        self._messenger = messenger
        self._clock = clock
        self._followed: dict[int, _Followed] = {}
        # Two drawings at once could leave the older one as the last word.
        self._drawing = asyncio.Lock()

    async def begin(self) -> None:
        """Take up the broadcasts that an earlier run, or another process, left to be shown."""
        for broadcast in await self._broadcasts.to_be_shown():
            self._of(broadcast.id)

    def _of(self, broadcast_id: int) -> _Followed:
        if broadcast_id not in self._followed:
            self._followed[broadcast_id] = _Followed(Retries(DRAW_PROGRESS, self._clock))
        return self._followed[broadcast_id]

    async def follow(self, broadcast_id: int) -> None:
        """An admin did something to this broadcast: show it at once."""
        self._of(broadcast_id).shown = None
        await self._draw(broadcast_id)

    async def on_event(self, event: Event) -> None:
        """A broadcast is done, or has paused by itself: show it at once."""
        await self.follow(event.broadcast_id)

    async def draw(self) -> None:
        """Bring every progress message up to date that is due for it."""
        await self.begin()
        due = [
            partial(self._draw, broadcast_id)
            for broadcast_id, followed in self._followed.items()
            if self._clock.monotonic() >= followed.next_at
        ]
        await each(*due)

    async def _draw(self, broadcast_id: int) -> None:
        async with self._drawing:
            await self._draw_now(broadcast_id)

    async def _draw_now(self, broadcast_id: int) -> None:
        broadcast = await self._broadcasts.find(broadcast_id)
        if broadcast is None or broadcast.admin_id == NOBODY:
            self._followed.pop(broadcast_id, None)
            return
        report = await self._broadcasts.report(broadcast_id)
        message = self._message(broadcast, report, await self._translator(broadcast))
        shown = message == self._of(broadcast_id).shown or await self._put(broadcast, message)
        if report.state in OVER and (shown or self._is_hopeless(broadcast)):
            self._followed.pop(broadcast_id, None)
            await self._broadcasts.reported(broadcast_id)

    def _is_hopeless(self, broadcast: Broadcast) -> bool:
        over_since = broadcast.finished_at
        return over_since is not None and self._clock.now() - over_since > TRIED_FOR

    def _message(self, broadcast: Broadcast, report: Report, _: Translator) -> Message:
        if report.state == "paused":
            failures = broadcast.pause_reason == "failures"
            return texts.paused(_, broadcast.id, report, by_failures=failures)
        left = self._broadcasts.expected_seconds(report.queued)
        return texts.progress(_, broadcast.id, report, left)

    async def _translator(self, broadcast: Broadcast) -> Translator:
        admin = await self._subscribers.find(broadcast.admin_id)
        return translator(admin.language if admin else None)

    async def _put(self, broadcast: Broadcast, message: Message) -> bool:
        """Show it; False where Telegram does not take it, and it is drawn again later."""
        followed = self._of(broadcast.id)
        chat_id = broadcast.progress_chat_id or broadcast.admin_id
        sent_message = None
        rings = self._must_ring(broadcast, followed)
        if broadcast.progress_message_id is not None and not rings:
            sent_message = SentMessage(chat_id, broadcast.progress_message_id)
        try:
            shown = await self._messenger.edit_or_send(
                sent_message, chat_id, message, dropped_in_floods=True
            )
        except RetryAfter as flood:
            log.debug("a progress message is drawn later", kind=type(flood).__name__)
            followed.put_off(self._clock.monotonic() + EVERY_S)
            return False
        except TelegramError as error:
            log.warning("a progress message could not be shown", kind=type(error).__name__)
            followed.put_off(self._clock.monotonic() + (followed.retries.failed() or EVERY_S))
            return False
        followed.retries.succeeded()
        followed.shown, followed.next_at = message, self._clock.monotonic() + EVERY_S
        followed.told = followed.told or rings
        if sent_message is None or shown != sent_message.message_id:
            await self._broadcasts.set_progress_message(broadcast.id, chat_id, shown)
        return True

    def _must_ring(self, broadcast: Broadcast, followed: _Followed) -> bool:
        """A pause by failures needs the admin: an edit would not make a sound."""
        if broadcast.state != "paused" or broadcast.pause_reason != "failures":
            followed.told = False
            return False
        return not followed.told
