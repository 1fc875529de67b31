"""The forms of broadcasts: one is written, what waits is changed, and what was sent is edited."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial

from aiohttp import web

from bot.admins.logins import Visitor
from bot.delivery.audiences import FilterError, written
from bot.delivery.broadcasts import Broadcasts
from bot.delivery.content import Content, content_in, read_content
from bot.delivery.schedules import ScheduleError
from bot.store.outbox_models import NOT_BEGUN, BroadcastRead
from bot.texts import broadcast_card as cards
from bot.web.admin.broadcast_forms import NEW, BroadcastForms, Fields, FormError
from bot.web.admin.one_broadcast import ONE, found_by, found_now, led_to
from bot.web.admin.page import View
from bot.web.admin.rendering import Templates


class ComposingPages:
    """Asks for what a broadcast is to be, and drafts it, by the same rules as the chat."""

    def __init__(self, templates: Templates, broadcasts: Broadcasts) -> None:
        self._templates = templates
        self._broadcasts = broadcasts
        self._forms = BroadcastForms(templates.words, templates.zone, broadcasts.themes)
        self._to = partial(led_to, templates.base)

    def views(self) -> Iterable[View]:
        return [
            View("GET", "/broadcasts/new", "edit", self._form),
            View("POST", "/broadcasts/new", "edit", self._compose),
            View("GET", ONE + "/edit", "edit", self._edit_form),
            View("POST", ONE + "/edit", "edit", self._edit),
        ]

    async def _form(self, _request: web.Request, visitor: Visitor) -> web.StreamResponse:
        return await self._ask(visitor, {})

    async def _ask(
        self,
        visitor: Visitor,
        given: Fields,
        wrong: str = "",
        waiting: BroadcastRead | None = None,
        *,
        status: int = 200,
    ) -> web.Response:
        """The form of a new broadcast, or of one that waits."""
        words = self._templates.words
        return self._templates.response(
            "compose.html",
            visitor,
            status=status,
            given=given,
            wrong=wrong,
            waiting=waiting,
            over=waiting is not None and not waiting.can_be_replaced,
            content=content_in(waiting.content) if waiting is not None else NEW,
            sounds=cards.sound_names(words),
            polls=cards.poll_names(words),
            segments=[(s.name, written(s.filter)) for s in await self._broadcasts.segments()],
            zone=self._templates.zone.key,
        )

    async def _compose(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        given = await _fields(request)
        try:
            draft = await self._broadcasts.compose(visitor.user_id, *self._forms.read(given))
        except (FormError, FilterError, ScheduleError) as error:
            return await self._ask(visitor, given, str(error), status=422)
        return self._to(draft.id)

    async def _change(
        self, found: BroadcastRead, visitor: Visitor, given: Fields
    ) -> web.StreamResponse:
        """Draft a change of what waits; what was typed stays, also where it came too late."""
        as_of, rules = _instant(given["seen"]), self._broadcasts
        try:
            chosen = self._forms.read(given, found)
            draft = await rules.redraft(found.id, visitor.user_id, chosen, as_of=as_of)
        except (FormError, FilterError, ScheduleError) as error:
            return await self._ask(visitor, given, str(error), found, status=422)
        if draft is not None:
            return self._to(draft.id)
        return await self._too_late(await found_now(found.id, self._broadcasts), visitor, given)

    async def _too_late(
        self, now: BroadcastRead, visitor: Visitor, given: Fields
    ) -> web.StreamResponse:
        words, seen = self._templates.words, {"seen": now.last_shown.isoformat()}
        said = cards.moved_meanwhile(words, now.id)
        if not now.can_be_replaced:
            said = cards.overtaken(words, now.id).plain
        return await self._ask(visitor, {**given, **seen}, said, now, status=409)

    async def _edit_form(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        found = await found_by(request, self._broadcasts)
        if found.can_be_replaced:
            return await self._ask(visitor, self._forms.filled(found), waiting=found)
        if found.state in NOT_BEGUN:
            return self._to(found.id, "nothing")
        return await self._ask_edit(found, visitor, {}, "")

    async def _ask_edit(
        self, found: BroadcastRead, visitor: Visitor, given: Fields, wrong: str
    ) -> web.Response:
        return self._templates.response(
            "edit.html",
            visitor,
            status=422 if wrong else 200,
            broadcast=found,
            given=given,
            wrong=wrong,
            content=_editable(found),
            reach=await self._broadcasts.reach_of(found.id),
        )

    async def _edit(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        found, given = await found_by(request, self._broadcasts), await _fields(request)
        if "seen" in given:
            return await self._change(found, visitor, given)
        before = _editable(found)
        if before is None:
            return self._to(found.id, "nothing")
        try:
            content = self._forms.rewritten(before, given)
        except FormError as error:
            return await self._ask_edit(found, visitor, given, str(error))
        made = await self._broadcasts.correct(found.id, visitor.user_id, "edit", content)
        return self._to(made.id if made else found.id, "" if made else "nothing")


async def _fields(request: web.Request) -> dict[str, str]:
    return {name: str(value) for name, value in (await request.post()).items()}


def _instant(seen: str) -> datetime:
    """When the form was filled in of which this is told; a forged one never was."""
    try:
        return datetime.fromisoformat(seen)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _editable(broadcast: BroadcastRead) -> Content | None:
    """What was sent, if Telegram lets anybody change it."""
    content = read_content(broadcast.content) if broadcast.content else None
    return None if content is None or content.kind == "forward" else content
