"""Tips and answers, with their claims, sources and thumbs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from aiohttp import web

from bot.admins.logins import Visitor
from bot.subscribers.ratings import Ratings
from bot.texts.why_not import why_not_names
from bot.web.admin.page import View
from bot.web.admin.rendering import Templates
from tips.current import CurrentContent

SHOWN = 60


class WordSearch(Protocol):
    """Finds content by words, in the content that the caller's task holds on to."""

    async def find_tips(self, words: str, limit: int) -> Sequence[int]:
        """The numbers of at most ``limit`` tips that have these words, the best first."""
        ...

    async def find_answers(self, words: str, limit: int) -> Sequence[str]:
        """The ids of at most ``limit`` answers that have these words, the best first."""
        ...


class ContentPages:
    """Browses the content: a tip, its claims, their sources."""

    def __init__(
        self,
        templates: Templates,
        content: CurrentContent,
        search: WordSearch,
        ratings: Ratings,
    ) -> None:
        self._templates = templates
        self._content = content
        self._search = search
        self._ratings = ratings
        self._reasons = why_not_names(templates.words)

    def views(self) -> Iterable[View]:
        return [
            View("GET", "/content", "look", self._list),
            View("GET", "/content/tips/{id}", "look", self._tip),
            View("GET", "/content/answers/{id}", "look", self._answer),
        ]

    async def _list(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        words, library = request.query.get("q", "").strip()[:200], self._content.library
        tips, answers = list(library.tips), list(library.answers)
        if words:
            tips = [library.by_number(one) for one in await self._search.find_tips(words, SHOWN)]
            ids = await self._search.find_answers(words, SHOWN)
            answers = [library.answer(one) for one in ids]
        return self._templates.response(
            "content.html",
            visitor,
            words=words,
            tips=tips,
            answers=answers,
            library=library,
            withdrawn=sorted(self._content.now.withdrawn),
            ratings=await self._ratings.by_tip(),
            reasons=self._reasons,
        )

    async def _tip(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        whole = self._content.now.whole
        tip = next((one for one in whole.tips if one.id == request.match_info["id"]), None)
        if tip is None:
            raise web.HTTPNotFound
        return self._templates.response(
            "tip.html",
            visitor,
            tip=tip,
            library=whole,
            withdrawn=tip.id in self._content.now.withdrawn,
            rating=(await self._ratings.by_tip()).get(tip.id),
            reasons=self._reasons,
        )

    async def _answer(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        library = self._content.library
        found = (one for one in library.answers if one.id == request.match_info["id"])
        answer = next(found, None)
        if answer is None:
            raise web.HTTPNotFound
        return self._templates.response("answer.html", visitor, answer=answer, library=library)
