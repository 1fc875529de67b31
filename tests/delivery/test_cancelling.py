"""What waits of a cancelled broadcast is cancelled by the next tick, whoever left it waiting."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from bot.store import tables
from tests.delivery_harness import DeliveryHarness

LEFT = ("queued", None)
CANCELLED = ("cancelled", "cancelled")


async def ended_and_killed(harness: DeliveryHarness, broadcast: int) -> None:
    """A process ends the broadcast, and is killed before it has cancelled its rows."""
    ended = update(tables.broadcast).where(tables.broadcast.c.id == broadcast)
    async with harness.db.write() as session:
        await session.execute(ended.values(state="cancelled", finished_at=harness.clock.now()))


async def test_the_next_tick_cancels_what_a_killed_process_left_waiting_and_nothing_else(
    harness: DeliveryHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.cancelling.ROWS_AT_ONCE", 7)
    await harness.fill(range(1, 21))
    cancelled, other = await harness.broadcast(), await harness.broadcast()
    await ended_and_killed(harness, cancelled)
    assert await harness.states() == [LEFT] * 40
    await harness.planner.tick()
    states = {(row.broadcast_id, row.state, row.reason) for row in await harness.rows()}
    assert states == {(cancelled, *CANCELLED), (other, *LEFT)}
