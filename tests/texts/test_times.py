"""Days and hours as a subscriber says them, in the subscriber's own time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.texts import times
from bot.texts.catalogue import translator
from bot.texts.hours import read_hour

EN = translator("en")

SUNDAY = datetime(2026, 3, 1, 13, 32, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (0, "today"),
        (1, "tomorrow, Monday"),
        (2, "Tuesday"),
        (6, "Saturday"),
        (7, "Sunday 8 March"),
        (-1, "Saturday 28 February"),
        (400, "Monday, 5 April 2027"),
    ],
)
def test_a_day_seen_from_today(ahead: int, words: str) -> None:
    today = date(2026, 3, 1)
    assert times.day(EN, today + timedelta(days=ahead), today) == words


def test_an_instant_is_told_in_the_readers_zone() -> None:
    at = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert times.moment(EN, at, SUNDAY, "Europe/Berlin") == "tomorrow, Monday, 00:30"
    assert times.moment(EN, at, SUNDAY, "America/New_York") == "today, 18:30"
    assert (
        times.moment(EN, at, SUNDAY, "Asia/Tokyo", about=True) == "tomorrow, Monday, about 08:30"
    )
    assert times.clock_at(SUNDAY, "Asia/Kolkata") == "19:02"


def test_the_same_instant_in_german_dates() -> None:
    assert (
        times.weekday_name(translator("de"), 0) == "Monday"
    )  # no German catalogue: all in English


def test_hours_of_the_day() -> None:
    assert times.hour(0) == "00:00"
    assert times.hour(1439) == "23:59"


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (127, "every day"),
        (31, "Monday to Friday"),
        (96, "Saturday and Sunday"),
        (63, "every day but Sunday"),
        (21, "Mon, Wed and Fri"),
        (4, "Wednesday"),
    ],
)
def test_weekdays(mask: int, words: str) -> None:
    assert times.weekdays(EN, mask) == words


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Berlin", "Berlin (Europe/Berlin)"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires (America/Argentina/Buenos_Aires)"),
        ("UTC", "UTC"),
        ("Etc/GMT-2", "UTC+2"),
        ("Etc/GMT+3", "UTC-3"),
        ("Etc/UTC", "Etc/UTC"),
    ],
)
def test_a_zone_by_its_city(zone: str, words: str) -> None:
    assert times.zone_name(EN, zone) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "under a minute"),
        (59, "under a minute"),
        (60, "about 1 minute"),
        (61, "about 2 minutes"),
        (300, "about 5 minutes"),
        (7200, "about 2 hours"),
        (36000, "about 10 hours"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert times.duration(EN, seconds) == words


def test_measured_seconds() -> None:
    assert times.seconds_words(EN, None) == "not measured"
    assert times.seconds_words(EN, 1.25) == "1.2 s"
    assert times.seconds_words(EN, 600) == "10 min"


@pytest.mark.parametrize(
    ("typed", "minute"),
    [
        ("07:15", 435), ("7:15", 435), ("7am", 420), ("7 AM", 420), ("8.30", 510), ("8", 480),
        ("12am", 0), ("12pm", 720), ("24:00", 0), ("0730", 450), ("19 Uhr", 1140),
        ("7 Uhr 30", 450), ("19h30", 1170), ("19h", 1140), ("8 o'clock", 480), ("8 o’clock", 480),
        ("at 8", 480), ("8:30 p.m.", 1230), ("noon", 720), ("Midnight", 0), ("8,15", 495),
        ("８：３０", 510), ("٧:٣٠", 450), (" 06:00 ", 360), ("21.30.", 1290), ("00:00", 0),
    ],
)  # fmt: skip
def test_typed_hours_that_are_understood(typed: str, minute: int) -> None:
    assert read_hour(typed) == minute


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "25",
        "8:60",
        "24:30",
        "13pm",
        "0am",
        "-3",
        "good morning",
        "🙂",
        "8:5",
        "8 to 9",
        "12345",
        "8" * 500,
    ],
)
def test_typed_hours_that_are_not(typed: str) -> None:
    assert read_hour(typed) is None
