"""A broadcast at each one's own hour: in every zone at that hour, once, and never before it began.

On days when clocks change, too, and at the ends of the earth (UTC+14, UTC-12).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.delivery.schedules import FIRST_ZONE, LAST_ZONE, Schedule, columns_of, times_of
from bot.store.outbox_models import BroadcastRead
from bot.subscribers.local_hours import due_in_zone

ZONES = sorted(available_timezones())
ONE_DAY = timedelta(days=1)

zones = st.sampled_from(ZONES)
days = st.dates(date(2024, 1, 1), date(2030, 12, 31))
minutes = st.integers(0, 1439)
choices = st.sampled_from(["next_day", "skip"])
hours_early = st.integers(-25, 300)
"""When it is confirmed: so many hours before it is that minute where a date begins first."""


def confirmed(schedule: Schedule, now: datetime) -> BroadcastRead:
    values = {**columns_of(schedule), **times_of(schedule, now)}
    return BroadcastRead.model_construct(id=1, confirmed_at=now, **values)


@given(zones, days, minutes, choices, hours_early)
@example("Pacific/Kiritimati", date(2026, 6, 3), 0, "next_day", 0)
@example("Etc/GMT+12", date(2026, 6, 3), 1439, "skip", -25)
@example("Pacific/Tongatapu", date(2026, 6, 3), 540, "next_day", -25)  # begins at that minute
@example("Europe/Berlin", date(2026, 3, 29), 150, "next_day", 24)  # the minute does not exist
@example("Europe/Berlin", date(2026, 10, 25), 150, "next_day", 24)  # it comes twice
@example("Africa/Cairo", date(2026, 4, 24), 0, "skip", 24)  # midnight does not exist
@example("Australia/Lord_Howe", date(2026, 10, 4), 135, "skip", 24)  # by half an hour
def test_everywhere_at_that_minute_and_not_before_it_begins(
    zone: str, day: date, minute: int, late: str, early: int
) -> None:
    schedule = Schedule(local_date=day, local_minute=minute, late=late)
    now = schedule.instant_in(FIRST_ZONE) - timedelta(hours=early)
    broadcast = confirmed(schedule, now)
    assert broadcast.send_at is not None
    assert broadcast.not_after is not None
    due = due_in_zone(broadcast, zone, "UTC")
    assert due == due_in_zone(broadcast, zone, "UTC")
    wall = due.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    wanted = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    if due.missed:
        assert (late, due.at < broadcast.send_at, early < 0) == ("skip", True, True)
        return
    assert broadcast.send_at <= due.at < broadcast.not_after
    hoped = [wanted, wanted + ONE_DAY] if late == "next_day" and early < 0 else [wanted]
    assert wall in hoped or any(is_just_behind_a_gap(wall, on, zone) for on in hoped)


def is_just_behind_a_gap(wall: datetime, hoped: datetime, zone: str) -> bool:
    """Whether ``hoped`` is no time there, since clocks are put forward over it up to ``wall``."""
    instant = hoped.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    there = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return there != hoped and timedelta() < wall - hoped < timedelta(hours=2)


@given(days, minutes, choices, hours_early)
def test_whoever_is_first_is_first_and_the_last_is_the_last(
    day: date, minute: int, late: str, early: int
) -> None:
    schedule = Schedule(local_date=day, local_minute=minute, late=late)
    now = schedule.instant_in(FIRST_ZONE) - timedelta(hours=max(0, early))
    broadcast = confirmed(schedule, now)
    first, last = (due_in_zone(broadcast, zone, "UTC").at for zone in (FIRST_ZONE, LAST_ZONE))
    assert (first, last) == (broadcast.send_at, first + timedelta(hours=26))


@pytest.mark.parametrize("zone", [None, "Mars/Olympus"])
def test_who_lives_nowhere_that_is_known_gets_it_by_the_operators_zone(zone: str | None) -> None:
    schedule = Schedule(local_date=date(2026, 6, 3), local_minute=540)
    broadcast = confirmed(schedule, datetime(2026, 6, 1, tzinfo=UTC))
    for home, hour in (("UTC", 9), ("Asia/Tokyo", 0)):
        assert due_in_zone(broadcast, zone, home).at == datetime(2026, 6, 3, hour, 0, tzinfo=UTC)


def test_a_broadcast_without_a_local_hour_has_none() -> None:
    noon = datetime(2026, 6, 3, 12, 0, tzinfo=UTC)
    broadcast = confirmed(Schedule(at=noon), noon - ONE_DAY)
    with pytest.raises(ValueError, match="no local hour"):
        due_in_zone(broadcast, "UTC", "UTC")
