"""Settings: one message, edited in place, that always says when the next tip comes."""

from __future__ import annotations

import pytest

from tests.bot_harness import BotHarness, Person

NEXT = "Next tip: tomorrow, Tuesday, about"


async def test_settings_show_what_is_set(subscriber: Person) -> None:
    await subscriber.say("/settings")
    await subscriber.sees(
        "Time: about 08:00", "Time zone: Berlin", "Days: every day", f"{NEXT} 08:00"
    )


async def test_everything_happens_in_one_message(subscriber: Person) -> None:
    await subscriber.say("/settings")
    count = len(await subscriber.messages())
    for label in ("Time", "07:00", "Days", "Mon", "Back to settings", "Themes", "Back"):
        await subscriber.tap(label)
        await subscriber.sees("Next tip:")
        assert len(await subscriber.messages()) == count
    await subscriber.sees("Time: about 07:00", f"{NEXT} 07:00", "Tuesday")


async def test_an_hour_later_today_gives_no_second_tip_today(
    harness: BotHarness, subscriber: Person
) -> None:
    await harness.to_next_tip()
    await subscriber.say("/settings")
    await subscriber.tap("Time")
    await subscriber.tap("20:00")
    await subscriber.sees("tomorrow, Wednesday, about 20:00")
    await harness.pass_time(hours=23)
    assert len(await subscriber.tips()) == 2


async def test_weekdays_are_switched_and_the_last_one_stays(subscriber: Person) -> None:
    await subscriber.say("/settings")
    await subscriber.tap("Days")
    for day in ("Tue", "Wed", "Thu", "Fri", "Sat", "Sun"):
        await subscriber.tap(day)
    await subscriber.sees("Next tip: Monday 9 March, about 08:00")
    await subscriber.tap("Mon")
    await subscriber.hears("One day has to stay on")
    await subscriber.tap("Back to settings")
    await subscriber.sees("Days: Monday")
    await subscriber.tap("Days")
    await subscriber.tap("Thu")
    await subscriber.tap("Back")
    await subscriber.sees("Days: Monday and Thursday", "Next tip: Thursday")


async def test_themes_are_switched_and_the_last_one_stays(
    harness: BotHarness, subscriber: Person
) -> None:
    names = list(harness.app.services.library.theme_names.values())
    await subscriber.say("/settings")
    await subscriber.tap("Themes")
    for name in names[1:]:
        await subscriber.tap(name)
    await subscriber.tap(names[0])
    await subscriber.hears("One theme has to stay on")
    await subscriber.tap("Back to settings")
    await subscriber.sees(f"Themes: 1 of 8 ({names[0]})\n")


async def test_a_theme_left_out_in_words_is_that_one_and_comes_back_with_a_tap(
    subscriber: Person,
) -> None:
    await subscriber.say("no more food tips")
    await subscriber.sees("Done. No more tips on “Everyday food”")
    await subscriber.say("/settings")
    await subscriber.sees("Themes: 7 of 8")
    await subscriber.say("no more food tips")
    await subscriber.tap("Undo: bring it back")
    await subscriber.say("/settings")
    await subscriber.sees("Themes: all 8")


async def test_the_last_theme_is_not_left_out_in_words(
    harness: BotHarness, subscriber: Person
) -> None:
    (food,) = [one.bit for one in harness.app.services.library.themes if one.id == "food"]
    await harness.app.services.subscribers.set_themes(subscriber.id, 1 << food)
    await subscriber.say("no more food tips")
    await subscriber.sees("That's the last subject you get tips on, so I've left it on")
    await subscriber.say("/settings")
    await subscriber.sees("Themes: 1 of 8")


async def test_the_zone_may_be_changed_and_no_day_gets_two_tips(
    harness: BotHarness, subscriber: Person
) -> None:
    await harness.to_next_tip()
    await subscriber.say("/settings")
    await subscriber.tap("Time zone")
    await subscriber.say("Los Angeles")
    await subscriber.hears("Time zone: Los Angeles")
    await subscriber.sees("Next tip: Wednesday, about 08:00")
    await harness.pass_time(hours=24)
    assert len(await subscriber.tips()) == 2


async def test_another_hour_is_typed(subscriber: Person) -> None:
    await subscriber.say("/settings")
    await subscriber.tap("Time")
    await subscriber.tap("Another time")
    await subscriber.say("05:30")
    await subscriber.sees("Time: about 05:30", f"{NEXT} 05:30")


async def test_whoever_turns_to_something_else_is_not_asked_again(subscriber: Person) -> None:
    await subscriber.say("/settings")
    await subscriber.tap("Time zone")
    await subscriber.say("/saved")
    await subscriber.say("Can probiotics help my eczema")
    answers = await subscriber.hears()
    assert "find “" not in answers


async def test_who_the_tips_are_for(harness: BotHarness, subscriber: Person) -> None:
    await subscriber.say("/settings")
    await subscriber.tap("Who it's for")
    await subscriber.tap("Just me")
    await subscriber.sees("Tips for: Just me")
    found = await harness.app.services.subscribers.find(subscriber.id)
    assert found is not None
    assert found.audience == "adult"


async def test_a_pause_from_the_settings(harness: BotHarness, subscriber: Person) -> None:
    await subscriber.say("/settings")
    await subscriber.tap("Pause")
    await subscriber.tap("3 days")
    await subscriber.sees("Paused. Your next tip comes Friday")
    await harness.pass_time(days=2)
    assert len(await subscriber.tips()) == 1
    await harness.pass_time(days=3)
    assert len(await subscriber.tips()) >= 2


@pytest.mark.parametrize(("said", "days"), [("/pause 2", 2), ("/pause 7 days", 7)])
async def test_a_pause_skips_so_many_tips(
    harness: BotHarness, subscriber: Person, said: str, days: int
) -> None:
    await subscriber.say(said)
    await subscriber.sees("Paused. Your next tip comes")
    await harness.pass_time(days=days)
    assert len(await subscriber.tips()) == 1
    await harness.pass_time(days=1)
    assert len(await subscriber.tips()) == 2


async def test_a_pause_without_end_ends_with_resume(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("/pause")
    await subscriber.tap("Until I say so")
    await subscriber.sees("No tips until you say so")
    await harness.pass_time(days=5)
    assert len(await subscriber.tips()) == 1
    await subscriber.say("/settings")
    await subscriber.sees("You're on a break")
    await subscriber.say("/resume")
    await subscriber.sees("Your tips are on", "Next tip:")
    await harness.pass_time(days=1)
    assert len(await subscriber.tips()) == 2


@pytest.mark.parametrize("what", ["0", "366", "soon", "-3", "3.5", "٣٣٣٣٣", "9" * 50])
async def test_a_pause_of_no_sensible_length_changes_nothing(
    harness: BotHarness, subscriber: Person, what: str
) -> None:
    before = await harness.app.services.subscribers.find(subscriber.id)
    await subscriber.say(f"/pause {what}")
    await subscriber.sees("How long shall I pause?")
    asked = before and before.model_copy(update={"expecting": "day"})
    assert await harness.app.services.subscribers.find(subscriber.id) == asked


@pytest.mark.parametrize("said", ["/pause", "/pause 7", "/pause soon", "pause"])
async def test_who_has_stopped_is_told_that_there_is_nothing_to_pause(
    harness: BotHarness, subscriber: Person, said: str
) -> None:
    await subscriber.say("/stop")
    before = await harness.app.services.subscribers.find(subscriber.id)
    await subscriber.say(said)
    message = await subscriber.sees("Nothing to pause", "off", "/resume")
    assert "Paused" not in message["text"]
    assert await harness.app.services.subscribers.find(subscriber.id) == before
    await subscriber.tap("Start tips again")
    await subscriber.sees("Your tips are on")


async def test_an_old_pause_button_does_not_pause_what_is_stopped(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("/settings")
    await subscriber.tap("Pause")
    button = (await subscriber.messages())[-1]["message_id"]
    await subscriber.say("/stop")
    await subscriber.forge("1pp:7", message_id=button)
    await subscriber.hears("Nothing to pause", "/resume")
    found = await harness.app.services.subscribers.find(subscriber.id)
    assert found is not None
    assert (found.state, found.paused_until) == ("stopped", None)


@pytest.mark.parametrize("steps", [[], ["Berlin"], ["/stop"]])
async def test_who_is_half_way_through_joining_is_led_on(
    harness: BotHarness, newcomer: Person, steps: list[str]
) -> None:
    await newcomer.begin()
    for step in steps:
        await newcomer.say(step)
    before = await harness.app.services.subscribers.find(newcomer.id)
    await newcomer.say("/pause 3")
    message = await newcomer.sees("Nothing to pause", "haven't started yet", "/start")
    assert "Paused" not in message["text"]
    assert await harness.app.services.subscribers.find(newcomer.id) == before
    await newcomer.say("/start")
    asked = {"Berlin": "where you are, right?", "/stop": "Who are the tips for?"}
    await newcomer.sees(asked[steps[-1]] if steps else "What time zone")


async def test_stop_is_one_message_and_the_way_back_is_told(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("/stop")
    await subscriber.sees("unsubscribed", "/resume")
    await harness.pass_time(days=3)
    assert len(await subscriber.tips()) == 1
    await subscriber.tap("Start tips again")
    await subscriber.sees("Your tips are on")
    await harness.pass_time(days=1)
    assert len(await subscriber.tips()) == 2


async def test_start_after_a_stop_welcomes_back(subscriber: Person) -> None:
    await subscriber.say("/settings")
    await subscriber.tap("Pause")
    await subscriber.tap("Stop the tips")
    await subscriber.sees("unsubscribed")
    await subscriber.say("/start")
    await subscriber.sees("Welcome back", "08:00", "Next tip:")


async def test_the_language_may_be_set(subscriber: Person) -> None:
    await subscriber.say("/settings")
    await subscriber.tap("Time")
    await subscriber.forge("1sl:en")
    await subscriber.sees("Settings", "Time: about 08:00")


@pytest.mark.parametrize("word", ["Stop", "STOP!", "unsubscribe"])
async def test_a_bare_word_is_enough_to_stop(
    harness: BotHarness, subscriber: Person, word: str
) -> None:
    await subscriber.say(word)
    await subscriber.sees("unsubscribed.")
    found = await harness.app.services.subscribers.find(subscriber.id)
    assert found is not None
    assert found.state == "stopped"


async def test_a_bare_word_opens_the_settings_and_a_question_does_not(subscriber: Person) -> None:
    await subscriber.say("settings")
    await subscriber.sees("Settings", "Next tip:")
    await subscriber.say("pause?")
    assert "Paused" not in await subscriber.hears()


async def test_stopping_is_true_to_what_is_stored(newcomer: Person) -> None:
    await newcomer.say("/stop")
    await newcomer.sees("I don't keep anything about you")
    await newcomer.begin()
    await newcomer.say("/stop")
    await newcomer.sees("kept your settings")
    await newcomer.say("hjkl")
    assert "place" not in await newcomer.hears()


async def test_a_pause_until_a_date_from_a_calendar(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("/pause")
    count = len(await subscriber.messages())
    await subscriber.tap("Until a date")
    await subscriber.sees("On which day", "March 2026")
    assert (await subscriber.labels())[0] == "Tue 3", "tomorrow comes first"
    await subscriber.tap("April 2026")
    await subscriber.tap("Fri 3")
    await subscriber.sees("Paused. Your next tip comes Friday 3 April, about 08:00.")
    assert len(await subscriber.messages()) == count
    await harness.pass_time(days=31)
    assert len(await subscriber.tips()) == 1
    await harness.pass_time(days=1)
    assert len(await subscriber.tips()) == 2


async def test_a_day_of_the_calendar_that_has_passed_is_asked_for_again(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("/pause")
    for day in ("2026-03-02", "2025-12-24", "2027-03-03"):
        await subscriber.forge(f"1pu:{day}")
        await subscriber.hears("That day has passed")
        await subscriber.sees("On which day")
    found = await harness.app.services.subscribers.find(subscriber.id)
    assert found is not None
    assert found.state == "active"


async def test_who_is_on_a_break_may_change_its_length_or_end_it(subscriber: Person) -> None:
    await subscriber.say("/pause 30")
    await subscriber.say("/pause")
    await subscriber.sees("Paused until Wednesday 1 April")
    await subscriber.tap("1 week")
    await subscriber.sees("Your next tip comes Tuesday 10 March")
    await subscriber.say("/pause")
    await subscriber.tap("Start tips again")
    await subscriber.sees("Your tips are on")


async def test_tips_can_come_without_a_sound(harness: BotHarness, subscriber: Person) -> None:
    await subscriber.say("/settings")
    await subscriber.tap("Sound")
    assert "✓ With a sound" in await subscriber.labels()
    await subscriber.tap("Quietly")
    await subscriber.sees("Sound: off, tips come quietly")
    await harness.to_next_tip()
    calls = await harness.calls("sendMessage")
    assert calls[-1]["parameters"]["disable_notification"]


async def test_from_every_part_there_is_a_way_back(subscriber: Person) -> None:
    await subscriber.say("/settings")
    for part in ("Time", "Days", "Themes", "Who it's for", "Sound", "Pause or stop"):
        await subscriber.tap(part)
        await subscriber.tap("Back to settings")
        await subscriber.sees("Settings", "Themes: all 8")
