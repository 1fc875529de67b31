"""Questions without an answer, grouped by likeness: answer a group, or dismiss it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from aiohttp import web

from bot.admins.logins import Visitor
from bot.questions.groups import Placed, group
from bot.questions.questions import Answer, Questions
from bot.texts.ask_team import longest_answer
from bot.texts.html import units
from bot.web.admin.page import View
from bot.web.admin.rendering import Templates


class QuestionPages:
    """Shows what people passed on, without anything that tells who they are.

    Args:
        placed: where the words of a question lie, by which those that ask the same are found.
        send_answers: has the answers sent that wait.
    """

    def __init__(
        self,
        templates: Templates,
        questions: Questions,
        placed: Placed,
        send_answers: Callable[[], None],
    ) -> None:
        self._templates = templates
        self._questions = questions
        self._placed = placed
        self._send_answers = send_answers

    def views(self) -> Iterable[View]:
        return [
            View("GET", "/questions", "edit", self._list),
            View("POST", "/questions/answer", "edit", self._answer),
            View("POST", "/questions/dismiss", "edit", self._dismiss),
        ]

    async def _list(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        return await self._show(visitor, said=request.query.get("said", ""))

    async def _show(
        self, visitor: Visitor, *, said: str = "", ids: str = "", text: str = ""
    ) -> web.Response:
        groups = await group(await self._questions.open_ones(), self._placed)
        return self._templates.response(
            "questions.html",
            visitor,
            status=422 if text else 200,
            groups=groups,
            said=said,
            typed_for=ids,
            typed=text,
            longest=longest_answer(),
        )

    async def _answer(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        form = await request.post()
        ids, typed = str(form.get("ids", "")), str(form.get("text", ""))
        text = typed.replace("\r\n", "\n").strip()
        numbers = _numbers(ids)
        if not text or units(text) > longest_answer():
            said = "too_long" if text else "empty"
            return await self._show(visitor, said=said, ids=ids, text=text or " ")
        answer = Answer(text)
        if not numbers or not await self._questions.begin_answer(numbers):
            return self._back("quicker")
        await self._questions.write(min(numbers), answer)
        sent = await self._questions.send(min(numbers), answer.mark, visitor.user_id)
        if sent:
            self._send_answers()
        return self._back("answered" if sent else "quicker")

    async def _dismiss(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        numbers = _numbers(str((await request.post()).get("ids", "")))
        gone = await self._questions.dismiss(numbers, visitor.user_id) if numbers else 0
        return self._back("dismissed" if gone else "quicker")

    def _back(self, said: str) -> web.Response:
        location = f"{self._templates.base}/questions?said={said}"
        return web.Response(status=303, headers={"Location": location})


def _numbers(typed: str) -> list[int]:
    return sorted({int(one) for one in typed.split(",") if one.isdecimal() and len(one) < 19})
