"""The next tip: an order of one's own, no repeats, varied neighbours, the right season."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tips.trees import Sketch, library_of
from tips.library import Library
from tips.models import Audience, Season
from tips.rotation import (
    Pick,
    ReaderState,
    Vote,
    decode_seen,
    drop_suggestion,
    encode_seen,
    pick,
)

SUMMER_DAY = date(2026, 7, 1)
WINTER_DAY = date(2026, 1, 1)
BERLIN = "Europe/Berlin"
SYDNEY = "Australia/Sydney"
ALL = 0b11
TOPICS = ("a", "b", "c", "d", "e")
THEMES = {"first": ("a", "b", "c"), "second": ("d", "e")}


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


def after(state: ReaderState, picked: Pick) -> ReaderState:
    """The reader once the tip is sent."""
    return replace(
        state, seen=picked.seen_after, last_number=picked.number, last_topic=picked.topic
    )


def walk(
    library: Library, state: ReaderState, days: int, on: date = SUMMER_DAY, zone: str = BERLIN
) -> Iterator[Pick]:
    """The picks of so many days, all on one date so that the season stays."""
    for _ in range(days):
        picked = pick(library, state, on, zone)
        assert picked is not None
        yield picked
        state = after(state, picked)


def numbers(picks: Sequence[Pick]) -> list[int]:
    return [picked.number for picked in picks]


sketches = st.lists(st.sampled_from(TOPICS), min_size=1, max_size=40).map(
    lambda topics: [Sketch(number, topic) for number, topic in enumerate(topics)]
)
seeds = st.integers(min_value=-(2**70), max_value=2**70)


@given(sketches, seeds)
def test_all_tips_come_once_before_any_comes_again(chosen: list[Sketch], seed: int) -> None:
    library = library_of(chosen, THEMES)
    picks = list(walk(library, ReaderState(seed=seed, themes=ALL), 2 * len(chosen)))
    first, second = picks[: len(chosen)], picks[len(chosen) :]
    everything = list(range(len(chosen)))
    assert sorted(numbers(first)) == everything
    assert sorted(numbers(second)) == everything
    assert [picked.started_new_cycle for picked in picks] == (
        [False] * len(chosen) + [True] + [False] * (len(chosen) - 1)
    )


@given(sketches, seeds)
def test_the_border_of_two_cycles_repeats_no_tip(chosen: list[Sketch], seed: int) -> None:
    library = library_of(chosen, THEMES)
    picks = list(walk(library, ReaderState(seed=seed, themes=ALL), 2 * len(chosen)))
    last, first = numbers(picks)[len(chosen) - 1 : len(chosen) + 1]
    assert last != first or len(chosen) == 1


@cache
def fewest_neighbours(counts: tuple[int, ...], last: int) -> int:
    """By trying every order: how many neighbours of one topic cannot be avoided."""
    if not any(counts):
        return 0
    return min(
        (topic == last)
        + fewest_neighbours((*counts[:topic], count - 1, *counts[topic + 1 :]), topic)
        for topic, count in enumerate(counts)
        if count
    )


@settings(max_examples=200)
@given(
    st.lists(st.integers(min_value=0, max_value=4), min_size=3, max_size=3).filter(any),
    st.sampled_from([None, "a", "b", "c"]),
    seeds,
)
def test_neighbours_share_a_topic_only_where_no_order_avoids_it(
    counts: list[int], last: str | None, seed: int
) -> None:
    topics = [topic for topic, count in zip("abc", counts, strict=True) for _ in range(count)]
    library = library_of([Sketch(n, t) for n, t in enumerate(topics)], THEMES)
    state = ReaderState(seed=seed, themes=ALL, last_topic=last)
    order = [last, *(picked.topic for picked in walk(library, state, len(topics)))]
    repeats = sum(before == now for before, now in pairwise(order))
    assert repeats == fewest_neighbours(tuple(counts), "abc".find(last) if last else -1)


@given(seeds)
def test_a_year_has_no_two_neighbours_of_one_topic(seed: int) -> None:
    picks = list(walk(years_library_once(), ReaderState(seed=seed, themes=ALL), 400))
    assert all(before.topic != now.topic for before, now in pairwise(picks))


@cache
def years_library_once() -> Library:
    return years_library()


def test_the_order_is_the_readers_own_and_always_the_same() -> None:
    library = years_library_once()
    orders = [
        numbers(list(walk(library, ReaderState(seed=seed, themes=ALL), 30))) for seed in range(50)
    ]
    assert len({tuple(order) for order in orders}) == 50
    again = numbers(list(walk(years_library(), ReaderState(seed=7, themes=ALL), 30)))
    assert again == orders[7]


def test_first_tips_are_spread_evenly_over_readers() -> None:
    library = library_of([Sketch(n, TOPICS[n % 5]) for n in range(100)], THEMES)
    firsts = Counter(
        numbers(list(walk(library, ReaderState(seed=seed, themes=ALL), 1)))[0]
        for seed in range(20_000)
    )
    # 200 readers a tip; six standard deviations are 84.
    assert len(firsts) == 100
    assert max(firsts.values()) < 200 + 84
    assert min(firsts.values()) > 200 - 84


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
    picks = list(walk(library, ReaderState(seed=1, themes=ALL), 9, on, zone))
    expected = {4, 5, list(Season).index(season)}
    assert set(numbers(picks)) == expected


@settings(max_examples=25, deadline=None)
@given(
    seeds,
    st.dates(min_value=date(2023, 1, 1), max_value=date(2030, 1, 1)),
    st.sampled_from([BERLIN, SYDNEY]),
)
def test_a_leap_year_passes_without_a_repeat(seed: int, begin: date, zone: str) -> None:
    library, state = years_library_once(), ReaderState(seed=seed, themes=ALL)
    sent = []
    for day in range(366):
        picked = pick(library, state, begin + timedelta(days=day), zone)
        assert picked is not None
        sent.append(picked.number)
        state = after(state, picked)
    assert sorted(sent) == list(range(366))


def test_tips_of_the_season_are_spread_over_it() -> None:
    library = years_library_once()
    winter = library.season_mask(Season.WINTER) & ~library.season_mask(Season.SUMMER)
    weeks: Counter[int] = Counter()
    for seed in range(200):
        state, day = ReaderState(seed=seed, themes=ALL), date(2025, 12, 1)
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
    state = ReaderState(seed=1, themes=ALL)
    assert pick(library, state, SUMMER_DAY, BERLIN) is not None
    assert pick(library, state, WINTER_DAY, BERLIN) is not None
    assert pick(library, state, date(2026, 4, 1), BERLIN) is None


def test_winter_tips_come_back_every_winter() -> None:
    sketches_of_a_year = [Sketch(n, TOPICS[n % 4]) for n in range(100)]
    winter = [Sketch(100 + n, "e", season=(Season.WINTER,)) for n in range(10)]
    library = library_of([*sketches_of_a_year, *winter], THEMES)
    state, day = ReaderState(seed=5, themes=ALL), date(2026, 1, 1)
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
    state = ReaderState(seed=1, themes=ALL, audience=audience)
    assert set(numbers(list(walk(library, state, 6)))) == expected


def test_chosen_themes_hold_at_once_and_keep_what_was_seen() -> None:
    library = library_of([Sketch(n, TOPICS[n % 5]) for n in range(50)], THEMES)
    state = ReaderState(seed=3, themes=ALL)
    seen = list(walk(library, state, 10))
    narrowed = replace(after(state, seen[-1]), themes=0b10)
    later = list(walk(library, narrowed, 40))
    assert {picked.topic for picked in later} == {"d", "e"}
    left = {n for n in range(50) if TOPICS[n % 5] in "de"} - set(numbers(seen))
    assert set(numbers(later[: len(left)])) == left


def test_a_theme_taken_up_again_goes_on_where_it_stopped() -> None:
    library = library_of([Sketch(n, TOPICS[n % 5]) for n in range(50)], THEMES)
    state = ReaderState(seed=3, themes=0b01)
    before = list(walk(library, state, 15))
    # Twice through the other theme, then back to both.
    state = replace(after(state, before[-1]), themes=0b10)
    between = list(walk(library, state, 40))
    assert any(picked.started_new_cycle for picked in between)
    state = replace(after(state, between[-1]), themes=ALL)
    unseen = state.seen ^ library.all_mask
    back = list(walk(library, state, unseen.bit_count()))
    assert not set(numbers(before)) & set(numbers(back))


def test_a_dropped_topic_comes_no_more() -> None:
    library = library_of([Sketch(n, TOPICS[n % 5]) for n in range(50)], THEMES)
    state = ReaderState(seed=3, themes=ALL, dropped_topics=frozenset({"b"}))
    assert {picked.topic for picked in walk(library, state, 60)} == set(TOPICS) - {"b"}


@pytest.mark.parametrize(
    "state",
    [
        ReaderState(seed=1, themes=0),
        ReaderState(seed=1, themes=0b100),
        ReaderState(seed=1, themes=ALL, dropped_topics=frozenset(TOPICS)),
    ],
)
def test_where_nothing_fits_there_is_no_pick(state: ReaderState) -> None:
    assert pick(library_of([Sketch(0, "a")], THEMES), state, SUMMER_DAY, BERLIN) is None


def test_new_tips_enter_the_running_cycle() -> None:
    old = [Sketch(n, TOPICS[n % 5]) for n in range(20)]
    state = ReaderState(seed=3, themes=ALL)
    seen = list(walk(library_of(old, THEMES), state, 15))
    new = [Sketch(n, TOPICS[n % 5]) for n in range(20, 25)]
    grown = library_of([*old, *new], THEMES)
    rest = list(walk(grown, after(state, seen[-1]), 10))
    assert sorted(numbers([*seen, *rest])) == list(range(25))
    assert not any(picked.started_new_cycle for picked in rest)


def test_withdrawn_tips_are_never_sent_and_their_bits_do_no_harm() -> None:
    full = [Sketch(n, TOPICS[n % 5]) for n in range(20)]
    state = ReaderState(seed=3, themes=ALL)
    seen = list(walk(library_of(full, THEMES), state, 5))
    kept = library_of([sketch for sketch in full if sketch.number % 3], THEMES)
    later = list(walk(kept, after(state, seen[-1]), 40))
    assert not [n for n in numbers(later) if n % 3 == 0]
    assert set(numbers(later)) == {n for n in range(20) if n % 3}


def test_the_topic_of_a_withdrawn_tip_still_counts_as_neighbour() -> None:
    library = library_of([Sketch(1, "a"), Sketch(2, "b"), Sketch(3, "a")], THEMES)
    for seed in range(20):
        state = ReaderState(seed=seed, themes=ALL, seen=1, last_number=0, last_topic="b")
        [picked] = walk(library, state, 1)
        assert picked.topic == "a"


def test_an_only_tip_is_sent_again_and_again() -> None:
    picks = list(walk(library_of([Sketch(9, "a")], THEMES), ReaderState(seed=1, themes=ALL), 3))
    assert numbers(picks) == [9, 9, 9]


@given(st.sets(st.integers(min_value=0, max_value=2000)).map(lambda s: sum(1 << n for n in s)))
def test_what_was_seen_survives_storing(seen: int) -> None:
    assert decode_seen(encode_seen(seen)) == seen


def test_a_year_of_seen_tips_takes_46_bytes() -> None:
    assert encode_seen(0) == b""
    assert len(encode_seen((1 << 366) - 1)) == 46
    assert encode_seen(0b1_00000001) == b"\x01\x01"


class TestDropSuggestion:
    """Three 👎 in a row on one topic: ask once."""

    @pytest.mark.parametrize(
        ("votes", "offer"),
        [
            ("", None),
            ("a- a-", None),
            ("a- a- a-", "a"),
            ("a- b+ a- b- a-", "a"),
            ("a- a- a- b-", None),
            ("a- a+ a- a-", None),
            ("a+ a- a- a-", "a"),
            ("a- a- a- a+", None),
            ("b- b- b- a- a- a-", "a"),
        ],
    )
    def test_the_latest_three_on_the_topic_count(self, votes: str, offer: str | None) -> None:
        parsed = [Vote(topic=vote[0], liked=vote[1] == "+") for vote in votes.split()]
        assert drop_suggestion(parsed) == offer

    def test_a_reader_is_asked_once_for_each_topic(self) -> None:
        dislikes = [Vote("a", liked=False)] * 4
        assert drop_suggestion(dislikes, asked={"a"}) is None
        assert drop_suggestion(dislikes, asked={"b"}) == "a"


def test_picks_do_not_depend_on_chance() -> None:
    library, state = years_library_once(), ReaderState(seed=11, themes=ALL)
    random.seed(1)
    first = list(walk(library, state, 50))
    random.seed(2)
    assert list(walk(library, state, 50)) == first
