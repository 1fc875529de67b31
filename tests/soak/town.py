"""Who lives in the town, and what they do over the year: all of it told by one seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.soak.oracle import Life, Standing

PLACES = {
    "Europe/Berlin": (52.52, 13.40),
    "Europe/Dublin": (53.35, -6.26),  # its winter time is the exception in the data
    "America/New_York": (40.71, -74.01),
    "America/St_Johns": (47.56, -52.71),  # half an hour off
    "America/Santiago": (-33.45, -70.67),
    "Africa/Casablanca": (33.57, -7.59),  # goes back for Ramadan
    "Asia/Kolkata": (22.57, 88.36),
    "Asia/Kathmandu": (27.72, 85.32),  # a quarter of an hour off
    "Australia/Lord_Howe": (-31.55, 159.08),  # summer time is half an hour
    "Australia/Sydney": (-33.87, 151.21),
    "Pacific/Apia": (-13.83, -171.77),  # thirteen hours ahead
    "Pacific/Pago_Pago": (-14.28, -170.70),  # eleven hours behind, on the same meridian
}
"""Twelve zones, each by a place in it, which subscribers share as their location."""

ZONES = tuple(PLACES)
SOUTH = {
    "America/Santiago",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Pacific/Apia",
    "Pacific/Pago_Pago",
}
HOURS = ("08:00", "02:30")
"""The usual one, and one that the change of clocks removes or repeats."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FIRST_ID = 1000

Step = tuple[str, dict[str, Any]]
"""One call of the control API: its path and its body."""


@dataclass
class Act:
    """What someone does in one go, and what is different for them afterwards."""

    steps: list[Step]
    values: dict[str, Any] = field(default_factory=dict)


def say(text: str) -> Step:
    return "say", {"text": text}


def tap(label: str) -> Step:
    return "tap", {"label": label}


def share(zone: str) -> Step:
    latitude, longitude = PLACES[zone]
    return "location", {"latitude": latitude, "longitude": longitude}


def choose(hour: str) -> list[Step]:
    """The usual hour has a button, the other one is typed."""
    return [tap(hour)] if hour == HOURS[0] else [tap("Another time"), say(hour)]


def minute_of(hour: str) -> int:
    hours, minutes = hour.split(":")
    return int(hours) * 60 + int(minutes)


@dataclass
class Person:
    """One subscriber: how they began, and what is set for them."""

    id: int
    zone: str
    hour: str
    life: Life = field(default_factory=Life)
    back_by: Step | None = None
    """How someone who has left comes back; nothing else is done before."""

    def subscription(self) -> Act:
        return Act([say("/start"), tap("Yes, start"), share(self.zone), *choose(self.hour)])

    def subscribed(self, at: datetime) -> None:
        self.life.standings.append(Standing(at, self.zone, minute_of(self.hour)))

    def next_act(self, chance: random.Random, at: datetime) -> Act:
        if self.back_by is not None:
            step, self.back_by = self.back_by, None
            stays = {} if step[0] == "unblock" else {"quiet_until": None}
            return Act([step], {"on": True, **stays})
        kind = chance.choices(
            (_tip, _pause, _resume, _pause_for_good, _move, _shift, _switch, _block, _stop),
            (30, 15, 5, 5, 14, 8, 15, 4, 4),
        )[0]
        return kind(self, chance, at)


def _tip(person: Person, chance: random.Random, at: datetime) -> Act:
    return Act([say("/tip")])


def _pause(person: Person, chance: random.Random, at: datetime) -> Act:
    days = chance.choice((1, 2, 3, 7, 20))
    here = at.astimezone(ZoneInfo(person.life.now.zone))
    end = (here + timedelta(days=days)).astimezone(at.tzinfo)
    return Act([say(f"/pause {days}")], {"quiet_until": end})


def _resume(person: Person, chance: random.Random, at: datetime) -> Act:
    return Act([say("/resume")], {"quiet_until": None})


def _pause_for_good(person: Person, chance: random.Random, at: datetime) -> Act:
    person.back_by = say("/resume")
    steps = [say("/pause"), tap("Until I say so")]
    return Act(steps, {"on": False, "quiet_until": None})


def _move(person: Person, chance: random.Random, at: datetime) -> Act:
    zone = chance.choice([zone for zone in ZONES if zone != person.life.now.zone])
    return Act([say("/settings"), tap("Time zone"), share(zone)], {"zone": zone})


def _shift(person: Person, chance: random.Random, at: datetime) -> Act:
    hour = chance.choice([hour for hour in HOURS if minute_of(hour) != person.life.now.minute])
    steps = [say("/settings"), tap("Time"), *choose(hour)]
    return Act(steps, {"minute": minute_of(hour)})


def _switch(person: Person, chance: random.Random, at: datetime) -> Act:
    day, now = chance.randrange(7), person.life.now.days
    days = now ^ 1 << day or now
    label = WEEKDAYS[day][:3]
    tapped = tap(f"✓ {label}" if now >> day & 1 else label)
    return Act([say("/settings"), tap("Days"), tapped], {"days": days})


def _block(person: Person, chance: random.Random, at: datetime) -> Act:
    person.back_by = ("unblock", {})
    return Act([("block", {})], {"on": False})


def _stop(person: Person, chance: random.Random, at: datetime) -> Act:
    person.back_by = say("/start")
    return Act([say("/stop")], {"on": False, "quiet_until": None})


def settle_people(count: int) -> list[Person]:
    """Every fourth in Berlin at eight, so that there is a rush hour; the rest everywhere."""
    people = []
    for number in range(count):
        zone = ZONES[0] if number % 4 == 0 else ZONES[number % len(ZONES)]
        # One hour to a zone, but for a few: what costs time here is the number of moments.
        hour = HOURS[0] if number % 8 == 0 else HOURS[number % 2]
        people.append(Person(FIRST_ID + number, zone, hour))
    return people


def rounds(start: datetime, days: int, chance: random.Random) -> Iterator[datetime]:
    """One moment of each day at which people act; no tip is ever due within minutes of it."""
    for day in range(days):
        minute = 5 * chance.randrange(288) + 2
        yield start + timedelta(days=day, minutes=minute, seconds=30)
