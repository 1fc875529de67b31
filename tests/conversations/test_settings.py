"""Settings: one message, edited in place, that always says when the next tip comes."""

from __future__ import annotations

import pytest
from theatre import Person, Theatre

NEXT = "Next tip: tomorrow, Tuesday, about"


async def test_settings_show_what_is_set(reader: Person) -> None:
    await reader.say("/settings")
    await reader.sees("Hour: about 08:00", "Time zone: Berlin", "Days: every day", f"{NEXT} 08:00")


async def test_everything_happens_in_one_message(reader: Person) -> None:
    await reader.say("/settings")
    count = len(await reader.messages())
    for label in ("Hour", "07:00", "Days", "Monday", "Back to settings", "Themes", "Back"):
        await reader.tap(label)
        await reader.sees("Next tip:")
        assert len(await reader.messages()) == count
    await reader.sees("Hour: about 07:00", f"{NEXT} 07:00", "Tuesday")


async def test_an_hour_later_today_gives_no_second_tip_today(
    theatre: Theatre, reader: Person
) -> None:
    await theatre.to_next_tip()
    await reader.say("/settings")
    await reader.tap("Hour")
    await reader.tap("20:00")
    await reader.sees("tomorrow, Wednesday, about 20:00")
    await theatre.pass_time(hours=23)
    assert len(await reader.tips()) == 2


async def test_weekdays_are_switched_and_the_last_one_stays(reader: Person) -> None:
    await reader.say("/settings")
    await reader.tap("Days")
    for day in ("Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"):
        await reader.tap(day)
    await reader.sees("Next tip: Monday 9 March, about 08:00")
    await reader.tap("Monday")
    await reader.hears("Keep at least one day")
    await reader.tap("Back to settings")
    await reader.sees("Days: Monday")
    await reader.tap("Days")
    await reader.tap("Thursday")
    await reader.tap("Back")
    await reader.sees("Days: Monday and Thursday", "Next tip: Thursday")


async def test_themes_are_switched_and_the_last_one_stays(
    theatre: Theatre, reader: Person
) -> None:
    names = list(theatre.app.house.library.theme_names.values())
    await reader.say("/settings")
    await reader.tap("Themes")
    for name in names[1:]:
        await reader.tap(name)
    await reader.tap(names[0])
    await reader.hears("Keep at least one theme")
    await reader.tap("Back to settings")
    await reader.sees(f"Themes: {names[0]}\n")


async def test_the_zone_may_be_changed_and_no_day_gets_two_tips(
    theatre: Theatre, reader: Person
) -> None:
    await theatre.to_next_tip()
    await reader.say("/settings")
    await reader.tap("Time zone")
    await reader.say("Los Angeles")
    await reader.hears("Time zone: Los Angeles")
    await reader.sees("Next tip: Wednesday, about 08:00")
    await theatre.pass_time(hours=24)
    assert len(await reader.tips()) == 2


async def test_another_hour_is_typed(reader: Person) -> None:
    await reader.say("/settings")
    await reader.tap("Hour")
    await reader.tap("Another hour")
    await reader.say("05:30")
    await reader.sees("Hour: about 05:30", f"{NEXT} 05:30")


async def test_whoever_turns_to_something_else_is_not_asked_again(reader: Person) -> None:
    await reader.say("/settings")
    await reader.tap("Time zone")
    await reader.say("/saved")
    await reader.say("Can probiotics help my eczema")
    heard = await reader.hears()
    assert "I do not know the place" not in heard


async def test_whom_the_tips_are_for(theatre: Theatre, reader: Person) -> None:
    await reader.say("/settings")
    await reader.tap("Whom for")
    await reader.tap("no tips for parents")
    await reader.sees("Tips for: me (no tips for parents)")
    found = await theatre.app.house.readers.find(reader.id)
    assert found is not None
    assert found.audience == "adult"


async def test_a_pause_from_the_settings(theatre: Theatre, reader: Person) -> None:
    await reader.say("/settings")
    await reader.tap("Pause")
    await reader.tap("3 days")
    await reader.sees("Paused until")
    await theatre.pass_time(days=2)
    assert len(await reader.tips()) == 1
    await theatre.pass_time(days=3)
    assert len(await reader.tips()) >= 2


@pytest.mark.parametrize(("said", "days"), [("/pause 2", 2), ("/pause 7 days", 7)])
async def test_a_pause_skips_so_many_tips(
    theatre: Theatre, reader: Person, said: str, days: int
) -> None:
    await reader.say(said)
    await reader.sees("Paused until", "Next tip:")
    await theatre.pass_time(days=days)
    assert len(await reader.tips()) == 1
    await theatre.pass_time(days=1)
    assert len(await reader.tips()) == 2


async def test_a_pause_without_end_ends_with_resume(theatre: Theatre, reader: Person) -> None:
    await reader.say("/pause")
    await reader.sees("until you send /resume")
    await theatre.pass_time(days=5)
    assert len(await reader.tips()) == 1
    await reader.say("/settings")
    await reader.sees("Paused")
    await reader.say("/resume")
    await reader.sees("Your tips are on", "Next tip:")
    await theatre.pass_time(days=1)
    assert len(await reader.tips()) == 2


@pytest.mark.parametrize("what", ["0", "366", "soon", "-3", "3.5", "٣٣٣٣٣", "9" * 50])
async def test_a_pause_of_no_sensible_length_changes_nothing(
    theatre: Theatre, reader: Person, what: str
) -> None:
    before = await theatre.app.house.readers.find(reader.id)
    await reader.say(f"/pause {what}")
    await reader.sees("from 1 to 365")
    assert await theatre.app.house.readers.find(reader.id) == before


@pytest.mark.parametrize("said", ["/pause", "/pause 7", "/pause soon", "pause"])
async def test_who_has_stopped_is_told_that_there_is_nothing_to_pause(
    theatre: Theatre, reader: Person, said: str
) -> None:
    await reader.say("/stop")
    before = await theatre.app.house.readers.find(reader.id)
    await reader.say(said)
    message = await reader.sees("nothing to pause", "stopped", "/resume")
    assert "Paused" not in message["text"]
    assert await theatre.app.house.readers.find(reader.id) == before
    await reader.tap("Resume")
    await reader.sees("Your tips are on")


async def test_an_old_pause_button_does_not_pause_what_is_stopped(
    theatre: Theatre, reader: Person
) -> None:
    await reader.say("/settings")
    await reader.tap("Pause")
    button = (await reader.messages())[-1]["message_id"]
    await reader.say("/stop")
    await reader.forge("1pp:7", message_id=button)
    await reader.hears("nothing to pause", "/resume")
    found = await theatre.app.house.readers.find(reader.id)
    assert found is not None
    assert (found.state, found.paused_until) == ("stopped", None)


@pytest.mark.parametrize("steps", [[], ["Berlin"], ["/stop"]])
async def test_who_is_half_way_through_joining_is_led_on(
    theatre: Theatre, newcomer: Person, steps: list[str]
) -> None:
    await newcomer.begin()
    for step in steps:
        await newcomer.say(step)
    before = await theatre.app.house.readers.find(newcomer.id)
    await newcomer.say("/pause 3")
    message = await newcomer.sees("nothing to pause", "not begun yet", "/start")
    assert "Paused" not in message["text"]
    assert await theatre.app.house.readers.find(newcomer.id) == before
    await newcomer.say("/start")
    await newcomer.sees("for you now, right?" if "Berlin" in steps else "Where are you")


async def test_stop_is_one_message_and_the_way_back_is_told(
    theatre: Theatre, reader: Person
) -> None:
    await reader.say("/stop")
    await reader.sees("Stopped", "/resume")
    await theatre.pass_time(days=3)
    assert len(await reader.tips()) == 1
    await reader.tap("Resume")
    await reader.sees("Your tips are on")
    await theatre.pass_time(days=1)
    assert len(await reader.tips()) == 2


async def test_start_after_a_stop_welcomes_back(reader: Person) -> None:
    await reader.say("/settings")
    await reader.tap("Pause")
    await reader.tap("Stop the tips")
    await reader.sees("Stopped")
    await reader.say("/start")
    await reader.sees("Welcome back", "08:00", "Next tip:")


async def test_the_language_may_be_set(reader: Person) -> None:
    await reader.say("/settings")
    await reader.tap("Hour")
    await reader.forge("1sl:en")
    await reader.sees("Settings", "Hour: about 08:00")


@pytest.mark.parametrize("word", ["Stop", "STOP!", "unsubscribe"])
async def test_a_bare_word_is_enough_to_stop(theatre: Theatre, reader: Person, word: str) -> None:
    await reader.say(word)
    await reader.sees("Stopped.")
    found = await theatre.app.house.readers.find(reader.id)
    assert found is not None
    assert found.state == "stopped"


async def test_a_bare_word_opens_the_settings_and_a_question_does_not(reader: Person) -> None:
    await reader.say("settings")
    await reader.sees("Settings", "Next tip:")
    await reader.say("pause?")
    assert "Paused" not in await reader.hears()


async def test_stopping_is_true_to_what_is_stored(newcomer: Person) -> None:
    await newcomer.say("/stop")
    await newcomer.sees("nothing is stored about you")
    await newcomer.begin()
    await newcomer.say("/stop")
    await newcomer.sees("Your settings are kept")
    await newcomer.say("hjkl")
    assert "place" not in await newcomer.hears()
