"""A paid broadcast beside tips, for which nobody pays: each at its own pace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.delivery.worker import DeliveryWorker
from bot.store.database import Database
from bot.telegram.limits.limiter import SendLimiter
from tests.delivery_harness import DeliveryHarness, delivery_harness
from tests.scripted_telegram import Telegram, refusal, telegram
from tests.telegram.limits.moved_limiter import busiest
from tips.library import Library

SUBSCRIBERS = 160
RATES: dict[str, Any] = {"paid_broadcast": True, "total_rate": 1000, "bulk_rate": 1000}


@pytest.fixture
async def tg() -> AsyncIterator[Telegram]:
    async with telegram() as fake:
        yield fake


@pytest.fixture
async def harness(db: Database, library: Library, tg: Telegram) -> AsyncIterator[DeliveryHarness]:
    async with delivery_harness(db, library, tg, **RATES) as made:
        await made.fill(range(1, SUBSCRIBERS + 1))
        yield made


class Post:
    """When what arrives, on the harness's clock."""

    def __init__(self, harness: DeliveryHarness) -> None:
        self.tips: list[float] = []
        self.copies: list[float] = []
        self.refuse_at: tuple[int, ...] = ()
        self._clock = harness.clock
        harness.telegram.script = self._note

    def _note(self, method: str, body: dict[str, Any]) -> Any:
        is_copy = method == "copyMessage"
        assert is_copy == body.get("allow_paid_broadcast", False), "only broadcasts are paid for"
        arrived = self.copies if is_copy else self.tips
        arrived.append(self._clock.monotonic())
        if is_copy and len(self.copies) in self.refuse_at:
            return refusal(429, "Too Many Requests", retry_after=5)
        return None


def paced(harness: DeliveryHarness) -> DeliveryWorker:
    rates = (harness.settings.total_rate, harness.settings.bulk_rate)
    return harness.new_worker(SendLimiter(harness.clock, *rates, jitter=lambda: 0.0))


async def drained(harness: DeliveryHarness, worker: DeliveryWorker) -> None:
    """Drain while time goes by, as fast as the machine lets it."""
    async for _ in draining(harness, worker):
        pass


async def draining(harness: DeliveryHarness, worker: DeliveryWorker) -> AsyncIterator[None]:
    """The same, step by step."""
    task = asyncio.create_task(worker.drain())
    while not task.done():
        await asyncio.wait([task], timeout=0.001)
        harness.clock.move(0.005)
        yield
    await task


async def test_tips_keep_to_the_free_rate_and_the_broadcast_does_not_wait_for_them(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    post = Post(harness)
    await harness.morning()
    await harness.broadcast()
    await drained(harness, paced(harness))

    assert (len(post.tips), len(post.copies)) == (SUBSCRIBERS, SUBSCRIBERS)
    assert set(tg.copies.values()) == {2}
    assert busiest(post.tips) <= 30
    tips_before_the_last_copy = sum(at <= post.copies[-1] for at in post.tips)
    assert tips_before_the_last_copy < SUBSCRIBERS / 2
    assert {row.attempts for row in await harness.rows()} == {1}


async def test_few_tips_are_leased_ahead_so_that_none_waits_long_under_its_lease(
    harness: DeliveryHarness,
) -> None:
    await harness.morning()
    broadcast = await harness.broadcast()
    outbox = harness.new_worker().outbox
    await outbox.exchange([], [], 1)
    let = await outbox.exchange([], [], 100, 7)

    kinds = [item.row.broadcast_id for item in let.items]
    assert kinds.count(None) == 7
    assert kinds.count(broadcast) == 93


async def test_no_more_tips_are_leased_at_a_time_than_go_in_a_second(
    harness: DeliveryHarness,
) -> None:
    await harness.morning()
    await harness.broadcast()
    most = 0
    async for _ in draining(harness, paced(harness)):
        rows = await harness.rows()
        most = max(most, sum(row.state == "leased" and not row.broadcast_id for row in rows))
    assert 0 < most <= 30


async def test_a_flood_gives_the_leases_of_both_back(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    post = Post(harness)
    post.refuse_at = (30, 31)
    await harness.morning()
    await harness.broadcast()
    worker = paced(harness)
    await drained(harness, worker)

    assert 4.0 < worker.held_for <= 5.0
    assert {state for state, _ in await harness.states()} == {"queued", "sent"}
    while len(tg.arrived) < 2 * SUBSCRIBERS:
        await drained(harness, worker)
        harness.clock.move(0.1)
    assert set(tg.copies.values()) == {2}
    assert {row.attempts for row in await harness.rows()} == {1}
