"""Orders in plain words: what leaves no doubt is one, and whatever is said about skin is none."""

from __future__ import annotations

from datetime import date

import pytest
from babel import Locale

from bot.texts.dates import read_day, read_span
from bot.texts.hours import Hour, read_clock
from bot.texts.orders import (
    AskPause,
    ChooseAudience,
    ChooseDays,
    MoveHour,
    MovePlace,
    Order,
    PauseTips,
    ShiftHour,
    SwitchQuiet,
    SwitchTheme,
    clauses,
    read_command,
    read_order,
    read_wish,
    wants_no_stop,
)

MONDAY = date(2026, 3, 2)
BRITISH = Locale("en", "GB")


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("Stop. Thank you", "stop"), ("please stop", "stop"), ("no more tips", "stop"),
        ("unsubscribe please", "stop"), ("Unsubcribe me pls", "stop"), ("STOPALL", "stop"),
        ("Could you stop these messages?", "stop"), ("take me off this list", "stop"),
        ("start again", "resume"), ("turn the tips back on", "resume"), ("I'm back!", "resume"),
        ("one more please", "tip"), ("delete everything about me", "forget"),
        ("a copy of my data", "export"), ("show me my saved tips", "saved"),
    ],
)  # fmt: skip
def test_commands_in_plain_words(words: str, command: str) -> None:
    assert read_command(words) == command


@pytest.mark.parametrize(
    "words",
    ["stop scratching", "stop the cream", "how do I stop?", "can I stop steroids", "stop the itch",
     "I want to stop", "no more steroid cream", "no more food tips", "delete my saved tips", "",
     "forget it", "start moisturising again", "no thanks", "I can't go on, stop my pain"],
)  # fmt: skip
def test_words_that_are_no_command(words: str) -> None:
    assert read_command(words) is None


@pytest.mark.parametrize(
    ("words", "order"),
    [
        ("change time to 9pm", MoveHour(Hour(1260))),
        ("Can you send them at half past seven?", MoveHour(Hour(450, 1170))),
        ("I'd like the tip at 19:00 instead of 8", MoveHour(Hour(1140))),
        ("9pm please", MoveHour(Hour(1260), sure=False)),
        ("an hour later please", ShiftHour(60)),
        ("pause till Monday", PauseTips(date(2026, 3, 9))),
        ("pause until 3 March", PauseTips(date(2026, 3, 3))),
        ("stop for two weeks", PauseTips(date(2026, 3, 16))),
        ("skip tomorrow", PauseTips(date(2026, 3, 4))),
        ("I'm away for two weeks", PauseTips(date(2026, 3, 16), sure=False)),
        ("pause till after the holidays", AskPause()),
        ("I'm in London now", MovePlace("london", sure=True)),
        ("I am in London", MovePlace("london", sure=False)),
        ("switch me to Sydney time", MovePlace("sydney", sure=True)),
        ("stop sending me baby stuff", ChooseAudience("adult")),
        ("tips for my daughter only", ChooseAudience("parent")),
        ("no children here, grown up tips only", ChooseAudience("adult")),
        ("tips for me, not for my kids", ChooseAudience("adult")),
        ("not for my kids, just me", ChooseAudience("adult")),
        ("our kids have all left home", ChooseAudience("adult")),
        ("tips for my little boy please, not for me", ChooseAudience("parent")),
        ("not for me, only for my daughter", ChooseAudience("parent")),
        ("these are for my toddler, could you switch to that", ChooseAudience("parent")),
        ("nothing until Friday please", PauseTips(date(2026, 3, 6))),
        ("can we take a breather", AskPause()),
        ("could they arrive around ten at night instead", MoveHour(Hour(1320))),
        ("send tips at 9:30pm not 8", MoveHour(Hour(1290))),
        ("my new home is Singapore", MovePlace("singapore", sure=True)),
        ("no more food tips", SwitchTheme("food", on=False)),
        ("fewer food tips", SwitchTheme("food", on=False, sure=False)),
        ("I'd like less baby stuff", SwitchTheme("children", on=False, sure=False)),
        ("more tips about sleep", SwitchTheme("mind", on=True)),
        ("only weekdays", ChooseDays(31)),
        ("nothing on Sundays", ChooseDays(63)),
        ("only on Monday and Thursday", ChooseDays(9)),
        ("send them silently", SwitchQuiet(on=True)),
        ("sound on", SwitchQuiet(on=False)),
    ],
)
def test_orders_that_leave_no_doubt(words: str, order: Order) -> None:
    assert read_order(words, MONDAY, BRITISH) == order


@pytest.mark.parametrize(
    "words",
    ["stop itching", "no sugar", "more sleep", "I am tired of my skin",
     "no swimming for two weeks", "stop cream for a week", "no fever until today",
     "it itches at night", "only at night",
     "nothing helps until Friday", "not for me", "not for my baby, just me and him",
     "this cream is for my daughter, not for me",
     "I sleep at 9pm", "what time is it", "how do I change the time to 9?", "", "less stress"],
)  # fmt: skip
def test_words_about_skin_and_life_are_no_order(words: str) -> None:
    assert read_order(words, MONDAY, BRITISH) is None


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("Are you a doctor?", "service-person-or-doctor"), ("hi there", "service-greeting"),
        ("thanks so much", "service-thanks"), ("this bot is useless", "service-complaint"),
        ("is it free?", "service-cost"), ("no tip came today", "service-missing-tip"),
        ("the itch wakes me up", None), ("nothing works", None), ("this cream is useless", None),
        ("don't ever stop, these tips are great, thank you", "service-thanks"),
        ("never stop!", "service-thanks"), ("please don't stop", "service-resume"),
        ("never stop sending me tips", "service-resume"), ("don't stop the cream?", None),
        ("never stop steroids, thank you", None),
        ("you sent me the same tip twice", "service-same-tip"), ("👍🏽", "service-ok"),
        ("you're repeating yourself", "service-same-tip"), ("🙄", "service-complaint"),
        ("you gave me the same advice as my doctor", None), ("the same rash twice", None),
        ("can I use the same cream twice", None), ("...", None), ("🤔", None),
        ("it is twice daily", None), ("it was twice yesterday", None),
        ("same thing again today", None), ("that tip came twice", "service-same-tip"),
        ("could you send two tips a day", "service-more-a-day"), ("twice a day", None),
        ("can I use cream two times a day", None), ("fewer messages", "service-days"),
        ("is this eczema?", None), ("where does eczema come from?", None),
    ],
)  # fmt: skip
def test_short_wishes(words: str, wish: str | None) -> None:
    assert read_wish(words) == wish


@pytest.mark.parametrize(
    ("words", "wants"),
    [
        ("never stop sending these, I'm so glad of them", True),
        ("please don't stop the tips", True),
        ("please stop, don't send any more", False),
        ("don't stop to think about it, just stop them", False),
        ("stop sending tips", False),
    ],
)
def test_whoever_asks_not_to_stop_does_not_ask_to_stop(words: str, *, wants: bool) -> None:
    assert wants_no_stop(words) is wants


def test_a_message_of_several_parts() -> None:
    assert clauses("stop the yoga ones, keep the rest") == ["stop the yoga ones", "keep the rest"]
    assert clauses("one thing") == []
    assert clauses("one, two, three, four") == []
    assert clauses("between 7 and 8") == []


@pytest.mark.parametrize(
    ("words", "minute", "other"),
    [
        ("half past seven", 450, 1170), ("half seven", 450, 1170), ("about 8", 480, 1200),
        ("7 in the morning", 420, None), ("8:00!", 480, None), ("8p", 1200, None),
        ("quarter to nine", 525, 1245), ("⏰ nine-ish ⏰", 540, 1260), ("18h", 1080, None),
        ("twenty past 6 pm", 1100, None), ("8 o'clock in the evening", 1200, None),
        ("7.30pm please", 1170, None), ("at 6 am every day", 360, None), ("٨:٣٠", 510, None),
        ("half past twelve, just after lunch", 750, 30), ("half two", 150, 870),
        ("9 at night", 1260, None), ("midnight", 0, None), ("\u200e8 p.m.\u200f", 1200, None),
    ],
)  # fmt: skip
def test_hours_as_people_say_them(words: str, minute: int, other: int | None) -> None:
    hour = read_clock(words)
    assert hour is not None
    assert (hour.minute, hour.other) == (minute, other)


def test_nobody_reads_tips_at_half_past_two_in_the_night() -> None:
    asked, taken = read_clock("half two"), read_clock("half seven")
    assert asked is not None
    assert taken is not None
    assert (asked.unlikely, taken.unlikely) == (True, False)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("Monday", date(2026, 3, 9)), ("next friday", date(2026, 3, 13)),
        ("the 15th", date(2026, 3, 15)), ("1st of march", date(2027, 3, 1)),
        ("march 20th", date(2026, 3, 20)), ("3/4", date(2026, 4, 3)), ("april", date(2026, 4, 1)),
        ("2026-12-24", date(2026, 12, 24)), ("new year", date(2027, 1, 1)),
        ("30 february", None), ("today", None), ("2031-01-01", None), ("my birthday", None),
    ],
)  # fmt: skip
def test_days(words: str, day: date | None) -> None:
    assert read_day(words.casefold(), MONDAY, BRITISH) == day


def test_spans() -> None:
    spans = {"two weeks": 14, "a month": 30, "10 days": 10, "a few days": 3, "the next week": 7}
    assert {words: read_span(words) for words in spans} == spans
    assert [read_span(words) for words in ("week", "400 days", "0 days", "ages")] == [None] * 4


def test_of_what_is_too_long_to_be_read_whole_nothing_is_an_order() -> None:
    words = "stop" + "." * 600 + " No, wait: stop itching at night, is what I meant to ask about"
    assert read_command(words) is None
    assert read_order("tips at 9pm" + "." * 600 + " would wake me", MONDAY, BRITISH) is None
