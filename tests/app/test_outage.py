"""Telegram, or the database, is away for a while: who wrote meanwhile is answered afterwards."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot.store.queries import inbox
from tests.bot_harness import BotHarness, Person
from tests.logbook import captured


async def live_through(harness: BotHarness, seconds: int) -> None:
    """So much time passes, in steps that let the bot act in between."""
    for _ in range(seconds * 2):
        harness.clock.move(0.5)
        await asyncio.sleep(0.005)


async def undone(harness: BotHarness) -> int:
    async with harness.app.services.db.read() as session:
        return await inbox.pending_count(session)


async def all_is_well(harness: BotHarness) -> None:
    async with harness.session.delete("/control/faults") as response:
        assert response.status == 200


@pytest.mark.parametrize("kind", ["500", "502", "drop_before", "drop_after"])
@pytest.mark.parametrize("method", ["sendMessage", ""])
async def test_who_writes_during_ten_bad_seconds_is_answered_afterwards(
    harness: BotHarness, kind: str, method: str
) -> None:
    people = [await harness.person(f"P{number}") for number in range(10)]
    if kind == "drop_after" and not method:
        kind = "502"
    await harness.fault(kind, method=method, times=100_000)
    with captured("INFO") as log:
        for person in people:
            await harness.post("say", user=person.id, text="/help")
        await live_through(harness, 10)
        await all_is_well(harness)
        await live_through(harness, 60)
        await harness.settle()
    for person in people:
        await person.sees("/settings")
    assert await undone(harness) == 0
    assert "Traceback" not in log.getvalue()
    assert log.getvalue().count("Telegram takes no answers") <= 1


async def test_what_was_certainly_not_sent_is_sent_once_and_in_its_order(
    harness: BotHarness, subscriber: Person
) -> None:
    before = len(await subscriber.messages())
    await harness.fault("502", times=100_000)
    for words in ("/saved", "/help", "/privacy"):
        await harness.post("say", user=subscriber.id, text=words)
    await live_through(harness, 300)
    await all_is_well(harness)
    await live_through(harness, 60)
    await harness.settle()
    saved, helped, private = (await subscriber.messages())[before:]
    assert "No saved tips yet" in saved["text"]
    assert "/settings" in helped["text"]
    assert "What I keep about you" in private["text"]


async def test_a_tip_that_could_not_be_sent_at_once_is_the_one_that_is_sent(
    harness: BotHarness, subscriber: Person
) -> None:
    seen = (await harness.app.services.subscribers.find(subscriber.id)).seen  # type: ignore[union-attr]
    await harness.fault("502", method="sendMessage", times=100_000)
    await harness.post("say", user=subscriber.id, text="/tip")
    await live_through(harness, 20)
    await all_is_well(harness)
    await live_through(harness, 60)
    await harness.settle()
    found = await harness.app.services.subscribers.find(subscriber.id)
    assert found is not None
    assert (found.seen & ~seen).bit_count() == 1
    assert len(await subscriber.tips()) == 2


async def test_an_answer_that_may_have_arrived_is_not_repeated_for_ever(
    harness: BotHarness, subscriber: Person
) -> None:
    """A gateway garbles the answers: each try reaches the subscriber."""
    before = len(await subscriber.messages())
    await harness.fault("drop_after", method="sendMessage", times=100_000)
    await harness.post("say", user=subscriber.id, text="/help")
    with captured("INFO") as log:
        await live_through(harness, 300)
        await harness.settle()
    assert 1 <= len(await subscriber.messages()) - before <= 8
    assert "could not be answered and is put aside" in log.getvalue()
    assert "Traceback" not in log.getvalue()
    assert await undone(harness) == 0


async def test_one_message_that_always_fails_stops_nobody_and_not_for_long(
    harness: BotHarness, subscriber: Person
) -> None:
    other = await harness.person("Other")
    await harness.fault("502", chat=subscriber.id, method="sendDocument", times=100_000)
    await harness.post("say", user=subscriber.id, text="/export")
    await harness.post("say", user=subscriber.id, text="/help")
    for _ in range(12):
        await live_through(harness, 10)
        await other.say("/help")
        await other.sees("/settings")
    await subscriber.sees("/settings")
    assert await undone(harness) == 0


async def test_a_database_that_is_away_for_a_while_costs_no_answer(
    harness: BotHarness, subscriber: Person
) -> None:
    find = harness.app.services.subscribers.find

    async def away(_chat_id: int) -> Any:
        raise OperationalError("SELECT", {}, OSError("database is locked"))

    harness.app.services.subscribers.find = away  # type: ignore[method-assign]
    await harness.post("say", user=subscriber.id, text="/help")
    await live_through(harness, 20)
    harness.app.services.subscribers.find = find  # type: ignore[method-assign]
    await live_through(harness, 40)
    await harness.settle()
    await subscriber.sees("/settings")
    assert "went wrong" not in await subscriber.hears()


async def test_the_first_picture_of_an_album_is_answered_when_it_comes_again(
    harness: BotHarness, subscriber: Person
) -> None:
    before = len(await subscriber.messages())
    await harness.fault("502", method="sendMessage", times=100_000)
    user = {"id": subscriber.id, "is_bot": False, "first_name": "Rita"}
    for number in (1, 2):
        photo = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
        message = {
            "message_id": 9000 + number, "date": 1772452800, "from": user, "photo": photo,
            "media_group_id": "7",
            "chat": {"id": subscriber.id, "type": "private", "first_name": "Rita"},
        }  # fmt: skip
        await harness.post("update", update={"message": message})
    await live_through(harness, 10)
    await all_is_well(harness)
    await live_through(harness, 60)
    await harness.settle()
    (answer,) = (await subscriber.messages())[before:]
    assert "I can only read text" in answer["text"]
