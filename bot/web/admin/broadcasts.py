"""Broadcasts: compose, preview, watch, control, correct; those that wait for their time."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from aiohttp import web

from bot.admins.logins import Visitor
from bot.clock import Clock
from bot.delivery.audiences import Filter, FilterError, parse_filter, written
from bot.delivery.broadcasts import Broadcasts
from bot.delivery.content import Content, LinkButton, problems_of, read_content
from bot.delivery.schedules import Schedule, ScheduleError, schedule_of
from bot.delivery.targeting import Offer
from bot.store.outbox_models import BroadcastRead
from bot.store.values import Report
from bot.subscribers.calendar import instant_on
from bot.texts import announcement
from bot.texts import broadcast as texts
from bot.texts.link_lines import read_links
from bot.texts.report import done_of
from bot.web.admin.page import View
from bot.web.admin.rendering import Templates

SHOWN = 40
REFUSED = ("nobody", "stale", "past")
"""Why a draft was not confirmed, beside its not being this admin's any more."""

RUNNING = ("sending", "paused", "cancelling")
BEGUN = ("sending", "paused", "done")
Fields = Mapping[str, str]


class FormError(ValueError):
    """What was typed cannot be; the message says what to do."""


class Composed(NamedTuple):
    """What a form says: the message, whom it is for, and when."""

    content: Content
    filter: Filter
    schedule: Schedule


@dataclass(frozen=True)
class Actions:
    """What follows an act: the planner and the worker look, the admins' chats are told."""

    plan_soon: Callable[[], None]
    wake_worker: Callable[[], None]
    follow: Callable[[int], Awaitable[None]]
    ask_for_yes: Callable[[BroadcastRead], Awaitable[None]]


class BroadcastPages:
    """Shows broadcasts and carries out what admins decide, by the same rules as the chat."""

    def __init__(
        self, templates: Templates, broadcasts: Broadcasts, clock: Clock, actions: Actions
    ) -> None:
        self._templates = templates
        self._broadcasts = broadcasts
        self._clock = clock
        self._actions = actions
        self._acts: dict[str, Callable[[int, int], Awaitable[object]]] = {
            "confirm": broadcasts.confirm,
            "approve": broadcasts.approve,
            "pause": broadcasts.pause,
            "resume": broadcasts.resume,
            "cancel": broadcasts.cancel,
            "retry": broadcasts.retry_failed,
            "doubt": partial(broadcasts.retry_failed, in_doubt=True),
        }

    def views(self) -> Iterable[View]:
        one = r"/broadcasts/{id:\d{1,18}}"
        return [
            View("GET", "/broadcasts", "look", self._list),
            View("GET", "/broadcasts/new", "edit", self._form),
            View("POST", "/broadcasts/new", "edit", self._compose),
            View("GET", one, "look", self._show),
            View("GET", one + "/progress", "look", self._progress),
            View("GET", one + "/recipients.csv", "look", self._file),
            View("GET", one + "/edit", "edit", self._edit_form),
            View("POST", one + "/edit", "edit", self._edit),
            View("POST", one + "/recall", "edit", self._recall),
            View("POST", one + "/test", "edit", self._test),
            View("POST", one + "/{act}", "edit", self._act),
            View("GET", "/calendar", "look", self._calendar),
        ]

    async def _list(self, _request: web.Request, visitor: Visitor) -> web.StreamResponse:
        found = await self._broadcasts.recent(SHOWN)
        reports = await self._broadcasts.counted(found)
        return self._templates.response(
            "broadcasts.html", visitor, broadcasts=found, reports=reports
        )

    async def _show(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        found = await self._found(request)
        return self._templates.response(
            "broadcast.html",
            visitor,
            **await self._facts(found),
            polled=False,
            said=request.query.get("said", ""),
            reach=await self._broadcasts.reach_of(found.id),
        )

    async def _progress(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        found = await self._found(request)
        facts = await self._facts(found)
        return self._templates.response("progress.html", visitor, **facts, polled=True)

    async def _facts(self, found: BroadcastRead) -> dict[str, Any]:
        report = await self._broadcasts.report(found.id)
        draft = found.state in ("draft", "waiting", "scheduled")
        return {
            "broadcast": found,
            "report": report,
            "running": report.state in RUNNING,
            "ended": done_of(report),
            "content": read_content(found.content) if found.content else None,
            "label": announcement.label(self._templates.words),
            "audience": written(Filter.model_validate_json(found.filter)) if found.filter else "",
            "schedule": schedule_of(found),
            "offer": await self._broadcasts.offer_of(found.id) if draft else None,
            "seconds_left": self._broadcasts.seconds_left(found, report.queued),
            "again": await self._again(found.id, report),
        }

    async def _again(self, number: int, report: Report) -> dict[str, Offer]:
        """What it takes to send again what failed, and what is in doubt, where that can be."""
        if report.state != "done":
            return {}
        counts = {"retry": report.failed_again, "doubt": report.doubt_again}
        return {
            act: await self._broadcasts.offer_again(number, in_doubt=act == "doubt")
            for act, count in counts.items()
            if count
        }

    async def _file(self, request: web.Request, _visitor: Visitor) -> web.StreamResponse:
        found = await self._found(request)
        name = f"broadcast-{found.id}.csv"
        return web.Response(
            body=await self._broadcasts.recipients_csv(found.id),
            content_type="text/csv",
            charset="utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    async def _form(self, _request: web.Request, visitor: Visitor) -> web.StreamResponse:
        return await self._ask(visitor, {}, "")

    async def _ask(self, visitor: Visitor, given: Fields, wrong: str) -> web.Response:
        return self._templates.response(
            "compose.html",
            visitor,
            status=422 if wrong else 200,
            given=given,
            wrong=wrong,
            segments=[(s.name, written(s.filter)) for s in await self._broadcasts.segments()],
            zone=self._templates.zone.key,
        )

    async def _compose(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        given = await _fields(request)
        try:
            draft = await self._draft(visitor.user_id, self._read(given))
        except (FormError, FilterError, ScheduleError) as error:
            return await self._ask(visitor, given, str(error))
        return self._to(draft.id)

    def _read(self, given: Fields) -> Composed:
        """What a form says.

        Raises:
            FormError: the message has problems, or a time cannot be read.
            FilterError: the audience names something that there is not.
        """
        audience = parse_filter(given.get("audience", ""), self._broadcasts.themes)
        content = self._checked(Content(kind="text", text=_words(given), buttons=_buttons(given)))
        return Composed(content, audience, _schedule(given, self._templates.zone.key))

    async def _draft(self, admin: int, made: Composed) -> BroadcastRead:
        draft = await self._broadcasts.compose(admin, *made)
        await self._broadcasts.offered(draft.id, await self._broadcasts.offer_of(draft.id))
        return draft

    def _checked(self, content: Content) -> Content:
        if problems := problems_of(content):
            raise FormError(texts.refused(self._templates.words, problems).plain)
        return content

    async def _edit_form(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        return await self._ask_edit(await self._found(request), visitor, {}, "")

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
        found, given = await self._found(request), await _fields(request)
        before = _editable(found)
        if before is None:
            return self._to(found.id, "nothing")
        try:
            content = self._checked(_changed(before, given))
        except FormError as error:
            return await self._ask_edit(found, visitor, given, str(error))
        made = await self._broadcasts.correct(found.id, visitor.user_id, "edit", content)
        return self._to(made.id if made else found.id, "" if made else "nothing")

    async def _recall(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        found = await self._found(request)
        made = await self._broadcasts.correct(found.id, visitor.user_id, "recall")
        return self._to(made.id if made else found.id, "" if made else "nothing")

    async def _test(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        found = await self._found(request)
        refused = await self._broadcasts.send_test(found.id, [visitor.user_id])
        return self._to(found.id, "not_tested" if any(refused.values()) else "tested")

    async def _act(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        act = self._acts.get(request.match_info["act"])
        if act is None:
            raise web.HTTPNotFound
        found = await self._found(request)
        came = await act(found.id, visitor.user_id)
        done = came not in (False, 0, "no", *REFUSED)
        if came == "stale":
            offer = await self._broadcasts.offer_of(found.id)
            await self._broadcasts.offered(found.id, offer)
        if done:
            self._actions.plan_soon()
            self._actions.wake_worker()
            await self._tell(found)
        return self._to(found.id, "done" if done else str(came) if came in REFUSED else "already")

    async def _tell(self, before: BroadcastRead) -> None:
        """Show in the chats what has begun, and ask there for the yes that it waits for."""
        now = await self._found_now(before.id)
        if now.state == "waiting":
            await self._actions.ask_for_yes(now)
        elif now.state in BEGUN or before.state in BEGUN:
            await self._actions.follow(now.id)

    async def _calendar(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        today = self._clock.now().astimezone(self._templates.zone).date()
        first = _month(request.query.get("month", ""), today)
        days: dict[date, list[BroadcastRead]] = defaultdict(list)
        for one in [*await self._broadcasts.scheduled(), *await self._broadcasts.waiting()]:
            if (day := self._day_of(one)) is not None:
                days[day].append(one)
        weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
        return self._templates.response(
            "calendar.html",
            visitor,
            first=first,
            weeks=weeks,
            days=days,
            today=today,
            before=(first - timedelta(days=1)).strftime("%Y-%m"),
            after=(first + timedelta(days=31)).strftime("%Y-%m"),
        )

    def _day_of(self, one: BroadcastRead) -> date | None:
        """When it begins, by the page's clock or each subscriber's own; None: once it may."""
        at = schedule_of(one).at
        return one.local_date or (at.astimezone(self._templates.zone).date() if at else None)

    async def _found(self, request: web.Request) -> BroadcastRead:
        return await self._found_now(int(request.match_info["id"]))

    async def _found_now(self, number: int) -> BroadcastRead:
        found = await self._broadcasts.find(number)
        if found is None:
            raise web.HTTPNotFound
        return found

    def _to(self, broadcast_id: int, said: str = "") -> web.Response:
        base = self._templates.base
        more = f"?said={said}" if said else ""
        return web.Response(
            status=303, headers={"Location": f"{base}/broadcasts/{broadcast_id}{more}"}
        )


async def _fields(request: web.Request) -> dict[str, str]:
    return {name: str(value) for name, value in (await request.post()).items()}


def _words(given: Fields) -> str:
    return given.get("text", "").replace("\r\n", "\n").strip()


def _buttons(given: Fields) -> tuple[LinkButton, ...]:
    """Buttons as they are written: ``Label - https://…``, one a line.

    Raises:
        FormError: a line is none.
    """
    lines = given.get("buttons", "")
    links = read_links(lines)
    if links is None and lines.strip():
        raise FormError("Each button is a line of its own: Read more - https://example.org")
    return tuple(LinkButton(label, url) for label, url in links or ())


def _editable(broadcast: BroadcastRead) -> Content | None:
    """What was sent, if Telegram lets anybody change it."""
    content = read_content(broadcast.content) if broadcast.content else None
    return None if content is None or content.kind == "forward" else content


def _changed(before: Content, given: Fields) -> Content:
    """What was sent with the words and buttons of a form; its kind, its media and what the form
    does not show stay."""
    change: dict[str, Any] = {"buttons": _buttons(given)}
    if before.carries_text and (words := _words(given)) != before.text:
        change |= {"text": words, "entities": (), "link_preview": None}
    return before.model_copy(update=change)


def _schedule(given: Fields, zone: str) -> Schedule:
    """When it is to be sent: now, at a time in this zone, or at each subscriber's own hour.

    Raises:
        FormError: the time is none.
    """
    when = given.get("when", "now")
    if when == "now":
        return Schedule()
    day, minute = _moment(given.get("at", ""))
    if when == "local":
        late = "skip" if given.get("late") == "skip" else "next_day"
        return Schedule(local_date=day, local_minute=minute, late=late)
    at = instant_on(day, minute, zone)
    if at is None:
        raise FormError("There's no such day on that clock. Choose another one.")
    return Schedule(at=at)


def _moment(typed: str) -> tuple[date, int]:
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        raise FormError("Choose a day and a time, or send it now.") from None
    return at.date(), at.hour * 60 + at.minute


def _month(typed: str, today: date) -> date:
    try:
        return datetime.strptime(typed, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        return today.replace(day=1)
