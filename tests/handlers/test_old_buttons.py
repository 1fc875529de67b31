"""Buttons and lists of what the library no longer has: each says so, and what there is instead."""

from __future__ import annotations

import pytest

from tests.bot_harness import BotHarness, Person
from tips.library import Library
from tips.models import Answer

NO_SUCH_THEME = 29


async def test_a_theme_that_is_gone_is_told_and_those_that_are_there_are_shown(
    harness: BotHarness, subscriber: Person
) -> None:
    before = await harness.app.services.subscribers.find(subscriber.id)
    await subscriber.say("/settings")
    await subscriber.tap("Themes")
    await subscriber.forge(f"1st:{NO_SUCH_THEME}:1")
    answers = await subscriber.hears("That theme is gone")
    assert "/start" not in answers
    await subscriber.sees("Which themes?")
    assert await harness.app.services.subscribers.find(subscriber.id) == before


@pytest.mark.parametrize("drop", [0, 1])
async def test_leaving_out_a_theme_that_is_gone_changes_nothing_and_says_so(
    harness: BotHarness, subscriber: Person, drop: int
) -> None:
    before = await harness.app.services.subscribers.find(subscriber.id)
    await subscriber.forge(f"1td:{NO_SUCH_THEME}:{drop}")
    answers = await subscriber.hears("That theme isn't there any more")
    assert "/start" not in answers
    assert await harness.app.services.subscribers.find(subscriber.id) == before


async def test_a_language_that_is_gone_is_told_and_not_stored(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("/settings")
    await subscriber.forge("1sl:tlh")
    await subscriber.hears("I don't have that language any more")
    await subscriber.sees("Which language?")
    found = await harness.app.services.subscribers.find(subscriber.id)
    assert found is not None
    assert found.language == "en"


@pytest.mark.parametrize("button", ["1st:29:1", "1td:29:1", "1sl:tlh"])
async def test_whoever_is_no_subscriber_is_led_to_start(newcomer: Person, button: str) -> None:
    await newcomer.say("/help")
    await newcomer.forge(button)
    await newcomer.sees("/start")


async def save(harness: BotHarness, subscriber: Person, *tips: str) -> None:
    for tip in tips:
        harness.clock.move(1)
        assert await harness.app.services.subscribers.save(subscriber.id, tip)


def is_label_of(label: str, title: str) -> bool:
    """Whether the label is the title, or what of it a phone has room for."""
    return label == title or (label.endswith("…") and title.startswith(label[:-1]))


async def test_saved_tips_are_listed_though_the_newest_page_of_them_was_withdrawn(
    harness: BotHarness, subscriber: Person
) -> None:
    kept = harness.app.services.library.tips[:9]
    await save(harness, subscriber, *(tip.id for tip in kept))
    await save(harness, subscriber, *(f"withdrawn-{number}" for number in range(8)))
    await subscriber.say("/saved")
    await subscriber.sees("page 1 of 2", "8 tips you'd saved have been withdrawn")
    shown = (await subscriber.labels())[:8]
    assert all(map(is_label_of, shown, (tip.title for tip in kept[:0:-1])))
    await subscriber.tap("Next page")
    assert is_label_of((await subscriber.labels())[0], kept[0].title)


async def test_whoever_saved_only_what_was_withdrawn_hears_that_and_not_that_they_saved_nothing(
    harness: BotHarness, subscriber: Person
) -> None:
    await save(harness, subscriber, "withdrawn")
    await subscriber.say("/saved")
    await subscriber.sees("1 tip you'd saved has been withdrawn", "/tip")


async def test_an_answer_that_was_withdrawn_since_the_index_was_made_is_no_mistake_of_ours(
    harness: BotHarness, subscriber: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def withdrawn(_: Library, answer_id: str) -> Answer:
        raise KeyError(answer_id)

    answer = harness.app.services.library.answers[0]
    await subscriber.say(answer.question)
    await subscriber.sees(answer.headline)
    monkeypatch.setattr(Library, "answer", withdrawn)
    await subscriber.say(answer.question)
    answers = await subscriber.hears()
    assert answers
    assert "Something went wrong" not in answers
