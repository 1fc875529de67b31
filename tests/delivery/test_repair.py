"""Stored instants are held against what they can be: after a run whose clock was ahead."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.clock import MovableClock
from bot.clock_trust import ClockTrust
from bot.delivery.repair import Repair
from bot.delivery.worker import DeliveryWorker
from bot.metrics import Metrics
from bot.store import tables
from bot.store.queries import counters, heartbeat
from tests.counted import totals
from tests.delivery_harness import EIGHT, DeliveryHarness
from tests.scripted_telegram import Telegram

DAY = timedelta(days=1)
NOON = datetime.fromisoformat("2026-06-01T12:00:00+00:00")


@pytest.fixture
def ahead(harness: DeliveryHarness) -> DeliveryHarness:
    """Another run over the same database, with a clock four days in the future."""
    clock = MovableClock(NOON + 4 * DAY)
    return DeliveryHarness(
        harness.db, clock, harness.library, harness.settings, harness.telegram, harness.transport
    )


async def repaired(
    harness: DeliveryHarness, worker: DeliveryWorker | None = None
) -> dict[str, int]:
    owner = (worker or harness.worker).owner
    made = Repair(harness.db, harness.clock, harness.settings, harness.planner, owner=owner)
    return dict(await made.run())


async def stored(harness: DeliveryHarness, table: str) -> Any:
    async with harness.db.read() as session:
        return (await session.execute(select(tables.Table.metadata.tables[table]))).one()


async def test_where_nothing_is_ahead_nothing_is_touched(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7, 8)
    await harness.subscribers.pause(8, 365)
    await harness.broadcast()
    await harness.morning()
    await harness.worker.drain()
    assert await repaired(harness) == {}


async def test_a_slot_waits_no_longer_than_until_its_next_instant(
    harness: DeliveryHarness, ahead: DeliveryHarness
) -> None:
    await harness.subscribe(7)
    await ahead.planner.tick()
    assert (await stored(harness, "slot")).next_at == EIGHT + 4 * DAY
    assert (await repaired(harness))["slot.next_at"] == 1
    slot = await stored(harness, "slot")
    assert (slot.next_at, slot.next_date, slot.cursor) == (EIGHT, EIGHT.date(), 0)
    await harness.morning()
    assert await harness.worker.drain() == 1


async def test_a_few_hours_ahead_are_enough_to_be_noticed(harness: DeliveryHarness) -> None:
    await harness.subscribe(7)
    late = MovableClock(NOON + timedelta(hours=20, minutes=30))
    run = DeliveryHarness(
        harness.db, late, harness.library, harness.settings, harness.telegram, harness.transport
    )
    await run.planner.tick()
    assert (await repaired(harness))["slot.next_at"] == 1
    assert (await stored(harness, "slot")).next_at == EIGHT


async def test_a_tip_that_was_sent_for_a_later_date_counts_for_today(
    harness: DeliveryHarness, ahead: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    await ahead.morning(day=6)
    assert await ahead.worker.drain() == 1
    assert (await repaired(harness))["delivery.local_date"] == 1
    (row,) = await harness.rows()
    assert (row.local_date, row.state, row.sent_at) == (NOON.date(), "sent", NOON)
    for day in range(2, 7):
        await harness.morning(day=day)
        assert await harness.worker.drain() == 1, day
    assert tg.copies == {7: 6}


async def test_one_that_was_not_sent_is_planned_anew_when_its_date_has_come(
    harness: DeliveryHarness, ahead: DeliveryHarness
) -> None:
    await harness.subscribe(7)
    await ahead.morning(day=6)
    assert [row.state for row in await harness.rows()] == ["queued"]
    await repaired(harness)
    assert await harness.rows() == []


async def test_a_row_in_the_hands_of_a_killed_run_is_taken_back(
    harness: DeliveryHarness, ahead: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    await ahead.morning(day=6)
    tg.gate.clear()
    sending = asyncio.create_task(ahead.worker.drain())
    await tg.until(lambda: tg.held == 1)
    assert [row.state for row in await harness.rows()] == ["leased"]
    assert (await repaired(harness))["delivery.lease_until"] == 1
    (row,) = await harness.rows()
    assert row.lease_until == NOON + timedelta(seconds=90)
    tg.gate.set()
    await sending


async def test_a_retry_waits_no_longer_than_the_longest_pause(
    harness: DeliveryHarness, ahead: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    await harness.morning()
    async with harness.db.write() as session:
        late = harness.clock.now() + 4 * DAY
        await session.execute(update(tables.delivery).values(ready_at=late))
    assert await repaired(harness) == {"delivery.ready_at": 1}
    assert await harness.worker.drain() == 1


async def test_a_broadcast_that_was_confirmed_is_sent(
    harness: DeliveryHarness, ahead: DeliveryHarness, tg: Telegram
) -> None:
    await ahead.subscribe(7)
    tg.script = lambda _method, _body: (429, {"ok": False, "error_code": 429})
    which = await ahead.broadcast()
    await ahead.worker.drain()
    tg.script = lambda _method, _body: None
    assert await harness.worker.drain() == 0, "due in four days"
    found = await repaired(harness)
    assert found["delivery.due_at"] == 1
    shown = await stored(harness, "broadcast")
    assert shown.confirmed_at == NOON
    assert shown.not_after == NOON + DAY
    assert await harness.new_worker().drain() == 1
    assert (await harness.broadcasts.report(which)).sent == 1


async def test_who_subscribed_then_is_not_left_out(
    harness: DeliveryHarness, ahead: DeliveryHarness
) -> None:
    await ahead.subscribe(7)
    await ahead.subscribers.pause(7, 7)
    await ahead.subscribers.resume(7)
    await repaired(harness)
    one = await stored(harness, "subscription")
    assert (one.snoozed_until, one.not_before) == (NOON, NOON.date() + DAY)
    subscriber = await stored(harness, "subscriber")
    assert subscriber.created_at == subscriber.joined_at == NOON
    await harness.morning()
    assert len(await harness.rows()) == 1


async def test_a_pause_ends_when_it_can_at_the_latest(
    harness: DeliveryHarness, ahead: DeliveryHarness
) -> None:
    await harness.subscribe(7, 8)
    await ahead.subscribers.pause(7, 365)
    await ahead.subscribers.pause(8, 7)
    await repaired(harness)
    subscriber = await harness.subscribers.find(7)
    assert subscriber is not None
    assert subscriber.paused_until == NOON + 366 * DAY
    async with harness.db.read() as session:
        snoozed = select(tables.subscription.c.snoozed_until).where(
            tables.subscription.c.chat_id == 8
        )
        assert (await session.execute(snoozed)).scalar_one() == NOON + 11 * DAY


async def test_what_was_counted_for_later_hours_is_counted_now(
    harness: DeliveryHarness, ahead: DeliveryHarness
) -> None:
    async with harness.db.write() as session:
        await counters.add(session, NOON, {"tip.sent": 1})
        await counters.add(session, NOON + 4 * DAY, {"tip.sent": 2, "left": 1})
    assert (await repaired(harness))["counter.at"] == 2
    async with harness.db.read() as session:
        assert await totals(session, NOON) == {"tip.sent": 3, "left": 1}


async def test_nobody_is_taken_to_live_or_to_poll_in_the_future(harness: DeliveryHarness) -> None:
    async with harness.db.write() as session:
        for name in ("plan", "poller", "replica:dead"):
            await heartbeat.beat(session, name, NOON + 4 * DAY, "detail")
    assert (await repaired(harness))["heartbeat.at"] == 3
    async with harness.db.read() as session:
        beats = await heartbeat.everything(session)
        assert {one.name: (one.at, one.detail) for one in beats} == {
            "plan": (NOON, "detail"),
            "poller": (NOON + timedelta(seconds=15), "detail"),
            "replica:dead": (NOON, "detail"),
        }


class TestAStepWhileTipsAreUnderWay:
    @pytest.fixture
    def trust(self, harness: DeliveryHarness) -> ClockTrust:
        return ClockTrust(harness.clock)

    @pytest.fixture
    def metrics(self, harness: DeliveryHarness) -> Metrics:
        return Metrics(harness.clock)

    @pytest.fixture
    def careful(
        self, harness: DeliveryHarness, trust: ClockTrust, metrics: Metrics
    ) -> DeliveryWorker:
        return harness.new_worker(trust=trust, metrics=metrics)

    @pytest.mark.parametrize("step", [2 * DAY, -2 * DAY])
    async def test_nothing_is_taken_back_or_sent_twice(
        self,
        harness: DeliveryHarness,
        tg: Telegram,
        careful: DeliveryWorker,
        trust: ClockTrust,
        metrics: Metrics,
        step: timedelta,
    ) -> None:
        await harness.subscribe(*range(1, 21))
        await harness.morning()
        tg.gate.clear()
        sending = asyncio.create_task(careful.drain())
        await tg.until(lambda: tg.held == 8)
        harness.clock.set_wall(step.total_seconds())
        harness.clock.move(16)
        careful.wake()
        tg.gate.set()
        await sending
        assert set(tg.copies.values()) == {1}
        late = metrics.registry.get_sample_value("gutskin_delivery_lateness_seconds_sum")
        assert late is not None
        assert 0.0 <= late < 20 * 600, "how long a send took no step of the clock makes longer"
        harness.clock.set_wall(-step.total_seconds())
        trust.accept()
        await careful.drain()
        assert tg.copies == dict.fromkeys(range(1, 21), 1)

    async def test_once_the_clock_is_believed_what_is_in_hand_stays_ours(
        self, harness: DeliveryHarness, tg: Telegram, careful: DeliveryWorker, trust: ClockTrust
    ) -> None:
        await harness.subscribe(7)
        await harness.morning()
        tg.gate.clear()
        sending = asyncio.create_task(careful.drain())
        await tg.until(lambda: tg.held == 1)
        harness.clock.set_wall(600)
        await repaired(harness, careful)
        trust.accept()
        harness.clock.move(16)
        careful.wake()
        other = harness.new_worker()
        await other.drain()
        tg.gate.set()
        await sending
        assert tg.copies == {7: 1}
