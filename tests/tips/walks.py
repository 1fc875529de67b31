"""Subscribers walking through a library, tip after tip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache

from tests.tips.trees import Sketch, library_of
from tips.library import Library
from tips.models import Audience, Season
from tips.rotation import (
    Pick,
    SubscriberState,
    pick,
)

SUMMER_DAY = date(2026, 7, 1)
WINTER_DAY = date(2026, 1, 1)
BERLIN = "Europe/Berlin"
SYDNEY = "Australia/Sydney"
ALL = 0b11
TOPICS = ("a", "b", "c", "d", "e")
THEMES = {"first": ("a", "b", "c"), "second": ("d", "e")}


@cache
def years_library() -> Library:
    """366 tips like the real ones: 27 topics, a tenth for a season, a seventh for parents."""
    topics = [f"topic-{n}" for n in range(27)]
    sketches = [
        Sketch(
            number,
            topics[number % 27],
            season=(list(Season)[number // 10 % 4],) if number % 10 == 0 else (),
            audience=Audience.PARENT if number % 7 == 0 else Audience.EVERYONE,
        )
        for number in range(366)
    ]
    return library_of(sketches, {"first": tuple(topics[:13]), "second": tuple(topics[13:])})


def after(state: SubscriberState, picked: Pick) -> SubscriberState:
    """The subscriber once the tip is sent."""
    return replace(
        state,
        seen=picked.seen_after,
        recent=picked.recent_after,
        last_number=picked.number,
        last_topic=picked.topic,
    )


def new_cycles(state: SubscriberState, picks: Sequence[Pick]) -> list[bool]:
    """Of each pick whether a cycle begins with it: something seen counts as unseen again."""
    began, seen = [], state.seen
    for picked in picks:
        began.append(bool(seen & ~picked.seen_after) or bool(seen >> picked.number & 1))
        seen = picked.seen_after
    return began


def walk(
    library: Library, state: SubscriberState, days: int, on: date = SUMMER_DAY, zone: str = BERLIN
) -> Iterator[Pick]:
    """The picks of so many days, all on one date so that the season stays."""
    for _ in range(days):
        picked = pick(library, state, on, zone)
        assert picked is not None
        yield picked
        state = after(state, picked)


def numbers(picks: Sequence[Pick]) -> list[int]:
    return [picked.number for picked in picks]
