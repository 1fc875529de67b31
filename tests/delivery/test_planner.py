"""The tick, on both databases: who is due gets one row, and nobody gets two."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.clock import MovableClock
from bot.config import Settings
from bot.delivery import audience
from bot.delivery import planner as planning
from bot.delivery.planner import Planned, Planner
from bot.store import tables
from bot.store.database import Database
from bot.store.queries import slots
from bot.subscribers.privacy import Privacy
from bot.subscribers.service import Subscribers
from bot.subscribers.zone_data import zone_data_version
from tests.counted import totals
from tests.delivery_harness import DeliveryHarness
from tests.logbook import captured
from tests.subscribers.test_service import ANNA, next_at, subscribe
from tips.library import Library

BERLIN_EIGHT = datetime(2026, 6, 2, 6, 0, tzinfo=UTC)


@pytest.fixture
def planner(db: Database, clock: MovableClock, library: Library, settings: Settings) -> Planner:
    return Planner(db, clock, library, settings)


async def rows(db: Database) -> list[Any]:
    async with db.read() as session:
        order = tables.delivery.c.local_date, tables.delivery.c.chat_id
        return list((await session.execute(select(tables.delivery).order_by(*order))).all())


async def test_nothing_is_due_before_its_time(planner: Planner, subscribers: Subscribers) -> None:
    assert await planner.next_due() is None
    await subscribe(subscribers)
    assert await planner.next_due() == BERLIN_EIGHT
    assert await planner.tick() == Planned(0, 0, 0)


async def test_a_due_reader_gets_one_row(
    planner: Planner,
    subscribers: Subscribers,
    clock: MovableClock,
    db: Database,
    settings: Settings,
) -> None:
    await subscribe(subscribers)
    clock.move_to(BERLIN_EIGHT)
    assert await planner.tick() == Planned(1, 1, 0)
    assert await planner.tick() == Planned(0, 0, 0)
    (row,) = await rows(db)
    assert (row.chat_id, row.state, row.content, row.attempts) == (ANNA, "queued", None, 0)
    assert row.local_date.isoformat() == "2026-06-02"
    window = timedelta(minutes=settings.spread_minutes)
    assert BERLIN_EIGHT <= row.due_at < BERLIN_EIGHT + window
    assert row.ready_at == row.due_at
    assert row.not_after == row.due_at + timedelta(minutes=settings.tip_grace_minutes)
    assert await planner.next_due() == BERLIN_EIGHT + timedelta(days=1)
    assert await next_at(subscribers) == "Tue 02 08:00"


async def test_what_is_planned_is_one_line_in_the_log_and_nothing_is_none(
    planner: Planner, subscribers: Subscribers, clock: MovableClock
) -> None:
    await subscribe(subscribers)
    with captured("INFO") as log:
        await planner.tick()
        assert log.getvalue() == ""
        clock.move_to(BERLIN_EIGHT)
        await planner.tick()
        await planner.tick()
    (line,) = log.getvalue().splitlines()
    assert "tips are planned" in line
    assert "rows=1 slots=1 too_old=0" in line


async def test_readers_are_spread_over_the_window_always_alike(
    planner: Planner, subscribers: Subscribers, clock: MovableClock, db: Database
) -> None:
    for chat in range(1, 41):
        await subscribe(subscribers, chat)
    for day in range(2):
        clock.move_to(BERLIN_EIGHT + timedelta(days=day))
        assert (await planner.tick()).rows == 40
    found = await rows(db)
    offsets = [row.due_at - BERLIN_EIGHT for row in found[:40]]
    next_day = [row.due_at - BERLIN_EIGHT - timedelta(days=1) for row in found[40:]]
    assert offsets == next_day
    assert len(set(offsets)) == 40
    early = sum(offset < timedelta(minutes=2, seconds=30) for offset in offsets)
    assert 10 <= early <= 30


async def test_only_those_who_want_one_get_one(
    planner: Planner, subscribers: Subscribers, privacy: Privacy, clock: MovableClock, db: Database
) -> None:
    for chat in range(1, 8):
        await subscribe(subscribers, chat)
    await subscribers.pause(2)
    await subscribers.pause(3, 1)
    await subscribers.stop(4)
    await subscribers.blocked(5)
    await subscribers.set_weekdays(6, 0b1111101)
    await privacy.forget(7)
    clock.move_to(BERLIN_EIGHT)
    assert (await planner.tick()).rows == 1
    clock.move_to(BERLIN_EIGHT + timedelta(days=1))
    assert (await planner.tick()).rows == 3
    assert [row.chat_id for row in await rows(db)] == [1, 1, 3, 6]


async def test_a_tick_makes_the_rows_of_confirmed_broadcasts_and_tells_at_once(
    harness: DeliveryHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "FREEZE_CHUNK", 4)
    told = 0

    def tell() -> None:
        nonlocal told
        told += 1

    await harness.fill(range(1, 11))
    broadcast = await harness.confirmed()
    planner = Planner(harness.db, harness.clock, harness.library, harness.settings, on_rows=tell)
    assert await planner.tick() == Planned(0, 0, 0), "tips alone are counted"
    report = await harness.broadcasts.report(broadcast)
    assert (report.queued, len(await harness.rows()), told) == (10, 10, 3)
    await planner.tick()
    assert told == 3


async def test_a_crash_in_the_middle_of_a_slot_resumes_there(
    harness: DeliveryHarness,
    planner: Planner,
    subscribers: Subscribers,
    clock: MovableClock,
    db: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def crash() -> None:
        raise RuntimeError("killed after the first rows")

    monkeypatch.setattr(planning, "CHUNK", 3)
    for chat in range(1, 11):
        await subscribe(subscribers, chat)
    clock.move_to(BERLIN_EIGHT)
    with pytest.raises(RuntimeError, match="killed"):
        await Planner(db, clock, harness.library, harness.settings, on_rows=crash).tick()
    assert len(await rows(db)) == 3
    assert await next_at(subscribers, 10) == "Tue 02 08:00"
    assert (await planner.tick()).rows == 7
    assert len({row.chat_id for row in await rows(db)}) == 10


async def test_two_planners_at_once_plan_each_reader_once(
    planner: Planner, subscribers: Subscribers, clock: MovableClock, db: Database
) -> None:
    for chat in range(1, 6):
        await subscribe(subscribers, chat)
    clock.move_to(BERLIN_EIGHT)
    ticks = await asyncio.gather(*(planner.tick() for _ in range(3)))
    assert sum(tick.rows for tick in ticks) == 5


async def test_after_downtime_only_the_newest_fresh_tip_is_sent(
    planner: Planner, subscribers: Subscribers, clock: MovableClock, db: Database
) -> None:
    await subscribe(subscribers)
    clock.move_to(BERLIN_EIGHT + timedelta(days=3, hours=1))
    assert await planner.tick() == Planned(4, 1, 3)
    assert [row.local_date.day for row in await rows(db)] == [5]
    async with db.read() as session:
        assert await totals(session, BERLIN_EIGHT) == {"tip.too_old": 3}


async def test_a_longer_downtime_leaves_none(
    planner: Planner, subscribers: Subscribers, clock: MovableClock, db: Database
) -> None:
    await subscribe(subscribers)
    clock.move_to(BERLIN_EIGHT + timedelta(hours=4))
    assert await planner.tick() == Planned(1, 0, 1)
    assert await rows(db) == []


async def test_a_change_of_hour_on_the_day_gives_no_second_tip(
    planner: Planner, subscribers: Subscribers, clock: MovableClock, db: Database
) -> None:
    await subscribe(subscribers)
    clock.move_to(BERLIN_EIGHT)
    await planner.tick()
    await subscribers.set_hour(ANNA, 9 * 60)
    clock.move_to(BERLIN_EIGHT + timedelta(hours=2))
    await planner.tick()
    assert len(await rows(db)) == 1


async def test_who_is_planned_together_lies_together_in_the_order_of_their_tips(
    planner: Planner, subscribers: Subscribers, clock: MovableClock, db: Database
) -> None:
    for chat in range(1, 41):
        await subscribe(subscribers, chat, minute=480 if chat % 2 else 600)
    for chat in range(1, 41, 4):
        await subscribers.set_hour(chat, 600)
    clock.move_to(BERLIN_EIGHT)
    await planner.tick()
    clock.move(2 * 3600)
    await planner.tick()
    planned = sorted(await rows(db), key=lambda row: row.id)
    due = [row.due_at for row in planned]
    assert len(due) == 40
    assert due == sorted(due)
    seats = [row.subscription_id for row in planned]
    assert seats == sorted(seats)


async def test_tips_follow_a_reader_who_changes_the_hour(
    planner: Planner, subscribers: Subscribers, privacy: Privacy, clock: MovableClock, db: Database
) -> None:
    await subscribe(subscribers)
    for day in range(3):
        clock.move_to(BERLIN_EIGHT + timedelta(days=day, minutes=30))
        await planner.tick()
        await subscribers.set_hour(ANNA, 481 + day)
    assert len(await rows(db)) == 3
    assert len({row.subscription_id for row in await rows(db)}) == 1
    assert (await privacy.forget(ANNA)).erased
    assert await rows(db) == []


async def test_a_taken_seat_leaves_the_next_one(
    planner: Planner, subscribers: Subscribers, clock: MovableClock, db: Database
) -> None:
    await subscribe(subscribers)
    async with db.write() as session:
        had = await slots.membership(session, ANNA)
        assert had is not None
        assert await slots.free_seat(session, had.slot_id, had.id) == had.id + 1
        assert await slots.free_seat(session, 7, 2**40 - 1) == (7 << 40) + 2**40 - 1


async def test_joining_a_slot_that_is_just_being_planned_waits_for_its_next_instant(
    planner: Planner, subscribers: Subscribers, clock: MovableClock, db: Database
) -> None:
    await subscribe(subscribers, 1)
    await subscribe(subscribers, 2, minute=20 * 60)
    clock.move_to(BERLIN_EIGHT + timedelta(seconds=10))
    await subscribers.set_hour(2, 480)
    await planner.tick()
    assert [row.chat_id for row in await rows(db)] == [1]


async def test_pausing_takes_back_a_queued_tip_and_resuming_restores_it(
    planner: Planner, subscribers: Subscribers, clock: MovableClock, db: Database
) -> None:
    await subscribe(subscribers)
    clock.move_to(BERLIN_EIGHT)
    await planner.tick()
    await subscribers.pause(ANNA)
    assert [(row.state, row.reason) for row in await rows(db)] == [("cancelled", "paused")]
    await subscribers.resume(ANNA)
    assert [(row.state, row.reason) for row in await rows(db)] == [("queued", None)]
    await subscribers.blocked(ANNA)
    assert [(row.state, row.reason) for row in await rows(db)] == [("cancelled", "blocked")]


async def test_a_moved_group_keeps_its_queued_tip(
    planner: Planner, subscribers: Subscribers, clock: MovableClock, db: Database
) -> None:
    await subscribe(subscribers, -5)
    clock.move_to(BERLIN_EIGHT)
    await planner.tick()
    await subscribers.move_chat(-5, -1005)
    assert [(row.chat_id, row.state) for row in await rows(db)] == [(-1005, "queued")]


async def test_a_zone_change_after_the_tip_waits_for_a_fresh_date(
    planner: Planner, subscribers: Subscribers, clock: MovableClock, db: Database
) -> None:
    await subscribe(subscribers)
    clock.move_to(BERLIN_EIGHT)
    await planner.tick()
    async with db.write() as session:
        await session.execute(text("UPDATE delivery SET state = 'sent'"))
    await subscribers.set_zone(ANNA, "America/New_York")
    assert await next_at(subscribers) == "Wed 03 08:00"
    clock.move_to(BERLIN_EIGHT + timedelta(hours=23))
    await planner.tick()
    assert len(await rows(db)) == 1


async def test_new_zone_data_corrects_what_was_computed_under_the_old(
    planner: Planner, subscribers: Subscribers, clock: MovableClock, db: Database
) -> None:
    await subscribe(subscribers)
    assert await planner.ready_at_start() == 0
    assert await planner.ready_at_start() == 0
    async with db.write() as session:
        (slot,) = await slots.all_slots(session)
        wrong = slot.next_at + timedelta(hours=1)
        await slots.move_on(session, slot.id, wrong, slot.next_date)
        await session.execute(text("UPDATE heartbeat SET detail = '2019c'"))
    assert await planner.ready_at_start() == 1
    assert await planner.next_due() == BERLIN_EIGHT


async def test_a_zone_that_vanished_stops_nobody_else(
    planner: Planner, subscribers: Subscribers, clock: MovableClock, db: Database
) -> None:
    await subscribe(subscribers, 1)
    await subscribe(subscribers, 2)
    await subscribe(subscribers, 3, minute=481)
    async with db.write() as session:
        change = "UPDATE slot SET zone = 'Atlantis/Capital' WHERE local_minute = 481"
        await session.execute(text(change))
    assert await planner.ready_at_start() == 0
    clock.move_to(BERLIN_EIGHT + timedelta(minutes=1))
    assert (await planner.tick()).slots == 2
    assert await planner.next_due() == BERLIN_EIGHT + timedelta(days=1)


def test_the_mark_of_the_zone_data_follows_its_files(tmp_path: Any) -> None:
    (tmp_path / "tzdata.zi").write_text("# version 2026a")
    before = zone_data_version((str(tmp_path),))
    (tmp_path / "tzdata.zi").write_text("# version 2026b")
    assert zone_data_version((str(tmp_path),)) != before
