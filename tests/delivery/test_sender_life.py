"""Leases, shares, starting and stopping of the sender, on both databases."""

from __future__ import annotations

import asyncio

import pytest

from bot.delivery.outbox import Event
from bot.store.database import Database
from bot.store.outbox import leases
from tests.delivery.house import ADMIN, House, house
from tests.delivery.server import (
    BLOCKED,
    Telegram,
    once,
    refusal,
)
from tips.library import Library


async def test_hundreds_arrive_once_each(home: House, tg: Telegram) -> None:
    await home.fill(range(1, 401))
    await home.morning()
    assert await home.sender.drain() == 400
    assert set(tg.copies.values()) == {1}
    assert {state for state, _ in await home.states()} == {"sent"}
    assert await home.sender.drain() == 0


async def test_a_queued_message_of_someone_who_just_blocked_is_dropped(
    db: Database, library: Library, tg: Telegram
) -> None:
    async with house(db, library, tg) as home:
        object.__setattr__(home.settings, "in_flight", 1)
        home.sender = home.new_sender()
        await home.subscribe(7)
        await home.morning()
        await home.broadcast()
        tg.script = lambda _m, _b: BLOCKED
        await home.sender.drain()
        assert tg.tried(7) == 1
        assert sorted(await home.states()) == [("cancelled", "blocked"), ("failed", "blocked")]


async def test_a_lease_that_ended_is_taken_back(home: House, tg: Telegram) -> None:
    await home.fill(range(1, 4))
    await home.morning()
    broadcast = await home.broadcast()
    await home.sender.drain()
    tg.calls.clear()
    await home.morning(3)
    await home.broadcasts.retry_failed(broadcast, ADMIN)
    crashed = home.new_sender()
    exchange = await crashed._ledger.exchange([], [], 2)
    assert len(exchange.items) == 2
    home.clock.move(30)
    assert await home.sender.drain() == 1
    home.clock.move(91)
    assert await home.new_sender().drain() == 2
    assert {row.attempts for row in (await home.rows())[-3:]} == {1, 2}
    # The one who went silent can write nothing any more.
    late = exchange.items[0].row.id
    async with home.db.write() as session:
        await leases.settle(session, crashed._ledger.owner, [leases.Settled(late, "failed", "x")])
    assert {state for state, _ in await home.states()} == {"sent"}


async def test_stopping_under_load_loses_nothing(home: House, tg: Telegram) -> None:
    await home.fill(range(1, 301))
    await home.morning()
    stop = asyncio.Event()
    task = asyncio.create_task(home.sender.run(stop))
    await tg.until(lambda: len(tg.arrived) >= 50)
    stop.set()
    await task
    rows = await home.rows()
    assert sum(row.state == "sent" for row in rows) == len(tg.arrived)
    assert {row.state for row in rows} <= {"sent", "queued"}
    with_attempts = [row for row in rows if row.state == "queued" and row.attempts]
    assert with_attempts == []
    left = 300 - len(tg.arrived)
    assert await home.new_sender().drain() == left
    assert set(tg.copies.values()) == {1}


async def test_being_cancelled_loses_nothing(home: House, tg: Telegram) -> None:
    await home.fill(range(1, 301))
    await home.morning()
    task = asyncio.create_task(home.sender.run(asyncio.Event()))
    await tg.until(lambda: len(tg.arrived) >= 50)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    rows = await home.rows()
    assert sum(row.state == "sent" for row in rows) == len(tg.arrived)


async def test_running_and_draining_at_once_send_everything_once(
    home: House, tg: Telegram
) -> None:
    await home.fill(range(1, 101))
    await home.morning()
    stop = asyncio.Event()
    tasks = [asyncio.create_task(home.sender.run(stop)) for _ in range(2)]
    await asyncio.gather(*(home.sender.drain() for _ in range(3)))
    stop.set()
    await asyncio.gather(*tasks)
    assert len(tg.arrived) == 100
    assert set(tg.copies.values()) == {1}


async def test_a_running_sender_wakes_for_new_rows(home: House, tg: Telegram) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(home.sender.run(stop))
    await home.subscribe(7)
    await home.morning()
    assert await home.sender.drain() == 1
    await home.broadcast()
    assert await home.sender.drain() == 1
    stop.set()
    await task


async def test_tips_and_broadcasts_share(db: Database, library: Library, tg: Telegram) -> None:
    async with house(db, library, tg) as home:
        await home.fill(range(1, 201))
        await home.morning()
        await home.broadcast()
        await home.sender.drain()
        first = [method for method, _ in tg.calls[:120]]
        assert first.count("copyMessage") >= 20
        assert first.count("sendMessage") >= 60
        assert set(tg.copies.values()) == {2}


async def test_a_broadcast_that_fails_too_often_pauses_itself(
    db: Database, library: Library, tg: Telegram
) -> None:
    async with house(db, library, tg, broadcast_pause_window=10) as home:
        await home.fill(range(1, 101))
        broadcast = await home.broadcast()
        tg.script = lambda _m, _b: refusal(400, "Bad Request: message to copy not found")
        await home.sender.drain()
        assert home.events == [Event(broadcast, "paused")]
        (running,) = await home.broadcasts.running()
        assert (running.state, running.pause_reason) == ("paused", "failures")
        report = await home.broadcasts.report(broadcast)
        assert report.failed["original_deleted"] + report.queued == 100
        assert report.queued > 30
        tg.script = once()
        assert await home.broadcasts.resume(broadcast, ADMIN)
        await home.sender.drain()
        assert (
            await home.broadcasts.retry_failed(broadcast, ADMIN)
            == report.failed["original_deleted"]
        )
        await home.sender.drain()
        assert (await home.broadcasts.report(broadcast)).sent == 100


async def test_failing_after_all_attempts_pauses_it_too(home: House, tg: Telegram) -> None:
    await home.fill(range(1, 101))
    broadcast = await home.broadcast()
    tg.script = lambda _m, body: (502, {}) if body["chat_id"] % 2 else None
    for _ in range(400):
        await home.sender.drain()
        home.clock.move(60)
        if home.events:
            break
    assert home.events == [Event(broadcast, "paused")]
    report = await home.broadcasts.report(broadcast)
    assert (report.sent, set(report.failed)) == (50, {"bad_gateway"})


async def test_a_small_broadcast_is_judged_as_well_but_not_by_its_first_few(
    home: House, tg: Telegram
) -> None:
    await home.fill(range(1, 61))
    broadcast = await home.broadcast()
    bad = refusal(400, "Bad Request: message caption is too long")
    tg.script = once(*[bad] * 15)
    await home.sender.drain()
    report = await home.broadcasts.report(broadcast)
    assert home.events == [Event(broadcast, "paused")]
    assert sum(report.failed.values()) == 15
    assert 5 <= report.sent < 45
