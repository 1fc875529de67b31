"""A location that nobody had asked for: a question first, and the reader's word decides."""

from __future__ import annotations

import pytest
from theatre import Person, Theatre

TOKYO = (35.68, 139.69)
BERLIN = (52.52, 13.40)
POTSDAM = (52.39, 13.06)


async def zone_of(theatre: Theatre, person: Person) -> str | None:
    found = await theatre.app.house.readers.find(person.id)
    return found.zone if found else None


async def test_an_unasked_location_asks_first_and_changes_nothing(
    theatre: Theatre, reader: Person
) -> None:
    before = await theatre.app.house.readers.find(reader.id)
    await reader.share(*TOKYO)
    await reader.sees("That is Tokyo (Asia/Tokyo), where it is 21:00 now. Use it for your tips?")
    assert await reader.labels() == ["Yes, use it", "No, leave all as it is"]
    assert await theatre.app.house.readers.find(reader.id) == before


async def test_yes_moves_the_reader_and_says_when_the_next_tip_comes(
    theatre: Theatre, reader: Person
) -> None:
    await reader.share(*TOKYO)
    await reader.tap("Yes, use it")
    await reader.hears("Time zone: Tokyo")
    await reader.sees("Settings", "Next tip: tomorrow, Tuesday, about 08:00")
    assert await zone_of(theatre, reader) == "Asia/Tokyo"


async def test_no_says_how_things_stay_in_place_of_the_question(
    theatre: Theatre, reader: Person
) -> None:
    await reader.share(*TOKYO)
    count = len(await reader.messages())
    await reader.tap("No, leave all as it is", times=2)
    await reader.sees("Nothing has changed. Your time zone stays Berlin (Europe/Berlin).")
    assert len(await reader.messages()) == count
    assert await zone_of(theatre, reader) == "Europe/Berlin"


async def test_a_location_in_ones_own_zone_needs_no_question(reader: Person) -> None:
    await reader.share(*POTSDAM)
    await reader.sees("your time zone already. Nothing has changed.")


async def test_a_location_that_was_asked_for_is_taken_at_once(
    theatre: Theatre, reader: Person
) -> None:
    await reader.say("/settings")
    await reader.tap("Time zone")
    await reader.share(*TOKYO)
    await reader.hears("Time zone: Tokyo")
    assert await zone_of(theatre, reader) == "Asia/Tokyo"
    await reader.share(*BERLIN)
    await reader.sees("That is Berlin", "Use it for your tips?")


async def test_whoever_turned_to_something_else_is_asked_again(
    theatre: Theatre, reader: Person
) -> None:
    await reader.say("/settings")
    await reader.tap("Time zone")
    await reader.say("/saved")
    await reader.share(*TOKYO)
    await reader.sees("Use it for your tips?")
    assert await zone_of(theatre, reader) == "Europe/Berlin"


async def test_whoever_has_stopped_is_asked_too_and_stays_stopped(
    theatre: Theatre, reader: Person
) -> None:
    await reader.say("/stop")
    await reader.share(*TOKYO)
    await reader.tap("Yes, use it")
    await reader.sees("Stopped: no tips.", "/resume")
    assert await zone_of(theatre, reader) == "Asia/Tokyo"


@pytest.mark.parametrize("answer", ["1zp:Asia/Tokyo", "1zk"])
async def test_an_answer_after_everything_was_erased_leads_to_start(
    reader: Person, answer: str
) -> None:
    await reader.share(*TOKYO)
    question = (await reader.messages())[-1]["message_id"]
    await reader.say("/forget")
    await reader.tap("Yes, erase everything")
    await reader.forge(answer, message_id=question)
    await reader.sees("/start")


async def test_on_the_way_to_a_subscription_a_location_is_simply_taken(newcomer: Person) -> None:
    await newcomer.begin()
    await newcomer.say("Lisbon")
    await newcomer.share(*BERLIN)
    await newcomer.sees("It is 13:00 for you now, right?")
