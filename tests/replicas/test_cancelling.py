"""Several processes cancel and send on one PostgreSQL: a killed one leaves nothing waiting."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from bot.delivery.cancelling import cancel_rows
from bot.store.database import Database
from bot.store.outbox import leases
from tests.delivery_harness import DeliveryHarness
from tests.postgres import Cluster

pytestmark = pytest.mark.postgres
LONG_S = 120.0  # a machine may be busy
GUTSKIN = (sys.executable, "-c", "from bot.cli import main; main()")
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


@asynccontextmanager
async def nobody_can_change_deliveries(db: Database) -> AsyncIterator[None]:
    async with db.engine.begin() as connection:
        await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        await connection.execute(text("LOCK TABLE delivery IN SHARE MODE"))
        yield


async def cut_off(db: Database, connection: int) -> None:
    """The server finds that whoever was at the other end is gone, and takes everything back."""
    async with db.read() as session, asyncio.timeout(LONG_S):
        await session.execute(text("SELECT pg_terminate_backend(:it, 60000)"), {"it": connection})


async def killed_while_it_cancels(db: Database, url: str, broadcast: int) -> None:
    """Another process has ended the broadcast, and is killed before it has cancelled a row."""
    environ = {**os.environ, "GUTSKIN_DATABASE_URL": url}
    async with nobody_can_change_deliveries(db):
        process = await asyncio.create_subprocess_exec(
            *GUTSKIN, "broadcast", "cancel", str(broadcast), env=environ
        )
        try:
            connection = await waiting_for_a_lock(db)
        finally:
            process.kill()
            await process.wait()
        await cut_off(db, connection)


async def test_what_a_killed_replica_left_waiting_another_one_cancels_at_its_next_tick(
    harness: DeliveryHarness, db: Database, database_url: str
) -> None:
    await harness.fill(range(1, 6))
    broadcast = await harness.broadcast()
    await killed_while_it_cancels(db, database_url, broadcast)
    found = await harness.broadcasts.find(broadcast)
    assert found is not None
    assert found.state == "cancelled"
    assert await harness.states() == [("queued", None)] * 5
    await harness.planner.tick()
    assert await harness.states() == [("cancelled", "cancelled")] * 5


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
