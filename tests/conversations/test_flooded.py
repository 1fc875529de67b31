"""Telegram asks for minutes of silence: whoever waits gets the answers afterwards, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from theatre import Theatre, open_theatre

from bot.services import build
from bot.store.queries import inbox
from bot.telegram.limits.limiter import Lane


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
    await theatre.fault("429", method="sendMessage", retry_after=300, times=2)
    await rita.say("/saved")
    await rita.hears_nothing()
    before = len(await rita.messages())
    await rita.say("/help")
    await tom.say("/saved")
    await tom.say("/help")
    assert await undone(theatre) == 4
    await over(theatre, 250)
    await tom.hears_nothing()
    await over(theatre, 60)

    await tom.sees("/settings")
    saved, helped = (await rita.messages())[before:]
    assert "saved no tip yet" in saved["text"]
    assert "/settings" in helped["text"]
    assert await undone(theatre) == 0


@pytest.mark.parametrize("seconds", [60, 10072])
async def test_one_chats_flood_keeps_nobody_else_waiting(theatre: Theatre, seconds: int) -> None:
    rita, tom = await theatre.reader("Rita"), await theatre.reader("Tom")
    await theatre.fault("429", method="sendMessage", chat=rita.id, retry_after=seconds, times=99)
    await rita.say("/saved")
    await tom.say("/help")
    await tom.hears("/settings")
    await tom.say("I can't breathe and my lips are swelling")
    await tom.hears("emergency number")
    assert theatre.app.house.pace.held_for(Lane.REPLY) == 0.0
    assert await undone(theatre) == 1


async def test_a_groups_flood_is_no_persons_concern(theatre: Theatre) -> None:
    tom = await theatre.reader("Tom")
    group = await theatre.post("groups", title="Readers", type="group", member=tom.id)
    await theatre.fault("429", method="sendMessage", chat=group["id"], retry_after=174)
    username = theatre.app.house.client.username
    await tom.say(f"/help@{username}", chat=group["id"])
    assert await undone(theatre) == 1
    await tom.say("/help")
    await tom.hears("/settings")
    await tom.say("I can't breathe and my lips are swelling")
    await tom.hears("emergency number")


async def test_a_refused_progress_message_is_dropped_and_drawn_later(theatre: Theatre) -> None:
    admin, tom = await theatre.admin(), await theatre.reader("Tom")
    await tom.say("/tip")
    await admin.say("/broadcast Hello")
    await theatre.fault("429", method="editMessageText", chat=admin.id, retry_after=300)
    await admin.tap("Send it now")
    edits = len(await theatre.calls("editMessageText"))
    await admin.say("/help")
    await admin.hears("/settings")
    await tom.say("/settings")
    await tom.tap("Days")
    await tom.tap("Monday")
    await theatre.pass_time(200)
    assert len(await theatre.calls("editMessageText")) - edits <= 3, "those of the taps"
    await theatre.pass_time(110)
    shown = "\n".join(message["text"] for message in await admin.messages())
    assert "Broadcast done" in shown


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
        assert 200 < app.house.pace.reply_held_for(rita.id) <= 300
        names = {call["method"] for call in (await theatre.calls())[calls:]}
        assert "sendMessage" not in names
        await rita.hears_nothing()
        await over(theatre)
        await rita.sees("saved no tip yet")
        assert await undone(theatre) == 0
