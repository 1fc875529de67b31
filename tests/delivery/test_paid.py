"""A paid broadcast beside tips, for which nobody pays: each at its own pace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.delivery.worker import Sender
from bot.store.database import Database
from bot.telegram.limits.limiter import Pace
from tests.delivery.house import House, house
from tests.delivery.server import Telegram, refusal, telegram
from tests.pacing.moved import busiest
from tips.library import Library

READERS = 160
RATES: dict[str, Any] = {"paid_broadcast": True, "total_rate": 1000, "bulk_rate": 1000}


@pytest.fixture
async def tg() -> AsyncIterator[Telegram]:
    async with telegram() as fake:
        yield fake


@pytest.fixture
async def home(db: Database, library: Library, tg: Telegram) -> AsyncIterator[House]:
    async with house(db, library, tg, **RATES) as made:
        await made.fill(range(1, READERS + 1))
        yield made


class Post:
    """When what arrives, on the house's clock."""

    def __init__(self, home: House) -> None:
        self.tips: list[float] = []
        self.copies: list[float] = []
        self.refuse_at: tuple[int, ...] = ()
        self._clock = home.clock
        home.telegram.script = self._note

    def _note(self, method: str, body: dict[str, Any]) -> Any:
        is_copy = method == "copyMessage"
        assert is_copy == body.get("allow_paid_broadcast", False), "only broadcasts are paid for"
        arrived = self.copies if is_copy else self.tips
        arrived.append(self._clock.monotonic())
        if is_copy and len(self.copies) in self.refuse_at:
            return refusal(429, "Too Many Requests", retry_after=5)
        return None


def paced(home: House) -> Sender:
    rates = (home.settings.total_rate, home.settings.bulk_rate)
    return home.new_sender(Pace(home.clock, *rates, jitter=lambda: 0.0))


async def drained(home: House, sender: Sender) -> None:
    """Drain while time goes by, as fast as the machine lets it."""
    task = asyncio.create_task(sender.drain())
    while not task.done():
        await asyncio.wait([task], timeout=0.001)
        home.clock.move(0.005)
    await task


async def test_tips_keep_to_the_free_rate_and_the_broadcast_does_not_wait_for_them(
    home: House, tg: Telegram
) -> None:
    post = Post(home)
    await home.morning()
    await home.broadcast()
    await drained(home, paced(home))

    assert (len(post.tips), len(post.copies)) == (READERS, READERS)
    assert set(tg.copies.values()) == {2}
    assert busiest(post.tips) <= 30
    tips_before_the_last_copy = sum(at <= post.copies[-1] for at in post.tips)
    assert tips_before_the_last_copy < READERS / 2
    assert {row.attempts for row in await home.rows()} == {1}


async def test_few_tips_are_leased_ahead_so_that_none_waits_long_under_its_lease(
    home: House,
) -> None:
    await home.morning()
    broadcast = await home.broadcast()
    ledger = home.new_sender()._ledger
    await ledger.exchange([], [], 1)
    let = await ledger.exchange([], [], 100, 7)

    kinds = [item.row.broadcast_id for item in let.items]
    assert kinds.count(None) == 7
    assert kinds.count(broadcast) == 93


async def test_a_flood_gives_the_leases_of_both_back(home: House, tg: Telegram) -> None:
    post = Post(home)
    post.refuse_at = (30, 31)
    await home.morning()
    await home.broadcast()
    sender = paced(home)
    await drained(home, sender)

    assert 4.0 < sender.held_for <= 5.0
    assert {state for state, _ in await home.states()} == {"queued", "sent"}
    while len(tg.arrived) < 2 * READERS:
        await drained(home, sender)
        home.clock.move(0.1)
    assert set(tg.copies.values()) == {2}
    assert {row.attempts for row in await home.rows()} == {1}
