"""The forms of broadcasts: one is written, drafts and what waits are changed, what was sent is
edited."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial

from aiohttp import web

from bot.admins.logins import Visitor
from bot.delivery.audiences import FilterError, said_as, written
from bot.delivery.broadcasts import Broadcasts
from bot.delivery.content import Content, content_in, read_content
from bot.delivery.schedules import ScheduleError
from bot.store.outbox_models import NOT_BEGUN, BroadcastRead
from bot.texts import broadcast_card as cards
from bot.texts.broadcast_audience import wrong_part
from bot.web.admin.broadcast_forms import NEW, BroadcastForms, Fields, FormError, seen_of
from bot.web.admin.one_broadcast import ONE, can_be_changed, found_by, found_now, led_to
from bot.web.admin.page import View
from bot.web.admin.rendering import Templates
from tips.current import CurrentContent

NEVER = datetime.min.replace(tzinfo=UTC)


class ComposingPages:
    """Asks for what a broadcast is to be, and drafts it, by the same rules as the chat."""

    def __init__(
        self, templates: Templates, broadcasts: Broadcasts, content: CurrentContent
    ) -> None:
        self._templates = templates
        self._content = content
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
        before: BroadcastRead | None = None,
        *,
        status: int = 200,
    ) -> web.Response:
        """The form of a new broadcast, or of one that is a draft or waits."""
        words = self._templates.words
        return self._templates.response(
            "compose.html",
            visitor,
            status=status,
            given=given,
            wrong=wrong,
            before=before,
            over=before is not None and not can_be_changed(before, visitor.user_id),
            content=content_in(before.content) if before is not None else NEW,
            sounds=cards.sound_names(words),
            polls=cards.poll_names(words),
            segments=await self._segments(),
            zone=self._templates.zone.key,
        )

    async def _segments(self) -> list[tuple[str, str, str]]:
        """The saved audiences: their names, as they are typed, and in words."""
        words, themes = self._templates.words, self._content.library.theme_names
        typed = [(one.name, written(one.filter)) for one in await self._broadcasts.segments()]
        return [(name, chosen, said_as(words, chosen, themes)) for name, chosen in typed]

    async def _compose(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        given = await _fields(request)
        try:
            draft = await self._broadcasts.compose(visitor.user_id, *self._forms.read(given))
        except (FormError, FilterError, ScheduleError) as error:
            return await self._ask(visitor, given, self._wrong(error), status=422)
        return self._to(draft.id)

    def _wrong(self, error: Exception) -> str:
        """What is wrong with the form, in the words of the chat where it has any."""
        if not isinstance(error, FilterError):
            return str(error)
        told = wrong_part(self._templates.words, error.place, error.why, error.known)
        return " ".join(one.plain for one in told if one.plain)

    async def _change(
        self, found: BroadcastRead, visitor: Visitor, given: Fields
    ) -> web.StreamResponse:
        """Rewrite a draft, or draft a change of what waits; what was typed stays, also where it
        came too late."""
        try:
            draft = await self._changed(found, visitor.user_id, given)
        except (FormError, FilterError, ScheduleError) as error:
            return await self._ask(visitor, given, self._wrong(error), found, status=422)
        if draft is not None:
            return self._to(draft.id)
        return await self._too_late(await found_now(found.id, self._broadcasts), visitor, given)

    async def _changed(
        self, found: BroadcastRead, admin: int, given: Fields
    ) -> BroadcastRead | None:
        chosen, seen = self._forms.read(given, found), given["seen"]
        if found.state == "draft":
            return await self._broadcasts.rewrite(found.id, admin, chosen, as_of=seen)
        return await self._broadcasts.redraft(found.id, admin, chosen, as_of=_instant(seen))

    async def _reword(
        self, found: BroadcastRead, visitor: Visitor, given: Fields
    ) -> web.StreamResponse:
        """Give the draft of an edit other words; what was typed stays, as with :meth:`_change`."""
        try:
            content = self._forms.rewritten(content_in(found.content), given)
        except FormError as error:
            return await self._ask_edit(found, visitor, given, str(error), status=422)
        seen, admin = given["seen"], visitor.user_id
        if await self._broadcasts.reword(found.id, admin, content, as_of=seen):
            return self._to(found.id)
        return await self._too_late(await found_now(found.id, self._broadcasts), visitor, given)

    async def _too_late(
        self, now: BroadcastRead, visitor: Visitor, given: Fields
    ) -> web.StreamResponse:
        words, waited = self._templates.words, _instant(given["seen"]) != NEVER
        said = (cards.moved_meanwhile if waited else cards.changed_meanwhile)(words, now.id)
        if not can_be_changed(now, visitor.user_id):
            said = cards.overtaken(words, now.id).plain
        given = {**given, "seen": seen_of(now)}
        if now.is_correction:
            return await self._ask_edit(now, visitor, given, said, status=409)
        return await self._ask(visitor, given, said, now, status=409)

    async def _edit_form(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        found = await found_by(request, self._broadcasts)
        if can_be_changed(found, visitor.user_id) and found.is_correction:
            return await self._ask_edit(found, visitor, {"seen": seen_of(found)})
        if can_be_changed(found, visitor.user_id):
            return await self._ask(visitor, self._forms.filled(found), before=found)
        if found.state in NOT_BEGUN:
            return self._to(found.id, "nothing" if found.is_correction else "")
        return await self._ask_edit(found, visitor, {})

    async def _ask_edit(
        self,
        found: BroadcastRead,
        visitor: Visitor,
        given: Fields,
        wrong: str = "",
        *,
        status: int = 200,
    ) -> web.Response:
        """The form of an edit of what was sent, or of one that is a draft already."""
        sent = found.corrects if found.is_correction else None
        return self._templates.response(
            "edit.html",
            visitor,
            status=status,
            broadcast=found,
            over="seen" in given and not can_be_changed(found, visitor.user_id),
            given=given,
            wrong=wrong,
            content=_editable(found),
            reach=await self._broadcasts.left_to_correct(sent or found.id),
        )

    async def _edit(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        found, given = await found_by(request, self._broadcasts), await _fields(request)
        if "seen" in given:
            change = self._reword if found.is_correction else self._change
            return await change(found, visitor, given)
        before = _editable(found)
        if before is None:
            return self._to(found.id, "nothing")
        try:
            content = self._forms.rewritten(before, given)
        except FormError as error:
            return await self._ask_edit(found, visitor, given, str(error), status=422)
        made = await self._broadcasts.correct(found.id, visitor.user_id, "edit", content)
        return self._to(made.id if made else found.id, "" if made else "nothing")


async def _fields(request: web.Request) -> dict[str, str]:
    return {name: str(value) for name, value in (await request.post()).items()}


def _instant(seen: str) -> datetime:
    """The instant that the form of one that waits remembers; that of a draft has none."""
    try:
        return datetime.fromisoformat(seen)
    except ValueError:
        return NEVER


def _editable(broadcast: BroadcastRead) -> Content | None:
    """What was sent, if Telegram lets anybody change it."""
    content = read_content(broadcast.content) if broadcast.content else None
    return None if content is None or content.kind == "forward" else content
