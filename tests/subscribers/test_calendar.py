"""One instant per chosen local date, whatever zones do to their clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.values import ALL_WEEKDAYS
from bot.subscribers.calendar import (
    Due,
    days_later,
    first_date_after_move,
    instant_on,
    local_date,
    next_instant,
    upcoming,
)

ZONES = sorted(available_timezones())
AWKWARD = [
    "Africa/Cairo",
    "America/Havana",
    "America/Santiago",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Antarctica/Troll",
    "Antarctica/Casey",
    "America/Nuuk",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Etc/GMT+12",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
]
zones = st.sampled_from(AWKWARD) | st.sampled_from(ZONES)
minutes = st.integers(0, 1439)
masks = st.integers(1, ALL_WEEKDAYS)
starts = st.datetimes(datetime(2020, 1, 1), datetime(2040, 12, 1)).map(  # noqa: DTZ001
    lambda naive: naive.replace(tzinfo=UTC)
)


def wall(due: Due, zone: str) -> datetime:
    return due.instant_utc.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def occurs(day: date, minute: int, zone: str) -> bool:
    """Whether a clock in the zone ever shows this minute, by looking at every minute around."""
    chosen = datetime.combine(day, time(minute // 60, minute % 60))
    begin = datetime.combine(day, time(), UTC) - timedelta(hours=15)
    around = (begin + timedelta(minutes=passed) for passed in range(54 * 60))
    return any(one.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == chosen for one in around)


@given(zones, minutes, masks, starts)
def test_each_chosen_weekday_has_one_instant_in_rising_order(
    zone: str, minute: int, mask: int, after: datetime
) -> None:
    dues = []
    moment = after
    for _ in range(12):
        due = next_instant(minute, zone, mask, moment)
        assert due is not None
        dues.append(due)
        moment = due.instant_utc
    assert all(one.instant_utc < two.instant_utc for one, two in pairwise(dues))
    assert all(one.local_date < two.local_date for one, two in pairwise(dues))
    first, last = dues[0].local_date, dues[-1].local_date
    chosen = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    expected = [day for day in chosen if mask >> day.weekday() & 1]
    assert [due.local_date for due in dues] == expected


@given(zones, minutes, starts)
def test_the_clock_shows_the_chosen_time_except_in_a_gap(
    zone: str, minute: int, after: datetime
) -> None:
    due = next_instant(minute, zone, ALL_WEEKDAYS, after)
    assert due is not None
    chosen = datetime.combine(due.local_date, time(minute // 60, minute % 60))
    if wall(due, zone) != chosen:
        assert not occurs(due.local_date, minute, zone)
        second_before = due.instant_utc - timedelta(seconds=1)
        before = second_before.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert before < chosen < wall(due, zone)


@given(zones, minutes, starts)
def test_of_a_time_that_occurs_twice_it_is_the_first(
    zone: str, minute: int, after: datetime
) -> None:
    due = next_instant(minute, zone, ALL_WEEKDAYS, after)
    assert due is not None
    shown = wall(due, zone)
    earlier = (due.instant_utc - timedelta(minutes=m) for m in range(1, 24 * 60))
    assert all(one.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != shown for one in earlier)


@given(zones, minutes, masks, st.dates(date(2020, 1, 1), date(2040, 12, 1)), st.integers(0, 20))
def test_a_stretch_of_days_agrees_with_going_from_one_to_the_next(
    zone: str, minute: int, mask: int, start: date, days: int
) -> None:
    listed = upcoming(minute, zone, mask, start, days)
    moment = datetime.combine(start, time(), UTC) - timedelta(days=3)
    for due in listed:
        assert due == next_instant(minute, zone, mask, moment, not_before_date=start)
        moment = due.instant_utc


@given(zones, zones, minutes, minutes, starts, st.integers(0, 36 * 60))
def test_a_move_gives_no_date_twice_and_leaves_out_one_at_most(
    old: str, new: str, minute: int, new_minute: int, after: datetime, waited: int
) -> None:
    last = next_instant(minute, old, ALL_WEEKDAYS, after)
    assert last is not None
    following = next_instant(minute, old, ALL_WEEKDAYS, last.instant_utc)
    assert following is not None
    moved_at = last.instant_utc + timedelta(minutes=waited)
    if moved_at >= following.instant_utc:
        return
    first = first_date_after_move(last, new)
    due = next_instant(new_minute, new, ALL_WEEKDAYS, moved_at, not_before_date=first)
    assert due is not None
    assert due.local_date > last.local_date
    left_out = (due.local_date - last.local_date).days - 1
    assert left_out <= 1 or due.local_date == local_date(moved_at, new) + timedelta(days=1)
    apart = abs(last.local_date - local_date(last.instant_utc, new)).days
    if apart < 2:
        assert due.local_date > local_date(last.instant_utc, new)


@pytest.mark.parametrize(
    ("day", "minute", "zone", "instant"),
    [
        pytest.param("2026-03-29", 150, "Europe/Berlin", "2026-03-29T01:00", id="spring gap"),
        pytest.param("2026-10-25", 150, "Europe/Berlin", "2026-10-25T00:30", id="autumn fold"),
        pytest.param("2026-04-24", 0, "Africa/Cairo", "2026-04-23T22:00", id="no midnight"),
        pytest.param("2026-04-05", 90, "Australia/Lord_Howe", "2026-04-04T14:30", id="half hour"),
        pytest.param("2011-12-31", 480, "Pacific/Apia", "2011-12-30T18:00", id="after the jump"),
        pytest.param("2026-05-01", 1439, "Asia/Kathmandu", "2026-05-01T18:14", id="quarters"),
    ],
)
def test_known_instants(day: str, minute: int, zone: str, instant: str) -> None:
    expected = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert instant_on(date.fromisoformat(day), minute, zone) == expected


def test_a_date_that_does_not_exist_is_left_out() -> None:
    assert instant_on(date(2011, 12, 30), 480, "Pacific/Apia") is None
    listed = upcoming(480, "Pacific/Apia", ALL_WEEKDAYS, date(2011, 12, 29), 3)
    assert [due.local_date.day for due in listed] == [29, 31]


def test_a_gap_over_midnight_keeps_its_date() -> None:
    # Toronto went from 23:30 on 30 March 1919 to 00:30 on the 31st.
    due = next_instant(
        23 * 60 + 45, "America/Toronto", ALL_WEEKDAYS, datetime(1919, 3, 31, 4, 0, tzinfo=UTC)
    )
    assert due == Due(datetime(1919, 3, 31, 4, 30, tzinfo=UTC), date(1919, 3, 30))


def test_no_weekday_means_no_instant() -> None:
    assert next_instant(480, "UTC", 0, datetime(2026, 1, 1, tzinfo=UTC)) is None


def test_a_reader_without_a_last_tip_may_get_one_on_any_date() -> None:
    assert first_date_after_move(None, "Europe/Berlin") is None


def test_days_are_counted_on_the_wall() -> None:
    before_spring = datetime(2026, 3, 28, 7, 0, tzinfo=UTC)
    assert days_later(before_spring, "Europe/Berlin", 1) == datetime(2026, 3, 29, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "old", "new", "first"),
    [
        ("2026-06-01T10:00", "Europe/Berlin", "America/New_York", "2026-06-02"),
        ("2026-06-01T22:30", "America/New_York", "Asia/Tokyo", "2026-06-03"),
        # There it is two dates later, and one of them is all that may be left out.
        ("2026-06-02T11:30", "Etc/GMT+12", "Pacific/Kiritimati", "2026-06-03"),
    ],
)
def test_after_a_move_at_most_one_date_is_left_out(
    instant: str, old: str, new: str, first: str
) -> None:
    at = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    last = Due(at, local_date(at, old))
    assert first_date_after_move(last, new) == date.fromisoformat(first)
