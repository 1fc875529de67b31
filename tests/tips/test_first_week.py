"""The first week by hand, and what comes after it: help first, doubts seldom."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tips.trees import Sketch, library_of
from tests.tips.walks import ALL, BERLIN, SUMMER_DAY, THEMES, numbers, walk
from tips.library import Library
from tips.models import Audience, FirstWeek, Season
from tips.rotation import SubscriberState, pick

ADULT = (30, 4, 27, 8, 14, 3, 21)
PARENT = (30, 5, 26, 9, 15, 2, 20)
WINTER_ONLY = 27
TOPIC_NAMES = "abc"

seeds = st.integers(min_value=-(2**63), max_value=2**63)


def library(first_week: FirstWeek | None = None) -> Library:
    sketches = [
        Sketch(
            number,
            TOPIC_NAMES[number % 3],
            season=(Season.WINTER,) if number == WINTER_ONLY else (),
        )
        for number in range(36)
    ]
    chosen = first_week or FirstWeek(adult=ids(ADULT), parent=ids(PARENT))
    return library_of(sketches, THEMES, chosen)


def ids(chosen: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(f"tip-{number}" for number in chosen)


def first(count: int, state: SubscriberState, begin: date, known: Library) -> list[int]:
    return numbers(list(walk(known, state, count, begin, BERLIN)))


@given(seeds)
def test_the_first_tips_come_in_the_order_that_was_chosen(seed: int) -> None:
    known, winter = library(), date(2026, 1, 5)
    adult = SubscriberState(seed=seed, themes=ALL, audience=Audience.ADULT)
    parent = SubscriberState(seed=seed, themes=ALL, audience=Audience.PARENT)
    both = SubscriberState(seed=seed, themes=ALL)
    assert first(7, adult, winter, known) == list(ADULT)
    assert first(7, parent, winter, known) == list(PARENT)
    assert first(7, both, winter, known) == list(ADULT)


@given(seeds)
def test_a_tip_of_another_season_is_left_out(seed: int) -> None:
    state = SubscriberState(seed=seed, themes=ALL, audience=Audience.ADULT)
    expected = [number for number in ADULT if number != WINTER_ONLY]
    assert first(6, state, SUMMER_DAY, library()) == expected


def test_tips_of_themes_that_nobody_wants_are_left_out() -> None:
    known = library()
    unwanted = known.topics[0]
    state = SubscriberState(
        seed=1, themes=ALL, audience=Audience.ADULT, dropped_topics=frozenset({unwanted})
    )
    expected = [number for number in ADULT if known.topic_of[number] != unwanted]
    assert first(len(expected), state, date(2026, 1, 5), known) == expected


def test_who_has_had_a_week_of_tips_goes_on_where_they_are() -> None:
    known = library()
    had = b"".join(number.to_bytes(2, "little") for number in range(6, 13))
    seen = sum(1 << number for number in range(6, 13))
    state = SubscriberState(seed=1, themes=ALL, recent=had, seen=seen)
    without = library(FirstWeek())
    assert pick(known, state, SUMMER_DAY, BERLIN) == pick(without, state, SUMMER_DAY, BERLIN)


@settings(deadline=None)
@given(seeds, st.sets(st.integers(min_value=0, max_value=35), max_size=9))
def test_what_is_not_shown_comes_every_fourth_time_at_most(seed: int, doubts: set[int]) -> None:
    known = library_of(
        [Sketch(n, TOPIC_NAMES[n % 3], unproven=n in doubts) for n in range(36)], THEMES
    )
    seen = first(24, SubscriberState(seed=seed, themes=ALL), SUMMER_DAY, known)
    places = [place for place, number in enumerate(seen) if number in doubts]
    assert all(after - before >= 4 for before, after in pairwise(places))
