"""Tips without a sound, and the first tip after a break."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot_harness import BotHarness, Person

BACK = "You're back from your break."


async def daily_tips(harness: BotHarness) -> list[dict[str, Any]]:
    """What the daily tips asked of Telegram."""
    calls = await harness.calls("sendMessage")
    return [call["parameters"] for call in calls if "Try today:" in call["parameters"]["text"]][1:]


async def test_a_quiet_tip_makes_no_sound_and_the_others_do(
    harness: BotHarness, subscriber: Person
) -> None:
    await harness.to_next_tip()
    await harness.app.services.subscribers.set_quiet(subscriber.id, on=True)
    await harness.to_next_tip()
    await harness.app.services.subscribers.set_quiet(subscriber.id, on=False)
    await harness.to_next_tip()
    sounds = [tip.get("disable_notification", False) for tip in await daily_tips(harness)]
    assert sounds == [False, True, False]


@pytest.mark.parametrize("tidied", [True, False], ids=["after the job", "before the job"])
async def test_the_first_tip_after_a_break_says_so_and_the_next_does_not(
    harness: BotHarness, subscriber: Person, tidied: bool
) -> None:
    await subscriber.say("/pause 2")
    await harness.pass_time(days=2)
    if tidied:
        await harness.app.services.subscribers.end_pauses()
    await harness.pass_time(days=2)
    texts = [tip["text"] for tip in await subscriber.tips()][1:]
    assert [text.startswith(BACK) for text in texts] == [True, False]


async def test_who_ends_a_break_early_is_not_told_twice(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("/pause 7")
    await subscriber.say("/resume")
    await harness.pass_time(days=1)
    assert BACK not in (await subscriber.tips())[-1]["text"]


async def test_a_new_break_forgets_that_the_last_one_was_not_spoken_of(
    harness: BotHarness, subscriber: Person
) -> None:
    subscribers = harness.app.services.subscribers
    await subscriber.say("/pause 2")
    harness.clock.move(2 * 86_400)
    await subscribers.end_pauses()
    await subscribers.pause(subscriber.id)
    await subscribers.resume(subscriber.id)
    found = await subscribers.find(subscriber.id)
    assert found is not None
    assert found.pause_ended is False
