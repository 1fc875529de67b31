"""PostgreSQL falls silent for a while: red meanwhile, green after, and everybody is served."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from theatre import Theatre, open_theatre

from tests.postgres import Cluster
from tests.silence import SilentRelay

pytestmark = pytest.mark.postgres

LIMITS = "?command_timeout=0.5&connect_timeout=0.5"


async def readiness(theatre: Theatre) -> tuple[int, str]:
    async with theatre.session.get(f"{theatre.app.web_url}/readyz") as response:
        return response.status, await response.text()


async def test_it_goes_on_where_it_was(tmp_path: Path, postgres: Cluster) -> None:
    url = postgres.new_database()
    async with SilentRelay(postgres.port) as relay:
        behind = url.replace(str(postgres.port), str(relay.port)) + LIMITS
        async with open_theatre(tmp_path, database_url=behind) as theatre:
            reader = await theatre.reader()
            assert await readiness(theatre) == (200, "ok\n")
            due = await theatre.app.house.planner.next_due()
            assert due is not None
            relay.silent = True
            async with asyncio.timeout(20):
                status, words = await readiness(theatre)
            assert status == 503
            assert "the database does not answer" in words
            await theatre.post("say", user=reader.id, text="/saved")
            theatre.clock.move_to(due)
            async with asyncio.timeout(20):
                assert (await readiness(theatre))[0] == 503
            relay.silent = False
            await theatre.settle()
            await reader.hears("only just got what you wrote", "ask me again")
            assert len(await reader.tips()) == 2
            assert await readiness(theatre) == (200, "ok\n")
