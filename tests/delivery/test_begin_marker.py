"""A killed sender leaves in doubt what it had begun, and nothing else."""

from __future__ import annotations

import asyncio
from copy import copy
from typing import Any

import pytest
from sqlalchemy import text

from bot.delivery import begin_marker
from bot.delivery.worker import LEASE_SECONDS, DeliveryWorker
from bot.store.database import Database
from bot.store.outbox import leases
from bot.telegram.limits.limiter import SendLimiter
from tests.delivery_harness import DeliveryHarness, delivery_harness
from tests.logbook import captured
from tests.scripted_telegram import Telegram
from tests.telegram.limits.moved_limiter import settle as turn_the_loop
from tips.library import Library

SUBSCRIBERS = 120
PAID: dict[str, Any] = {"paid_broadcast": True, "total_rate": 1000, "bulk_rate": 1000}


def paced(harness: DeliveryHarness, db: Database | None = None) -> DeliveryWorker:
    rates = (harness.settings.total_rate, harness.settings.bulk_rate)
    return harness.new_worker(SendLimiter(harness.clock, *rates, jitter=lambda: 0.0), db=db)


async def killed(_work: Any) -> Any:
    raise OSError("the process is dead")


async def killed_after(
    harness: DeliveryHarness, tg: Telegram, messages: int, step: float = 0.01
) -> int:
    """A sender is killed once so many messages were asked of Telegram, which answers to none.

    How many it had begun.
    """
    db = copy(harness.db)
    worker = paced(harness, db)
    tg.gate.clear()
    task = asyncio.create_task(worker.run(asyncio.Event()))
    while len(tg.calls) < messages:
        await asyncio.wait([task], timeout=0.001)
        harness.clock.move(step)
    db.read = db.write = killed  # type: ignore[method-assign,assignment]
    task.cancel()  # as by a kill: nothing more begins, and nothing can be given back
    await turn_the_loop()
    tg.script = lambda _m, _b: None
    return len(tg.calls)


async def taken_back(harness: DeliveryHarness) -> dict[str, int]:
    """The lease has ended, and another sender takes back what the first one left: by state."""
    harness.clock.move(LEASE_SECONDS + 1)
    await harness.new_worker().outbox.exchange([], [], 0)
    states = [state for state, _ in await harness.states()]
    return {state: states.count(state) for state in set(states)}


@pytest.fixture
async def harness(db: Database, library: Library, tg: Telegram) -> Any:
    async with delivery_harness(db, library, tg) as made:
        await made.fill(range(1, SUBSCRIBERS + 1))
        yield made


async def test_of_a_broadcast_what_was_never_begun_is_in_no_doubt(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.broadcast()
    tried = await killed_after(harness, tg, 4)
    found = await taken_back(harness)
    assert found["in_doubt"] == tried
    assert found["queued"] == SUBSCRIBERS - tried
    tg.gate.set()
    await harness.new_worker().drain()
    assert sorted(tg.copies) == list(range(1, SUBSCRIBERS + 1))
    assert set(tg.copies.values()) == {1}
    assert {row.attempts for row in await harness.rows()} == {1}


async def test_at_a_thousand_a_second_a_few_more_are(
    db: Database, library: Library, tg: Telegram
) -> None:
    async with delivery_harness(db, library, tg, **PAID) as harness:
        await harness.fill(range(1, 401))
        await harness.broadcast()
        tried = await killed_after(harness, tg, 4, step=0.002)
        found = await taken_back(harness)
        assert tried <= found["in_doubt"] <= tried + 2 * round(1000 / begin_marker.MARKS_A_SECOND)
        assert found["in_doubt"] + found["queued"] == 400
        tg.gate.set()


async def test_tips_are_tried_again_as_ever(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.morning()
    await killed_after(harness, tg, 4)
    assert await taken_back(harness) == {"queued": SUBSCRIBERS}
    tg.gate.set()


async def test_what_is_no_longer_ours_does_not_start(
    harness: DeliveryHarness, tg: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark, wanted = leases.mark_begun, 0

    async def too_late(session: Any, **given: Any) -> Any:
        nonlocal wanted
        wanted += 1
        await session.execute(text("UPDATE delivery SET lease_owner = 'another'"))
        return await mark(session, **given)

    monkeypatch.setattr(leases, "mark_begun", too_late)
    await harness.broadcast()
    stop = asyncio.Event()
    working = asyncio.create_task(paced(harness).run(stop))
    for _ in range(100):
        await asyncio.wait([working], timeout=0.001)
        harness.clock.move(0.05)
    stop.set()
    await working
    assert wanted
    assert tg.calls == []


async def test_while_the_database_is_away_nothing_starts_and_nothing_is_lost(
    harness: DeliveryHarness,
    tg: Telegram,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mark, refusals = leases.mark_begun, [True] * 5

    async def away(*given: Any, **named: Any) -> Any:
        if refusals and refusals.pop():
            raise OSError("the database is away")
        return await mark(*given, **named)

    monkeypatch.setattr(leases, "mark_begun", away)
    await harness.broadcast()
    worker = paced(harness)
    with captured("ERROR") as log:
        task = asyncio.create_task(worker.drain())
        while not task.done():
            await asyncio.wait([task], timeout=0.001)
            harness.clock.move(0.02)
    assert await task == SUBSCRIBERS
    assert "what begins could not be marked" in log.getvalue()
    assert set(tg.copies.values()) == {1}
    assert {row.attempts for row in await harness.rows()} == {1}
