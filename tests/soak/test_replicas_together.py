"""Two bots on one PostgreSQL and one sandbox: a day of theirs, a stop, a takeover."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot import simulation
from bot.app import App, build
from bot.config import load_settings
from bot.replicas.presence import BEAT_SECONDS
from bot.sandbox.http.server import Sandbox
from tests.postgres import Cluster
from tests.soak.audit import TIP
from tests.soak.clock import SharedClock, write_moment
from tests.soak.simulation import TOKEN

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
EARLY = datetime(2026, 3, 3, 6, 55, tzinfo=UTC)
EIGHT = datetime(2026, 3, 3, 7, tzinfo=UTC)
"""In Berlin."""

PEOPLE = range(1, 41)


async def settle(session: aiohttp.ClientSession, *apps: App) -> None:
    async with session.get("/control/idle?timeout=10&settle=0") as response:
        assert response.status == 200, await response.text()
    for app in apps:
        await simulation.settle(app)


async def do(session: aiohttp.ClientSession, who: int, act: str, **words: str) -> None:
    async with session.post(f"/control/{act}", json={"user": who, **words}) as response:
        assert response.status == 200


def tips(sandbox: Sandbox) -> Counter[int]:
    events = sandbox.world.journal.transcript.after(0)
    return Counter(event["chat"] for event in events if TIP in event["text"])


def polls(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [
        call for call in sandbox.world.journal.calls.after(0) if call["method"] == "getUpdates"
    ]


@pytest.mark.postgres
async def test_two_bots_send_each_tip_once_and_one_of_them_polls(
    tmp_path: Path, postgres: Cluster
) -> None:
    write_moment(tmp_path / "clock", NOON)
    clock = SharedClock(tmp_path / "clock")
    async with (
        Sandbox(clock=clock, token=TOKEN) as sandbox,
        aiohttp.ClientSession(sandbox.base_url) as session,
        AsyncExitStack() as stack,
    ):
        settings = load_settings(
            token=TOKEN,
            api_base_url=sandbox.api_base_url,
            database_url=postgres.migrated_database(),
            data_dir=tmp_path,
            webhook_port=0,
            spread_minutes=0.0,
        )
        first, second = build(settings, clock=clock), build(settings, clock=clock)
        stack.push_async_callback(second.stop)
        async with first:
            await subscribe(session, first)
            await simulation.move(first, clock, (EARLY - clock.now()).total_seconds())
            await first.beat()
            await join(second, first, clock)
            await first.beat()
            assert (first.services.replicas.count, second.services.replicas.count) == (2, 2)
            while clock.now() < EIGHT + timedelta(seconds=20):
                await live_on(clock, first, second)
            assert tips(sandbox) == dict.fromkeys(PEOPLE, 2)
            assert min(first.services.worker.sent, second.services.worker.sent) > 0
            assert {call["status"] for call in polls(sandbox)} <= {200, None}
            assert (first.services.replicas.leads, second.services.replicas.leads) == (True, False)

        await do(session, 1, "say", text="/help")
        async with asyncio.timeout(120):
            while not second.services.replicas.leads:
                clock.move(BEAT_SECONDS)
                await asyncio.sleep(0.01)
        await settle(session, second)
        last = list(sandbox.world.journal.transcript.after(0))[-1]
        assert (last["who"], last["chat"]) == ("bot", 1)


async def subscribe(session: aiohttp.ClientSession, app: App) -> None:
    for who in PEOPLE:
        given = {"id": who, "first_name": "R", "language_code": "en"}
        async with session.post("/control/users", json=given) as response:
            assert response.status == 200
    for act, words in (
        ("say", {"text": "/start"}),
        ("tap", {"label": "Yes, start"}),
        ("say", {"text": "Europe/Berlin"}),
        ("say", {"text": "08:00"}),
    ):
        await asyncio.gather(*(do(session, who, act, **words) for who in PEOPLE))
        await settle(session, app)


async def join(app: App, other: App, clock: SharedClock) -> None:
    """Start ``app``; it waits one beat for the ``other`` to make room."""
    starting = asyncio.create_task(app.start())
    while not starting.done():
        await other.beat()
        clock.move(1.0)
        await asyncio.sleep(0.01)
    await starting


async def live_on(clock: SharedClock, *apps: App) -> None:
    """One beat of everybody's, in steps that no lease misses."""
    await asyncio.gather(*(app.beat() for app in apps))
    clock.move(BEAT_SECONDS)
    await asyncio.gather(*(simulation.settle(app) for app in apps))
