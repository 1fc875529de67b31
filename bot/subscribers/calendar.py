"""From a local hour to UTC instants: pure functions over the time-zone data."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
LONGEST_WAIT_DAYS = (
    15  # a week, a missing date that fell on the only chosen weekday, and one spare
)


class Due(NamedTuple):
    """When one tip is due: the instant, and the local date it counts for."""

    instant_utc: datetime
    local_date: date


def instant_on(day: date, local_minute: int, zone: str) -> datetime | None:
    """The UTC instant of ``local_minute`` (0..1439) on ``day`` in ``zone``.

    A time that does not exist becomes the first instant after the gap; of one that occurs twice,
    the first counts. None where the whole date does not exist (Pacific/Apia, 30 Dec 2011).

    Raises:
        zoneinfo.ZoneInfoNotFoundError: no such zone.
    """
    tz = ZoneInfo(zone)
    wall = datetime.combine(day, time(local_minute // 60, local_minute % 60))
    instant = wall.replace(tzinfo=tz).astimezone(UTC)
    if instant.astimezone(tz).replace(tzinfo=None) == wall:
        return instant
    return _after_gap(wall, tz)


def _after_gap(wall: datetime, tz: ZoneInfo) -> datetime | None:
    # PEP 495: inside a gap fold=0 reads the offset before it and fold=1 the one after it, so the
    # two readings lie on either side of the change.
    low = wall.replace(tzinfo=tz, fold=1).astimezone(UTC)
    high = wall.replace(tzinfo=tz).astimezone(UTC)
    before = low.astimezone(tz).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if middle.astimezone(tz).utcoffset() == before:
            low = middle
        else:
            high = middle
    gap_begins = (high + (before or timedelta())).replace(tzinfo=None)
    gap_ends = high.astimezone(tz).replace(tzinfo=None)
    midnight = datetime.combine(wall.date(), time())
    missing = gap_begins <= midnight and gap_ends.date() > wall.date()
    return None if missing else high


def next_instant(
    local_minute: int,
    zone: str,
    weekdays_mask: int,
    after: datetime,
    *,
    not_before_date: date | None = None,
) -> Due | None:
    """The first due instant strictly after ``after`` on a chosen weekday (bit 0 is Monday).

    No local date before ``not_before_date`` counts. None when no weekday is chosen.
    """
    # A time in a gap over midnight comes on the next date, so yesterday's may still be ahead.
    day = after.astimezone(ZoneInfo(zone)).date() - ONE_DAY
    if not_before_date is not None:
        day = max(day, not_before_date)
    for offset in range(LONGEST_WAIT_DAYS):
        due = _due(day + offset * ONE_DAY, local_minute, zone, weekdays_mask)
        if due is not None and due.instant_utc > after:
            return due
    return None


def upcoming(local_minute: int, zone: str, weekdays: int, start: date, days: int) -> list[Due]:
    """What is due on ``days`` local dates from ``start`` on: one a chosen and existing date."""
    dates = (start + offset * ONE_DAY for offset in range(days))
    found = (_due(day, local_minute, zone, weekdays) for day in dates)
    return [due for due in found if due is not None]


def _due(day: date, local_minute: int, zone: str, weekdays: int) -> Due | None:
    if not weekdays >> day.weekday() & 1:
        return None
    instant = instant_on(day, local_minute, zone)
    return None if instant is None else Due(instant, day)


def local_date(instant: datetime, zone: str) -> date:
    """The date that a clock in ``zone`` shows at ``instant``."""
    return instant.astimezone(ZoneInfo(zone)).date()


def first_date_after_move(last: Due | None, zone: str) -> date | None:
    """The first local date on which a subscriber who just moved to ``zone`` may get a tip again.

    ``last`` is their latest tip. Neither its own date nor the one that its instant has in the
    new zone gets a second one; yet between zones more than a day apart (Etc/GMT+12 and
    Pacific/Kiritimati) no more than one date is left out. None: no restriction.
    """
    if last is None:
        return None
    seen_from_there = local_date(last.instant_utc, zone)
    after_both = max(last.local_date, seen_from_there) + ONE_DAY
    return min(after_both, last.local_date + 2 * ONE_DAY)


def days_later(now: datetime, zone: str, days: int) -> datetime:
    """The instant ``days`` days later at the same local time in ``zone``."""
    return (now.astimezone(ZoneInfo(zone)) + days * ONE_DAY).astimezone(UTC)
