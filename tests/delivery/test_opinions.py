"""Tips taken by hand, kept and judged, and what a reader may take away, on both databases."""

from __future__ import annotations

import asyncio

from bot.clock import MovableClock
from bot.store.values import Said
from bot.subscribers.service import Readers
from tests.delivery.test_readers import ANNA, next_at, subscribe
from tips.library import Library


async def test_taking_a_tip_marks_it_and_leaves_the_schedule(
    readers: Readers, library: Library
) -> None:
    await subscribe(readers)
    before = await next_at(readers)
    tips = [await readers.take_tip(ANNA) for _ in range(5)]
    assert len({tip.id for tip in tips if tip}) == 5
    reader = await readers.find(ANNA)
    assert reader is not None
    assert reader.seen.bit_count() == 5
    assert tips[-1] is not None
    assert reader.last_topic == tips[-1].topic
    assert reader.last_number == tips[-1].number
    assert await next_at(readers) == before
    left = await readers.themes_left(ANNA)
    assert sum(left.values()) == len(library.tips) - 5


async def test_two_tips_taken_at_once_differ(readers: Readers) -> None:
    await readers.arrive(ANNA)
    tips = await asyncio.gather(*(readers.take_tip(ANNA) for _ in range(4)))
    assert len({tip.id for tip in tips if tip}) == 4


async def test_no_tip_where_none_fits(readers: Readers, library: Library) -> None:
    await readers.arrive(ANNA)
    parents_only = [
        theme
        for theme in library.themes
        if all(t.audience == "parent" for t in library.tips if t.topic in theme.topics)
    ]
    if parents_only:
        await readers.set_themes(ANNA, 1 << parents_only[0].bit)
        await readers.set_audience(ANNA, "adult")
        assert await readers.take_tip(ANNA) is None


async def test_thumbs_can_be_changed_and_taken_back(readers: Readers, library: Library) -> None:
    await readers.arrive(ANNA)
    tip = library.tips[0].id
    assert (await readers.vote_tip(ANNA, tip, 1)).changed is True
    assert (await readers.vote_tip(ANNA, tip, 1)).changed is False
    assert (await readers.vote_tip(ANNA, tip, -1)).changed is True
    assert (await readers.vote_tip(ANNA, tip, 0)).changed is True
    assert (await readers.vote_tip(ANNA, tip, 0)).changed is False
    assert await readers.vote_answer(ANNA, "what-is-it", -1) is True
    assert await readers.miss(ANNA, "what-is-it") is True
    assert await readers.miss(ANNA, "what-is-it") is False


async def test_the_third_dislike_of_a_topic_asks_once(
    readers: Readers, library: Library, clock: MovableClock
) -> None:
    await readers.arrive(ANNA)
    topics = [tip.topic for tip in library.tips]
    topic = next(name for name in topics if topics.count(name) >= 4)
    asked = []
    for tip in [tip for tip in library.tips if tip.topic == topic][:4]:
        clock.move(60)
        asked.append((await readers.vote_tip(ANNA, tip.id, -1)).ask_drop_theme)
    assert asked == [None, None, topic, None]


async def test_saved_tips_come_newest_first(
    readers: Readers, clock: MovableClock, library: Library
) -> None:
    await readers.arrive(ANNA)
    tips = list(library.tips[:12])
    for tip in tips:
        clock.move(1)
        assert await readers.save(ANNA, tip.id) is True
    assert await readers.save(ANNA, tips[3].id) is False
    assert await readers.saved(ANNA) == (tips[::-1], 0)
    assert await readers.unsave(ANNA, tips[3].id) is True
    assert await readers.unsave(ANNA, tips[3].id) is False


async def test_saved_tips_that_were_withdrawn_are_counted_apart(
    readers: Readers, library: Library
) -> None:
    await readers.arrive(ANNA)
    for tip_id in (library.tips[0].id, "withdrawn-long-ago"):
        await readers.save(ANNA, tip_id)
    assert await readers.saved(ANNA) == ([library.tips[0]], 1)


async def test_what_a_reader_said_of_a_tip_and_how_much_they_keep(
    readers: Readers, library: Library
) -> None:
    first, second = library.tips[0].id, library.tips[1].id
    await readers.arrive(1)
    assert await readers.said_of_tip(1, first) == Said(0, False)
    await readers.vote_tip(1, first, -1)
    await readers.save(1, first)
    await readers.save(1, second)
    assert await readers.said_of_tip(1, first) == Said(-1, True)
    assert await readers.said_of_tip(1, second) == Said(0, True)
    assert len((await readers.saved(1)).tips) == 2
    assert await readers.saved(2) == ([], 0)
