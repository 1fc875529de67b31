"""When a subscriber's tips are due, from zoneinfo alone: nothing of the product is used here.

The rule is told in the plainest words: on a chosen weekday the tip is due in the first minute at
which a clock on the subscriber's wall shows the chosen time or later, on that date.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
FAR = timedelta(hours=26)
"""Further than any clock has ever been moved."""


class Due(NamedTuple):
    at: datetime
    on: date


@cache
def due_on(day: date, minute: int, zone: str) -> datetime | None:
    """The UTC instant at which the tip of ``day`` is due; None where that date does not exist."""
    tz = ZoneInfo(zone)
    wall = datetime.combine(day, time(minute // 60, minute % 60))
    guess = (wall.replace(tzinfo=tz)).astimezone(UTC)
    before, after = ((guess + shift).astimezone(tz) for shift in (-FAR, FAR))
    if before.utcoffset() == after.utcoffset():
        return guess
    moment = guess - FAR
    for _ in range(2 * int(FAR / MINUTE)):
        shown = moment.astimezone(tz).replace(tzinfo=None)
        if shown >= wall:
            return moment if shown.date() == day else None
        moment += MINUTE
    return None


@dataclass(frozen=True)
class Standing:
    """What was set for a subscriber from ``since`` on."""

    since: datetime
    zone: str
    minute: int
    days: int = 127
    on: bool = True
    quiet_until: datetime | None = None
    moved: bool = False
    """Whether it is the zone that has just changed."""

    def is_quiet(self, at: datetime) -> bool:
        return not self.on or (self.quiet_until is not None and at < self.quiet_until)


@dataclass
class Life:
    """A subscriber's settings in the order in which they changed, subscribing first."""

    standings: list[Standing] = field(default_factory=list)

    @property
    def now(self) -> Standing:
        return self.standings[-1]

    def change(self, at: datetime, **values: object) -> None:
        moved = "zone" in values and values["zone"] != self.now.zone
        self.standings.append(
            replace(self.now, since=at, moved=moved, **values)  # type: ignore[arg-type]
        )

    def dues(self, end: datetime) -> list[Due]:
        """Every tip that this subscriber has to get before ``end``."""
        first = self.standings[0]
        subscribed_on = first.since.astimezone(ZoneInfo(first.zone)).date()
        # The tip that comes with the subscription is that day's.
        got = [Due(first.since, subscribed_on)]
        open_from = subscribed_on + DAY
        ends = [*(later.since for _, later in pairwise(self.standings)), end]
        for standing, until in zip(self.standings, ends, strict=True):
            if standing.moved:
                open_from = max(open_from, _first_date_after_a_move(got[-1], standing.zone))
            got += _of(standing, until, open_from, {due.on for due in got})
        return got[1:]


def _first_date_after_a_move(last: Due, zone: str) -> date:
    """Neither date that the last tip had, there or here, gets another; at most one is left out."""
    here = last.at.astimezone(ZoneInfo(zone)).date()
    return min(max(last.on, here) + DAY, last.on + 2 * DAY)


def _of(standing: Standing, until: datetime, open_from: date, taken: set[date]) -> list[Due]:
    day = standing.since.astimezone(ZoneInfo(standing.zone)).date() - DAY
    last = until.astimezone(ZoneInfo(standing.zone)).date() + DAY
    found = []
    while day <= last:
        at = due_on(day, standing.minute, standing.zone)
        wanted = standing.days >> day.weekday() & 1 and day >= open_from and day not in taken
        if (
            at is not None
            and wanted
            and standing.since < at <= until
            and not standing.is_quiet(at)
        ):
            found.append(Due(at, day))
        day += DAY
    return found
