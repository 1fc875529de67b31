"""After ``db restore --skip-today``: nobody gets again what the lost database had sent."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from bot.delivery.restored import heed_restore
from bot.store import tables
from bot.store.queries import heartbeat
from tests.delivery_harness import DeliveryHarness

NOON, EVENING = datetime(2026, 6, 2, 12, tzinfo=UTC), datetime(2026, 6, 2, 20, tzinfo=UTC)


async def marked(harness: DeliveryHarness, until: datetime) -> None:
    """As a restore leaves it; the copy is of noon on 1 June."""
    async with harness.db.write() as session:
        await heartbeat.beat(session, heartbeat.SKIP_TIPS, until)


async def sent_by(harness: DeliveryHarness, instant: datetime) -> set[int]:
    """Whoever has had a tip by then, sent by this database."""
    harness.clock.move_to(instant)
    await harness.planner.tick()
    harness.clock.move(harness.settings.spread_minutes * 60)
    await harness.worker.drain()
    return {row.chat_id for row in await harness.rows() if row.state == "sent"}


async def at_eight_in_the_evening(harness: DeliveryHarness, chat: int) -> None:
    await harness.subscribers.arrive(chat, "en")
    await harness.subscribers.set_zone(chat, "UTC")
    await harness.subscribers.set_hour(chat, 20 * 60)


async def test_what_was_due_is_skipped_and_what_is_due_later_comes(
    harness: DeliveryHarness,
) -> None:
    await harness.subscribe(1, 2)
    await at_eight_in_the_evening(harness, 3)
    harness.clock.move_to(NOON.replace(hour=9))
    await marked(harness, harness.clock.now())
    assert await heed_restore(harness.db) is True
    assert await heed_restore(harness.db) is False, "the mark goes with what it asked for"
    assert await sent_by(harness, NOON) == set(), "08:00 is within the grace, and was sent before"
    assert await sent_by(harness, EVENING) == {3}
    assert await sent_by(harness, NOON.replace(day=3, hour=8)) == {1, 2, 3}


async def test_without_it_the_tips_within_the_grace_come_again(harness: DeliveryHarness) -> None:
    await harness.subscribe(1)
    assert await heed_restore(harness.db) is False
    assert await sent_by(harness, NOON.replace(hour=9)) == {1}


async def test_another_hour_brings_no_second_tip_of_the_day(harness: DeliveryHarness) -> None:
    await harness.subscribe(1)
    harness.clock.move_to(NOON)
    await marked(harness, NOON)
    await heed_restore(harness.db)
    await harness.subscribers.set_hour(1, 20 * 60)
    assert await sent_by(harness, EVENING) == set()
    assert await sent_by(harness, EVENING.replace(day=3)) == {1}


async def test_tips_that_were_queued_in_the_copy_are_cancelled(harness: DeliveryHarness) -> None:
    await harness.subscribe(1, 2)
    harness.clock.move_to(NOON.replace(hour=8))
    await harness.planner.tick()
    await marked(harness, NOON)
    await heed_restore(harness.db)
    assert await harness.states() == [("cancelled", "restored")] * 2
    assert await sent_by(harness, NOON) == set()


async def test_a_zone_that_is_gone_holds_up_no_restore(harness: DeliveryHarness) -> None:
    """As the copy is of an older machine; their tips go on once they have a zone again."""
    await harness.subscribe(1, 2)
    await harness.subscribers.set_zone(2, "Africa/Abidjan")
    async with harness.db.write() as session:
        for table in (tables.subscriber, tables.slot):
            gone = update(table).where(table.c.zone == "Africa/Abidjan")
            await session.execute(gone.values(zone="Mars/Olympus_Mons"))
    until = NOON.replace(day=20)
    harness.clock.move_to(until)
    await marked(harness, until)
    assert await heed_restore(harness.db) is True
    due = await harness.planner.next_due()
    assert due == EVENING.replace(day=21, hour=8)
    assert await sent_by(harness, until) == set()
    await harness.subscribers.set_zone(2, "UTC")
    assert await sent_by(harness, due) == {1, 2}


async def test_a_broadcast_under_way_waits_for_its_admin(harness: DeliveryHarness) -> None:
    await harness.subscribe(1, 2)
    broadcast = await harness.broadcast()
    await marked(harness, harness.clock.now())
    await heed_restore(harness.db)
    await harness.worker.drain()
    assert {state for state, _ in await harness.states()} <= {"queued"}
    found = await harness.broadcasts.find(broadcast)
    assert found is not None
    assert found.state == "paused"
    assert await harness.broadcasts.resume(broadcast, 99)
    await harness.worker.drain()
    assert await harness.states() == [("sent", None)] * 2


@pytest.mark.parametrize("slots", [100])
async def test_many_slots_are_passed_a_few_at_a_time(harness: DeliveryHarness, slots: int) -> None:
    for number in range(slots):
        await harness.subscribers.arrive(number + 1, "en")
        await harness.subscribers.set_zone(number + 1, "UTC")
        await harness.subscribers.set_hour(number + 1, number)
    harness.clock.move_to(NOON)
    await marked(harness, NOON)
    await heed_restore(harness.db)
    assert await harness.planner.next_due() == datetime(2026, 6, 3, tzinfo=UTC)
