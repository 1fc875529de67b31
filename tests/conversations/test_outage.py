"""Telegram, or the database, is away for a while: who wrote meanwhile is answered afterwards."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from theatre import Person, Theatre

from bot.store.queries import inbox
from tests.logbook import captured


async def live_through(theatre: Theatre, seconds: int) -> None:
    """So much time passes, in steps that let the bot act in between."""
    for _ in range(seconds * 2):
        theatre.clock.move(0.5)
        await asyncio.sleep(0.005)


async def undone(theatre: Theatre) -> int:
    async with theatre.app.house.db.read() as session:
        return await inbox.pending_count(session)


async def all_is_well(theatre: Theatre) -> None:
    async with theatre.session.delete("/control/faults") as response:
        assert response.status == 200


@pytest.mark.parametrize("kind", ["500", "502", "drop_before", "drop_after"])
@pytest.mark.parametrize("method", ["sendMessage", ""])
async def test_who_writes_during_ten_bad_seconds_is_answered_afterwards(
    theatre: Theatre, kind: str, method: str
) -> None:
    people = [await theatre.person(f"P{number}") for number in range(10)]
    if kind == "drop_after" and not method:
        kind = "502"
    await theatre.fault(kind, method=method, times=100_000)
    with captured("INFO") as log:
        for person in people:
            await theatre.post("say", user=person.id, text="/help")
        await live_through(theatre, 10)
        await all_is_well(theatre)
        await live_through(theatre, 60)
        await theatre.settle()
    for person in people:
        await person.sees("/settings")
    assert await undone(theatre) == 0
    assert "Traceback" not in log.getvalue()
    assert log.getvalue().count("Telegram takes no answers") <= 1


async def test_what_was_certainly_not_sent_is_sent_once_and_in_its_order(
    theatre: Theatre, reader: Person
) -> None:
    before = len(await reader.messages())
    await theatre.fault("502", times=100_000)
    for words in ("/saved", "/help", "/privacy"):
        await theatre.post("say", user=reader.id, text=words)
    await live_through(theatre, 300)
    await all_is_well(theatre)
    await live_through(theatre, 60)
    await theatre.settle()
    saved, helped, private = (await reader.messages())[before:]
    assert "saved no tip yet" in saved["text"]
    assert "/settings" in helped["text"]
    assert "What I keep about you" in private["text"]


async def test_a_tip_that_could_not_be_sent_at_once_is_the_one_that_is_sent(
    theatre: Theatre, reader: Person
) -> None:
    seen = (await theatre.app.house.readers.find(reader.id)).seen  # type: ignore[union-attr]
    await theatre.fault("502", method="sendMessage", times=100_000)
    await theatre.post("say", user=reader.id, text="/tip")
    await live_through(theatre, 20)
    await all_is_well(theatre)
    await live_through(theatre, 60)
    await theatre.settle()
    found = await theatre.app.house.readers.find(reader.id)
    assert found is not None
    assert (found.seen & ~seen).bit_count() == 1
    assert len(await reader.tips()) == 2


async def test_an_answer_that_may_have_arrived_is_not_repeated_for_ever(
    theatre: Theatre, reader: Person
) -> None:
    """A gateway garbles the answers: each try reaches the reader."""
    before = len(await reader.messages())
    await theatre.fault("drop_after", method="sendMessage", times=100_000)
    await theatre.post("say", user=reader.id, text="/help")
    with captured("INFO") as log:
        await live_through(theatre, 300)
        await theatre.settle()
    assert 1 <= len(await reader.messages()) - before <= 8
    assert "could not be answered and is put aside" in log.getvalue()
    assert "Traceback" not in log.getvalue()
    assert await undone(theatre) == 0


async def test_one_message_that_always_fails_stops_nobody_and_not_for_long(
    theatre: Theatre, reader: Person
) -> None:
    other = await theatre.person("Other")
    await theatre.fault("502", chat=reader.id, method="sendDocument", times=100_000)
    await theatre.post("say", user=reader.id, text="/export")
    await theatre.post("say", user=reader.id, text="/help")
    for _ in range(12):
        await live_through(theatre, 10)
        await other.say("/help")
        await other.sees("/settings")
    await reader.sees("/settings")
    assert await undone(theatre) == 0


async def test_a_database_that_is_away_for_a_while_costs_no_answer(
    theatre: Theatre, reader: Person
) -> None:
    find = theatre.app.house.readers.find

    async def away(_chat_id: int) -> Any:
        raise OperationalError("SELECT", {}, OSError("database is locked"))

    theatre.app.house.readers.find = away  # type: ignore[method-assign]
    await theatre.post("say", user=reader.id, text="/help")
    await live_through(theatre, 20)
    theatre.app.house.readers.find = find  # type: ignore[method-assign]
    await live_through(theatre, 40)
    await theatre.settle()
    await reader.sees("/settings")
    assert "went wrong" not in await reader.hears()


async def test_the_first_picture_of_an_album_is_answered_when_it_comes_again(
    theatre: Theatre, reader: Person
) -> None:
    before = len(await reader.messages())
    await theatre.fault("502", method="sendMessage", times=100_000)
    user = {"id": reader.id, "is_bot": False, "first_name": "Rita"}
    for number in (1, 2):
        photo = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
        message = {
            "message_id": 9000 + number, "date": 1772452800, "from": user, "photo": photo,
            "media_group_id": "7",
            "chat": {"id": reader.id, "type": "private", "first_name": "Rita"},
        }  # fmt: skip
        await theatre.post("update", update={"message": message})
    await live_through(theatre, 10)
    await all_is_well(theatre)
    await live_through(theatre, 60)
    await theatre.settle()
    (answer,) = (await reader.messages())[before:]
    assert "I can only read text" in answer["text"]
