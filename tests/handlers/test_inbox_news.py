"""The team is told that questions have come: a count, a button, once an hour at most."""

from __future__ import annotations

import pytest

from tests.bot_harness import BotHarness, Person
from tests.handlers.team_stage import Team, gather
from tests.handlers.test_inbox import ODD, OTHER, ask
from tests.logbook import captured


@pytest.fixture
async def team(harness: BotHarness) -> Team:
    return await gather(harness)


async def news_of(person: Person) -> list[str]:
    """What this person was told of new questions, oldest first."""
    told = (message["text"] for message in await person.messages())
    return [text for text in told if "waiting for the team" in text]


async def look(harness: BotHarness) -> None:
    assert await harness.app.run_job("news")
    await harness.settle()


async def test_owners_and_editors_are_told_how_many_and_nothing_else(
    harness: BotHarness, team: Team, subscriber: Person
) -> None:
    await look(harness)
    assert await news_of(team.owner) == []
    with captured() as log:
        await ask(subscriber, ODD)
        await ask(subscriber, OTHER)
        await look(harness)
    for person in (team.owner, team.editor):
        assert await news_of(person) == ["2 new questions are waiting for the team."]
    for person in (team.viewer, team.stranger, subscriber):
        assert await news_of(person) == []
    assert "hedgehog" not in log.getvalue()
    await team.editor.tap("Open the inbox")
    await team.editor.sees("1 of 2, asked once", OTHER)
    await team.viewer.forge("1qo")
    await team.viewer.hears("As a viewer you can look")
    assert ODD not in str(await team.viewer.messages())


async def test_once_an_hour_at_most_and_of_each_question_once(
    harness: BotHarness, team: Team, subscriber: Person
) -> None:
    await ask(subscriber, ODD)
    await look(harness)
    await ask(subscriber, OTHER)
    await look(harness)
    await harness.restart()
    await look(harness)
    assert len(await news_of(team.owner)) == 1, "a restart forgets nothing"
    await harness.pass_time(hours=1)
    await look(harness)
    await harness.pass_time(hours=2)
    await look(harness)
    assert await news_of(team.owner) == ["1 new question is waiting for the team."] * 2


async def test_what_was_answered_meanwhile_is_no_news(
    harness: BotHarness, team: Team, subscriber: Person
) -> None:
    await ask(subscriber, ODD)
    await team.owner.say("/inbox")
    await team.owner.tap("Dismiss")
    await look(harness)
    assert await news_of(team.owner) == await news_of(team.editor) == []


async def test_who_cannot_be_reached_keeps_nobody_else_waiting(
    harness: BotHarness, team: Team, subscriber: Person
) -> None:
    await team.owner.block()
    await ask(subscriber, ODD)
    await look(harness)
    assert len(await news_of(team.editor)) == 1


async def test_at_night_it_comes_without_a_sound(
    harness: BotHarness, team: Team, subscriber: Person
) -> None:
    for hours, silent in ((0, False), (10, True)):
        await harness.pass_time(hours=hours)
        await ask(subscriber, ODD if silent else OTHER)
        await look(harness)
        sent = (await harness.calls("sendMessage"))[-1]["parameters"]
        assert "waiting for the team" in sent["text"]
        assert sent.get("disable_notification", False) is silent
