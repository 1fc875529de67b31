"""The message that shows a broadcast's progress, and becomes its report."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog
from telegram.error import RetryAfter, TelegramError

from bot.admins.admins import Admins
from bot.clock import Clock
from bot.delivery.broadcasts import Broadcasts
from bot.delivery.outbox import Event
from bot.isolation import each
from bot.retry import DRAW_PROGRESS, Retries
from bot.store.outbox_models import BroadcastRead
from bot.store.values import NOBODY, Report
from bot.subscribers.service import Subscribers
from bot.telegram.messenger import Messenger, SentMessage
from bot.texts import report as texts
from bot.texts.catalogue import Translator, translator
from bot.texts.message import Message
from bot.texts.report import done_of

log = structlog.get_logger(__name__)

SHORTEST_S = 1.0
EVERY_S = 3.0  # edits count against the same limits as messages
OVER = ("done", "cancelled")
TRIED_FOR = timedelta(days=7)
"""How long an undelivered report is retried; its admin may have left for good."""


@dataclass
class _Followed:
    """What is shown of a broadcast: its last message, and when the next may follow."""

    retries: Retries
    shown: Message | None = None
    next_at: float = 0.0
    told: bool = field(default=False)
    """Whether the admin has been told of this pause by a new message."""
    over: bool = False
    rate: float | None = None
    """Messages a second between the last two looks."""
    counted: tuple[int, float] | None = None
    """How many were done at the last look, and when that was (monotonic clock)."""

    def rate_of(self, done: int, at: float) -> float | None:
        """The rate since the last look; one that is a moment ago tells nothing."""
        if self.counted is None:
            self.counted = done, at
        elif at - self.counted[1] >= SHORTEST_S:
            self.rate = max(0, done - self.counted[0]) / (at - self.counted[1])
            self.counted = done, at
        return self.rate

    def put_off(self, until: float) -> None:
        """Take nothing for shown, and try again at ``until`` (monotonic clock)."""
        self.shown, self.next_at = None, until


class Progress:
    """Draws broadcasts from their rows, each at most every three seconds and only when it changed.

    What Telegram refuses is drawn again later; a report until it arrives, by any replica or run.
    """

    def __init__(
        self,
        broadcasts: Broadcasts,
        subscribers: Subscribers,
        admins: Admins,
        messenger: Messenger,
        clock: Clock,
    ) -> None:
        self._broadcasts = broadcasts
        self._admins = admins
        self._subscribers = subscribers
        self._messenger = messenger
        self._clock = clock
        self._followed: dict[int, _Followed] = {}
        # Of two drawings at once the older one could arrive last.
        self._drawing = asyncio.Lock()

    async def begin(self) -> None:
        """Pick up the broadcasts that an earlier run, or another process, left to be shown."""
        for broadcast in await self._broadcasts.to_be_shown():
            self._of(broadcast.id)

    def _of(self, broadcast_id: int) -> _Followed:
        if broadcast_id not in self._followed:
            self._followed[broadcast_id] = _Followed(Retries(DRAW_PROGRESS, self._clock))
        return self._followed[broadcast_id]

    async def follow(self, broadcast_id: int) -> None:
        """Show a broadcast at once: an admin changed it."""
        self._of(broadcast_id).shown = None
        await self._draw(broadcast_id)

    async def on_event(self, event: Event) -> None:
        """Show a broadcast at once: it is done, or has paused by itself."""
        await self.follow(event.broadcast_id)

    async def draw(self) -> None:
        """Update every progress message that is due."""
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
        broadcast = await self._with_watcher(broadcast)
        message = await self._message(broadcast, await self._translator(broadcast))
        followed = self._of(broadcast_id)
        shown = message == followed.shown or await self._put(broadcast, message)
        if followed.over and (shown or self._is_hopeless(broadcast)):
            self._followed.pop(broadcast_id, None)
            await self._broadcasts.reported(broadcast_id)

    async def message_of(self, broadcast_id: int, _: Translator) -> Message:
        """How it goes, for an admin who looks beside its author.

        Raises:
            LookupError: there is no such broadcast.
        """
        broadcast = await self._broadcasts.find(broadcast_id)
        if broadcast is None:
            raise LookupError(f"there is no broadcast {broadcast_id}")
        report = await self._broadcasts.report(broadcast_id)
        course = self._course(broadcast, report, None, left_behind=False)
        return texts.progress(_, course, report)

    async def _with_watcher(self, broadcast: BroadcastRead) -> BroadcastRead:
        """The broadcast, watched by an admin of now where the one who did is none any more.

        All of them are told, each with buttons that work; the first sees its progress.
        """
        if await self._admins.may(broadcast.progress_chat_id or broadcast.admin_id, "look"):
            return broadcast
        reached = None
        for user in await self._admins.everyone("editor"):
            sent = await self._tell_of_loss(broadcast, user)
            if sent is not None and reached is None:
                reached = sent
        if reached is None:
            return broadcast
        await self._broadcasts.set_progress_message(
            broadcast.id, reached.chat_id, reached.message_id
        )
        watched = {
            "progress_chat_id": reached.chat_id,
            "progress_message_id": reached.message_id,
        }
        return broadcast.model_copy(update=watched)

    async def _tell_of_loss(self, broadcast: BroadcastRead, user: int) -> SentMessage | None:
        admin = await self._subscribers.find(user)
        _ = translator(admin.language if admin else None)
        try:
            message = await self._message(broadcast, _)
            return SentMessage(user, await self._messenger.send(user, message))
        except TelegramError as error:
            log.info("an admin could not be told", kind=type(error).__name__)
            return None

    def _is_hopeless(self, broadcast: BroadcastRead) -> bool:
        over_since = broadcast.finished_at
        return over_since is not None and self._clock.now() - over_since > TRIED_FOR

    async def _message(self, broadcast: BroadcastRead, _: Translator) -> Message:
        report = await self._broadcasts.report(broadcast.id)
        followed = self._of(broadcast.id)
        followed.over = report.state in OVER
        rate = followed.rate_of(done_of(report), self._clock.monotonic())
        left_behind = not await self._admins.may(broadcast.admin_id, "edit")
        course = self._course(broadcast, report, rate, left_behind=left_behind)
        return texts.progress(_, course, report)

    def _course(
        self,
        broadcast: BroadcastRead,
        report: Report,
        rate: float | None,
        *,
        left_behind: bool,
    ) -> texts.Course:
        return texts.Course(
            broadcast.id,
            broadcast.kind,
            self._broadcasts.seconds_left(broadcast, report.queued, rate),
            rate,
            broadcast.pause_reason,
            left_behind,
        )

    async def _translator(self, broadcast: BroadcastRead) -> Translator:
        watcher = await self._subscribers.find(broadcast.progress_chat_id or broadcast.admin_id)
        return translator(watcher.language if watcher else None)

    async def _put(self, broadcast: BroadcastRead, message: Message) -> bool:
        """Show the message; False if Telegram refuses it, and it is drawn again later."""
        followed = self._of(broadcast.id)
        chat_id = broadcast.progress_chat_id or broadcast.admin_id
        sent_message = None
        notifies = self._must_notify(broadcast, followed)
        if broadcast.progress_message_id is not None and not notifies:
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
        followed.told = followed.told or notifies
        if sent_message is None or shown != sent_message.message_id:
            await self._broadcasts.set_progress_message(broadcast.id, chat_id, shown)
        return True

    def _must_notify(self, broadcast: BroadcastRead, followed: _Followed) -> bool:
        """Whether this is a pause by failures that the admin has not been told of."""
        if broadcast.state != "paused" or broadcast.pause_reason != "failures":
            followed.told = False
            return False
        return not followed.told
