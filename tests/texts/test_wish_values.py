"""The one value in a wish: found wherever it stands, and no count, dose, age or date taken for it.

Monday, 2 March 2026, in Berlin.
"""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
from babel import Locale

from bot.places import Places
from bot.texts.wish_values import day_in, hour_and_place, hour_in, place_in

MONDAY = date(2026, 3, 2)
BRITISH = Locale("en", "GB")
FRIDAY, THE_NINTH = date(2026, 3, 6), date(2026, 3, 9)
NAMED = partial(Places.load().match, mend=False)


@pytest.mark.parametrize(
    ("words", "clock"),
    [
        ("could i get it at noon instead", "12:00"),
        ("any chance of having it around quarter past six in the evening?", "18:15"),
        ("would 9pm be possible", "21:00"),
        ("8 is when I feed him, so 9:30 would suit us more", "09:30"),
        ("mornings are mad here, 20:15 is when I sit down", "20:15"),
        ("i'm never up at 8, do 10am", "10:00"),
        ("not 8, half past ten in the morning", "10:30"),
        ("9pm rather than 8am", "21:00"),
        ("instead of 8am it should be 11am", "11:00"),
        ("shift me from 8am to 9:15am", "09:15"),
        ("it should come at 18h", "18:00"),
        ("from 10 to 8pm please", "20:00"),
        ("I'd be happier with seven thirty in the evening", "19:30"),
        ("these come at 8am, would it work at 1pm?", "13:00"),
        ("don't send it at 8am, send it at 10am", "10:00"),
        ("why not at 6:45am", "06:45"),
        ("I work nights so midnight is my lunch", "00:00"),
        ("at 9, I mean 9pm", "21:00"),
        ("we have twins (7 years old), 9pm is calm", "21:00"),
        ("I take 500 mg at breakfast, could the tip wait till after, say 10am", "10:00"),
        ("twenty past six p.m. is when my train leaves", "18:20"),
        ("I walk the dog at nine, so would ten o'clock in the morning work?", "10:00"),
        ("I'll be asleep at seven, let the tip come at noon instead", "12:00"),
        ("it would be nicer if it came at 9pm", "21:00"),
        ("can it be there at five to eight in the morning", "07:55"),
    ],
)
def test_an_hour_is_found_wherever_it_stands(words: str, clock: str) -> None:
    hour = hour_in(words, 480)
    assert hour is not None
    assert f"{hour.minute // 60:02}:{hour.minute % 60:02}" == clock


def test_an_hour_of_either_half_of_the_day_keeps_both() -> None:
    hour = hour_in("could they turn up at 9")
    assert hour is not None
    assert (hour.minute, hour.other) == (540, 1260)


@pytest.mark.parametrize(
    "words",
    ["8 weeks of this cream", "he is 7", "he is about 7", "twice a day", "500 mg", "2 tips a day",
     "one a week is enough for me", "at 8 weeks old", "about 8 of us read it", "about 2% of it",
     "every 2h", "for 3 hours", "in two hours", "up to 8", "aged 9", "she turned 11 on the 3rd",
     "move it to 9 March", "the tips at 3/4", "8-10 of them", "3 times a day", "not at 8",
     "anything but 8am, no, not 8am", "I sleep until 10am", "any time between 8am and 9am",
     "8am or 9am", "9am or 10am", "at 7 or 8", "never at 9pm",
     "a bit later in the evening", "in the morning",
     "5 to 10 tablets", "for two please", "at one point", "8 a day", "since 6am", "2 in one",
     "can it come at 8am", "1 in 10 kids", "I read 7 of them", "rather than at 9am", "type 2",
     "6am is peak, make it later", "Seven in the morning is far too early", "I chose noon, help",
     "I get up at 6:30", "9pm doesn't suit me"],
)  # fmt: skip
def test_a_number_that_is_no_wished_hour_is_not_taken(words: str) -> None:
    assert hour_in(words, 480) is None


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("leave me be until friday", FRIDAY),
        ("nothing before the 9th please, exams", THE_NINTH),
        ("exams! so I can't read anything till Friday", FRIDAY),
        ("I won't look at my phone until the 9th of March", THE_NINTH),
        ("hush for a week would you", THE_NINTH),
        ("we're at my mum's, back on Friday", FRIDAY),
        ("start again on the 9th", THE_NINTH),
        ("I could do with 7 days off", THE_NINTH),
        ("exams are over on the 9th", THE_NINTH),
        ("I'm swamped this week", THE_NINTH),
        ("quiet please, back in a week", THE_NINTH),
        ("not until friday, ok?", FRIDAY),
        ("two weeks break, they're at their nan's", date(2026, 3, 16)),
        ("I've had enough for now, take one week", THE_NINTH),
        ("don't want to hear a thing until friday, not thursday", FRIDAY),
        ("too much on, until April", date(2026, 4, 1)),
    ],
)
def test_the_end_of_a_break_is_found_wherever_it_stands(words: str, day: date) -> None:
    assert day_in(words, MONDAY, BRITISH) == day


@pytest.mark.parametrize(
    "words",
    ["8 weeks of this cream", "he is 7", "twice a day", "once a week", "until 3 months old",
     "I've been on them for two weeks", "I may need a break", "until friday or saturday",
     "until friday, no, until saturday", "my exams start on monday", "off from monday",
     "born two weeks ago", "until I feel better", "every two days", "sun cream for him",
     "a rest until the 6th or until the 9th", "the eczema came back last friday",
     "rather than until friday", "I need a break before christmas",
     "take Monday out of the week", "till sunday week"],
)  # fmt: skip
def test_a_day_that_ends_no_break_is_not_taken(words: str) -> None:
    assert day_in(words, MONDAY, BRITISH) is None


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("im in new york not london", "America/New_York"),
        ("not in London, I'm in New York!", "America/New_York"),
        ("my clock is hours off since we landed in Tokyo", "Asia/Tokyo"),
        ("you think I'm in Berlin but I live in Madrid", "Europe/Madrid"),
        ("we went from London to Lisbon last week and your clock is wrong", "Europe/Lisbon"),
        ("moved to Cape Town for work", "Africa/Johannesburg"),
        ("I don't live in London any more, it's all happening in Dublin", "Europe/Dublin"),
        ("I'm in Paris, Texas and your time is off", "America/Chicago"),
        ("in Portugal, in Lisbon to be exact", "Europe/Lisbon"),
        ("you've got me in Madrid but I'm in Dublin", "Europe/Dublin"),
        ("writing from Sydney, your clock is upside down", "Australia/Sydney"),
    ],
)
def test_a_place_is_found_wherever_it_stands(words: str, zone: str) -> None:
    found = place_in(words, NAMED, "Europe/Berlin")
    assert found is not None
    assert {place.zone for place in found[1].places} == {zone}


def test_a_place_that_may_be_several_keeps_all() -> None:
    found = place_in("we are in Georgia these days, tips come at odd hours", NAMED)
    assert found is not None
    assert found[0] == "georgia"
    assert found[1].clear is None


@pytest.mark.parametrize(
    "words",
    ["I'm not in London", "in Rome or in New York", "instead of in London", "at night in bed",
     "I'm in pain", "the clock is wrong in the morning", "to be honest I'm in two minds",
     "in time for work", "in Berlin", "set it to my time", "in my time zone at home",
     "in a week", "in march and in may", "in an hour", "to sleep at last", "to read in bed"],
)  # fmt: skip
def test_what_is_no_place_to_be_in_is_not_taken(words: str) -> None:
    assert place_in(words, NAMED, "Europe/Berlin") is None


@pytest.mark.parametrize(
    ("words", "minute", "zone"),
    [
        ("7 in Berlin", 420, "Europe/Berlin"),
        ("8am London time", 480, "Europe/London"),
        ("half past seven in New York", 450, "America/New_York"),
        ("7pm, I'm in Lisbon", 1140, "Europe/Lisbon"),
        ("in Paris 8am", 480, "Europe/Paris"),
        ("at 9 Tokyo time please", 540, "Asia/Tokyo"),
        ("8 uk time", 480, "Europe/London"),
    ],
)
def test_an_hour_and_a_place_that_are_all_that_is_said(words: str, minute: int, zone: str) -> None:
    found = hour_and_place(words, NAMED)
    assert found is not None
    hour, _, match = found
    assert (hour.minute, match.places[0].zone) == (minute, zone)


@pytest.mark.parametrize(
    "words",
    ["8 please", "7 in the morning", "8 o'clock here", "8 in bed", "7 or 8", "8 on weekdays",
     "6 after work", "10 at home", "8 when the kids sleep", "8 weeks in Berlin", "London",
     "utc +2", "GMT -5"],
)  # fmt: skip
def test_what_is_more_or_less_than_an_hour_and_a_place_is_not_taken(words: str) -> None:
    assert hour_and_place(words, NAMED) is None


def test_a_story_is_not_gone_through() -> None:
    assert hour_in("at 9pm " + "and so on " * 60) is None
    assert day_in("until friday " + "and so on " * 60, MONDAY, BRITISH) is None
