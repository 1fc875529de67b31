"""PostgreSQL falls silent for a while: red meanwhile, green after, and everybody is served."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.bot_harness import BotHarness, open_harness
from tests.postgres import Cluster
from tests.silence import SilentRelay

pytestmark = pytest.mark.postgres

LIMITS = "?command_timeout=0.5&connect_timeout=0.5"


async def readiness(harness: BotHarness) -> tuple[int, str]:
    async with harness.session.get(f"{harness.app.web_url}/readyz") as response:
        return response.status, await response.text()


async def test_it_goes_on_where_it_was(tmp_path: Path, postgres: Cluster) -> None:
    url = postgres.new_database()
    async with SilentRelay(postgres.port) as relay:
        behind = url.replace(str(postgres.port), str(relay.port)) + LIMITS
        async with open_harness(tmp_path, database_url=behind) as harness:
            subscriber = await harness.subscriber()
            assert await readiness(harness) == (200, "ok\n")
            due = await harness.app.services.planner.next_due()
            assert due is not None
            relay.silent = True
            async with asyncio.timeout(20):
                status, words = await readiness(harness)
            assert status == 503
            assert "the database does not answer" in words
            await harness.post("say", user=subscriber.id, text="/saved")
            harness.clock.move_to(due)
            async with asyncio.timeout(20):
                assert (await readiness(harness))[0] == 503
            relay.silent = False
            await harness.settle()
            await subscriber.hears("only just got what you wrote", "ask me again")
            assert len(await subscriber.tips()) == 2
            assert await readiness(harness) == (200, "ok\n")
