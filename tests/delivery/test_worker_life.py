"""Leases, shares, starting and stopping of the sender, on both databases."""

from __future__ import annotations

import asyncio

import pytest

from bot.delivery.outbox import Event
from bot.store.database import Database
from bot.store.outbox import leases
from tests.delivery_harness import ADMIN, DeliveryHarness, delivery_harness
from tests.scripted_telegram import (
    BLOCKED,
    Telegram,
    once,
    refusal,
)
from tips.library import Library


async def test_hundreds_arrive_once_each(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.fill(range(1, 401))
    await harness.morning()
    assert await harness.worker.drain() == 400
    assert set(tg.copies.values()) == {1}
    assert {state for state, _ in await harness.states()} == {"sent"}
    assert await harness.worker.drain() == 0


async def test_a_queued_message_of_someone_who_just_blocked_is_dropped(
    db: Database, library: Library, tg: Telegram
) -> None:
    async with delivery_harness(db, library, tg) as harness:
        object.__setattr__(harness.settings, "in_flight", 1)
        harness.worker = harness.new_worker()
        await harness.subscribe(7)
        await harness.morning()
        await harness.broadcast()
        tg.script = lambda _m, _b: BLOCKED
        await harness.worker.drain()
        assert tg.tried(7) == 1
        assert sorted(await harness.states()) == [("cancelled", "blocked"), ("failed", "blocked")]


async def test_a_lease_that_ended_is_taken_back(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.fill(range(1, 4))
    await harness.morning()
    broadcast = await harness.broadcast()
    await harness.worker.drain()
    tg.calls.clear()
    await harness.morning(3)
    await harness.broadcasts.retry_failed(broadcast, ADMIN)
    crashed = harness.new_worker()
    exchange = await crashed.outbox.exchange([], [], 2)
    assert len(exchange.items) == 2
    harness.clock.move(30)
    assert await harness.worker.drain() == 1
    harness.clock.move(91)
    assert await harness.new_worker().drain() == 2
    assert {row.attempts for row in (await harness.rows())[-3:]} == {1, 2}
    # The one who went silent can write nothing any more.
    late = exchange.items[0].row.id
    async with harness.db.write() as session:
        await leases.settle(session, crashed.outbox.owner, [leases.Settled(late, "failed", "x")])
    assert {state for state, _ in await harness.states()} == {"sent"}


async def test_stopping_under_load_loses_nothing(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.fill(range(1, 301))
    await harness.morning()
    stop = asyncio.Event()
    task = asyncio.create_task(harness.worker.run(stop))
    await tg.until(lambda: len(tg.arrived) >= 50)
    stop.set()
    await task
    rows = await harness.rows()
    assert sum(row.state == "sent" for row in rows) == len(tg.arrived)
    assert {row.state for row in rows} <= {"sent", "queued"}
    with_attempts = [row for row in rows if row.state == "queued" and row.attempts]
    assert with_attempts == []
    left = 300 - len(tg.arrived)
    assert await harness.new_worker().drain() == left
    assert set(tg.copies.values()) == {1}


async def test_being_cancelled_loses_nothing(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.fill(range(1, 301))
    await harness.morning()
    task = asyncio.create_task(harness.worker.run(asyncio.Event()))
    await tg.until(lambda: len(tg.arrived) >= 50)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    rows = await harness.rows()
    assert sum(row.state == "sent" for row in rows) == len(tg.arrived)


async def test_running_and_draining_at_once_send_everything_once(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.fill(range(1, 101))
    await harness.morning()
    stop = asyncio.Event()
    tasks = [asyncio.create_task(harness.worker.run(stop)) for _ in range(2)]
    await asyncio.gather(*(harness.worker.drain() for _ in range(3)))
    stop.set()
    await asyncio.gather(*tasks)
    assert len(tg.arrived) == 100
    assert set(tg.copies.values()) == {1}


async def test_a_running_sender_wakes_for_new_rows(harness: DeliveryHarness, tg: Telegram) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(harness.worker.run(stop))
    await harness.subscribe(7)
    await harness.morning()
    assert await harness.worker.drain() == 1
    await harness.broadcast()
    assert await harness.worker.drain() == 1
    stop.set()
    await task


async def test_tips_and_broadcasts_share(db: Database, library: Library, tg: Telegram) -> None:
    async with delivery_harness(db, library, tg) as harness:
        await harness.fill(range(1, 201))
        await harness.morning()
        await harness.broadcast()
        await harness.worker.drain()
        first = [method for method, _ in tg.calls[:120]]
        assert first.count("copyMessage") >= 20
        assert first.count("sendMessage") >= 60
        assert set(tg.copies.values()) == {2}


async def test_a_broadcast_that_fails_too_often_pauses_itself(
    db: Database, library: Library, tg: Telegram
) -> None:
    async with delivery_harness(db, library, tg, broadcast_pause_window=10) as harness:
        await harness.fill(range(1, 101))
        broadcast = await harness.broadcast()
        tg.script = lambda _m, _b: refusal(400, "Bad Request: message to copy not found")
        await harness.worker.drain()
        assert harness.events == [Event(broadcast, "paused")]
        (running,) = await harness.broadcasts.running()
        assert (running.state, running.pause_reason) == ("paused", "failures")
        report = await harness.broadcasts.report(broadcast)
        assert report.failed["original_deleted"] + report.queued == 100
        assert report.queued > 30
        tg.script = once()
        assert await harness.broadcasts.resume(broadcast, ADMIN)
        await harness.worker.drain()
        assert (
            await harness.broadcasts.retry_failed(broadcast, ADMIN)
            == report.failed["original_deleted"]
        )
        await harness.worker.drain()
        assert (await harness.broadcasts.report(broadcast)).sent == 100


async def test_failing_after_all_attempts_pauses_it_too(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.fill(range(1, 101))
    broadcast = await harness.broadcast()
    tg.script = lambda _m, body: (502, {}) if body["chat_id"] % 2 else None
    for _ in range(400):
        await harness.worker.drain()
        harness.clock.move(60)
        if harness.events:
            break
    assert harness.events == [Event(broadcast, "paused")]
    report = await harness.broadcasts.report(broadcast)
    assert (report.sent, set(report.failed)) == (50, {"bad_gateway"})


async def test_a_small_broadcast_is_judged_as_well_but_not_by_its_first_few(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.fill(range(1, 61))
    broadcast = await harness.broadcast()
    bad = refusal(400, "Bad Request: message caption is too long")
    tg.script = once(*[bad] * 15)
    await harness.worker.drain()
    report = await harness.broadcasts.report(broadcast)
    assert harness.events == [Event(broadcast, "paused")]
    assert sum(report.failed.values()) == 15
    assert 5 <= report.sent < 45
