"""The content is changed as a whole; a task sees one content, others the newest."""

from __future__ import annotations

import asyncio
import gc
import weakref
from dataclasses import replace
from datetime import date

from tests import content
from tips import reactions
from tips.current import CurrentContent, current
from tips.models import EVERY_THEME
from tips.reactions import Reaction, WhyNot
from tips.rotation import SubscriberState, pick

FIRST = content.library().tips[0]
SECOND = content.library().tips[1]


def test_a_withdrawn_tip_is_in_no_mask_and_has_no_number() -> None:
    held = CurrentContent(content.library())
    assert held.withdraw({FIRST.id})
    library = held.library
    assert FIRST.number not in library.topic_of
    assert not library.all_mask >> FIRST.number & 1
    assert FIRST.id not in {tip.id for tip in library.tips}
    assert held.now.whole.tip(FIRST.id) is FIRST
    assert not held.withdraw({FIRST.id})
    assert held.withdraw(frozenset())
    assert held.library is held.now.whole


def test_other_content_is_taken_without_what_is_withdrawn() -> None:
    held = CurrentContent(content.library())
    held.withdraw({FIRST.id})
    held.replace(content.library().without({SECOND.id}), None)
    assert {FIRST.number, SECOND.number}.isdisjoint(held.library.topic_of)
    assert FIRST.number in held.now.whole.topic_of


async def test_whoever_holds_on_sees_one_content_until_the_end() -> None:
    held, seen = CurrentContent(content.library()), []

    async def later() -> None:
        await asyncio.sleep(0)
        seen.append(FIRST.id in {tip.id for tip in held.library.tips})

    with held.held():
        within = asyncio.create_task(later())
        held.withdraw({FIRST.id})
        assert held.library.tip(FIRST.id) is FIRST
        assert held.latest.withdrawn == {FIRST.id}
    await within
    assert FIRST.number not in held.library.topic_of
    # What was begun within holds on to nothing after it.
    assert seen == [False]


def test_the_content_of_before_does_not_stay_in_memory() -> None:
    held = CurrentContent(content.library().without({SECOND.id}))
    day, before = date(2026, 3, 2), weakref.ref(held.library)
    put_off = reactions.put_off([Reaction(FIRST, WhyNot.OBVIOUS, day)], day)
    for state in (SubscriberState(1), SubscriberState(1, put_off=put_off)):
        assert pick(held.library, replace(state, themes=EVERY_THEME), day, "UTC")
    held.replace(content.library(), None)
    gc.collect()
    assert before() is None


def test_one_who_holds_on_to_a_content_sees_another_one_as_it_is() -> None:
    held, other = CurrentContent(content.library()), CurrentContent(content.library())
    with held.held():
        other.withdraw({FIRST.id})
        assert FIRST.number not in other.library.topic_of
        assert FIRST.number in held.library.topic_of
    assert current(held) is held
    assert current(content.library()).library is content.library()
