"""No tip again before a third of what fits has passed, at the border of two cycles or anywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

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
    walk,
    years_library,
)
from tips.library import Library, load_library
from tips.models import EVERY_THEME, Audience
from tips.rotation import SubscriberState, decode_recent, fitting, pick

seeds = st.integers(min_value=0, max_value=2**64)
days_of_three_years = st.dates(min_value=date(2024, 1, 1), max_value=date(2027, 1, 1))
zones = st.sampled_from([BERLIN, SYDNEY])
Change = Callable[[SubscriberState], SubscriberState]


@cache
def real() -> Library:
    return load_library()


def live(
    library: Library,
    state: SubscriberState,
    days: int,
    begin: date,
    zone: str,
    changes: Sequence[tuple[int, Change]] = (),
) -> list[int]:
    """A tip a day, each held against those before it; what was sent."""
    sent: list[int] = []
    for day in range(days):
        for on, change in changes:
            state = change(state) if on == day else state
        today = begin + timedelta(days=day)
        picked = pick(library, state, today, zone)
        count = fitting(library, state, today, zone)
        assert (picked is None) == (count == 0)
        if picked is None:
            continue
        between = count // 3 if count > 2 else count - 1
        assert picked.number not in sent[len(sent) - between :] or between == 0
        sent.append(picked.number)
        state = after(state, picked)
        assert decode_recent(state.recent) == sent[-(len(library.tips) // 3 or 1) :]
    return sent


@settings(max_examples=40, deadline=None)
@given(seeds, st.sampled_from([theme.bit for theme in real().themes]), days_of_three_years, zones)
def test_with_one_theme(seed: int, theme: int, begin: date, zone: str) -> None:
    live(real(), SubscriberState(seed=seed, themes=1 << theme), 200, begin, zone)


@settings(max_examples=8, deadline=None)
@given(seeds, st.sampled_from(list(Audience)), days_of_three_years, zones)
def test_with_all_of_them(seed: int, audience: Audience, begin: date, zone: str) -> None:
    state = SubscriberState(seed=seed, themes=EVERY_THEME, audience=audience)
    live(real(), state, 800, begin, zone)


sketches = st.lists(
    st.tuples(st.sampled_from(TOPICS), st.sampled_from(list(Audience))), min_size=1, max_size=25
).map(lambda drawn: [Sketch(n, topic, audience=who) for n, (topic, who) in enumerate(drawn)])


def wants(mask: int) -> Change:
    return lambda state: replace(state, themes=mask)


def reads_for(audience: Audience) -> Change:
    return lambda state: replace(state, audience=audience)


changes = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.one_of(st.integers(0, 3).map(wants), st.sampled_from(list(Audience)).map(reads_for)),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(sketches, seeds, changes)
def test_with_a_reader_who_keeps_changing_their_mind(
    drawn: list[Sketch], seed: int, changed: list[tuple[int, Change]]
) -> None:
    library = library_of(drawn, THEMES)
    live(library, SubscriberState(seed=seed, themes=ALL), 60, SUMMER_DAY, BERLIN, changed)


@settings(max_examples=40, deadline=None)
@given(sketches, seeds)
def test_every_tip_still_comes_once_a_cycle(drawn: list[Sketch], seed: int) -> None:
    library = library_of(drawn, THEMES)
    count = len(drawn)
    sent = live(library, SubscriberState(seed=seed, themes=ALL), 4 * count, SUMMER_DAY, BERLIN)
    for cycle in range(4):
        assert sorted(sent[cycle * count : (cycle + 1) * count]) == list(range(count))


@pytest.mark.parametrize("seed", range(5))
def test_whoever_was_here_before_goes_on_where_they_were(seed: int) -> None:
    """Of them it is known what they have seen in this cycle, and what they got last."""
    library = years_library()
    state = SubscriberState(seed=seed, themes=ALL)
    first = list(walk(library, state, 250))
    of_before = replace(after(state, first[-1]), recent=b"")
    rest = list(walk(library, of_before, 60))
    assert not {one.number for one in first} & {one.number for one in rest}
    (at_the_end,) = walk(library, replace(of_before, seen=library.all_mask), 1)
    assert at_the_end.number != of_before.last_number
    assert new_cycles(replace(of_before, seen=library.all_mask), [at_the_end]) == [True]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 9999), max_size=40))
def test_numbers_are_told_apart_from_what_only_looks_like_them(numbers: list[int]) -> None:
    """Two bytes each: the end of one and the beginning of the next are no number."""
    recent = b"".join(number.to_bytes(2, "little") for number in numbers)
    assert decode_recent(recent) == numbers
    library = library_of([Sketch(n, "a") for n in sorted({*numbers, 1, 2, 3})], THEMES)
    picked = pick(library, SubscriberState(seed=1, themes=ALL, recent=recent), WINTER_DAY, BERLIN)
    assert picked is not None
    assert picked.number not in numbers[-(len(library.tips) // 3 or 1) :]


def test_what_is_kept_of_it_takes_no_more_than_a_third() -> None:
    library = years_library()
    *_, last = walk(library, SubscriberState(seed=1, themes=ALL), 500)
    assert len(last.recent_after) == 2 * 122
