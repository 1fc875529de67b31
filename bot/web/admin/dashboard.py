"""The first page: how it goes, from counters alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from aiohttp import web

from bot.admins.logins import Visitor
from bot.figures import Overview, Period
from bot.web.admin.page import View
from bot.web.admin.rendering import Templates
from tips.current import CurrentContent

SPANS = (7, 30, 365)
CHART_WIDTH, CHART_HEIGHT = 640, 120


class Figures(Protocol):
    """Reads the figures of some days."""

    async def overview(self, days: int) -> Overview:
        """The figures of now, and of the last ``days`` days."""
        ...


class Bar(NamedTuple):
    """A bar of a chart, in the chart's own units; the days that it counts, and what it says."""

    x: float
    y: float
    width: float
    height: float
    first: date
    last: date
    value: int


class Dashboard:
    """Shows the figures of a week, a month or a year."""

    def __init__(
        self,
        templates: Templates,
        figures: Figures,
        content: CurrentContent,
        troubles: Callable[[], Awaitable[list[str]]],
    ) -> None:
        self._templates = templates
        self._figures = figures
        self._content = content
        self._troubles = troubles

    def views(self) -> Iterable[View]:
        return [
            View("GET", "/", "look", self._show),
            View("GET", "/health", "look", self._health),
        ]

    async def _show(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        asked = request.query.get("days", "")
        days = int(asked) if asked in map(str, SPANS) else SPANS[0]
        shown = await self._figures.overview(days)
        return self._templates.response(
            "dashboard.html",
            visitor,
            shown=shown,
            spans=SPANS,
            subscribers=bars(shown.steps, lambda step: step.subscribers),
            tips=bars(shown.steps, lambda step: step.tips.get("sent", 0)),
            library=self._content.library,
            troubles=await self._troubles(),
        )

    async def _health(self, _request: web.Request, visitor: Visitor) -> web.StreamResponse:
        return self._templates.response("health.html", visitor, troubles=await self._troubles())


def bars(steps: Sequence[Period], of: Callable[[Period], int]) -> list[Bar]:
    """A bar for each step, the highest as high as the chart."""
    highest = max((of(step) for step in steps), default=0) or 1
    room = CHART_WIDTH / max(1, len(steps))
    return [
        _bar(index, room, of(step) / highest, step, of(step)) for index, step in enumerate(steps)
    ]


def _bar(index: int, room: float, share: float, step: Period, value: int) -> Bar:
    height = share * CHART_HEIGHT
    x, width = index * room + room * 0.1, room * 0.8
    place = round(x, 1), round(CHART_HEIGHT - height, 1), round(width, 1), round(height, 1)
    return Bar(*place, step.first, step.last, value)
