"""Tips taken by hand, kept and judged, and what a subscriber may take away, on both databases."""

from __future__ import annotations

import asyncio

from bot.clock import MovableClock
from bot.store.values import Said
from bot.subscribers.service import Subscribers
from tests.subscribers.test_service import ANNA, next_at, subscribe
from tips.library import Library


async def test_taking_a_tip_marks_it_and_leaves_the_schedule(
    subscribers: Subscribers, library: Library
) -> None:
    await subscribe(subscribers)
    before = await next_at(subscribers)
    tips = [await subscribers.take_tip(ANNA) for _ in range(5)]
    assert len({tip.id for tip in tips if tip}) == 5
    subscriber = await subscribers.find(ANNA)
    assert subscriber is not None
    assert subscriber.seen.bit_count() == 5
    assert tips[-1] is not None
    assert subscriber.last_topic == tips[-1].topic
    assert subscriber.last_number == tips[-1].number
    assert await next_at(subscribers) == before


async def test_two_tips_taken_at_once_differ(subscribers: Subscribers) -> None:
    await subscribers.arrive(ANNA, "en")
    tips = await asyncio.gather(*(subscribers.take_tip(ANNA) for _ in range(4)))
    assert len({tip.id for tip in tips if tip}) == 4


async def test_no_tip_where_none_fits(subscribers: Subscribers, library: Library) -> None:
    await subscribers.arrive(ANNA, "en")
    parents_only = [
        theme
        for theme in library.themes
        if all(t.audience == "parent" for t in library.tips if t.topic in theme.topics)
    ]
    if parents_only:
        await subscribers.set_themes(ANNA, 1 << parents_only[0].bit)
        await subscribers.set_audience(ANNA, "adult")
        assert await subscribers.take_tip(ANNA) is None


async def test_thumbs_can_be_changed_and_taken_back(
    subscribers: Subscribers, library: Library
) -> None:
    await subscribers.arrive(ANNA, "en")
    tip = library.tips[0].id
    assert (await subscribers.vote_tip(ANNA, tip, 1)).changed is True
    assert (await subscribers.vote_tip(ANNA, tip, 1)).changed is False
    assert (await subscribers.vote_tip(ANNA, tip, -1)).changed is True
    assert (await subscribers.vote_tip(ANNA, tip, 0)).changed is True
    assert (await subscribers.vote_tip(ANNA, tip, 0)).changed is False
    assert await subscribers.vote_answer(ANNA, "what-is-it", -1) is True
    assert await subscribers.vote_answer(ANNA, "what-is-it", -1) is False
    assert await subscribers.miss(ANNA, "what-is-it") is True
    assert await subscribers.miss(ANNA, "what-is-it") is False


async def test_the_third_dislike_of_a_topic_asks_once(
    subscribers: Subscribers, library: Library, clock: MovableClock
) -> None:
    await subscribers.arrive(ANNA, "en")
    topics = [tip.topic for tip in library.tips]
    topic = next(name for name in topics if topics.count(name) >= 4)
    asked = []
    for tip in [tip for tip in library.tips if tip.topic == topic][:4]:
        clock.move(60)
        asked.append((await subscribers.vote_tip(ANNA, tip.id, -1)).ask_drop_theme)
    assert asked == [None, None, topic, None]


async def test_dislikes_are_in_a_row_by_when_they_were_given(
    subscribers: Subscribers, library: Library, clock: MovableClock
) -> None:
    await subscribers.arrive(ANNA, "en")
    topics = [tip.topic for tip in library.tips]
    topic = next(name for name in topics if topics.count(name) >= 4)
    first, second, third, last = sorted(t.id for t in library.tips if t.topic == topic)[:4]
    for tip_id, vote in ((second, -1), (third, -1), (first, 1)):
        clock.move(60)
        await subscribers.vote_tip(ANNA, tip_id, vote)
    clock.move(60)
    assert (await subscribers.vote_tip(ANNA, last, -1)).ask_drop_theme is None


async def test_saved_tips_come_newest_first(
    subscribers: Subscribers, clock: MovableClock, library: Library
) -> None:
    await subscribers.arrive(ANNA, "en")
    tips = list(library.tips[:12])
    for tip in tips:
        clock.move(1)
        assert await subscribers.save(ANNA, tip.id) is True
    assert await subscribers.save(ANNA, tips[3].id) is False
    assert await subscribers.saved(ANNA) == (tips[::-1], 0)
    assert await subscribers.unsave(ANNA, tips[3].id) is True
    assert await subscribers.unsave(ANNA, tips[3].id) is False


async def test_saved_tips_that_were_withdrawn_are_counted_apart(
    subscribers: Subscribers, library: Library
) -> None:
    await subscribers.arrive(ANNA, "en")
    for tip_id in (library.tips[0].id, "withdrawn-long-ago"):
        await subscribers.save(ANNA, tip_id)
    assert await subscribers.saved(ANNA) == ([library.tips[0]], 1)


async def test_what_a_reader_said_of_a_tip_and_how_much_they_keep(
    subscribers: Subscribers, library: Library
) -> None:
    first, second = library.tips[0].id, library.tips[1].id
    await subscribers.arrive(1, "en")
    assert await subscribers.said_of_tip(1, first) == Said(0, False)
    await subscribers.vote_tip(1, first, -1)
    await subscribers.save(1, first)
    await subscribers.save(1, second)
    assert await subscribers.said_of_tip(1, first) == Said(-1, True)
    assert await subscribers.said_of_tip(1, second) == Said(0, True)
    assert len((await subscribers.saved(1)).tips) == 2
    assert await subscribers.saved(2) == ([], 0)
