"""The first page: how it goes, from counters alone, in a picture and in words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from aiohttp import web

from bot.admins.logins import Visitor
from bot.charts.picture import Picture
from bot.figures import Overview
from bot.texts import stats_words
from bot.texts.stats_picture import picture
from bot.web.admin.page import View
from bot.web.admin.rendering import Templates
from tips.current import CurrentContent

SPANS = (7, 30, 365)


class Figures(Protocol):
    """Reads the figures of some days."""

    async def overview(self, days: int) -> Overview:
        """The figures of now, and of the last ``days`` days."""
        ...


class Painter(Protocol):
    """Draws the pictures that the chat sends, beside everything else."""

    async def draw_if_possible(self, picture: Picture, *, dark: bool = False) -> bytes | None:
        """The picture as a PNG; None where it cannot be drawn."""
        ...


class Dashboard:
    """Shows the figures of a week, a month or a year."""

    def __init__(
        self,
        templates: Templates,
        figures: Figures,
        painter: Painter,
        content: CurrentContent,
        troubles: Callable[[], Awaitable[list[str]]],
    ) -> None:
        self._templates = templates
        self._figures = figures
        self._painter = painter
        self._content = content
        self._troubles = troubles

    def views(self) -> Iterable[View]:
        spans = "|".join(map(str, SPANS))
        drawn = f"/figures/{{days:{spans}}}-{{colours:light|dark}}.png"
        return [
            View("GET", "/", "look", self._show),
            View("GET", drawn, "look", self._picture),
            View("GET", "/health", "look", self._health),
        ]

    async def _show(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        asked = request.query.get("days", "")
        days = int(asked) if asked in map(str, SPANS) else SPANS[0]
        shown, words = await self._figures.overview(days), self._templates.words
        return self._templates.response(
            "dashboard.html",
            visitor,
            shown=shown,
            spans=SPANS,
            subscribers=stats_words.subscribers(words, shown.now.subscribers),
            change=stats_words.change(words, shown),
            dates=stats_words.dates(words, shown.total.first, shown.total.last),
            library=self._content.library,
            troubles=await self._troubles(),
        )

    async def _picture(self, request: web.Request, _visitor: Visitor) -> web.StreamResponse:
        """The picture of /stats. It takes a second, so the page does not wait for it."""
        days, dark = int(request.match_info["days"]), request.match_info["colours"] == "dark"
        shown = await self._figures.overview(days)
        drawn = picture(self._templates.words, shown, self._content.library)
        png = await self._painter.draw_if_possible(drawn, dark=dark)
        if png is None:
            return web.Response(status=503)
        return web.Response(body=png, content_type="image/png")

    async def _health(self, _request: web.Request, visitor: Visitor) -> web.StreamResponse:
        return self._templates.response("health.html", visitor, troubles=await self._troubles())
