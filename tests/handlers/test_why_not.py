"""After 👎: one of four reasons, at one tap, and what it changes."""

from __future__ import annotations

import pytest

from tests.bot_harness import BotHarness, Person

REASONS = ["Too obvious", "Not about me", "Hard to understand", "Not for my skin"]


async def put_off(harness: BotHarness, person: Person) -> str | None:
    found = await harness.app.services.subscribers.find(person.id)
    assert found is not None
    return found.put_off


async def test_the_reasons_come_in_place_after_a_thumb_down_and_go_with_it(
    subscriber: Person,
) -> None:
    count = len(await subscriber.messages())
    await subscriber.tap("👎 Not for me")
    assert (await subscriber.labels())[2:6] == REASONS
    await subscriber.tap("✓ 👎 Not for me")
    assert not {*REASONS} & {*await subscriber.labels()}
    assert len(await subscriber.messages()) == count


@pytest.mark.parametrize(
    ("reason", "said", "what"),
    [
        ("Too obvious", "The basics of “Skin care” come last for 60 days", "basics:skin-care:"),
        ("Not about me", "Tips on “Skin care” come last for 30 days", "topic:skin-care:"),
        ("Hard to understand", "Tips about studies come last for 60 days", "research::"),
        ("Not for my skin", "Tips on “Skin care” come last for 60 days", "topic:skin-care:"),
    ],
)
async def test_one_tap_says_what_it_changes_and_changes_it(
    harness: BotHarness, subscriber: Person, reason: str, said: str, what: str
) -> None:
    await subscriber.tap("👎 Not for me")
    await subscriber.tap(reason)
    await subscriber.hears(said)
    assert (await put_off(harness, subscriber) or "").startswith(what)
    assert not {*REASONS} & {*await subscriber.labels()}
    assert "✓ 👎 Not for me" in await subscriber.labels()


async def test_a_vote_that_is_taken_back_takes_its_effect_back(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.tap("👎 Not for me")
    await subscriber.tap("Not for my skin")
    await subscriber.tap("✓ 👎 Not for me")
    assert await put_off(harness, subscriber) is None
    await subscriber.tap("👎 Not for me")
    assert (await subscriber.labels())[2:6] == REASONS


async def test_tips_of_the_topic_stay_away_while_there_are_others(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.tap("👎 Not for me")
    await subscriber.tap("Not for my skin")
    library = harness.app.services.library
    given = [await harness.app.services.subscribers.take_tip(subscriber.id) for _ in range(60)]
    assert "skin-care" not in {tip.topic for tip in given if tip is not None}
    assert any(tip.topic == "skin-care" for tip in library.tips)


async def test_not_about_me_on_a_tip_for_parents_asks_who_the_tips_are_for(
    harness: BotHarness, subscriber: Person
) -> None:
    for_parents = next(t for t in harness.app.services.library.tips if t.audience == "parent")
    await subscriber.forge(f"1to:{for_parents.number}")
    await subscriber.tap("👎 Not for me")
    await subscriber.tap("Not about me")
    await subscriber.hears("Tips like this one come last", "Who are your tips for?")
    assert (await put_off(harness, subscriber) or "").startswith("audience:parent:")
    await subscriber.tap("Choose who they're for")
    await subscriber.hears("for")


async def test_a_reason_without_a_thumb_down_changes_nothing(
    harness: BotHarness, subscriber: Person
) -> None:
    (tip,) = await subscriber.tips()
    number = next(t.number for t in harness.app.services.library.tips if t.title in tip["text"])
    await subscriber.forge(f"1tx:{number}:hard", message_id=tip["message_id"])
    assert await put_off(harness, subscriber) is None
