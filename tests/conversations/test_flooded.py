"""Telegram asks the bot to wait for minutes: readers get their answers afterwards, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from theatre import Theatre, open_theatre

from bot.app import build
from bot.delivery.pacing import Lane
from bot.store import inbox


@pytest.fixture
async def theatre(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with open_theatre(tmp_path) as theatre:
        yield theatre


async def undone(theatre: Theatre) -> int:
    async with theatre.app.house.db.read() as session:
        return await inbox.pending_count(session)


async def over(theatre: Theatre, seconds: float = 300.0) -> None:
    theatre.clock.move(seconds)
    await theatre.settle()


async def test_what_was_asked_meanwhile_is_answered_in_its_order(theatre: Theatre) -> None:
    rita, tom = await theatre.reader("Rita"), await theatre.reader("Tom")
    await theatre.fault("429", method="sendMessage", retry_after=300)
    await rita.say("/saved")
    await rita.hears_nothing()
    before = len(await rita.messages())
    await rita.say("/help")
    await tom.say("/help")
    assert await undone(theatre) == 3
    await over(theatre, 250)
    await tom.hears_nothing()
    await over(theatre, 60)

    await tom.sees("/settings")
    saved, helped = (await rita.messages())[before:]
    assert "saved no tip yet" in saved["text"]
    assert "/settings" in helped["text"]
    assert await undone(theatre) == 0


async def test_what_was_done_before_the_flood_is_not_done_again(theatre: Theatre) -> None:
    rita = await theatre.reader()
    await rita.say("/tip")
    answers = len(await theatre.calls("answerCallbackQuery"))
    before = len(await rita.messages())
    await theatre.fault("429", method="sendMessage", retry_after=300)
    await rita.tap("Why?")
    assert len(await theatre.calls("answerCallbackQuery")) == answers + 1
    await over(theatre, 310)

    assert len(await theatre.calls("answerCallbackQuery")) == answers + 1
    assert len(await rita.messages()) == before + 1


async def test_a_restart_keeps_to_the_deadline_and_answers_afterwards(
    theatre: Theatre, tmp_path: Path
) -> None:
    rita = await theatre.reader()
    await theatre.fault("429", method="sendMessage", retry_after=300)
    await rita.say("/saved")
    await theatre.app.stop()
    calls = len(await theatre.calls())
    async with build(theatre.settings, clock=theatre.clock) as app:
        theatre.app = app
        await theatre.settle()
        assert 200 < app.house.pace.held_for(Lane.REPLY) <= 300
        names = {call["method"] for call in (await theatre.calls())[calls:]}
        assert names <= {"getMe", "getUpdates", "deleteWebhook"}
        await rita.hears_nothing()
        await over(theatre)
        await rita.sees("saved no tip yet")
        assert await undone(theatre) == 0
