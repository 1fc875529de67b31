"""A zone that was stored and has left the time-zone data locks nobody out."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from bot.texts.commands import commands_for
from tests.bot_harness import BotHarness, Person

ASKS = "What time zone are you in?"
LEAVING = ("stop", "forget", "privacy", "export")


async def lose(harness: BotHarness) -> None:
    """The subscriber's zone is one no more."""
    async with harness.app.services.db.write() as session:
        for table in ("subscriber", "slot"):
            await session.execute(text(f"UPDATE {table} SET zone = 'Mars/Olympus_Mons'"))


@pytest.fixture
async def lost(harness: BotHarness, subscriber: Person) -> Person:
    await lose(harness)
    return subscriber


@pytest.mark.parametrize("command", sorted(command.name for command in commands_for()))
async def test_every_command_works_and_a_place_is_asked_for(lost: Person, command: str) -> None:
    await lost.say(f"/{command}")
    answers = await lost.hears()
    assert "Something went wrong" not in answers
    assert (ASKS in answers) is (command not in LEAVING)


async def test_words_are_answered_and_a_place_is_asked_for(lost: Person) -> None:
    await lost.say("Can I bathe every day?")
    answers = await lost.hears(ASKS)
    assert "Something went wrong" not in answers


async def test_a_place_brings_the_tips_back(harness: BotHarness, lost: Person) -> None:
    before = len(await lost.tips())
    await harness.pass_time(days=2)
    assert len(await lost.tips()) == before
    await lost.say("/settings")
    await lost.hears("Time zone: not set", "I need your time zone", ASKS)
    await lost.say("/help")
    assert ASKS not in await lost.hears(), "once is enough"
    await lost.say("Berlin")
    await lost.sees("Time zone: Berlin", "Next tip: tomorrow")
    assert len(await lost.tips()) == before
    await harness.pass_time(days=1)
    assert len(await lost.tips()) == before + 1


async def test_a_pause_may_be_ended_without_a_zone(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("/pause")
    await lose(harness)
    await subscriber.say("/resume")
    await subscriber.hears(ASKS)
    await subscriber.say("Lisbon")
    await subscriber.sees("Next tip: tomorrow")


@pytest.mark.parametrize("tap", ["1sv:main", "1sv:days", "1sd:2:0", "1st:0:0", "1sh:600", "1pr",
                                 "1pp:7", "1tn", "1ps", "1za", "1zk", "1ha"])  # fmt: skip
async def test_every_button_of_the_settings_works(lost: Person, tap: str) -> None:
    await lost.forge(tap)
    assert "Something went wrong" not in await lost.hears()


async def test_a_stored_language_that_there_are_no_texts_for_locks_nobody_out_either(
    harness: BotHarness, subscriber: Person
) -> None:
    async with harness.app.services.db.write() as session:
        await session.execute(text("UPDATE subscriber SET language = 'tlh'"))
    for command in ("settings", "tip", "help", "privacy", "saved", "start", "pause"):
        await subscriber.say(f"/{command}")
        assert "Something went wrong" not in await subscriber.hears()
