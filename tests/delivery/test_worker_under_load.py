"""The sender under a pace, with a slow Telegram, with a database that fails."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from bot.delivery.outbox import Event
from bot.delivery.worker import DeliveryWorker
from bot.store.outbox import leases
from bot.telegram.limits.limiter import SendLimiter
from tests.delivery_harness import DeliveryHarness
from tests.logbook import captured
from tests.scripted_telegram import Telegram, refusal


def paced(harness: DeliveryHarness) -> DeliveryWorker:
    rates = (harness.settings.total_rate, harness.settings.bulk_rate)
    return harness.new_worker(SendLimiter(harness.clock, *rates, jitter=lambda: 0.0))


async def drained(harness: DeliveryHarness, worker: DeliveryWorker, step: float = 0.01) -> int:
    """Drain while time goes by in steps, as fast as the machine lets it."""
    task = asyncio.create_task(worker.drain())
    while not task.done():
        await asyncio.wait([task], timeout=0.001)
        harness.clock.move(step)
    return await task


def times(harness: DeliveryHarness, tg: Telegram, script: Any = None) -> list[float]:
    """When each call arrives, on the harness's clock."""
    seen: list[float] = []

    def note(method: str, body: dict[str, Any]) -> Any:
        seen.append(harness.clock.monotonic())
        return script(method, body) if script else None

    tg.script = note
    return seen


async def test_never_more_in_a_second_than_the_rate(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.fill(range(1, 101))
    await harness.morning()
    seen = times(harness, tg)
    assert await drained(harness, paced(harness)) == 100
    busiest = max(sum(start <= at < start + 1 for at in seen) for start in seen)
    assert busiest <= 27
    assert seen[-1] - seen[0] >= 3.7
    assert set(tg.copies.values()) == {1}


async def test_after_a_flood_the_lane_is_silent_in_full(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.fill(range(1, 61))
    await harness.morning()
    flood = [None] * 20 + [refusal(429, "Too Many Requests", retry_after=3)] * 2
    seen = times(harness, tg, lambda _m, _b: flood.pop(0) if flood else None)
    worker = paced(harness)
    sent = await drained(harness, worker)
    assert sent < 60
    assert 2.5 < worker.held_for <= 3
    flooded = seen[21]
    while len(tg.arrived) < 60:
        await drained(harness, worker)
        harness.clock.move(0.1)
    after = [at for at in seen[22:] if at > flooded + 0.5]
    assert min(after) >= flooded + 3
    assert set(tg.copies.values()) == {1}
    assert {row.attempts for row in await harness.rows()} == {1}


async def test_one_chat_gets_no_burst(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.subscribe(7)
    for _ in range(6):
        await harness.broadcast()
    seen = times(harness, tg)
    worker = paced(harness)
    while len(seen) < 6:
        await drained(harness, worker)
        harness.clock.move(0.05)
    busiest = max(sum(start <= at < start + 1 for at in seen) for start in seen)
    assert busiest <= 4
    assert seen[-1] - seen[0] > 2
    assert {row.attempts for row in await harness.rows()} == {1}


async def test_tips_leave_though_replies_want_the_whole_pace(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.fill(range(1, 61))
    await harness.morning()
    limiter = SendLimiter(harness.clock, 30, 25, jitter=lambda: 0.0)
    asked = [asyncio.create_task(limiter.reply(chat)) for chat in range(9000)]
    begun = harness.clock.monotonic()
    assert await drained(harness, harness.new_worker(limiter)) == 60
    took = harness.clock.monotonic() - begun
    answered = sum(one.done() for one in asked)
    for one in asked:
        one.cancel()
    await asyncio.gather(*asked, return_exceptions=True)
    assert took <= 3 + 60 / (30 / 3) + 1
    assert answered >= 0.6 * 30 * (took - 1)
    assert [(row.attempts, row.reason) for row in await harness.rows()] == [(1, None)] * 60


async def test_what_waited_too_long_under_its_lease_is_leased_again(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.fill(range(1, 21))
    await harness.morning()
    tg.gate.clear()
    task = asyncio.create_task(harness.worker.drain())
    await tg.until(lambda: tg.held == 8)
    harness.clock.move(70)
    tg.gate.set()
    assert await task == 20
    assert set(tg.copies.values()) == {1}
    assert {row.attempts for row in await harness.rows()} == {1}


async def test_outcomes_survive_a_database_that_fails(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.fill(range(1, 6))
    await harness.morning()
    tg.gate.clear()
    task = asyncio.create_task(harness.worker.drain())
    await tg.until(lambda: tg.held == 5)
    async with harness.db.write() as session:
        await session.execute(text("ALTER TABLE counter RENAME TO elsewhere"))
    with captured() as log:
        tg.gate.set()
        await tg.until(lambda: len(tg.arrived) == 5)
        async with asyncio.timeout(30):
            while "cannot be reached" not in log.getvalue():
                await asyncio.wait([task], timeout=0.01)
    assert {state for state, _ in await harness.states()} == {"leased"}
    async with harness.db.write() as session:
        await session.execute(text("ALTER TABLE elsewhere RENAME TO counter"))
    while not task.done():
        harness.clock.move(0.5)
        await asyncio.wait([task], timeout=0.01)
    assert {state for state, _ in await harness.states()} == {"sent"}
    assert set(tg.copies.values()) == {1}


async def test_an_outbox_out_of_reach_is_asked_less_and_less_often(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    await harness.morning()
    async with harness.db.write() as session:
        await session.execute(text("ALTER TABLE delivery RENAME TO elsewhere"))
    with captured() as log:
        task = asyncio.create_task(harness.worker.drain())
        for _ in range(120):
            await asyncio.wait([task], timeout=0.01)
            harness.clock.move(0.5)
        lines = log.getvalue().splitlines()
        async with harness.db.write() as session:
            await session.execute(text("ALTER TABLE elsewhere RENAME TO delivery"))
        while not task.done():
            await asyncio.wait([task], timeout=0.01)
            harness.clock.move(0.5)
    refused = [line for line in lines if "the outbox cannot be reached" in line]
    assert 5 <= len(refused) <= 8
    assert tg.copies[7] == 1
    if harness.db.is_sqlite:  # PostgreSQL tells this one as a fault of ours
        assert lines == refused


async def test_a_listener_that_fails_stops_nothing(harness: DeliveryHarness) -> None:
    async def broken(_event: Event) -> None:
        raise ValueError("no")

    worker = harness.new_worker(on_event=broken)
    await harness.subscribe(7)
    with captured() as log:
        for _ in range(2):
            await harness.broadcast()
            assert await worker.drain() == 1
    assert log.getvalue().count("telling of broadcast failed") == 2


async def test_a_send_that_does_not_end_does_not_hold_up_the_stop(
    harness: DeliveryHarness, tg: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.worker.LAST_SENDS", 0.1)
    await harness.subscribe(7)
    await harness.morning()
    tg.gate.clear()
    stop = asyncio.Event()
    task = asyncio.create_task(harness.worker.run(stop))
    await tg.until(lambda: tg.held == 1)
    stop.set()
    await asyncio.wait_for(task, 60)
    assert await harness.states() == [("leased", None)]
    tg.gate.set()


async def test_a_sleeping_sender_looks_again_by_itself(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(harness.worker.run(stop))
    await harness.worker.drain()
    await harness.subscribe(7)
    await harness.morning()
    while not tg.arrived:
        harness.clock.move(1)
        await asyncio.wait([task], timeout=0.01)
    stop.set()
    await task


async def test_a_tip_that_left_the_library_is_replaced(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    await harness.morning()
    async with harness.db.write() as session:
        await session.execute(text("UPDATE delivery SET content = 99999"))
    assert await harness.worker.drain() == 1
    (row,) = await harness.rows()
    assert row.content in harness.library.topic_of


async def test_a_reader_for_whom_no_tip_fits_gets_none(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    async with harness.db.write() as session:
        await session.execute(text("UPDATE subscriber SET themes = 1073741824"))
    await harness.morning()
    assert await harness.worker.drain() == 0
    assert await harness.states() == [("cancelled", "no_tip_fits")]


@pytest.mark.parametrize(
    ("change", "left"), [("state = 'blocked'", [("cancelled", "blocked")]), ("chat_id = 8", [])]
)
async def test_a_row_whose_reader_is_gone_is_dropped_at_the_lease(
    harness: DeliveryHarness, tg: Telegram, change: str, left: list[tuple[str, str]]
) -> None:
    await harness.subscribe(7)
    await harness.morning()
    async with harness.db.write() as session:
        await session.execute(text(f"UPDATE subscriber SET {change}"))
    assert await harness.worker.drain() == 0
    assert await harness.states() == left


async def test_a_tip_that_crashes_keep_in_doubt_counts_as_seen(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    await harness.morning()
    for _ in range(leases.MOST_CRASHES):
        crashed = harness.new_worker()
        assert len((await crashed.outbox.exchange([], [], 1)).items) == 1
        harness.clock.move(91)
        await harness.new_worker().outbox.exchange([], [], 0)
    (row,) = await harness.rows()
    assert (row.state, row.doubts) == ("in_doubt", 1)
    subscriber = await harness.subscribers.find(7)
    assert subscriber is not None
    assert subscriber.seen == 1 << row.content


async def test_a_tip_in_doubt_that_is_too_late_to_repeat_stays_in_doubt_and_counts_as_seen(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    await harness.morning()
    crashed = harness.new_worker()
    assert len((await crashed.outbox.exchange([], [], 1)).items) == 1
    harness.clock.move(harness.settings.tip_grace_minutes * 60 + 91)
    assert await harness.worker.drain() == 0
    (row,) = await harness.rows()
    assert (row.state, row.reason) == ("in_doubt", "late")
    subscriber = await harness.subscribers.find(7)
    assert subscriber is not None
    assert subscriber.seen == 1 << row.content


async def test_a_tip_that_never_left_is_dropped_and_not_seen(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    await harness.morning()
    harness.clock.move(harness.settings.tip_grace_minutes * 60 + 91)
    assert await harness.worker.drain() == 0
    assert await harness.states() == [("too_old", "late")]
    subscriber = await harness.subscribers.find(7)
    assert subscriber is not None
    assert subscriber.seen == 0
