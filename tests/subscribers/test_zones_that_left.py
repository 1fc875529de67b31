"""A zone that has left the time-zone data: its subscribers are skipped, and nobody else is."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.delivery.forecast import forecast
from bot.store import tables
from bot.store.queries import heartbeat, subscribers
from tests.delivery_harness import DeliveryHarness
from tests.logbook import captured
from tests.scripted_telegram import Telegram

LOST = "Mars/Olympus_Mons"


async def rename(harness: DeliveryHarness, old: str, new: str) -> None:
    async with harness.db.write() as session:
        for table in (tables.subscriber, tables.slot):
            await session.execute(update(table).where(table.c.zone == old).values(zone=new))


@pytest.fixture
async def both(harness: DeliveryHarness) -> DeliveryHarness:
    """7 lives at UTC; 8 in a place with the same hour, whose zone is about to go."""
    await harness.subscribe(7, 8)
    await harness.subscribers.set_zone(8, "Africa/Abidjan")
    return harness


async def test_its_readers_are_skipped_and_the_others_get_their_tips(
    both: DeliveryHarness, tg: Telegram
) -> None:
    await rename(both, "Africa/Abidjan", LOST)
    with captured("ERROR", "json") as log:
        await both.morning()
    line = json.loads(log.getvalue().splitlines()[0])
    assert line["event"] == "a zone has left the time-zone data: no tips there"
    assert line["zone"] == LOST
    await both.worker.drain()
    assert tg.copies == {7: 1}
    due = await both.planner.next_due()
    assert due is not None
    assert due > both.clock.now()


async def test_after_days_of_downtime_it_is_looked_at_once(
    both: DeliveryHarness, tg: Telegram
) -> None:
    await rename(both, "Africa/Abidjan", LOST)
    await both.morning(day=20)
    due = await both.planner.next_due()
    assert due is not None
    assert timedelta() < due - both.clock.now() <= timedelta(days=1)
    await both.worker.drain()
    assert tg.copies == {7: 1}


async def test_a_tip_that_was_planned_before_stops_nobody_s(
    both: DeliveryHarness, tg: Telegram
) -> None:
    await both.morning()
    await rename(both, "Africa/Abidjan", LOST)
    await both.worker.drain()
    assert tg.copies == {7: 1, 8: 1}


async def test_when_the_data_has_it_again_tips_come_at_their_hour_again(
    both: DeliveryHarness, tg: Telegram
) -> None:
    await rename(both, "Africa/Abidjan", LOST)
    await both.morning()
    await both.worker.drain()
    await rename(both, LOST, "Africa/Abidjan")
    async with both.db.write() as session:
        await heartbeat.beat(session, "zone-data", both.clock.now(), "of before")
    await both.planner.ready_at_start()
    await both.morning(day=3)
    await both.worker.drain()
    assert tg.copies == {7: 2, 8: 1}


async def test_the_forecast_skips_them_and_names_the_zone(both: DeliveryHarness) -> None:
    await rename(both, "Africa/Abidjan", LOST)
    found = await forecast(both.db, both.clock, both.settings)
    assert (found.tips, found.skipped) == (1, {LOST: 1})
    another = await forecast(
        both.db, both.clock, both.settings, both.clock.now() + timedelta(days=9)
    )
    assert (another.tips, another.skipped) == (1, {LOST: 1})


async def test_it_is_known_how_many_are_concerned(both: DeliveryHarness) -> None:
    assert await both.db.read(subscribers.lost_zones) == {}
    await rename(both, "Africa/Abidjan", LOST)
    assert await both.db.read(subscribers.lost_zones) == {LOST: 1}
