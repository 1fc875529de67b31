"""Broadcasts: compose, preview, watch, control, correct; those that wait for their time."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, Protocol

from aiohttp import web

from bot.admins.logins import Visitor
from bot.clock import Clock
from bot.delivery.audiences import FilterError, read_filter, written
from bot.delivery.broadcasts import CONFIRMED, Broadcasts
from bot.delivery.content import Content, content_in, read_content
from bot.delivery.schedules import ScheduleError, schedule_of
from bot.delivery.targeting import Offer
from bot.store.outbox_models import NOT_BEGUN, BroadcastRead
from bot.store.values import Report
from bot.texts import announcement
from bot.texts import broadcast as texts
from bot.texts import broadcast_card as cards
from bot.texts.report import Course, done_of
from bot.web.admin.broadcast_forms import NEW, BroadcastForms, Fields, FormError
from bot.web.admin.page import View
from bot.web.admin.rendering import Templates

SHOWN = 40
RUNNING = ("sending", "paused", "cancelling")
BEGUN = ("sending", "paused", "done")


class Chats(Protocol):
    """What the admins' chats are for, whoever acts on the page."""

    async def is_there(self, broadcast: BroadcastRead) -> bool:
        """Whether the message that is to be copied has not been deleted."""
        ...

    async def others(self, admin: int) -> list[int]:
        """Who beside this admin may say yes."""
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
    course_of: Callable[[BroadcastRead, Report], Course]
    chats: Chats


class BroadcastPages:
    """Shows broadcasts and carries out what admins decide, by the same rules as the chat."""

    def __init__(
        self, templates: Templates, broadcasts: Broadcasts, clock: Clock, actions: Actions
    ) -> None:
        self._templates = templates
        self._broadcasts = broadcasts
        self._clock = clock
        self._actions = actions
        self._forms = BroadcastForms(templates.words, templates.zone, broadcasts.themes)
        self._acts: dict[str, Callable[[int, int], Awaitable[object]]] = {
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
            View("POST", one + "/confirm", "edit", self._confirm),
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
        said = request.query.get("said", "")
        return self._templates.response(
            "broadcast.html",
            visitor,
            **await self._facts(found),
            polled=False,
            said=said,
            as_in_the_chat=self._as_in_the_chat(found, said),
            alone=await self._is_alone(found),
            nobody_to_approve=cards.nobody_to_approve(self._templates.words, found.id).plain,
            sound=cards.sound_names(self._templates.words)[content_in(found.content).silent],
            reach=await self._broadcasts.reach_of(found.id),
        )

    async def _is_alone(self, found: BroadcastRead) -> bool:
        """Whether it waits for the yes of an admin whom there is not."""
        waits = found.state == "waiting"
        return waits and not await self._actions.chats.others(found.admin_id)

    def _as_in_the_chat(self, found: BroadcastRead, said: str) -> str:
        """What came of an act, where the chat has words for that, too."""
        words, number = self._templates.words, found.id
        told: dict[str, Callable[[], str]] = {
            "alone": lambda: cards.nobody_to_approve(words, number).plain,
            "deleted": lambda: texts.original_deleted(words, number).plain,
            "overtaken": lambda: cards.overtaken(words, number).plain,
            "changed": lambda: cards.moved_meanwhile(words, found.replaces or number),
        }
        return told[said]() if said in told else ""

    async def _progress(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        found = await self._found(request)
        facts = await self._facts(found)
        return self._templates.response("progress.html", visitor, **facts, polled=True)

    async def _facts(self, found: BroadcastRead) -> dict[str, Any]:
        report = await self._broadcasts.report(found.id)
        return {
            "broadcast": found,
            "report": report,
            "running": report.state in RUNNING,
            "ended": done_of(report),
            "content": read_content(found.content) if found.content else None,
            "label": announcement.label(self._templates.words),
            "audience": written(read_filter(found.filter)),
            "schedule": schedule_of(found),
            "offer": await self._broadcasts.offer_of(found.id)
            if found.state in NOT_BEGUN
            else None,
            "seconds_left": self._actions.course_of(found, report).seconds_left,
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
        return await self._too_late(await self._found_now(found.id), visitor, given)

    async def _too_late(
        self, now: BroadcastRead, visitor: Visitor, given: Fields
    ) -> web.StreamResponse:
        words, seen = self._templates.words, {"seen": now.last_shown.isoformat()}
        said = cards.moved_meanwhile(words, now.id)
        if not now.can_be_replaced:
            said = cards.overtaken(words, now.id).plain
        return await self._ask(visitor, {**given, **seen}, said, now, status=409)

    async def _edit_form(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        found = await self._found(request)
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
        found, given = await self._found(request), await _fields(request)
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

    async def _recall(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        found = await self._found(request)
        made = await self._broadcasts.correct(found.id, visitor.user_id, "recall")
        return self._to(made.id if made else found.id, "" if made else "nothing")

    async def _test(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        found = await self._found(request)
        refused = await self._broadcasts.send_test(found.id, [visitor.user_id])
        return self._to(found.id, "not_tested" if any(refused.values()) else "tested")

    async def _confirm(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        found, chats = await self._found(request), self._actions.chats
        if not await chats.is_there(found):
            return self._to(found.id, "deleted")
        came = await self._broadcasts.confirm(found.id, visitor.user_id)
        if came not in CONFIRMED:
            return await self._not_confirmed(found, visitor.user_id, came)
        if found.replaces is not None:
            await chats.replaced(found.replaces, found.id, visitor.user_id)
        return self._to(found.id, await self._done(found))

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
        if name not in self._acts:
            raise web.HTTPNotFound
        found = await self._found(request)
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
        now = await self._found_now(before.id)
        if now.state == "waiting":
            return "done" if await self._actions.chats.ask_for_yes(now) else "alone"
        if now.state in BEGUN or before.state in BEGUN:
            await self._actions.follow(now.id)
        return "done"

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


def _month(typed: str, today: date) -> date:
    try:
        return datetime.strptime(typed, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        return today.replace(day=1)
