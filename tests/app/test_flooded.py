"""Telegram asks for minutes of silence: whoever waits gets the answers afterwards, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import build
from bot.store.queries import inbox
from bot.telegram.limits.limiter import Lane
from tests.bot_harness import BotHarness, open_harness


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[BotHarness]:
    async with open_harness(tmp_path) as harness:
        yield harness


async def undone(harness: BotHarness) -> int:
    async with harness.app.services.db.read() as session:
        return await inbox.pending_count(session)


async def over(harness: BotHarness, seconds: float = 300.0) -> None:
    harness.clock.move(seconds)
    await harness.settle()


async def test_what_was_asked_meanwhile_is_answered_in_its_order(harness: BotHarness) -> None:
    rita, tom = await harness.subscriber("Rita"), await harness.subscriber("Tom")
    await harness.fault("429", method="sendMessage", retry_after=300, times=2)
    await rita.say("/saved")
    await rita.hears_nothing()
    before = len(await rita.messages())
    await rita.say("/help")
    await tom.say("/saved")
    await tom.say("/help")
    assert await undone(harness) == 4
    await over(harness, 250)
    await tom.hears_nothing()
    await over(harness, 60)

    await tom.sees("/settings")
    saved, helped = (await rita.messages())[before:]
    assert "No saved tips yet" in saved["text"]
    assert "/settings" in helped["text"]
    assert await undone(harness) == 0


@pytest.mark.parametrize("seconds", [60, 10072])
async def test_one_chats_flood_keeps_nobody_else_waiting(
    harness: BotHarness, seconds: int
) -> None:
    rita, tom = await harness.subscriber("Rita"), await harness.subscriber("Tom")
    await harness.fault("429", method="sendMessage", chat=rita.id, retry_after=seconds, times=99)
    await rita.say("/saved")
    await tom.say("/help")
    await tom.hears("/settings")
    await tom.say("I can't breathe and my lips are swelling")
    await tom.hears("can be an emergency")
    assert harness.app.services.limiter.held_for(Lane.REPLY) == 0.0
    assert await undone(harness) == 1


async def test_a_groups_flood_is_no_persons_concern(harness: BotHarness) -> None:
    tom = await harness.subscriber("Tom")
    group = await harness.post("groups", title="Subscribers", type="group", member=tom.id)
    await harness.fault("429", method="sendMessage", chat=group["id"], retry_after=174)
    username = harness.app.services.client.username
    await tom.say(f"/help@{username}", chat=group["id"])
    assert await undone(harness) == 1
    await tom.say("/help")
    await tom.hears("/settings")
    await tom.say("I can't breathe and my lips are swelling")
    await tom.hears("can be an emergency")


async def test_a_refused_progress_message_is_dropped_and_drawn_later(harness: BotHarness) -> None:
    admin, tom = await harness.admin(), await harness.subscriber("Tom")
    await tom.say("/tip")
    await admin.say("/broadcast Hello")
    await harness.fault("429", method="editMessageText", chat=admin.id, retry_after=300)
    await admin.tap("Send it now")
    edits = len(await harness.calls("editMessageText"))
    await admin.say("/help")
    await admin.hears("/settings")
    await tom.say("/settings")
    await tom.tap("Days")
    await tom.tap("✓ Mon")
    await harness.pass_time(200)
    assert len(await harness.calls("editMessageText")) - edits <= 3, "those of the taps"
    await harness.pass_time(110)
    shown = "\n".join(message["text"] for message in await admin.messages())
    assert "Broadcast done" in shown


async def test_what_was_done_before_the_flood_is_not_done_again(harness: BotHarness) -> None:
    rita = await harness.subscriber()
    await rita.say("/tip")
    answers = len(await harness.calls("answerCallbackQuery"))
    before = len(await rita.messages())
    await harness.fault("429", method="sendMessage", retry_after=300)
    await rita.tap("Another tip")
    assert len(await harness.calls("answerCallbackQuery")) == answers + 1
    await over(harness, 310)

    assert len(await harness.calls("answerCallbackQuery")) == answers + 1
    assert len(await rita.messages()) == before + 1


async def test_a_restart_keeps_to_the_deadline_and_answers_afterwards(
    harness: BotHarness, tmp_path: Path
) -> None:
    rita = await harness.subscriber()
    await harness.fault("429", method="sendMessage", retry_after=300)
    await rita.say("/saved")
    await harness.app.stop()
    calls = len(await harness.calls())
    async with build(harness.settings, clock=harness.clock) as app:
        harness.app = app
        await harness.settle()
        assert 200 < app.services.limiter.reply_held_for(rita.id) <= 300
        names = {call["method"] for call in (await harness.calls())[calls:]}
        assert "sendMessage" not in names
        await rita.hears_nothing()
        await over(harness)
        await rita.sees("No saved tips yet")
        assert await undone(harness) == 0
