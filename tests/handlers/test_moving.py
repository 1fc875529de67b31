"""A location that nobody had asked for: a question first, and the subscriber's word decides."""

from __future__ import annotations

import pytest

from tests.bot_harness import BotHarness, Person

TOKYO = (35.68, 139.69)
BERLIN = (52.52, 13.40)
POTSDAM = (52.39, 13.06)


async def zone_of(harness: BotHarness, person: Person) -> str | None:
    found = await harness.app.services.subscribers.find(person.id)
    return found.zone if found else None


async def is_asked_for_places(person: Person) -> bool:
    """Whether the keyboard of places lies open."""
    keyboards = [message["reply_keyboard"] for message in await person.messages()]
    return not [keyboard for keyboard in keyboards if keyboard][-1]["remove"]


async def test_an_unasked_location_asks_first_and_changes_nothing(
    harness: BotHarness, subscriber: Person
) -> None:
    before = await harness.app.services.subscribers.find(subscriber.id)
    await subscriber.share(*TOKYO)
    await subscriber.sees(
        "That's Tokyo (Asia/Tokyo), where it's 21:00 now. Shall I use it for your tips?"
    )
    assert await subscriber.labels() == ["Yes, use it", "No, keep it as it is"]
    assert await harness.app.services.subscribers.find(subscriber.id) == before


async def test_yes_moves_the_reader_and_says_when_the_next_tip_comes(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.share(*TOKYO)
    await subscriber.tap("Yes, use it")
    await subscriber.hears("Time zone: Tokyo")
    await subscriber.sees("Settings", "Next tip: tomorrow, Tuesday, about 08:00")
    assert await zone_of(harness, subscriber) == "Asia/Tokyo"


async def test_no_says_how_things_stay_in_place_of_the_question(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.share(*TOKYO)
    count = len(await subscriber.messages())
    await subscriber.tap("No, keep it as it is", times=2)
    await subscriber.sees("your time zone is still Berlin (Europe/Berlin).")
    assert len(await subscriber.messages()) == count
    assert await zone_of(harness, subscriber) == "Europe/Berlin"


async def test_a_location_in_ones_own_zone_needs_no_question(subscriber: Person) -> None:
    await subscriber.share(*POTSDAM)
    await subscriber.sees("which is your time zone already.")


async def test_a_location_that_was_asked_for_is_taken_at_once(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("/settings")
    await subscriber.tap("Time zone")
    await subscriber.share(*TOKYO)
    await subscriber.hears("Time zone: Tokyo")
    assert await zone_of(harness, subscriber) == "Asia/Tokyo"
    await subscriber.share(*BERLIN)
    await subscriber.sees("That's Berlin", "use it for your tips?")


async def test_whoever_turned_to_something_else_is_asked_again(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("/settings")
    await subscriber.tap("Time zone")
    await subscriber.say("/saved")
    await subscriber.share(*TOKYO)
    await subscriber.sees("use it for your tips?")
    assert await zone_of(harness, subscriber) == "Europe/Berlin"


async def test_whoever_has_stopped_is_asked_too_and_stays_stopped(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("/stop")
    await subscriber.share(*TOKYO)
    await subscriber.tap("Yes, use it")
    await subscriber.sees("Your tips are off.", "/resume")
    assert await zone_of(harness, subscriber) == "Asia/Tokyo"


@pytest.mark.parametrize("answer", ["1zp:Asia/Tokyo", "1zk"])
async def test_an_answer_after_everything_was_erased_leads_to_start(
    subscriber: Person, answer: str
) -> None:
    await subscriber.share(*TOKYO)
    question = (await subscriber.messages())[-1]["message_id"]
    await subscriber.say("/forget")
    await subscriber.tap("Yes, erase everything")
    await subscriber.forge(answer, message_id=question)
    await subscriber.sees("/start")


async def test_on_the_way_to_a_subscription_a_location_is_simply_taken(newcomer: Person) -> None:
    await newcomer.begin()
    await newcomer.say("Lisbon")
    await newcomer.share(*BERLIN)
    await newcomer.sees("It's 13:00 where you are, right?")


@pytest.mark.parametrize(
    "otherwise",
    ["cancel", "/cancel", "never mind", "/saved", "/stop", "/pause", "/forget", "/tip", "Stop!",
     "switch me to Tokyo time", "Lisbon", "pause till Monday", "tips at 9pm please"],
)  # fmt: skip
async def test_the_keyboard_of_places_goes_with_its_question(
    subscriber: Person, otherwise: str
) -> None:
    await subscriber.say("/settings")
    await subscriber.tap("Time zone")
    assert await is_asked_for_places(subscriber)
    await subscriber.say(otherwise)
    assert not await is_asked_for_places(subscriber)


@pytest.mark.parametrize("button", ["1sv:pause", "1sh:600", "1ha", "1ps", "1pm:0", "1zk"])
async def test_a_button_for_something_else_takes_the_keyboard_away(
    harness: BotHarness, subscriber: Person, button: str
) -> None:
    await subscriber.say("/settings")
    settings = (await subscriber.messages())[-1]["message_id"]
    await subscriber.tap("Time zone")
    await subscriber.forge(button, message_id=settings)
    await subscriber.hears("leave your time zone as it is")
    assert not await is_asked_for_places(subscriber)
    assert await zone_of(harness, subscriber) == "Europe/Berlin"


async def test_a_question_in_between_leaves_the_keyboard_where_it_is(subscriber: Person) -> None:
    await subscriber.say("/settings")
    await subscriber.tap("Time zone")
    await subscriber.say("is eczema contagious?")
    assert await is_asked_for_places(subscriber)


async def test_whoever_stops_while_subscribing_is_not_left_with_the_places(
    newcomer: Person,
) -> None:
    await newcomer.begin()
    assert await is_asked_for_places(newcomer)
    await newcomer.say("/stop")
    await newcomer.sees("You're unsubscribed")
    assert not await is_asked_for_places(newcomer)
