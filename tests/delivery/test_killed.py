"""A sender in a process of its own is killed: what it had begun is in doubt, the rest is sent."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import text

from bot.delivery.worker import LEASE_SECONDS
from bot.store.database import Database
from tests.delivery_harness import DeliveryHarness
from tests.scripted_telegram import Telegram

ROOT = Path(__file__).parents[2]
SUBSCRIBERS = 40
PATIENCE_S = 120.0
VICTIM = """
import asyncio, sys
from datetime import datetime
from bot.clock import MovableClock
from bot.telegram.limits.limiter import SendLimiter
from bot.store.database import Database
from tests.delivery_harness import delivery_harness
from tests.scripted_telegram import Telegram
from tips.library import load_library

async def main(url, port, instant):
    db = await Database.open(url)
    async with delivery_harness(db, load_library(), Telegram(int(port))) as home:
        home.clock = clock = MovableClock(datetime.fromisoformat(instant), flowing=True)
        limiter = SendLimiter(clock, home.settings.total_rate, home.settings.bulk_rate)
        await home.new_worker(limiter).run(asyncio.Event())

asyncio.run(main(*sys.argv[1:]))
"""


@asynccontextmanager
async def victim(
    harness: DeliveryHarness, url: str, tg: Telegram
) -> AsyncIterator[asyncio.subprocess.Process]:
    instant = harness.clock.now().isoformat()
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", VICTIM, url, str(tg.port), instant, env=environ
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def leased(db: Database) -> tuple[int, int]:
    """How many rows somebody holds who began them, and how many that were not begun."""
    query = "SELECT begun, count(*) FROM delivery WHERE state = 'leased' GROUP BY begun"
    async with db.read() as session:
        found = {bool(begun): rows for begun, rows in await session.execute(text(query))}
    return found.get(True, 0), found.get(False, 0)


async def test_a_killed_process_leaves_in_doubt_what_it_began_and_the_rest_is_sent_once(
    harness: DeliveryHarness, db: Database, database_url: str, tg: Telegram
) -> None:
    await harness.fill(range(1, SUBSCRIBERS + 1))
    await harness.broadcast()
    tg.gate.clear()
    async with victim(harness, database_url, tg) as process, asyncio.timeout(PATIENCE_S):
        await tg.until(lambda: len(tg.calls) == harness.settings.in_flight)
        while not (held := await leased(db))[1]:
            assert process.returncode is None
        process.kill()
        assert await process.wait() == -9
    begun, untouched = await leased(db)
    assert begun >= len(tg.calls)
    assert untouched > 0, held
    tg.gate.set()

    harness.clock.move(2 * LEASE_SECONDS)
    await harness.new_worker().drain()
    rows = await harness.rows()
    doubtful = {row.chat_id for row in rows if row.state == "in_doubt"}
    sent = {row.chat_id for row in rows if row.state == "sent"}
    assert len(doubtful) == begun
    assert sent | doubtful == set(range(1, SUBSCRIBERS + 1))
    assert all(tg.copies[chat] == 1 for chat in sent)
    assert all(tg.copies[chat] <= 1 for chat in doubtful)
