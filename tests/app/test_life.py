"""Start, watch and stop of the bot, seen from inside the process."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from telegram.error import NetworkError

from bot.app import App, build
from bot.clock import MovableClock
from bot.delivery.worker import DeliveryWorker
from bot.jobs import Job, Jobs
from bot.sandbox.http.server import Sandbox
from bot.services import StartError
from bot.telegram.client import build_client
from bot.telegram.setup import say_who_we_are
from tests.bot_harness import MONDAY, TOKEN, BotHarness, Person, settings_for
from tests.logbook import captured
from tests.waiting import soon


@asynccontextmanager
async def stage(folder: Path, **more: object) -> AsyncIterator[tuple[Sandbox, App]]:
    clock = MovableClock(MONDAY, flowing=True)
    async with Sandbox(clock=clock, token=TOKEN) as sandbox:
        yield sandbox, build(settings_for(sandbox, folder, **more), clock=clock)


async def _fault(sandbox: Sandbox, **fault: object) -> None:
    async with (
        aiohttp.ClientSession(sandbox.base_url) as session,
        session.post("/control/faults", json=fault) as response,
    ):
        assert response.status == 200


async def _running(app: App) -> asyncio.Task[int]:
    task = asyncio.create_task(app.run())
    await asyncio.to_thread(lambda: None)
    async with asyncio.timeout(60):
        while not app.is_running:
            await asyncio.wait([task], timeout=0.02)
            assert not task.done() or task.result() == 0
    return task


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    async with stage(tmp_path) as (_, app):
        task = await _running(app)
        os.kill(os.getpid(), number)
        async with asyncio.timeout(60):
            assert await task == 0


async def test_a_signal_during_the_start_ends_it_too(tmp_path: Path) -> None:
    async with stage(tmp_path) as (sandbox, app):
        await _fault(sandbox, method="getMe", kind="delay", seconds=300)
        task = asyncio.create_task(app.run())
        async with asyncio.timeout(60):
            while not sandbox.world.calls_in_progress:
                await asyncio.wait([task], timeout=0.02)
            os.kill(os.getpid(), signal.SIGTERM)
            assert await task == 0


async def test_a_token_revoked_while_running_ends_it(tmp_path: Path) -> None:
    async with stage(tmp_path) as (sandbox, app):
        await _fault(sandbox, method="getUpdates", kind="error", error_code=401,
                     description="Unauthorized", times=9)  # fmt: skip
        with captured() as log:
            async with asyncio.timeout(60):
                assert await app.run() == 1
    assert "no longer knows this token" in log.getvalue()


async def test_a_part_that_breaks_ends_the_process_loudly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(DeliveryWorker, "run", broken)
    async with stage(tmp_path) as (_, app):
        with captured() as log:
            async with asyncio.timeout(60):
                assert await app.run() == 1
    assert re.search("a part of the bot ended by itself.*part=worker", log.getvalue())


async def test_a_port_that_is_taken_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        async with stage(tmp_path, webhook_port=taken.getsockname()[1]) as (_, app):
            with pytest.raises(StartError, match="cannot open what the bot needs"):
                await app.__aenter__()


async def test_a_database_from_the_future_is_told_in_one_line(tmp_path: Path) -> None:
    async with stage(tmp_path) as (_, app):
        async with app:
            pass
        with closing(sqlite3.connect(tmp_path / "gutskin.db")) as database:
            database.execute("update alembic_version set version_num = 'from-the-future'")
            database.commit()
        with pytest.raises(StartError, match="newer GutSkin"):
            await app.__aenter__()


async def test_a_network_that_comes_up_late_is_waited_for(tmp_path: Path) -> None:
    async with stage(tmp_path) as (sandbox, app):
        await _fault(sandbox, method="getMe", kind="502", times=1)
        with captured() as log:
            async with app:
                pass
    assert "Telegram cannot be reached; trying again" in log.getvalue()


async def test_a_network_that_never_comes_up_is_given_up(tmp_path: Path) -> None:
    clock = MovableClock(MONDAY)
    async with Sandbox(clock=clock, token=TOKEN) as sandbox:
        settings = settings_for(sandbox, tmp_path)
    client = build_client(settings.token, settings.api_base_url)
    task = asyncio.create_task(say_who_we_are(client, clock))
    async with asyncio.timeout(60):
        while not task.done():
            clock.move(16.0)
            await asyncio.wait([task], timeout=0.02)
    with pytest.raises(NetworkError):
        await task
    await client.shutdown()
    assert clock.now() - MONDAY >= timedelta(seconds=15)


async def test_the_caretaker_tidies_and_keeps_seven_copies(
    harness: BotHarness, subscriber: Person
) -> None:
    for _ in range(9):
        harness.clock.move(86_400)
        assert await harness.app.run_job("backup")
    copies = sorted((harness.settings.data_dir / "backups").glob("*.db"))
    assert len(copies) == 7
    assert copies[-1].name == "gutskin-2026-03-11.db"
    assert await harness.app.run_job("purge")
    with closing(sqlite3.connect(harness.settings.data_dir / "gutskin.db")) as database:
        assert database.execute("select count(*) from inbox").fetchone() == (0,)
    assert subscriber


@pytest.mark.postgres
async def test_on_postgresql_copies_are_the_operator_s_business(
    tmp_path: Path, postgres: object
) -> None:
    url = postgres.migrated_database()  # type: ignore[attr-defined]
    async with stage(tmp_path, database_url=url) as (_, app), app:
        assert await app.run_job("backup")
        assert not (tmp_path / "backups").exists()


async def test_a_job_that_hangs_is_stopped_and_one_that_fails_is_told() -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    async def fail() -> None:
        raise OSError("disk full")

    async def work() -> None: ...

    with captured() as log:
        assert not await Job("hanging", 1, 0.01, hang).run()
        assert not await Job("failing", 1, 1, fail).run()
        assert await Job("working", 1, 1, work).run()
    assert "took too long" in log.getvalue()
    assert "disk full" in log.getvalue()


async def test_jobs_run_soon_when_asked_and_end_with_the_stop() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    jobs = Jobs([Job("slow", 3600, 60, work)])
    jobs.soon("slow", 0)
    jobs.start()
    jobs.soon("no-such-job", 0)
    jobs.soon("slow", 7200)
    jobs.soon("slow", 0)
    async with asyncio.timeout(60):
        await begun.wait()
        await jobs.stop()
    assert ended.is_set()
    await jobs.stop()


async def test_a_job_asked_for_while_it_runs_runs_once_more() -> None:
    begun, go_on, runs = asyncio.Event(), asyncio.Event(), 0

    async def work() -> None:
        nonlocal runs
        runs += 1
        begun.set()
        await go_on.wait()

    jobs = Jobs([Job("slow", 3600, 60, work)])
    jobs.start()
    jobs.soon("slow", 0)
    async with asyncio.timeout(60):
        await begun.wait()
        jobs.soon("slow", 0)
        jobs.soon("slow", 0)
        begun.clear()
        go_on.set()
        await begun.wait()
        await jobs.stop()
    assert runs == 2


async def test_the_runs_that_a_standing_process_missed_are_made_up_for_by_one() -> None:
    runs = 0

    async def work() -> None:
        nonlocal runs
        runs += 1

    jobs = Jobs([Job("often", 0.1, 60, work)])
    jobs.start()
    await soon(lambda: runs > 0)
    before = runs
    threading.Event().wait(1.5)
    await soon(lambda: runs > before)
    for _ in range(100):
        await asyncio.sleep(0)
    await jobs.stop()
    assert runs - before <= 3


async def test_before_the_first_tick_the_bot_is_not_ready(tmp_path: Path) -> None:
    async with stage(tmp_path) as (_, app), app:
        app.services.metrics.ticked.ever = False
        assert await app.readiness.troubles() == ["no tick has gone well yet"]
        app.services.db.read = None  # type: ignore[method-assign,assignment]
        assert "the database does not answer (TypeError)" in await app.readiness.troubles()
