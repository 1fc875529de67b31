"""Tips and answers, with their claims, sources and thumbs."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from bot.admins.logins import Visitor
from bot.web.admin.page import View
from bot.web.admin.rendering import Templates
from tips.current import CurrentContent

SHOWN = 60


class ContentPages:
    """Browses the content: a tip, its claims, their sources."""

    def __init__(self, templates: Templates, content: CurrentContent) -> None:
        self._templates = templates
        self._content = content

    def views(self) -> Iterable[View]:
        return [
            View("GET", "/content", "look", self._list),
            View("GET", "/content/tips/{id}", "look", self._tip),
            View("GET", "/content/answers/{id}", "look", self._answer),
        ]

    async def _list(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        words, library = request.query.get("q", "").strip()[:200], self._content.library
        search = self._content.now.by_words
        if words and search is not None:
            there = {tip.number for tip in library.tips}
            numbers = search.tips.find(words, SHOWN, there)
            tips = [library.by_number(number) for number in numbers]
            known = {answer.id for answer in library.answers}
            ids = search.answers.find(words, SHOWN)
            answers = [library.answer(one) for one in ids if one in known]
        else:
            tips, answers = list(library.tips), list(library.answers)
        return self._templates.response(
            "content.html",
            visitor,
            words=words,
            tips=tips,
            answers=answers,
            library=library,
            withdrawn=sorted(self._content.now.withdrawn),
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
        )

    async def _answer(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        library = self._content.library
        found = (one for one in library.answers if one.id == request.match_info["id"])
        answer = next(found, None)
        if answer is None:
            raise web.HTTPNotFound
        return self._templates.response("answer.html", visitor, answer=answer, library=library)
