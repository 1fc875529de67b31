"""After ``db restore --skip-today``: nobody gets again what the lost database had sent."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.delivery.restored import heed_restore
from bot.store.queries import heartbeat
from tests.delivery.house import House

NOON, EVENING = datetime(2026, 6, 2, 12, tzinfo=UTC), datetime(2026, 6, 2, 20, tzinfo=UTC)


async def marked(home: House, until: datetime) -> None:
    """As a restore leaves it; the copy is of noon on 1 June."""
    async with home.db.write() as session:
        await heartbeat.beat(session, heartbeat.SKIP_TIPS, until)


async def sent_by(home: House, instant: datetime) -> set[int]:
    """Whoever has had a tip by then, sent by this database."""
    home.clock.move_to(instant)
    await home.planner.tick()
    home.clock.move(home.settings.spread_minutes * 60)
    await home.sender.drain()
    return {row.chat_id for row in await home.rows() if row.state == "sent"}


async def at_eight_in_the_evening(home: House, chat: int) -> None:
    await home.readers.arrive(chat)
    await home.readers.set_zone(chat, "UTC")
    await home.readers.set_hour(chat, 20 * 60)


async def test_what_was_due_is_skipped_and_what_is_due_later_comes(home: House) -> None:
    await home.subscribe(1, 2)
    await at_eight_in_the_evening(home, 3)
    home.clock.move_to(NOON.replace(hour=9))
    await marked(home, home.clock.now())
    assert await heed_restore(home.db) is True
    assert await heed_restore(home.db) is False, "the mark goes with what it asked for"
    assert await sent_by(home, NOON) == set(), "08:00 is within the grace, and was sent before"
    assert await sent_by(home, EVENING) == {3}
    assert await sent_by(home, NOON.replace(day=3, hour=8)) == {1, 2, 3}


async def test_without_it_the_tips_within_the_grace_come_again(home: House) -> None:
    await home.subscribe(1)
    assert await heed_restore(home.db) is False
    assert await sent_by(home, NOON.replace(hour=9)) == {1}


async def test_another_hour_brings_no_second_tip_of_the_day(home: House) -> None:
    await home.subscribe(1)
    home.clock.move_to(NOON)
    await marked(home, NOON)
    await heed_restore(home.db)
    await home.readers.set_hour(1, 20 * 60)
    assert await sent_by(home, EVENING) == set()
    assert await sent_by(home, EVENING.replace(day=3)) == {1}


async def test_tips_that_were_queued_in_the_copy_are_cancelled(home: House) -> None:
    await home.subscribe(1, 2)
    home.clock.move_to(NOON.replace(hour=8))
    await home.planner.tick()
    await marked(home, NOON)
    await heed_restore(home.db)
    assert await home.states() == [("cancelled", "restored")] * 2
    assert await sent_by(home, NOON) == set()


async def test_a_broadcast_under_way_waits_for_its_admin(home: House) -> None:
    await home.subscribe(1, 2)
    broadcast = await home.broadcast()
    await marked(home, home.clock.now())
    await heed_restore(home.db)
    await home.sender.drain()
    assert {state for state, _ in await home.states()} <= {"queued"}
    found = await home.broadcasts.find(broadcast)
    assert found is not None
    assert found.state == "paused"
    assert await home.broadcasts.resume(broadcast, 99)
    await home.sender.drain()
    assert await home.states() == [("sent", None)] * 2


@pytest.mark.parametrize("slots", [100])
async def test_many_slots_are_passed_a_few_at_a_time(home: House, slots: int) -> None:
    for number in range(slots):
        await home.readers.arrive(number + 1)
        await home.readers.set_zone(number + 1, "UTC")
        await home.readers.set_hour(number + 1, number)
    home.clock.move_to(NOON)
    await marked(home, NOON)
    await heed_restore(home.db)
    assert await home.planner.next_due() == datetime(2026, 6, 3, tzinfo=UTC)
