"""A killed sender leaves in doubt what it had begun, and nothing else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from bot.delivery import begun
from bot.delivery.worker import LEASE_SECONDS, Sender
from bot.store.database import Database
from bot.store.outbox import leases
from bot.telegram.limits.limiter import Pace
from tests.delivery.house import House, house
from tests.delivery.server import Telegram
from tips.library import Library

READERS = 120
PAID: dict[str, Any] = {"paid_broadcast": True, "total_rate": 1000, "bulk_rate": 1000}


def paced(home: House) -> Sender:
    rates = (home.settings.total_rate, home.settings.bulk_rate)
    return home.new_sender(Pace(home.clock, *rates, jitter=lambda: 0.0))


async def killed_after(home: House, tg: Telegram, messages: int, step: float = 0.01) -> int:
    """A sender is killed once so many messages were asked of Telegram, which answers to none.

    How many it had begun.
    """
    sender = paced(home)
    tg.gate.clear()
    task = asyncio.create_task(sender.run(asyncio.Event()))
    while len(tg.calls) < messages:
        await asyncio.wait([task], timeout=0.001)
        home.clock.move(step)
    for one in (task, *sender._tasks):  # as a kill: nothing is given back
        one.cancel()
    sender._ledger._db = None  # type: ignore[assignment]
    tg.script = lambda _m, _b: None
    return len(tg.calls)


async def taken_back(home: House) -> dict[str, int]:
    """The lease has ended, and another sender takes back what the first one left: by state."""
    home.clock.move(LEASE_SECONDS + 1)
    await home.new_sender()._ledger.exchange([], [], 0)
    states = [state for state, _ in await home.states()]
    return {state: states.count(state) for state in set(states)}


@pytest.fixture
async def home(db: Database, library: Library, tg: Telegram) -> Any:
    async with house(db, library, tg) as made:
        await made.fill(range(1, READERS + 1))
        yield made


async def test_of_a_broadcast_what_was_never_begun_is_in_no_doubt(
    home: House, tg: Telegram
) -> None:
    await home.broadcast()
    tried = await killed_after(home, tg, 4)
    found = await taken_back(home)
    assert found["in_doubt"] == tried
    assert found["queued"] == READERS - tried
    tg.gate.set()
    await home.new_sender().drain()
    assert sorted(tg.copies) == list(range(1, READERS + 1))
    assert set(tg.copies.values()) == {1}
    assert {row.attempts for row in await home.rows()} == {1}


async def test_at_a_thousand_a_second_a_few_more_are(
    db: Database, library: Library, tg: Telegram
) -> None:
    async with house(db, library, tg, **PAID) as home:
        await home.fill(range(1, 401))
        await home.broadcast()
        tried = await killed_after(home, tg, 4, step=0.002)
        found = await taken_back(home)
        assert tried <= found["in_doubt"] <= tried + 2 * round(1000 / begun.MARKS_A_SECOND)
        assert found["in_doubt"] + found["queued"] == 400
        tg.gate.set()


async def test_tips_are_tried_again_as_ever(home: House, tg: Telegram) -> None:
    await home.morning()
    await killed_after(home, tg, 4)
    assert await taken_back(home) == {"queued": READERS}
    tg.gate.set()


async def test_what_is_no_longer_ours_does_not_start(home: House, tg: Telegram) -> None:
    await home.broadcast()
    sender = paced(home)
    leased = await sender._ledger.exchange([], [], 4)
    while not leased.items:
        leased = await sender._ledger.exchange([], [], 4)
    async with home.db.write() as session:
        await session.execute(text("UPDATE delivery SET lease_owner = 'another'"))
    sender._flow.add(leased.items)
    assert sender._pace is not None
    pacing = asyncio.create_task(sender._flow.keep_pace(sender._pace))
    for _ in range(100):
        await asyncio.wait([pacing], timeout=0.001)
        home.clock.move(0.05)
    pacing.cancel()
    await asyncio.gather(pacing, return_exceptions=True)
    assert tg.calls == []


async def test_while_the_database_is_away_nothing_starts_and_nothing_is_lost(
    home: House, tg: Telegram, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    begin, refusals = leases.begin, [True] * 5

    async def away(*given: Any) -> Any:
        if refusals and refusals.pop():
            raise OSError("the database is away")
        return await begin(*given)

    monkeypatch.setattr(leases, "begin", away)
    await home.broadcast()
    sender = paced(home)
    task = asyncio.create_task(sender.drain())
    while not task.done():
        await asyncio.wait([task], timeout=0.001)
        home.clock.move(0.02)
    assert await task == READERS
    assert "what begins could not be marked" in caplog.text
    assert set(tg.copies.values()) == {1}
    assert {row.attempts for row in await home.rows()} == {1}
