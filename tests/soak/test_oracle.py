"""The yardstick itself, on days whose answer is known."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.soak.oracle import Due, Life, Standing, due_on


@pytest.mark.parametrize(
    ("day", "clock", "zone", "instant"),
    [
        ("2026-03-28", 150, "Europe/Berlin", "2026-03-28T01:30"),
        ("2026-03-29", 150, "Europe/Berlin", "2026-03-29T01:00"),  # 02:30 is left out
        ("2026-10-25", 150, "Europe/Berlin", "2026-10-25T00:30"),  # 02:30 comes twice
        ("2026-10-04", 150, "Australia/Sydney", "2026-10-03T16:00"),
        ("2026-10-04", 135, "Australia/Lord_Howe", "2026-10-03T15:30"),  # half an hour is left out
        ("2026-04-05", 105, "Australia/Lord_Howe", "2026-04-04T14:45"),  # and comes twice
        ("2026-06-01", 480, "Asia/Kathmandu", "2026-06-01T02:15"),
        ("2026-06-01", 480, "Pacific/Apia", "2026-05-31T19:00"),
        ("2011-12-30", 480, "Pacific/Apia", None),
    ],
)
def test_the_first_minute_at_which_the_wall_shows_the_time(
    day: str, clock: int, zone: str, instant: str | None
) -> None:
    wanted = datetime.fromisoformat(instant).replace(tzinfo=UTC) if instant else None
    assert due_on(date.fromisoformat(day), clock, zone) == wanted


NOON = datetime(2026, 6, 1, 12, 30, tzinfo=UTC)
"""A Monday."""


def dates(life: Life, days: int) -> list[str]:
    return [f"{due.on:%d}" for due in life.dues(NOON + timedelta(days=days))]


def london() -> Life:
    return Life([Standing(NOON, "Europe/London", 480)])


def test_the_day_of_the_subscription_has_had_its_tip() -> None:
    assert dates(london(), 3) == ["02", "03", "04"]


def test_a_pause_leaves_out_what_falls_into_it() -> None:
    life = london()
    life.change(NOON + timedelta(days=1), quiet_until=NOON + timedelta(days=3))
    assert dates(life, 5) == ["02", "05", "06"]


def test_weekdays_are_those_of_the_local_date() -> None:
    life = Life([Standing(NOON, "Pacific/Apia", 480, days=0b0000100)])
    assert life.dues(NOON + timedelta(days=5)) == [
        Due(datetime(2026, 6, 2, 19, tzinfo=UTC), date(2026, 6, 3))
    ]


def test_an_hour_moved_to_the_evening_gives_no_second_tip() -> None:
    life = london()
    life.change(NOON + timedelta(days=1), minute=1290)
    assert dates(life, 3) == ["02", "03"]


def test_a_move_over_the_date_line_gives_no_date_two_tips_and_leaves_out_one_at_most() -> None:
    life = Life([Standing(NOON, "Pacific/Apia", 480)])
    life.change(NOON + timedelta(days=2), zone="Pacific/Pago_Pago")
    assert dates(life, 6) == ["03", "04", "05", "06"]
    life.change(NOON + timedelta(days=6), zone="Pacific/Apia")
    assert dates(life, 9) == ["03", "04", "05", "06", "08", "09", "10"]
