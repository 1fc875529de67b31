"""Settings: one message, edited in place, that always says when the next tip comes."""

from __future__ import annotations

import pytest

from tests.bot_harness import BotHarness, Person

NEXT = "Next tip: tomorrow, Tuesday, about"


async def test_settings_show_what_is_set(subscriber: Person) -> None:
    await subscriber.say("/settings")
    await subscriber.sees(
        "Hour: about 08:00", "Time zone: Berlin", "Days: every day", f"{NEXT} 08:00"
    )


async def test_everything_happens_in_one_message(subscriber: Person) -> None:
    await subscriber.say("/settings")
    count = len(await subscriber.messages())
    for label in ("Hour", "07:00", "Days", "Monday", "Back to settings", "Themes", "Back"):
        await subscriber.tap(label)
        await subscriber.sees("Next tip:")
        assert len(await subscriber.messages()) == count
    await subscriber.sees("Hour: about 07:00", f"{NEXT} 07:00", "Tuesday")


async def test_an_hour_later_today_gives_no_second_tip_today(
    harness: BotHarness, subscriber: Person
) -> None:
    await harness.to_next_tip()
    await subscriber.say("/settings")
    await subscriber.tap("Hour")
    await subscriber.tap("20:00")
    await subscriber.sees("tomorrow, Wednesday, about 20:00")
    await harness.pass_time(hours=23)
    assert len(await subscriber.tips()) == 2


async def test_weekdays_are_switched_and_the_last_one_stays(subscriber: Person) -> None:
    await subscriber.say("/settings")
    await subscriber.tap("Days")
    for day in ("Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"):
        await subscriber.tap(day)
    await subscriber.sees("Next tip: Monday 9 March, about 08:00")
    await subscriber.tap("Monday")
    await subscriber.hears("Keep at least one day")
    await subscriber.tap("Back to settings")
    await subscriber.sees("Days: Monday")
    await subscriber.tap("Days")
    await subscriber.tap("Thursday")
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
    await subscriber.hears("Keep at least one theme")
    await subscriber.tap("Back to settings")
    await subscriber.sees(f"Themes: {names[0]}\n")


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
    await subscriber.tap("Hour")
    await subscriber.tap("Another hour")
    await subscriber.say("05:30")
    await subscriber.sees("Hour: about 05:30", f"{NEXT} 05:30")


async def test_whoever_turns_to_something_else_is_not_asked_again(subscriber: Person) -> None:
    await subscriber.say("/settings")
    await subscriber.tap("Time zone")
    await subscriber.say("/saved")
    await subscriber.say("Can probiotics help my eczema")
    answers = await subscriber.hears()
    assert "I do not know the place" not in answers


async def test_whom_the_tips_are_for(harness: BotHarness, subscriber: Person) -> None:
    await subscriber.say("/settings")
    await subscriber.tap("Whom for")
    await subscriber.tap("no tips for parents")
    await subscriber.sees("Tips for: me (no tips for parents)")
    found = await harness.app.services.subscribers.find(subscriber.id)
    assert found is not None
    assert found.audience == "adult"


async def test_a_pause_from_the_settings(harness: BotHarness, subscriber: Person) -> None:
    await subscriber.say("/settings")
    await subscriber.tap("Pause")
    await subscriber.tap("3 days")
    await subscriber.sees("Paused until")
    await harness.pass_time(days=2)
    assert len(await subscriber.tips()) == 1
    await harness.pass_time(days=3)
    assert len(await subscriber.tips()) >= 2


@pytest.mark.parametrize(("said", "days"), [("/pause 2", 2), ("/pause 7 days", 7)])
async def test_a_pause_skips_so_many_tips(
    harness: BotHarness, subscriber: Person, said: str, days: int
) -> None:
    await subscriber.say(said)
    await subscriber.sees("Paused until", "Next tip:")
    await harness.pass_time(days=days)
    assert len(await subscriber.tips()) == 1
    await harness.pass_time(days=1)
    assert len(await subscriber.tips()) == 2


async def test_a_pause_without_end_ends_with_resume(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("/pause")
    await subscriber.sees("until you send /resume")
    await harness.pass_time(days=5)
    assert len(await subscriber.tips()) == 1
    await subscriber.say("/settings")
    await subscriber.sees("Paused")
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
    await subscriber.sees("from 1 to 365")
    assert await harness.app.services.subscribers.find(subscriber.id) == before


@pytest.mark.parametrize("said", ["/pause", "/pause 7", "/pause soon", "pause"])
async def test_who_has_stopped_is_told_that_there_is_nothing_to_pause(
    harness: BotHarness, subscriber: Person, said: str
) -> None:
    await subscriber.say("/stop")
    before = await harness.app.services.subscribers.find(subscriber.id)
    await subscriber.say(said)
    message = await subscriber.sees("nothing to pause", "stopped", "/resume")
    assert "Paused" not in message["text"]
    assert await harness.app.services.subscribers.find(subscriber.id) == before
    await subscriber.tap("Resume")
    await subscriber.sees("Your tips are on")


async def test_an_old_pause_button_does_not_pause_what_is_stopped(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("/settings")
    await subscriber.tap("Pause")
    button = (await subscriber.messages())[-1]["message_id"]
    await subscriber.say("/stop")
    await subscriber.forge("1pp:7", message_id=button)
    await subscriber.hears("nothing to pause", "/resume")
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
    message = await newcomer.sees("nothing to pause", "not begun yet", "/start")
    assert "Paused" not in message["text"]
    assert await harness.app.services.subscribers.find(newcomer.id) == before
    await newcomer.say("/start")
    await newcomer.sees("for you now, right?" if "Berlin" in steps else "Where are you")


async def test_stop_is_one_message_and_the_way_back_is_told(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("/stop")
    await subscriber.sees("Stopped", "/resume")
    await harness.pass_time(days=3)
    assert len(await subscriber.tips()) == 1
    await subscriber.tap("Resume")
    await subscriber.sees("Your tips are on")
    await harness.pass_time(days=1)
    assert len(await subscriber.tips()) == 2


async def test_start_after_a_stop_welcomes_back(subscriber: Person) -> None:
    await subscriber.say("/settings")
    await subscriber.tap("Pause")
    await subscriber.tap("Stop the tips")
    await subscriber.sees("Stopped")
    await subscriber.say("/start")
    await subscriber.sees("Welcome back", "08:00", "Next tip:")


async def test_the_language_may_be_set(subscriber: Person) -> None:
    await subscriber.say("/settings")
    await subscriber.tap("Hour")
    await subscriber.forge("1sl:en")
    await subscriber.sees("Settings", "Hour: about 08:00")


@pytest.mark.parametrize("word", ["Stop", "STOP!", "unsubscribe"])
async def test_a_bare_word_is_enough_to_stop(
    harness: BotHarness, subscriber: Person, word: str
) -> None:
    await subscriber.say(word)
    await subscriber.sees("Stopped.")
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
    await newcomer.sees("nothing is stored about you")
    await newcomer.begin()
    await newcomer.say("/stop")
    await newcomer.sees("Your settings are kept")
    await newcomer.say("hjkl")
    assert "place" not in await newcomer.hears()
