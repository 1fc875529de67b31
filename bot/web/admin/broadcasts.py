"""Broadcasts: which there are, what one says, and how it goes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.admins.logins import Visitor
from bot.delivery.audiences import read_filter
from bot.delivery.broadcasts import Broadcasts
from bot.delivery.content import content_in, read_content
from bot.delivery.offers import Offer
from bot.delivery.schedules import LIFETIME, chosen_end, schedule_of
from bot.delivery.under_way import HAVE_A_REST
from bot.store.outbox_models import NOT_BEGUN, BroadcastRead
from bot.store.values import Report
from bot.texts import announcement
from bot.texts import broadcast as texts
from bot.texts import broadcast_card as cards
from bot.texts.broadcast_audience import audience_line
from bot.texts.broadcast_time import early_end_words
from bot.texts.report import Course, done_of, rest_words
from bot.web.admin.one_broadcast import ONE, can_be_changed, found_by
from bot.web.admin.page import View
from bot.web.admin.rendering import Templates
from tips.current import CurrentContent

SHOWN = 40
RUNNING = ("sending", "paused", "cancelling")


class BroadcastPages:
    """Shows broadcasts.

    Args:
        course_of: what is known of one beside its counts.
        others: who beside an admin may say yes.
    """

    def __init__(
        self,
        templates: Templates,
        broadcasts: Broadcasts,
        content: CurrentContent,
        course_of: Callable[[BroadcastRead, Report], Awaitable[Course]],
        others: Callable[[int], Awaitable[list[int]]],
    ) -> None:
        self._templates = templates
        self._broadcasts = broadcasts
        self._content = content
        self._course_of = course_of
        self._others = others

    def views(self) -> Iterable[View]:
        return [
            View("GET", "/broadcasts", "look", self._list),
            View("GET", ONE, "look", self._show),
            View("GET", ONE + "/progress", "look", self._progress),
            View("GET", ONE + "/recipients.csv", "look", self._file),
        ]

    async def _list(self, _request: web.Request, visitor: Visitor) -> web.StreamResponse:
        found = await self._broadcasts.recent(SHOWN)
        reports = await self._broadcasts.counted(found)
        return self._templates.response(
            "broadcasts.html", visitor, broadcasts=found, reports=reports
        )

    async def _show(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        found = await found_by(request, self._broadcasts)
        said = request.query.get("said", "")
        facts = await self._facts(found)
        return self._templates.response(
            "broadcast.html",
            visitor,
            **facts,
            polled=False,
            rest=self._rest(found, facts["report"]) if said == "ask_cancel" else "",
            can_be_changed=can_be_changed(found, visitor.user_id),
            said=said,
            as_in_the_chat=self._as_in_the_chat(found, said),
            alone=await self._is_alone(found),
            nobody_to_approve=cards.nobody_to_approve(self._templates.words, found.id).plain,
            sound=cards.sound_names(self._templates.words)[content_in(found.content).silent],
            reach=await self._broadcasts.left_to_correct(found.id),
        )

    def _rest(self, found: BroadcastRead, report: Report) -> str:
        """What cancelling the rest would leave out; "" where nothing can be held back."""
        rest = report.queued - report.under_way
        if found.state not in HAVE_A_REST or not rest:
            return ""
        return rest_words(self._templates.words, found.kind, rest)

    async def _is_alone(self, found: BroadcastRead) -> bool:
        """Whether it waits for the yes of an admin whom there is not."""
        waits = found.state == "waiting"
        return waits and not await self._others(found.admin_id)

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
        found = await found_by(request, self._broadcasts)
        facts = await self._facts(found)
        return self._templates.response("progress.html", visitor, **facts, polled=True)

    async def _facts(self, found: BroadcastRead) -> dict[str, Any]:
        report, schedule = await self._broadcasts.report(found.id), schedule_of(found)
        return {
            "broadcast": found,
            "report": report,
            "running": report.state in RUNNING,
            "ended": done_of(report),
            "content": read_content(found.content) if found.content else None,
            "label": announcement.label(self._templates.words),
            "audience": self._audience(found),
            "schedule": schedule,
            "end": _shown_end(found),
            "early_end": early_end_words(self._templates.words) if schedule.ends_early else "",
            "offer": await self._broadcasts.offer_of(found.id)
            if found.state in NOT_BEGUN
            else None,
            "seconds_left": (await self._course_of(found, report)).seconds_left,
            "again": await self._again(found.id, report),
        }

    def _audience(self, found: BroadcastRead) -> str:
        """Whom it is for, as its card in the chat says it."""
        chosen, themes = read_filter(found.filter), self._content.library.theme_names
        return audience_line(self._templates.words, chosen, themes).plain

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
        found = await found_by(request, self._broadcasts)
        name = f"broadcast-{found.id}.csv"
        return web.Response(
            body=await self._broadcasts.recipients_csv(found.id),
            content_type="text/csv",
            charset="utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _shown_end(found: BroadcastRead) -> datetime | None:
    """The end that somebody chose; None for the usual one, a day after it began."""
    end, began = chosen_end(schedule_of(found)), found.confirmed_at
    return None if began is not None and end == began + LIFETIME else end
