"""Questions on the admin page: grouped, answered, dismissed, and nobody learns who asked."""

from __future__ import annotations

import re

import pytest

from tests.bot_harness import BotHarness
from tests.web.page_stage import page_of


async def test_a_group_is_answered_without_its_being_known_who_asked(paged: BotHarness) -> None:
    admin, rita = await paged.admin(), await paged.subscriber()
    questions = paged.app.services.questions
    await questions.pass_on(rita.id, 1, "Do zebras have <eczema>?")
    async with page_of(paged, admin) as view:
        _, page = await view.get("/questions")
        assert "Do zebras have &lt;eczema&gt;?" in page
        assert str(rita.id) not in page
        (one,) = await questions.open_ones()
        _, page = await view.send(
            "/questions/answer", "/questions", ids=str(one.id), text="We don't know."
        )
        assert "on its way" in page
    await paged.pass_time(minutes=1)
    await rita.sees("We don't know.")
    assert await questions.open_ones() == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Write an answer"),
        ("x" * 4096, "too long"),
        ("😀" * 2040, "too long"),  # two of Telegram's units each
    ],
)
async def test_what_cannot_be_sent_is_said(paged: BotHarness, text: str, said: str) -> None:
    admin, rita = await paged.admin(), await paged.subscriber()
    await paged.app.services.questions.pass_on(rita.id, 1, "Do zebras have eczema?")
    async with page_of(paged, admin) as view:
        (one,) = await paged.app.services.questions.open_ones()
        status, page = await view.send(
            "/questions/answer", "/questions", ids=str(one.id), text=text
        )
        assert (status, said in page) == (422, True)
        _, page = await view.send("/questions/dismiss", "/questions", ids=str(one.id))
        assert "deleted" in page
        _, page = await view.send("/questions/dismiss", "/health", ids="7,x,99999999999999999999")
        assert "quicker" in page


async def test_an_answer_may_be_as_long_as_in_the_chat(paged: BotHarness) -> None:
    admin, rita = await paged.admin(), await paged.subscriber()
    await paged.app.services.questions.pass_on(rita.id, 1, "Do zebras have eczema?")
    async with page_of(paged, admin) as view:
        (one,) = await paged.app.services.questions.open_ones()
        _, page = await view.get("/questions")
        longest = int((re.search(r'maxlength="(\d+)"', page) or ["0"])[1])
        _, page = await view.send(
            "/questions/answer", "/questions", ids=str(one.id), text="x" * longest
        )
        assert "on its way" in page
    await paged.pass_time(minutes=1)
    await rita.sees("x" * longest)
