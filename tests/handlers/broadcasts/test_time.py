"""When: now, at a time of the admin's, at each one's own hour; listed, changed, cancelled."""

from __future__ import annotations

import pytest

from tests.bot_harness import BotHarness, Person


@pytest.fixture(autouse=True)
async def _readers(harness: BotHarness, subscriber: Person) -> None:
    """Rita in Berlin, Tom in Tokyo; it is Monday noon in London."""
    await harness.subscriber("Tom", "Tokyo")


@pytest.fixture
async def berliner(harness: BotHarness, admin: Person) -> Person:
    """The admin, who subscribes in Berlin: their clock is an hour ahead."""
    await admin.begin()
    await admin.say("Berlin")
    await admin.tap("08:00")
    return admin


async def got(person: Person, words: str = "Hello") -> bool:
    return any(words in message["text"].split() for message in await person.messages())


async def test_at_a_typed_time_of_the_admin_s_own_clock(
    harness: BotHarness, berliner: Person, subscriber: Person
) -> None:
    await berliner.say("/broadcast Hello")
    await berliner.tap("When")
    await berliner.sees("When: now", "It's 13:0")
    await berliner.tap("Another time")
    await berliner.sees("By your clock: Berlin")
    await berliner.say("soonish")
    await berliner.sees("I didn't catch a day and a time in “soonish”")
    await berliner.say("2026-02-01 09:00")
    await berliner.sees("That time has passed")
    await berliner.say("tomorrow at 9")
    await berliner.sees("When: tomorrow, Tuesday, 09:00 by your clock")
    await berliner.tap("Schedule it")
    await berliner.sees("Scheduled: no. 1", "tomorrow, Tuesday, 09:00", "/scheduled")
    await harness.pass_time(hours=19)  # 08:00 in Berlin
    assert not await got(subscriber)
    await harness.pass_time(hours=1)
    assert await got(subscriber)
    await berliner.sees("Broadcast done", "Sent: 3")


async def test_at_each_one_s_own_hour(
    harness: BotHarness, admin: Person, subscriber: Person
) -> None:
    tom = next(one for one in harness.people.values() if one.name == "Tom")
    await admin.say("/broadcast Hello")
    await admin.tap("When")
    await admin.tap("At each one's own hour")
    await admin.tap("09:00")
    await admin.sees("When: 09:00 where each one is, tomorrow, Tuesday", "the next day")
    await admin.tap("Late: not at all")
    await admin.sees("they don't get it")
    await admin.tap("Back")
    await admin.tap("Back")
    await admin.tap("Schedule it")
    await harness.pass_time(hours=12, minutes=5)  # after 09:00 in Tokyo
    assert await got(tom)
    assert not await got(subscriber)
    await harness.pass_time(hours=8)
    assert await got(subscriber)


async def test_there_and_back_and_there_again_as_fast_as_one_can(admin: Person) -> None:
    await admin.say("/broadcast Hello")
    for _ in range(3):
        await admin.tap("When")
        await admin.sees("When shall I send it?")
        await admin.tap("Back")
        await admin.sees("Send the message above?")


async def test_not_after(admin: Person) -> None:
    await admin.say("/broadcast Hello")
    await admin.tap("When")
    await admin.tap("Tomorrow 09:00")
    await admin.tap("With an end time")
    await admin.tap("3 hours later")
    await admin.sees("Not after: tomorrow, Tuesday, 12:00")
    await admin.tap("Type it")
    await admin.say("today 13:00")
    await admin.sees("It would end before it begins")
    await admin.say("tomorrow 10:30")
    await admin.sees("Send the message above?", "Not after: tomorrow, Tuesday, 10:30")
    await admin.tap("When")
    await admin.tap("Another time")
    await admin.say("tomorrow 08:30")
    await admin.sees("tomorrow, Tuesday, 08:30", "Not after: tomorrow, Tuesday, 10:30")


OWN_HOUR = "At each one's own hour"


async def test_an_end_before_the_hour_of_somebody_is_told(
    harness: BotHarness, admin: Person
) -> None:
    noor = await harness.subscriber("Noor", "New York")
    await admin.say("/broadcast Hello")
    for label in ("When", OWN_HOUR, "09:00", "Back", "With an end time"):
        await admin.tap(label)
    await admin.say("2026-03-04 15:00")  # everybody's hour has come by then
    assert "hour comes after" not in (await admin.messages())[-1]["text"]
    for label in ("When", "With an end time"):
        await admin.tap(label)
    await admin.say("tomorrow 12:00")
    await admin.sees("Not after: tomorrow, Tuesday, 12:00", "hour comes after that won't get it")
    await admin.tap("Schedule it")
    await harness.pass_time(hours=13)  # after 09:00 in Tokyo, before it in Berlin and New York
    await admin.sees("Sending", "Time left: about 11 hours")
    await harness.pass_time(hours=8)
    await admin.sees("Sending", "Sent: 2", "Time left: about 3 hours")
    await harness.pass_time(hours=4)
    assert "Time left" not in (await admin.messages())[-1]["text"], "nobody gets it any more"
    await harness.pass_time(hours=2)
    await admin.sees("Broadcast done", "Sent: 2", "Too old to send: 1")
    assert not await got(noor)


@pytest.mark.parametrize(
    ("taps", "typed", "taken"),
    [
        (["When"], "18:30", "When: today, 18:30 by your clock"),
        (["When"], "tomorrow 7pm", "When: tomorrow, Tuesday, 19:00 by your clock"),
        (["When", OWN_HOUR], "18:30", "When: 18:30 where each one is, tomorrow, Tuesday"),
        (["When", OWN_HOUR, "09:00", "Wed"], "7pm", "When: 19:00 where each one is, Wednesday"),
        (["When", OWN_HOUR, "09:00", "Wed"], "tomorrow 7pm", "19:00 where each one is, tomorrow"),
        (
            ["When", "Tomorrow 09:00", "With an end time"],
            "6pm",
            "Not after: tomorrow, Tuesday, 18",
        ),
        (["When", "With an end time"], "tomorrow 10:30", "Not after: tomorrow, Tuesday, 10:30"),
    ],
)
async def test_a_time_can_be_typed_where_buttons_offer_it(
    admin: Person, taps: list[str], typed: str, taken: str
) -> None:
    await admin.say("/broadcast Hello")
    for label in taps:
        await admin.tap(label)
    await admin.say(typed)
    await admin.sees("Send the message above?", taken)
    await admin.say("20:00")
    assert "20:00 by your clock" not in (await admin.messages())[-1]["text"], "no screen is open"


async def test_a_typed_time_that_cannot_be_is_refused_and_can_be_typed_anew(admin: Person) -> None:
    await admin.say("/broadcast Hello")
    await admin.tap("When")
    await admin.say("2026-02-01 09:00")
    await admin.sees("That time has passed")
    await admin.say("tomorrow 9:00")
    await admin.sees("When: tomorrow, Tuesday, 09:00 by your clock")


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("does milk make eczema worse", "milk"),
        ("send me tips at 8pm", "tips"),
        ("I can't breathe and my lips are swelling", "112"),
        ("thank you", "welcome"),
    ],
)
async def test_what_is_no_time_is_answered_as_ever_and_the_screen_stays(
    berliner: Person, said: str, answered: str
) -> None:
    await berliner.say("/broadcast Hello")
    await berliner.tap("When")
    await berliner.say(said)
    assert answered in (await berliner.messages())[-1]["text"]
    await berliner.say("18:30")
    await berliner.sees("Send the message above?", "When: today, 18:30 by your clock")


async def test_an_answer_to_another_question_of_ours_is_no_broadcast_s_time(
    harness: BotHarness, berliner: Person
) -> None:
    await berliner.say("/settings")
    settings = (await berliner.messages())[-1]["message_id"]
    await berliner.say("/broadcast Hello")
    await berliner.tap("When")
    await berliner.forge("1sv:pause", message_id=settings)
    await berliner.say("10")
    await berliner.sees("Paused. Your next tip comes Tuesday 10 March")
    found = await harness.app.services.broadcasts.find(1)
    assert found is not None
    assert found.send_at is None


@pytest.mark.parametrize("leave", ["Back", "/help", ""])
async def test_a_time_that_no_screen_asks_for_is_no_broadcast_s(
    harness: BotHarness, admin: Person, other: Person, leave: str
) -> None:
    await admin.say("/broadcast Hello")
    await admin.tap("When")
    if leave == "Back":
        await admin.tap(leave)
    elif leave:
        await admin.say(leave)
    await (admin if leave else other).say("18:30")
    found = await harness.app.services.broadcasts.find(1)
    assert found is not None
    assert found.send_at is None


async def test_once_it_has_begun_a_typed_time_is_no_longer_its(
    harness: BotHarness, admin: Person, other: Person, subscriber: Person
) -> None:
    await admin.say("/broadcast Hello")
    await admin.tap("When")
    await admin.tap("Tomorrow 09:00")
    await admin.tap("Back")
    await admin.tap("Schedule it")
    await other.say("/scheduled")
    await other.tap("Change no. 1")
    await other.tap("Change the time")
    await harness.pass_time(days=1)
    assert await got(subscriber)
    await other.say("18:30")
    assert "gone" not in (await other.messages())[-1]["text"]


async def test_what_waits_is_listed_changed_and_cancelled(
    harness: BotHarness, admin: Person, other: Person, viewer: Person, subscriber: Person
) -> None:
    await admin.say("/scheduled")
    await admin.sees("Nothing is scheduled")
    await admin.say("/broadcast Hello")
    await admin.tap("When")
    await admin.tap("Tomorrow 09:00")
    await admin.tap("Back")
    await admin.tap("Schedule it")
    await viewer.say("/scheduled")
    await viewer.sees("No. 1: tomorrow, Tuesday, 09:00", "2 subscribers")
    await viewer.tap("Change no. 1")
    await viewer.hears("As a viewer you can look")
    await other.say("/scheduled")
    await other.tap("Change no. 1")
    await other.tap("Change the time")
    await other.tap("Another time")
    await other.say("Wednesday 10:00")
    await other.sees("Scheduled: no. 1", "Wednesday, 10:00")
    await harness.pass_time(days=1)
    assert not await got(subscriber)
    await other.tap("Cancel it")
    await other.sees("Cancelled. Nothing was sent.")
    await harness.pass_time(days=2)
    assert not await got(subscriber)
    await admin.say("/scheduled")
    await admin.sees("Nothing is scheduled")


async def test_a_time_that_has_passed_before_it_was_confirmed_is_asked_for_anew(
    harness: BotHarness, admin: Person, subscriber: Person
) -> None:
    await admin.say("/broadcast Hello")
    await admin.tap("When")
    await admin.tap("Another time")
    await admin.say("14:00")
    await harness.pass_time(hours=3)
    await admin.tap("Schedule it")
    await admin.sees("When shall I send it?")
    assert not await got(subscriber)


async def test_the_rest_is_cancelled_at_a_second_tap_and_can_be_kept(
    harness: BotHarness, admin: Person, other: Person
) -> None:
    await admin.say("/broadcast Hello")
    for label in ("When", "At each one's own hour", "09:00", "Back", "Back", "Schedule it"):
        await admin.tap(label)
    await harness.pass_time(hours=13)  # after 09:00 in Tokyo, before it in Berlin
    await admin.tap("Cancel the rest")
    await admin.sees("Cancel the rest?", "1 hasn't got it yet, and it can't be undone.")
    await admin.tap("Keep it going")
    await admin.sees("Sending", "1 of 2")
    await other.say("/start")
    await other.forge("1bd:cancel:1")
    await other.tap("Yes, cancel the rest")
    await other.sees("Broadcast cancelled", "Sent: 1", "Cancelled: 1")
    await admin.sees("Broadcast cancelled", "Sent: 1", "Cancelled: 1")
    assert not [one for one in await admin.messages() if "Cancel the rest?" in one["text"]]
