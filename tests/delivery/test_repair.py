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
from bot.delivery.worker import Sender
from bot.store import tables
from bot.store.queries import counters, heartbeat
from tests.delivery.house import EIGHT, House
from tests.delivery.server import Telegram

DAY = timedelta(days=1)
NOON = datetime.fromisoformat("2026-06-01T12:00:00+00:00")


@pytest.fixture
def ahead(home: House) -> House:
    """Another run over the same database, with a clock four days in the future."""
    clock = MovableClock(NOON + 4 * DAY)
    return House(home.db, clock, home.library, home.settings, home.telegram, home.wire)


async def repaired(home: House, sender: Sender | None = None) -> dict[str, int]:
    owner = (sender or home.sender).owner
    made = Repair(home.db, home.clock, home.settings, home.planner, owner=owner)
    return dict(await made.run())


async def stored(home: House, table: str) -> Any:
    async with home.db.read() as session:
        return (await session.execute(select(tables.Table.metadata.tables[table]))).one()


async def test_where_nothing_is_ahead_nothing_is_touched(home: House, tg: Telegram) -> None:
    await home.subscribe(7, 8)
    await home.readers.pause(8, 365)
    await home.broadcast()
    await home.morning()
    await home.sender.drain()
    assert await repaired(home) == {}


async def test_a_slot_waits_no_longer_than_until_its_next_instant(
    home: House, ahead: House
) -> None:
    await home.subscribe(7)
    await ahead.planner.tick()
    assert (await stored(home, "slot")).next_at == EIGHT + 4 * DAY
    assert (await repaired(home))["slot.next_at"] == 1
    slot = await stored(home, "slot")
    assert (slot.next_at, slot.next_date, slot.cursor) == (EIGHT, EIGHT.date(), 0)
    await home.morning()
    assert await home.sender.drain() == 1


async def test_a_few_hours_ahead_are_enough_to_be_noticed(home: House) -> None:
    await home.subscribe(7)
    late = MovableClock(NOON + timedelta(hours=20, minutes=30))
    run = House(home.db, late, home.library, home.settings, home.telegram, home.wire)
    await run.planner.tick()
    assert (await repaired(home))["slot.next_at"] == 1
    assert (await stored(home, "slot")).next_at == EIGHT


async def test_a_tip_that_was_sent_for_a_later_date_counts_for_today(
    home: House, ahead: House, tg: Telegram
) -> None:
    await home.subscribe(7)
    await ahead.morning(day=6)
    assert await ahead.sender.drain() == 1
    assert (await repaired(home))["delivery.local_date"] == 1
    (row,) = await home.rows()
    assert (row.local_date, row.state, row.sent_at) == (NOON.date(), "sent", NOON)
    for day in range(2, 7):
        await home.morning(day=day)
        assert await home.sender.drain() == 1, day
    assert tg.copies == {7: 6}


async def test_one_that_was_not_sent_is_planned_anew_when_its_date_has_come(
    home: House, ahead: House
) -> None:
    await home.subscribe(7)
    await ahead.morning(day=6)
    assert [row.state for row in await home.rows()] == ["queued"]
    await repaired(home)
    assert await home.rows() == []


async def test_a_row_in_the_hands_of_a_killed_run_is_taken_back(
    home: House, ahead: House, tg: Telegram
) -> None:
    await home.subscribe(7)
    await ahead.morning(day=6)
    tg.gate.clear()
    sending = asyncio.create_task(ahead.sender.drain())
    await tg.until(lambda: tg.held == 1)
    assert [row.state for row in await home.rows()] == ["leased"]
    assert (await repaired(home))["delivery.lease_until"] == 1
    (row,) = await home.rows()
    assert row.lease_until == NOON + timedelta(seconds=90)
    tg.gate.set()
    await sending


async def test_a_retry_waits_no_longer_than_the_longest_pause(
    home: House, ahead: House, tg: Telegram
) -> None:
    await home.subscribe(7)
    await home.morning()
    async with home.db.write() as session:
        late = home.clock.now() + 4 * DAY
        await session.execute(update(tables.delivery).values(ready_at=late))
    assert await repaired(home) == {"delivery.ready_at": 1}
    assert await home.sender.drain() == 1


async def test_a_broadcast_that_was_confirmed_is_sent(
    home: House, ahead: House, tg: Telegram
) -> None:
    await ahead.subscribe(7)
    tg.script = lambda _method, _body: (429, {"ok": False, "error_code": 429})
    which = await ahead.broadcast()
    await ahead.sender.drain()
    tg.script = lambda _method, _body: None
    assert await home.sender.drain() == 0, "due in four days"
    found = await repaired(home)
    assert found["delivery.due_at"] == 1
    shown = await stored(home, "broadcast")
    assert shown.confirmed_at == NOON
    assert shown.not_after == NOON + DAY
    assert await home.new_sender().drain() == 1
    assert (await home.broadcasts.report(which)).sent == 1


async def test_who_subscribed_then_is_not_left_out(home: House, ahead: House) -> None:
    await ahead.subscribe(7)
    await ahead.readers.pause(7, 7)
    await ahead.readers.resume(7)
    await repaired(home)
    one = await stored(home, "subscription")
    assert (one.snoozed_until, one.not_before) == (NOON, NOON.date() + DAY)
    reader = await stored(home, "subscriber")
    assert reader.created_at == reader.joined_at == NOON
    await home.morning()
    assert len(await home.rows()) == 1


async def test_a_pause_ends_when_it_can_at_the_latest(home: House, ahead: House) -> None:
    await home.subscribe(7, 8)
    await ahead.readers.pause(7, 365)
    await ahead.readers.pause(8, 7)
    await repaired(home)
    reader = await home.readers.find(7)
    assert reader is not None
    assert reader.paused_until == NOON + 366 * DAY
    async with home.db.read() as session:
        snoozed = select(tables.subscription.c.snoozed_until).where(
            tables.subscription.c.chat_id == 8
        )
        assert (await session.execute(snoozed)).scalar_one() == NOON + 11 * DAY


async def test_what_was_counted_for_later_hours_is_counted_now(home: House, ahead: House) -> None:
    async with home.db.write() as session:
        await counters.add(session, NOON, {"tip.sent": 1})
        await counters.add(session, NOON + 4 * DAY, {"tip.sent": 2, "left": 1})
    assert (await repaired(home))["counter.at"] == 2
    async with home.db.read() as session:
        assert await counters.totals(session, NOON) == {"tip.sent": 3, "left": 1}


async def test_nobody_is_taken_to_live_or_to_poll_in_the_future(home: House) -> None:
    async with home.db.write() as session:
        for name in ("plan", "poller", "replica:dead"):
            await heartbeat.beat(session, name, NOON + 4 * DAY, "detail")
    assert (await repaired(home))["heartbeat.at"] == 3
    async with home.db.read() as session:
        assert await heartbeat.everything(session) == {
            "plan": (NOON, "detail"),
            "poller": (NOON + timedelta(seconds=15), "detail"),
            "replica:dead": (NOON, "detail"),
        }


class TestAStepWhileTipsAreUnderWay:
    @pytest.fixture
    def careful(self, home: House) -> Sender:
        made = home.new_sender()
        made._trust = ClockTrust(home.clock)
        return made

    @pytest.mark.parametrize("step", [2 * DAY, -2 * DAY])
    async def test_nothing_is_taken_back_or_sent_twice(
        self, home: House, tg: Telegram, careful: Sender, step: timedelta
    ) -> None:
        await home.subscribe(*range(1, 21))
        await home.morning()
        tg.gate.clear()
        sending = asyncio.create_task(careful.drain())
        await tg.until(lambda: tg.held == 8)
        home.clock.set_wall(step.total_seconds())
        home.clock.move(16)
        careful.wake()
        tg.gate.set()
        await sending
        assert set(tg.copies.values()) == {1}
        late = careful._ledger._metrics.registry.get_sample_value(
            "gutskin_delivery_lateness_seconds_sum"
        )
        assert late is not None
        assert 0.0 <= late < 20 * 600, "how long a send took no step of the clock makes longer"
        home.clock.set_wall(-step.total_seconds())
        careful._trust.accept()
        await careful.drain()
        assert tg.copies == dict.fromkeys(range(1, 21), 1)

    async def test_once_the_clock_is_believed_what_is_in_hand_stays_ours(
        self, home: House, tg: Telegram, careful: Sender
    ) -> None:
        await home.subscribe(7)
        await home.morning()
        tg.gate.clear()
        sending = asyncio.create_task(careful.drain())
        await tg.until(lambda: tg.held == 1)
        home.clock.set_wall(600)
        await repaired(home, careful)
        careful._trust.accept()
        home.clock.move(16)
        careful.wake()
        other = home.new_sender()
        await other.drain()
        tg.gate.set()
        await sending
        assert tg.copies == {7: 1}
