"""Why a tip was not for somebody, and what comes last because of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.content import library
from tips.models import EVERY_THEME, Audience
from tips.reactions import MOST, Reaction, WhyNot, change_of, put_off, put_off_mask
from tips.rotation import SubscriberState, decode_recent, fitting, pick

DAY = date(2026, 3, 2)
LIBRARY = library()
REACTIONS = st.lists(
    st.builds(
        Reaction,
        st.sampled_from(LIBRARY.tips),
        st.sampled_from(WhyNot),
        st.integers(0, 90).map(lambda ago: DAY - timedelta(days=ago)),
    ),
    max_size=12,
)


def test_what_was_put_off_comes_again_when_its_days_are_over() -> None:
    tip = LIBRARY.tip("skin-how-long-a-tub-lasts")
    written = put_off([Reaction(tip, WhyNot.NOT_SKIN, DAY)], DAY)
    assert written is not None
    assert put_off_mask(LIBRARY, written, DAY) == LIBRARY.topic_mask(tip.topic)
    last = DAY + timedelta(days=60)
    assert put_off_mask(LIBRARY, written, last)
    assert not put_off_mask(LIBRARY, written, last + timedelta(days=1))


@pytest.mark.parametrize("tip", LIBRARY.tips, ids=lambda tip: tip.id)
def test_every_reason_puts_something_off_and_never_everything(tip: object) -> None:
    for why_not in WhyNot:
        written = put_off([Reaction(tip, why_not, DAY)], DAY)  # type: ignore[arg-type]
        assert written is not None
        assert 0 < put_off_mask(LIBRARY, written, DAY).bit_count() < len(LIBRARY.tips) / 2


def test_too_obvious_leaves_the_less_known_of_the_topic() -> None:
    tip = LIBRARY.tip("skin-how-long-a-tub-lasts")
    written = put_off([Reaction(tip, WhyNot.OBVIOUS, DAY)], DAY)
    late = put_off_mask(LIBRARY, written or "", DAY)
    assert late & ~LIBRARY.topic_mask(tip.topic) == 0
    assert LIBRARY.topic_mask(tip.topic) & ~late


def test_a_tip_for_parents_says_who_somebody_is_and_not_what_they_like() -> None:
    tip = next(tip for tip in LIBRARY.tips if tip.audience is Audience.PARENT)
    assert change_of(tip, WhyNot.NOT_ME).target == "parent"


def test_only_the_latest_are_kept_and_they_fit_into_their_column() -> None:
    reactions = [Reaction(tip, WhyNot.NOT_SKIN, DAY) for tip in LIBRARY.tips]
    written = put_off(reactions, DAY)
    assert written is not None
    assert len(written.split()) == MOST
    assert len(written) <= 1024


@settings(max_examples=25, deadline=None)
@given(reactions=REACTIONS, seed=st.integers(0, 2**63), audience=st.sampled_from(Audience))
def test_whatever_was_put_off_no_tip_comes_twice_before_a_third_of_the_others(
    reactions: list[Reaction], seed: int, audience: Audience
) -> None:
    written = put_off(sorted(reactions, key=lambda one: one.on), DAY)
    state = SubscriberState(seed, themes=EVERY_THEME, audience=audience, put_off=written)
    count = fitting(LIBRARY, state, DAY, "Europe/Berlin")
    last: dict[int, int] = {}
    for step in range(count + count // 2):
        chosen = pick(LIBRARY, state, DAY, "Europe/Berlin")
        assert chosen is not None
        assert step - last.get(chosen.number, -count) > count // 3
        last[chosen.number] = step
        state = SubscriberState(
            seed, chosen.seen_after, chosen.recent_after, last_topic=chosen.topic,
            themes=EVERY_THEME, audience=audience, put_off=written,
        )  # fmt: skip
    assert len(last) == count
    assert decode_recent(state.recent)


@settings(max_examples=25, deadline=None)
@given(reactions=REACTIONS, seed=st.integers(0, 2**63))
def test_what_was_put_off_comes_after_all_that_its_neighbours_allow(
    reactions: list[Reaction], seed: int
) -> None:
    written = put_off(sorted(reactions, key=lambda one: one.on), DAY)
    late = put_off_mask(LIBRARY, written, DAY) if written else 0
    state = SubscriberState(seed, themes=EVERY_THEME, put_off=written)
    given_so_far = 0
    for _ in range(60):
        chosen = pick(LIBRARY, state, DAY, "Europe/Berlin")
        assert chosen is not None
        given_so_far |= 1 << chosen.number
        state = SubscriberState(
            seed, chosen.seen_after, chosen.recent_after, last_topic=chosen.topic,
            themes=EVERY_THEME, put_off=written,
        )  # fmt: skip
    assert not given_so_far & late
