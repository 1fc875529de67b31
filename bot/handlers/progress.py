"""The message that shows a broadcast's progress, and becomes its report."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import NamedTuple

import structlog
from telegram.error import RetryAfter, TelegramError

from bot.admins.admins import Admins
from bot.clock import Clock
from bot.delivery.broadcasts import Broadcasts
from bot.delivery.outbox import Event
from bot.handlers.admin_writer import AdminWriter
from bot.handlers.broadcasts.team_chats import TeamChats
from bot.isolation import each
from bot.retry import DRAW_PROGRESS, Retries
from bot.store.outbox_models import BroadcastRead
from bot.store.values import NOBODY, Report
from bot.telegram.messenger import Messenger, SentMessage
from bot.texts import report as texts
from bot.texts.catalogue import Translator
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
    rate: float | None = None
    """Messages a second between the last two looks."""
    counted: tuple[int, float] | None = None
    """How many were done at the last look, and when that was (monotonic clock)."""

    def look(self, done: int, at: float) -> None:
        """Reckon the rate since the last look; one that is a moment ago tells nothing."""
        if self.counted is None:
            self.counted = done, at
        elif at - self.counted[1] >= SHORTEST_S:
            self.rate = max(0, done - self.counted[0]) / (at - self.counted[1])
            self.counted = done, at

    def put_off(self, until: float) -> None:
        """Take nothing for shown, and try again at ``until`` (monotonic clock)."""
        self.shown, self.next_at = None, until


class View(NamedTuple):
    """What is known of a broadcast at one look; each admin reads it in their own language."""

    course: texts.Course
    report: Report

    def drawn(self, _: Translator) -> Message:
        """The message that shows it."""
        return texts.progress(_, *self)


def _watcher(broadcast: BroadcastRead) -> int:
    """Whose chat its progress is shown in."""
    return broadcast.progress_chat_id or broadcast.admin_id


class Progress:
    """Draws broadcasts from their rows, each at most every three seconds and only when it changed.

    What Telegram refuses is drawn again later; a report until it arrives, by any replica or run.
    """

    def __init__(
        self,
        broadcasts: Broadcasts,
        admins: Admins,
        chats: TeamChats,
        writer: AdminWriter,
        messenger: Messenger,
        clock: Clock,
    ) -> None:
        self._broadcasts = broadcasts
        self._admins = admins
        self._chats = chats
        self._writer = writer
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
        await self._chats.ask_about_the_server_s()
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
        found = await self._broadcasts.find(broadcast_id)
        if found is None:
            self._followed.pop(broadcast_id, None)
            return
        view, followed = await self._look(found), self._of(broadcast_id)
        watched = await self._with_watcher(found, view)
        shown = watched is not None and await self._show(watched, view)
        if view.report.state in OVER and (shown or self._is_hopeless(found)):
            self._followed.pop(broadcast_id, None)
            await self._broadcasts.reported(broadcast_id)
        elif watched is None:
            self._put_off(followed)

    async def _show(self, broadcast: BroadcastRead, view: View) -> bool:
        """Whether its watcher sees it as it is now."""
        message = view.drawn(await self._writer.words_of(_watcher(broadcast)))
        return message == self._of(broadcast.id).shown or await self._put(broadcast, message)

    async def message_of(self, broadcast_id: int, _: Translator) -> Message:
        """How it goes, for an admin who looks beside its author.

        Raises:
            LookupError: there is no such broadcast.
        """
        broadcast = await self._broadcasts.find(broadcast_id)
        if broadcast is None:
            raise LookupError(f"there is no broadcast {broadcast_id}")
        report = await self._broadcasts.report(broadcast_id)
        return texts.progress(_, await self.course_of(broadcast, report), report)

    async def _with_watcher(self, broadcast: BroadcastRead, view: View) -> BroadcastRead | None:
        """The broadcast with an admin of now who watches it; None where nobody can be told.

        Where its author is none, or it was sent at the server, all admins are told, each with
        buttons that work; the first one sees its progress.
        """
        if await self._admins.may(_watcher(broadcast), "look"):
            return broadcast
        editors = await self._admins.everyone("editor")
        if not editors or self._is_hopeless(broadcast):
            return None if broadcast.admin_id == NOBODY else broadcast
        if not await self._broadcasts.take_to_show(broadcast, editors[0]):
            return None  # another replica tells them
        told = [one for user in editors if (one := await self._writer.tell(user, view.drawn))]
        if not told:
            return broadcast.model_copy(update={"progress_chat_id": editors[0]})
        first = told[0]
        await self._broadcasts.set_progress_message(broadcast.id, first.chat_id, first.message_id)
        watched = {"progress_chat_id": first.chat_id, "progress_message_id": first.message_id}
        return broadcast.model_copy(update=watched)

    def _is_hopeless(self, broadcast: BroadcastRead) -> bool:
        over_since = broadcast.finished_at
        return over_since is not None and self._clock.now() - over_since > TRIED_FOR

    async def _look(self, broadcast: BroadcastRead) -> View:
        report = await self._broadcasts.report(broadcast.id)
        self._of(broadcast.id).look(done_of(report), self._clock.monotonic())
        left_behind: texts.LeftBehind = "no"
        if broadcast.admin_id == NOBODY:
            left_behind = "nobody's"
        elif not await self._admins.may(broadcast.admin_id, "edit"):
            left_behind = "no admin's"
        return View(await self.course_of(broadcast, report, left_behind), report)

    async def course_of(
        self, broadcast: BroadcastRead, report: Report, left_behind: texts.LeftBehind = "no"
    ) -> texts.Course:
        """What is known of it beside its counts, as of the last look."""
        followed = self._followed.get(broadcast.id)
        rate = followed.rate if followed is not None else None
        return texts.Course(
            broadcast.id,
            broadcast.kind,
            await self._broadcasts.seconds_left(broadcast, report.queued, rate),
            rate,
            broadcast.pause_reason,
            left_behind,
        )

    async def _put(self, broadcast: BroadcastRead, message: Message) -> bool:
        """Show the message; False if Telegram refuses it, and it is drawn again later."""
        followed = self._of(broadcast.id)
        chat_id = _watcher(broadcast)
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
            self._put_off(followed)
            return False
        followed.retries.succeeded()
        followed.shown, followed.next_at = message, self._clock.monotonic() + EVERY_S
        followed.told = followed.told or notifies
        if sent_message is None or shown != sent_message.message_id:
            await self._broadcasts.set_progress_message(broadcast.id, chat_id, shown)
        return True

    def _put_off(self, followed: _Followed) -> None:
        """Nobody saw it: try again, later each time."""
        followed.put_off(self._clock.monotonic() + (followed.retries.failed() or EVERY_S))

    def _must_notify(self, broadcast: BroadcastRead, followed: _Followed) -> bool:
        """Whether this is a pause by failures that the admin has not been told of."""
        if broadcast.state != "paused" or broadcast.pause_reason != "failures":
            followed.told = False
            return False
        return not followed.told
