"""How long a break is, in people's own words, while we have asked for it."""

from __future__ import annotations

from tests.bot_harness import BotHarness, Person


async def state_of(harness: BotHarness, person: Person) -> tuple[str, str | None]:
    found = await harness.app.services.subscribers.find(person.id)
    assert found is not None
    return found.state, found.expecting


DAYS = {
    "3 April": "Friday 3 April",
    "until April 3rd, please": "Friday 3 April",
    "3.4.": "Friday 3 April",
    "next Monday": "Monday 9 March",
    "after the weekend": "Monday 9 March",
    "I'm back on Friday": "Friday",
    "Christmas": "Friday 25 December",
    "a couple of days": "Wednesday",
    "two weeks": "Monday 16 March",
    "for 10 days": "Thursday 12 March",
    "15": "Sunday 15 March",
    "1": "Wednesday 1 April",
}


async def test_a_day_or_a_span_is_typed_while_the_calendar_is_open(
    harness: BotHarness, subscriber: Person
) -> None:
    for typed, day in DAYS.items():
        await subscriber.say("/pause")
        await subscriber.tap("Until a date")
        await subscriber.sees("On which day", "or type one")
        await subscriber.say(typed)
        await subscriber.sees(f"Paused. Your next tip comes {day}, about 08:00.")
        assert await state_of(harness, subscriber) == ("paused", None), typed
        await subscriber.say("/resume")


async def test_on_the_last_day_of_a_month_the_calendar_begins_with_the_next(
    harness: BotHarness, subscriber: Person
) -> None:
    await harness.pass_time(days=29)
    await subscriber.say("/pause")
    await subscriber.tap("Until a date")
    await subscriber.sees("April 2026")
    labels = await subscriber.labels()
    assert labels[0] == "Wed 1"
    assert "◀ March 2026" not in labels


async def test_it_is_typed_without_the_calendar_too(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("/pause")
    await subscriber.sees("How long shall I pause?", "or type it")
    await subscriber.say("ten days")
    await subscriber.sees("Paused. Your next tip comes Thursday 12 March")
    await subscriber.say("/settings")
    await subscriber.tap("Pause or stop")
    await subscriber.say("till friday")
    await subscriber.sees("Paused. Your next tip comes Friday")


async def test_the_day_may_stand_behind_the_command(subscriber: Person) -> None:
    for rest in ("until Monday", "till 9 March", "for a week"):
        await subscriber.say(f"/pause {rest}")
        await subscriber.sees("Paused. Your next tip comes", "9 March")
        await subscriber.say("/resume")


async def test_what_is_no_day_is_asked_for_again(harness: BotHarness, subscriber: Person) -> None:
    await subscriber.say("/pause")
    await subscriber.tap("Until a date")
    for typed in ("31.31.", "3 March 2031", "qwertz"):
        await subscriber.say(typed)
        await subscriber.sees(f"didn't catch a date in “{typed}”. Try 3 March or next Monday.")
    assert await state_of(harness, subscriber) == ("active", "day")
    await subscriber.tap("Show me the calendar")
    await subscriber.sees("On which day")
    await subscriber.say("Monday")
    await subscriber.sees("Paused. Your next tip comes Monday 9 March")


async def test_a_question_meanwhile_is_answered_and_the_choice_stays_open(
    subscriber: Person,
) -> None:
    await subscriber.say("/pause")
    await subscriber.tap("Until a date")
    for question in ("Can probiotics help my eczema?", "itchy neck"):
        await subscriber.say(question)
        assert "catch a date" not in await subscriber.hears()
    await subscriber.say("in two weeks")
    await subscriber.sees("Paused. Your next tip comes Monday 16 March")


async def test_nothing_typed_is_read_as_a_day_once_something_was_tapped(
    harness: BotHarness, subscriber: Person
) -> None:
    for label in ("Back to settings", "3 days", "Until I say so"):
        await subscriber.say("/pause")
        await subscriber.tap(label)
        before = await state_of(harness, subscriber)
        await subscriber.say("15")
        assert "Paused" not in await subscriber.hears()
        assert await state_of(harness, subscriber) == before


async def test_a_restart_does_not_forget_the_question_nor_a_stop_keep_it(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("/pause")
    assert await state_of(harness, subscriber) == ("active", "day"), "it is in a row"
    await subscriber.tap("Stop the tips")
    assert await state_of(harness, subscriber) == ("stopped", None)
