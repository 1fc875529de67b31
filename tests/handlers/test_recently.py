"""What is remembered for a moment is forgotten in time, and is never much."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.clock import MovableClock
from bot.handlers.recently import Recently
from tests.bot_harness import BotHarness, Person

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_key_is_known_for_its_time() -> None:
    clock = MovableClock(NOON)
    recently = Recently[int](clock, 60.0)
    recently.add(1)
    clock.move(59.0)
    assert 1 in recently
    recently.add(1)
    clock.move(59.0)
    assert 1 in recently
    clock.move(1.0)
    assert 1 not in recently
    assert len(recently) == 0


def test_of_a_million_only_the_latest_are_kept() -> None:
    recently = Recently[int](MovableClock(NOON), 60.0, most=100)
    for key in range(10_000):
        recently.add(key)
    assert len(recently) == 100
    assert 9_999 in recently
    assert 9_000 not in recently


async def test_a_group_that_calls_and_calls_is_told_once_in_ten_minutes(
    harness: BotHarness, subscriber: Person
) -> None:
    chat = await harness.post("groups", title="Us", type="supergroup", member=subscriber.id)

    async def said() -> int:
        shown = await harness.get(f"chats/{chat['id']}/messages")
        return sum(message["from_bot"] for message in shown)

    for _ in range(5):
        await subscriber.say("/help@GutSkinBot", chat=chat["id"])
    assert await said() == 1
    harness.clock.move(600)
    await subscriber.say("/help@GutSkinBot", chat=chat["id"])
    assert await said() == 2
