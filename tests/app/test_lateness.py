"""How late the tips were, as /metrics and /stats tell it after real sends."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

import aiohttp
import pytest

from tests.bot_harness import BotHarness, Person


async def metrics(harness: BotHarness) -> str:
    async with (
        aiohttp.ClientSession(harness.app.web_url) as session,
        session.get("/metrics") as response,
    ):
        assert response.status == 200
        return await response.text()


def within(text: str) -> dict[float, int]:
    """Tips by how many seconds late they were at most."""
    bucket = r'^gutskin_delivery_lateness_seconds_bucket{le="([^"]+)"} (\S+)$'
    found = re.findall(bucket, text, re.MULTILINE)
    return {float(bound): int(float(count)) for bound, count in found}


@pytest.fixture
async def morning(harness: BotHarness) -> BotHarness:
    """Three subscribers got their tip in time."""
    subscribers = [await harness.subscriber(f"R{number}", hour="08:00") for number in range(3)]
    await harness.to_next_tip()
    assert [len(await subscriber.tips()) for subscriber in subscribers] == [2, 2, 2]
    return harness


async def test_before_the_first_tip_there_is_nothing_to_tell(harness: BotHarness) -> None:
    text = await metrics(harness)
    assert set(within(text).values()) == {0}


async def test_tips_in_time_are_counted_as_such(morning: BotHarness) -> None:
    text = await metrics(morning)
    counts = within(text)
    assert list(counts) == sorted(counts)
    assert counts[60.0] == counts[math.inf] == 3
    assert "gutskin_delivery_lateness_seconds_count 3.0" in text


async def test_a_late_tip_shows_in_the_tail_and_not_in_the_median(
    morning: BotHarness, admin: Person
) -> None:
    late = await morning.subscriber("Late", hour="12:00")
    noon = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)  # in Berlin; the day after the morning
    await morning.fault("429", method="sendMessage", chat=late.id, retry_after=100)
    await morning.pass_time((noon - morning.clock.now()).total_seconds() + 30)
    assert len(await late.tips()) == 1, "Telegram makes it wait"
    await morning.pass_time(seconds=75)
    assert len(await late.tips()) == 2
    text = await metrics(morning)
    counts = within(text)
    assert (counts[60.0], counts[90.0], counts[300.0], counts[86400.0]) == (6, 6, 7, 7)
    assert list(counts.values()) == sorted(counts.values()), "each bound holds those before it"
    await admin.say("/stats")
    await admin.sees("How late: half within", "95 in 100 within")
