"""The next tip: an order of one's own, no repeats, varied neighbours."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tips.trees import Sketch, library_of
from tests.tips.walks import (
    ALL,
    THEMES,
    TOPICS,
    new_cycles,
    numbers,
    walk,
    years_library,
)
from tips.rotation import (
    SubscriberState,
    Vote,
    drop_suggestion,
)

sketches = st.lists(st.sampled_from(TOPICS), min_size=1, max_size=40).map(
    lambda topics: [Sketch(number, topic) for number, topic in enumerate(topics)]
)
seeds = st.integers(min_value=-(2**70), max_value=2**70)


@given(sketches, seeds)
def test_all_tips_come_once_before_any_comes_again(chosen: list[Sketch], seed: int) -> None:
    library = library_of(chosen, THEMES)
    state = SubscriberState(seed=seed, themes=ALL)
    picks = list(walk(library, state, 2 * len(chosen)))
    first, second = picks[: len(chosen)], picks[len(chosen) :]
    everything = list(range(len(chosen)))
    assert sorted(numbers(first)) == everything
    assert sorted(numbers(second)) == everything
    assert new_cycles(state, picks) == (
        [False] * len(chosen) + [True] + [False] * (len(chosen) - 1)
    )


@given(sketches, seeds)
def test_the_border_of_two_cycles_repeats_no_tip(chosen: list[Sketch], seed: int) -> None:
    library = library_of(chosen, THEMES)
    picks = list(walk(library, SubscriberState(seed=seed, themes=ALL), 2 * len(chosen)))
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
    state = SubscriberState(seed=seed, themes=ALL, last_topic=last)
    order = [last, *(picked.topic for picked in walk(library, state, len(topics)))]
    repeats = sum(before == now for before, now in pairwise(order))
    assert repeats == fewest_neighbours(tuple(counts), "abc".find(last) if last else -1)


@given(seeds)
def test_a_year_has_no_two_neighbours_of_one_topic(seed: int) -> None:
    picks = list(walk(years_library(), SubscriberState(seed=seed, themes=ALL), 400))
    assert all(before.topic != now.topic for before, now in pairwise(picks))


def test_the_order_is_the_readers_own_and_always_the_same() -> None:
    library = years_library()
    orders = [
        numbers(list(walk(library, SubscriberState(seed=seed, themes=ALL), 30)))
        for seed in range(50)
    ]
    assert len({tuple(order) for order in orders}) == 50
    again = numbers(
        list(walk(years_library.__wrapped__(), SubscriberState(seed=7, themes=ALL), 30))
    )
    assert again == orders[7]


def test_first_tips_are_spread_evenly_over_readers() -> None:
    library = library_of([Sketch(n, TOPICS[n % 5]) for n in range(100)], THEMES)
    firsts = Counter(
        numbers(list(walk(library, SubscriberState(seed=seed, themes=ALL), 1)))[0]
        for seed in range(20_000)
    )
    # 200 subscribers a tip; six standard deviations are 84.
    assert len(firsts) == 100
    assert max(firsts.values()) < 200 + 84
    assert min(firsts.values()) > 200 - 84


def test_an_only_tip_is_sent_again_and_again() -> None:
    picks = list(
        walk(library_of([Sketch(9, "a")], THEMES), SubscriberState(seed=1, themes=ALL), 3)
    )
    assert numbers(picks) == [9, 9, 9]


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
    library, state = years_library(), SubscriberState(seed=11, themes=ALL)
    random.seed(1)
    first = list(walk(library, state, 50))
    random.seed(2)
    assert list(walk(library, state, 50)) == first
