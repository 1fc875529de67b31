"""When a broadcast is sent: now, at an instant, or at each subscriber's own local hour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, NamedTuple

from bot.store.outbox_models import BroadcastRead
from bot.subscribers.calendar import instant_on

LIFETIME = timedelta(days=1)
"""After which unsent messages are too old, where no other end was chosen."""

LONGEST_AHEAD = timedelta(days=366)
LATE_CHOICES = ("next_day", "skip")
FIRST_ZONE, LAST_ZONE = "Etc/GMT-14", "Etc/GMT+12"
"""Where a date begins first and ends last: UTC+14 and UTC-12."""

PUNCTUAL = timedelta(minutes=10)
"""How long after its instant a broadcast that was confirmed late is still sent at once."""

Why = Literal[
    "two_times", "half_a_time", "not_a_minute", "past", "too_far_ahead", "ends_before", "not_kept"
]
REMEDIES: Mapping[Why, str] = {
    "two_times": "give either an instant or a local hour, not both",
    "half_a_time": "a local hour needs its date, and a date its hour",
    "not_a_minute": "a day has the minutes 0 to 1439",
    "past": "that time has passed: choose a later one",
    "too_far_ahead": "that's more than a year ahead: choose an earlier time",
    "not_kept": "by then nobody knows who got the broadcast that it leaves out: send it sooner",
    "ends_before": "it would end before it begins: choose a later end",
}


class ScheduleError(ValueError):
    """A schedule that cannot be; ``why`` is a code."""

    def __init__(self, why: Why) -> None:
        self.why = why
        super().__init__(REMEDIES[why])


class Schedule(NamedTuple):
    """When to send: at the instant ``at``, or at each subscriber's ``local_minute`` (0..1439) of
    ``local_date``, or, with neither, now.

    ``late`` says what becomes of those whose local minute has passed when it is confirmed:
    ``next_day``, or ``skip``. Nothing is sent after the instant ``not_after``.
    """

    at: datetime | None = None
    local_date: date | None = None
    local_minute: int | None = None
    late: str = "next_day"
    not_after: datetime | None = None

    @property
    def is_local(self) -> bool:
        """It comes at each subscriber's own hour."""
        return self.local_minute is not None

    @property
    def begins(self) -> datetime | None:
        """When the first message leaves; None: as soon as it is confirmed."""
        return self.instant_in(FIRST_ZONE) if self.is_local else self.at

    @property
    def ends(self) -> datetime | None:
        """When the last message is due; None: as soon as it is confirmed."""
        if not self.is_local:
            return self.at
        return self.instant_in(LAST_ZONE) + (LIFETIME if self.late == "next_day" else timedelta())

    @property
    def ends_early(self) -> bool:
        """It is over before its local hour has come everywhere."""
        return (
            self.not_after is not None
            and self.is_local
            and (self.not_after < self.instant_in(LAST_ZONE))
        )

    def instant_in(self, zone: str) -> datetime:
        """The local hour in one zone.

        Raises:
            ValueError: there is none.
        """
        if self.local_date is None or self.local_minute is None:
            raise ValueError("this schedule has no local hour")
        found = instant_on(self.local_date, self.local_minute, zone)
        if found is None:
            raise ValueError("every date exists where no clock is ever changed")
        return found


def check(schedule: Schedule, now: datetime) -> None:
    """Whether it can be.

    Raises:
        ScheduleError: with the reason.
    """
    local = (schedule.local_date, schedule.local_minute)
    _hold(schedule.at is None or local == (None, None), "two_times")
    _hold((local[0] is None) == (local[1] is None), "half_a_time")
    _hold(0 <= (schedule.local_minute or 0) < 1440, "not_a_minute")
    if schedule.late not in LATE_CHOICES:
        raise ValueError(f"no such choice: {schedule.late!r}")
    begins = schedule.begins or now
    _hold(schedule.not_after is None or schedule.not_after > max(begins, now), "ends_before")
    _hold(not has_passed(schedule, now), "past")
    _hold(begins <= now + LONGEST_AHEAD, "too_far_ahead")


def has_passed(schedule: Schedule, now: datetime) -> bool:
    """Whether it is too late to begin; a few minutes are forgiven."""
    if schedule.is_local and schedule.instant_in(LAST_ZONE) <= now:
        return True
    late = schedule.at is not None and schedule.at + PUNCTUAL < now
    return late or has_ended(schedule, now)


def has_ended(schedule: Schedule, now: datetime) -> bool:
    """Whether nothing may be sent any more."""
    return schedule.not_after is not None and schedule.not_after <= now


def _hold(holds: bool, why: Why) -> None:
    if not holds:
        raise ScheduleError(why)


def schedule_of(broadcast: BroadcastRead) -> Schedule:
    """When this one is to be sent."""
    local = broadcast.local_minute is not None
    return Schedule(
        at=None if local else broadcast.send_at,
        local_date=broadcast.local_date,
        local_minute=broadcast.local_minute,
        late=broadcast.late or "next_day",
        not_after=broadcast.not_after,
    )


def chosen_end(schedule: Schedule) -> datetime | None:
    """The end that an admin chose; None where it is the one that it has without a choice."""
    if schedule.ends is not None and schedule.not_after == schedule.ends + LIFETIME:
        return None
    return schedule.not_after


def columns_of(schedule: Schedule) -> dict[str, Any]:
    """The schedule as its broadcast's row has it."""
    return {
        "send_at": schedule.at.astimezone(UTC) if schedule.at else None,
        "local_date": schedule.local_date,
        "local_minute": schedule.local_minute,
        "late": schedule.late if schedule.is_local else None,
        "not_after": schedule.not_after,
    }


def facts_of(schedule: Schedule) -> dict[str, Any]:
    """The schedule as the audit log has it."""
    values = {name: value for name, value in columns_of(schedule).items() if value is not None}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def times_of(schedule: Schedule, now: datetime) -> dict[str, Any]:
    """What the row of a broadcast is told that is confirmed now: when it begins and ends.

    What should have begun before, in its first zone at least, begins now.
    """
    begins = schedule.begins
    if begins is not None:
        begins = max(begins, now)
    end = max(schedule.ends or now, begins or now) + LIFETIME
    return {"send_at": begins, "not_after": schedule.not_after or end}
