"""Several processes cancel and send on one PostgreSQL."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from bot.delivery.cancelling import cancel_rows
from bot.store.database import Database
from bot.store.outbox import leases
from tests.delivery_harness import DeliveryHarness
from tests.postgres import Cluster

pytestmark = pytest.mark.postgres
LONG_S = 120.0  # a machine may be busy
WAITS_FOR_A_LOCK = text(
    "SELECT pid FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture
def database_url(postgres: Cluster) -> str:
    return postgres.migrated_database()


async def waiting_for_a_lock(db: Database) -> int:
    """The connection that waits for somebody else's transaction."""
    async with asyncio.timeout(LONG_S):
        while True:
            async with db.read() as session:
                found: int | None = (await session.execute(WAITS_FOR_A_LOCK)).scalar()
            if found is not None:
                return found
            await asyncio.sleep(0.01)


async def test_what_another_replica_is_leasing_stays_its_own(
    harness: DeliveryHarness, db: Database
) -> None:
    """It is sent in a moment: called cancelled, its outcome would be lost."""
    await harness.fill(range(1, 6))
    broadcast = await harness.broadcast()
    now = harness.clock.now()
    async with db.write() as session:
        leased = await leases.lease(
            session, "other", now=now, until=now, most=2, broadcast_id=broadcast
        )
        cancelling = asyncio.create_task(cancel_rows(db, broadcast))
        blocked = asyncio.create_task(waiting_for_a_lock(db))
        await asyncio.wait([cancelling, blocked], return_when=asyncio.FIRST_COMPLETED)
        blocked.cancel()
    await cancelling
    held = {row.id for row in await harness.rows() if row.state == "leased"}
    assert held == {row.id for row in leased}
