"""What is done with a broadcast at a press: tried, sent, approved, paused, recalled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import structlog
from aiohttp import web
from telegram.error import TelegramError

from bot.admins.logins import Visitor
from bot.delivery.broadcasts import Broadcasts
from bot.delivery.confirmation import CONFIRMED
from bot.delivery.under_way import HAVE_A_REST
from bot.store.outbox_models import BroadcastRead
from bot.web.admin.one_broadcast import ONE, found_by, found_now, led_to
from bot.web.admin.page import View
from bot.web.admin.rendering import Templates

log = structlog.get_logger(__name__)

BEGUN = ("sending", "paused", "done")


class Chats(Protocol):
    """What the admins' chats are for, whoever acts on the page."""

    async def is_there(self, broadcast: BroadcastRead) -> bool:
        """Whether the message that is to be copied has not been deleted; raises
        ``telegram.error.TelegramError`` where Telegram does not say."""
        ...

    async def ask_for_yes(self, waiting: BroadcastRead) -> bool:
        """Ask the others for their yes; False where nobody could be asked."""
        ...

    async def approved(self, broadcast_id: int, chat_id: int) -> None:
        """Show its author what waits for its time now."""
        ...

    async def turned_down(self, broadcast: BroadcastRead, admin: int) -> None:
        """Tell its author that this admin has said no."""
        ...

    async def replaced(self, old: int, number: int, admin: int) -> None:
        """Tell its author what this admin has put in its place."""
        ...


@dataclass(frozen=True)
class Actions:
    """What follows an act: the planner and the worker look, the admins' chats are told."""

    plan_soon: Callable[[], None]
    wake_worker: Callable[[], None]
    follow: Callable[[int], Awaitable[None]]
    chats: Chats


class ControlPages:
    """Carries out what admins decide, by the same rules as the chat."""

    def __init__(self, templates: Templates, broadcasts: Broadcasts, actions: Actions) -> None:
        self._broadcasts = broadcasts
        self._actions = actions
        self._to = partial(led_to, templates.base)
        self._acts: dict[str, Callable[[int, int], Awaitable[object]]] = {
            "approve": broadcasts.approve,
            "pause": broadcasts.pause,
            "resume": broadcasts.resume,
            "cancel": broadcasts.cancel,
            "cancel_sure": broadcasts.cancel,
            "retry": broadcasts.retry_failed,
            "doubt": partial(broadcasts.retry_failed, in_doubt=True),
        }

    def views(self) -> Iterable[View]:
        acts = "|".join(self._acts)
        return [
            View("POST", ONE + "/recall", "edit", self._recall),
            View("POST", ONE + "/test", "edit", self._test),
            View("POST", ONE + "/confirm", "edit", self._confirm),
            View("POST", f"{ONE}/{{act:{acts}}}", "edit", self._act),
        ]

    async def _recall(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        found = await found_by(request, self._broadcasts)
        made = await self._broadcasts.correct(found.id, visitor.user_id, "recall")
        return self._to(made.id if made else found.id, "" if made else "nothing")

    async def _test(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        found = await found_by(request, self._broadcasts)
        refused = await self._broadcasts.send_test(found.id, [visitor.user_id])
        reason = refused.get(visitor.user_id, "")
        if reason == "unavailable":
            return self._unanswered(found.id, "test", reason)
        return self._to(found.id, "not_tested" if reason else "tested")

    async def _confirm(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        found, chats = await found_by(request, self._broadcasts), self._actions.chats
        try:
            if not await chats.is_there(found):
                return self._to(found.id, "deleted")
        except TelegramError as error:
            return self._unanswered(found.id, "confirm", type(error).__name__)
        came = await self._broadcasts.confirm(found.id, visitor.user_id)
        if came not in CONFIRMED:
            return await self._not_confirmed(found, visitor.user_id, came)
        if found.replaces is not None:
            await chats.replaced(found.replaces, found.id, visitor.user_id)
        return self._to(found.id, await self._done(found))

    def _unanswered(self, number: int, act: str, kind: str) -> web.Response:
        log.warning("Telegram did not answer the admin page; nothing was sent", act=act, kind=kind)
        return self._to(number, "unanswered")

    async def _not_confirmed(self, draft: BroadcastRead, admin: int, came: str) -> web.Response:
        if came == "no" and draft.replaces is not None:
            await self._broadcasts.cancel(draft.id, admin)
            return self._to(draft.replaces, "overtaken")
        if came in ("stale", "changed"):
            offer = await self._broadcasts.offer_of(draft.id)
            await self._broadcasts.offered(draft.id, offer)
        return self._to(draft.id, "already" if came == "no" else came)

    async def _act(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        name, admin = request.match_info["act"], visitor.user_id
        found = await found_by(request, self._broadcasts)
        if name == "cancel" and found.state in HAVE_A_REST:
            return self._to(found.id, "ask_cancel")
        if not await self._acts[name](found.id, admin):
            return self._to(found.id, "already")
        if name == "approve":
            await self._actions.chats.approved(found.id, admin)
        if name == "cancel" and found.state == "waiting":
            await self._actions.chats.turned_down(found, admin)
        if name == "cancel" and found.replaces is not None:
            return self._to(found.replaces, "left")
        return self._to(found.id, await self._done(found))

    async def _done(self, before: BroadcastRead) -> str:
        """Have it go on, show in the chats what has begun, and ask there for the yes that it waits
        for; what is to be said."""
        self._actions.plan_soon()
        self._actions.wake_worker()
        now = await found_now(before.id, self._broadcasts)
        if now.state == "waiting":
            return "done" if await self._actions.chats.ask_for_yes(now) else "alone"
        if now.state in BEGUN or before.state in BEGUN:
            await self._actions.follow(now.id)
        return "done"
