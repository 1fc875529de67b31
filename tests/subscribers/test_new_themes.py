"""A theme that is written later reaches whoever had all of them, and nobody who had chosen."""

from __future__ import annotations

import pytest

from bot.clock import MovableClock
from bot.config import Settings
from bot.store.database import Database
from bot.store.queries import subscribers as subscriber_queries
from bot.subscribers.next_tip import choose
from bot.subscribers.service import Subscribers
from bot.texts import settings as texts
from bot.texts.catalogue import translator
from tests.tips.trees import Sketch, library_of
from tips.library import Library
from tips.models import EVERY_THEME

EN = translator("en")

ANNA = 7
OLD = {"first": ("a",), "second": ("b",)}
NEW = {**OLD, "third": ("c",)}
NOTHING_BUT_THE_FIRST, BOTH = 0b01, 0b11


def of_before() -> Library:
    return library_of([Sketch(0, "a"), Sketch(1, "b")], OLD)


def of_today() -> Library:
    return library_of([Sketch(0, "a"), Sketch(1, "b"), Sketch(2, "c"), Sketch(3, "c")], NEW)


@pytest.fixture
def before(db: Database, clock: MovableClock, settings: Settings) -> Subscribers:
    return Subscribers(db, clock, of_before(), settings)


@pytest.fixture
def today(db: Database, clock: MovableClock, settings: Settings) -> Subscribers:
    return Subscribers(db, clock, of_today(), settings)


async def topics(subscribers: Subscribers, tips: int = 6) -> set[str]:
    """What the subscriber's next tips are about."""
    taken = [await subscribers.take_tip(ANNA) for _ in range(tips)]
    return {tip.topic for tip in taken if tip is not None}


async def test_whoever_had_all_gets_the_new_one(before: Subscribers, today: Subscribers) -> None:
    await before.arrive(ANNA, "en")
    assert await topics(before) == {"a", "b"}
    assert "c" in await topics(today)


async def test_whoever_switched_all_on_again_has_all(
    before: Subscribers, today: Subscribers
) -> None:
    await before.arrive(ANNA, "en")
    await before.set_themes(ANNA, NOTHING_BUT_THE_FIRST)
    await before.set_themes(ANNA, BOTH)
    assert await topics(today) == {"a", "b", "c"}


async def test_whoever_had_chosen_keeps_to_their_choice(
    before: Subscribers, today: Subscribers
) -> None:
    await before.arrive(ANNA, "en")
    await before.set_themes(ANNA, NOTHING_BUT_THE_FIRST)
    assert await topics(today) == {"a"}


async def test_leaving_one_out_leaves_out_no_more_than_that(today: Subscribers) -> None:
    subscriber = await today.arrive(ANNA, "en")
    assert subscriber.themes == EVERY_THEME
    changed = await today.set_themes(ANNA, EVERY_THEME & ~0b10)
    assert changed.themes == 0b101
    assert await topics(today) == {"a", "c"}


async def test_the_settings_show_what_is_so(before: Subscribers, clock: MovableClock) -> None:
    subscriber = await before.arrive(ANNA, "en")
    for library in (of_before(), of_today()):
        shown = texts.overview(EN, subscriber, library, None, clock.now())
        assert "Themes: all" in shown.plain
    chosen = await before.set_themes(ANNA, NOTHING_BUT_THE_FIRST)
    shown = texts.overview(EN, chosen, of_today(), None, clock.now())
    assert "Themes: all" not in shown.plain


async def test_the_bit_of_a_theme_that_was_withdrawn_is_in_nobody_s_way(
    today: Subscribers, db: Database
) -> None:
    await today.arrive(ANNA, "en")
    async with db.write() as session:
        await subscriber_queries.change(session, ANNA, {"themes": 1 << 9 | 1})
    assert (await today.set_themes(ANNA, 1 << 9 | 0b11)).themes == 0b11
    assert (await today.set_themes(ANNA, 1 << 9 | 0b111)).themes == EVERY_THEME
    subscriber = await today.find(ANNA)
    assert subscriber is not None
    assert choose(of_today(), subscriber.recipient, subscriber.created_at.date()) is not None
    with pytest.raises(ValueError, match="known theme"):
        await today.set_themes(ANNA, 1 << 9)
