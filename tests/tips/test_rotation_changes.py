"""Seasons, audiences, themes and tips that come and go while a subscriber walks on."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tips.trees import Sketch, library_of
from tests.tips.walks import (
    ALL,
    BERLIN,
    SUMMER_DAY,
    SYDNEY,
    THEMES,
    TOPICS,
    WINTER_DAY,
    after,
    new_cycles,
    numbers,
    walk,
    years_library,
)
from tips.models import Audience, Season
from tips.rotation import (
    SubscriberState,
    pick,
)

seeds = st.integers(min_value=-(2**70), max_value=2**70)


@pytest.mark.parametrize(
    ("on", "zone", "season"),
    [
        (SUMMER_DAY, BERLIN, Season.SUMMER),
        (SUMMER_DAY, SYDNEY, Season.WINTER),
        (WINTER_DAY, BERLIN, Season.WINTER),
        (WINTER_DAY, SYDNEY, Season.SUMMER),
    ],
)
def test_seasonal_tips_come_only_in_their_season(on: date, zone: str, season: Season) -> None:
    seasonal = [Sketch(n, "a", season=(now,)) for n, now in enumerate(Season)]
    library = library_of([*seasonal, Sketch(4, "b"), Sketch(5, "c")], THEMES)
    picks = list(walk(library, SubscriberState(seed=1, themes=ALL), 9, on, zone))
    expected = {4, 5, list(Season).index(season)}
    assert set(numbers(picks)) == expected


@settings(max_examples=25, deadline=None)
@given(
    seeds,
    st.dates(min_value=date(2023, 1, 1), max_value=date(2030, 1, 1)),
    st.sampled_from([BERLIN, SYDNEY]),
)
def test_a_leap_year_passes_without_a_repeat(seed: int, begin: date, zone: str) -> None:
    library, state = years_library(), SubscriberState(seed=seed, themes=ALL)
    sent = []
    for day in range(366):
        picked = pick(library, state, begin + timedelta(days=day), zone)
        assert picked is not None
        sent.append(picked.number)
        state = after(state, picked)
    assert sorted(sent) == list(range(366))


def test_tips_of_the_season_are_spread_over_it() -> None:
    library = years_library()
    winter = library.season_mask(Season.WINTER) & ~library.season_mask(Season.SUMMER)
    weeks: Counter[int] = Counter()
    for seed in range(200):
        state, day = SubscriberState(seed=seed, themes=ALL), date(2025, 12, 1)
        for number_of_day in range(90):
            picked = pick(library, state, day + timedelta(days=number_of_day), BERLIN)
            assert picked is not None
            weeks[number_of_day // 30] += winter >> picked.number & 1
            state = after(state, picked)
    # All come, most of them in the first two months, and not all at once.
    assert weeks.total() == 200 * winter.bit_count()
    assert weeks[0] < 0.75 * weeks.total()
    assert weeks[1] > 0.2 * weeks.total()


def test_a_tip_for_two_seasons_comes_in_both() -> None:
    library = library_of([Sketch(0, "a", season=(Season.SUMMER, Season.WINTER))], THEMES)
    state = SubscriberState(seed=1, themes=ALL)
    assert pick(library, state, SUMMER_DAY, BERLIN) is not None
    assert pick(library, state, WINTER_DAY, BERLIN) is not None
    assert pick(library, state, date(2026, 4, 1), BERLIN) is None


def test_winter_tips_come_back_every_winter() -> None:
    sketches_of_a_year = [Sketch(n, TOPICS[n % 4]) for n in range(100)]
    winter = [Sketch(100 + n, "e", season=(Season.WINTER,)) for n in range(10)]
    library = library_of([*sketches_of_a_year, *winter], THEMES)
    state, day = SubscriberState(seed=5, themes=ALL), date(2026, 1, 1)
    sent: dict[int, set[int]] = {}
    for _ in range(4 * 365 + 60):
        picked = pick(library, state, day, BERLIN)
        assert picked is not None
        sent.setdefault((day + timedelta(days=31)).year, set()).add(picked.number)
        state, day = after(state, picked), day + timedelta(days=1)
    assert all(sent[year] >= set(range(100, 110)) for year in range(2026, 2031))


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        (Audience.EVERYONE, {0, 1, 2}),
        (Audience.ADULT, {0, 1}),
        (Audience.PARENT, {0, 2}),
    ],
)
def test_readers_get_what_speaks_to_them(audience: Audience, expected: set[int]) -> None:
    library = library_of([Sketch(n, "abc"[n], audience=a) for n, a in enumerate(Audience)], THEMES)
    state = SubscriberState(seed=1, themes=ALL, audience=audience)
    assert set(numbers(list(walk(library, state, 6)))) == expected


def test_chosen_themes_hold_at_once_and_keep_what_was_seen() -> None:
    library = library_of([Sketch(n, TOPICS[n % 5]) for n in range(50)], THEMES)
    state = SubscriberState(seed=3, themes=ALL)
    seen = list(walk(library, state, 10))
    narrowed = replace(after(state, seen[-1]), themes=0b10)
    later = list(walk(library, narrowed, 40))
    assert {picked.topic for picked in later} == {"d", "e"}
    left = {n for n in range(50) if TOPICS[n % 5] in "de"} - set(numbers(seen))
    assert set(numbers(later[: len(left)])) == left


def test_a_theme_taken_up_again_goes_on_where_it_stopped() -> None:
    library = library_of([Sketch(n, TOPICS[n % 5]) for n in range(50)], THEMES)
    state = SubscriberState(seed=3, themes=0b01)
    before = list(walk(library, state, 15))
    # Twice through the other theme, then back to both.
    state = replace(after(state, before[-1]), themes=0b10)
    between = list(walk(library, state, 40))
    assert any(new_cycles(state, between))
    state = replace(after(state, between[-1]), themes=ALL)
    unseen = state.seen ^ library.all_mask
    back = list(walk(library, state, unseen.bit_count()))
    assert not set(numbers(before)) & set(numbers(back))


def test_a_dropped_topic_comes_no_more() -> None:
    library = library_of([Sketch(n, TOPICS[n % 5]) for n in range(50)], THEMES)
    state = SubscriberState(seed=3, themes=ALL, dropped_topics=frozenset({"b"}))
    assert {picked.topic for picked in walk(library, state, 60)} == set(TOPICS) - {"b"}


@pytest.mark.parametrize(
    "state",
    [
        SubscriberState(seed=1, themes=0),
        SubscriberState(seed=1, themes=0b100),
        SubscriberState(seed=1, themes=ALL, dropped_topics=frozenset(TOPICS)),
    ],
)
def test_where_nothing_fits_there_is_no_pick(state: SubscriberState) -> None:
    assert pick(library_of([Sketch(0, "a")], THEMES), state, SUMMER_DAY, BERLIN) is None


def test_new_tips_enter_the_running_cycle() -> None:
    old = [Sketch(n, TOPICS[n % 5]) for n in range(20)]
    state = SubscriberState(seed=3, themes=ALL)
    seen = list(walk(library_of(old, THEMES), state, 15))
    new = [Sketch(n, TOPICS[n % 5]) for n in range(20, 25)]
    grown = library_of([*old, *new], THEMES)
    rest = list(walk(grown, after(state, seen[-1]), 10))
    assert sorted(numbers([*seen, *rest])) == list(range(25))
    assert not any(new_cycles(after(state, seen[-1]), rest))


def test_withdrawn_tips_are_never_sent_and_their_bits_do_no_harm() -> None:
    full = [Sketch(n, TOPICS[n % 5]) for n in range(20)]
    state = SubscriberState(seed=3, themes=ALL)
    seen = list(walk(library_of(full, THEMES), state, 5))
    kept = library_of([sketch for sketch in full if sketch.number % 3], THEMES)
    later = list(walk(kept, after(state, seen[-1]), 40))
    assert not [n for n in numbers(later) if n % 3 == 0]
    assert set(numbers(later)) == {n for n in range(20) if n % 3}


def test_the_topic_of_a_withdrawn_tip_still_counts_as_neighbour() -> None:
    library = library_of([Sketch(1, "a"), Sketch(2, "b"), Sketch(3, "a")], THEMES)
    for seed in range(20):
        state = SubscriberState(seed=seed, themes=ALL, seen=1, last_number=0, last_topic="b")
        [picked] = walk(library, state, 1)
        assert picked.topic == "a"
