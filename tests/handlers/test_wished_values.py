"""A wish about the bot names an hour, a day or a place: asked for once, done by a tap alone."""

from __future__ import annotations

import pytest

from tests.bot_harness import BotHarness, Person


async def kept(harness: BotHarness, person: Person) -> tuple[int | None, str | None, str]:
    found = await harness.app.services.subscribers.find(person.id)
    assert found is not None
    return found.local_minute, found.zone, found.state


AS_IT_WAS = (480, "Europe/Berlin", "active")


async def test_an_hour_is_offered_first_and_taken_by_a_tap(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("could i get it at noon instead")
    await subscriber.sees("Shall I send your tips at 12:00?")
    assert await subscriber.labels() == ["Yes, at 12:00", "No, keep it as it is"]
    assert await kept(harness, subscriber) == AS_IT_WAS
    await subscriber.tap("Yes, at 12:00")
    await subscriber.sees("12:00")
    assert await kept(harness, subscriber) == (720, "Europe/Berlin", "active")


async def test_an_hour_of_either_half_of_the_day_is_offered_twice(subscriber: Person) -> None:
    await subscriber.say("tips in the morning wake me, at 10 is better")
    await subscriber.sees("Shall I send your tips at that time?")
    labels = await subscriber.labels()
    assert labels[:2] == ["Yes, at 10:00", "Yes, at 22:00"]


async def test_no_leaves_the_hour_alone(harness: BotHarness, subscriber: Person) -> None:
    await subscriber.say("would 9pm be possible")
    await subscriber.tap("No, keep it as it is")
    await subscriber.sees("Settings")
    assert await kept(harness, subscriber) == AS_IT_WAS


async def test_where_the_search_is_not_sure_the_hour_comes_before_what_else_may_be_meant(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("7pm fits better with my cream")
    await subscriber.sees("Shall I send your tips at 19:00?", "Or did you mean one of these?")
    labels = await subscriber.labels()
    assert labels[:2] == ["Yes, at 19:00", "No, keep it as it is"]
    assert "All topics" in labels
    assert await kept(harness, subscriber) == AS_IT_WAS


async def test_two_hours_are_no_hour(subscriber: Person) -> None:
    await subscriber.say("would 9pm or 10pm be possible")
    await subscriber.sees("Your tip comes at about 08:00.")
    assert await subscriber.labels() == ["Change the time"]


async def test_a_break_is_offered_until_the_day_that_was_said(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("hush for a week would you")
    await subscriber.sees("Shall I pause your tips until Monday 9 March?")
    assert (await subscriber.labels())[0] == "Yes, pause"
    assert await kept(harness, subscriber) == AS_IT_WAS
    await subscriber.tap("Yes, pause")
    await subscriber.sees("Paused. Your next tip comes Monday 9 March")


async def test_a_place_is_offered_and_never_the_one_that_was_left(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("im in new york not london")
    said = await subscriber.sees(
        "in New York, United States", "Shall I send your tips by that clock?"
    )
    assert "London" not in said["text"]
    assert await kept(harness, subscriber) == AS_IT_WAS
    await subscriber.tap("Yes, use it")
    await subscriber.sees("Settings")
    assert await kept(harness, subscriber) == (480, "America/New_York", "active")


async def test_a_place_that_several_bear_is_asked_for(subscriber: Person) -> None:
    await subscriber.say("my clock is hours off since we landed in Georgia")
    await subscriber.sees("I know a few places called “Georgia”. Which one is yours?")


async def test_a_break_without_an_end_is_asked_how_long(subscriber: Person) -> None:
    await subscriber.say("a breather, I'll tell you when I want them back")
    await subscriber.sees("Take a break for as long as you like.")
    assert await subscriber.labels() == ["Choose how long"]


async def test_whoever_has_no_tips_is_offered_no_hour(newcomer: Person) -> None:
    await newcomer.say("could i get it at noon instead")
    assert "Yes, at 12:00" not in await newcomer.labels()


async def test_fewer_tips_on_a_theme_are_asked_about_and_left_out_by_a_tap(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("less food stuff")
    await subscriber.sees("I can't send fewer tips on “Everyday food”", "Shall I leave it out?")
    assert await subscriber.labels() == ["Yes, leave it out", "No, keep it"]
    await subscriber.tap("Yes, leave it out")
    await subscriber.sees("Now: 7 of 8 (not Everyday food)")
    await subscriber.say("less food stuff")
    await subscriber.sees("Done. No more tips on “Everyday food”.")


async def test_who_got_a_tip_twice_can_tell_the_team(subscriber: Person) -> None:
    await subscriber.say("you sent me the same tip twice!!")
    await subscriber.tap("Ask the team")
    await subscriber.sees("I'll pass your words on without your name.")


@pytest.mark.parametrize(
    ("part", "question"),
    [("Time zone", "What time zone are you in?"), ("Pause or stop", "How long shall I pause?")],
)
async def test_a_nod_to_a_question_of_ours_has_it_asked_again(
    subscriber: Person, part: str, question: str
) -> None:
    await subscriber.say("/settings")
    await subscriber.tap(part)
    await subscriber.say("👍")
    await subscriber.sees(question)


async def test_an_hour_and_a_place_answer_the_question_for_a_place(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("/settings")
    await subscriber.tap("Time zone")
    await subscriber.say("9pm in Lisbon")
    await subscriber.sees("Time: about 21:00", "Time zone: Lisbon")
    assert await kept(harness, subscriber) == (1260, "Europe/Lisbon", "active")
