"""The calendar: what waits for its time or for a second yes, by the day on which it begins."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from aiohttp import web

from bot.admins.logins import Visitor
from bot.clock import Clock
from bot.delivery.broadcasts import Broadcasts
from bot.delivery.schedules import schedule_of
from bot.store.outbox_models import BroadcastRead
from bot.web.admin.page import View
from bot.web.admin.rendering import Templates


class CalendarPages:
    """Shows a month."""

    def __init__(self, templates: Templates, broadcasts: Broadcasts, clock: Clock) -> None:
        self._templates = templates
        self._broadcasts = broadcasts
        self._clock = clock

    def views(self) -> Iterable[View]:
        return [View("GET", "/calendar", "look", self._show)]

    async def _show(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
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


def _month(typed: str, today: date) -> date:
    try:
        return datetime.strptime(typed, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        return today.replace(day=1)
