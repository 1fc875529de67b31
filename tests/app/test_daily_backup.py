"""A copy a day, whichever run of the bot makes it, and its age for whoever watches."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.app import App, build
from bot.clock import MovableClock
from bot.sandbox.http.server import Sandbox
from bot.store.files.backup import backup
from bot.store.files.restore import restore
from bot.store.queries import heartbeat
from tests.bot_harness import MONDAY, TOKEN, BotHarness, open_harness, settings_for
from tests.logbook import captured
from tests.waiting import soon

DAY = timedelta(days=1)


@asynccontextmanager
async def run(folder: Path, clock: MovableClock) -> AsyncIterator[App]:
    """The bot from a start to a stop."""
    async with (
        Sandbox(clock=clock, token=TOKEN) as sandbox,
        build(settings_for(sandbox, folder), clock=clock) as app,
    ):
        yield app


def copies(folder: Path) -> list[str]:
    return sorted(file.name for file in (folder / "backups").glob("*"))


def backups_made(app: App) -> float | None:
    registry = app.services.metrics.registry
    return registry.get_sample_value("gutskin_jobs_total", {"name": "backup", "outcome": "ok"})


async def backed_up(app: App) -> None:
    """Wait for the job that the start may have begun."""
    await soon(lambda: bool(backups_made(app)))


async def age(app: App) -> float:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{app.web_url}/metrics") as response,
    ):
        lines = (await response.text()).splitlines()
    (found,) = [line for line in lines if line.startswith("gutskin_backup_age_seconds")]
    return float(found.split()[1])


async def test_a_bot_that_is_started_anew_each_day_makes_a_copy_each_day(tmp_path: Path) -> None:
    clock = MovableClock(MONDAY, flowing=True)
    async with run(tmp_path, clock) as app:
        await app.services.subscribers.arrive(7, "en")
        assert str(await age(app)) == "nan"
    for day in (2, 3, 4):
        async with run(tmp_path, clock) as app:
            await backed_up(app)
            assert copies(tmp_path)[-1] == f"gutskin-2026-03-0{day}.db"
            assert await age(app) < 60
            clock.move(3600 * 20)
        async with run(tmp_path, clock) as app:
            await backed_up(app)
            assert len(copies(tmp_path)) == day - 1, "the newest is not a day old"
            assert 20 * 3600 <= await age(app) < 20 * 3600 + 60
        clock.move(3600 * 4)


async def test_an_empty_database_is_no_copy_worth(tmp_path: Path) -> None:
    clock = MovableClock(MONDAY, flowing=True)
    async with run(tmp_path, clock) as app:
        assert await app.run_job("plan")
        assert not (tmp_path / "backups").exists()
        assert await app.run_job("backup"), "but the first hour's turn makes one"
    assert copies(tmp_path) == ["gutskin-2026-03-02.db"]


async def test_it_runs_on_for_days(tmp_path: Path) -> None:
    async with open_harness(tmp_path) as harness:
        for hour in range(10 * 24):
            assert await harness.app.run_job("backup")
            harness.clock.move(3600)
            assert hour // 24 < 7 or len(copies(tmp_path)) == 7
        assert copies(tmp_path) == [f"gutskin-2026-03-{day:02}.db" for day in range(5, 12)]


async def _at(harness: BotHarness, name: str) -> None:
    folder = harness.settings.data_dir / "backups"
    folder.mkdir(exist_ok=True)
    (folder / name).touch()


async def test_a_copy_from_a_clock_that_was_ahead_does_not_outlive_the_others(
    tmp_path: Path,
) -> None:
    async with open_harness(tmp_path) as harness:
        await _at(harness, "gutskin-2031-01-01.db")
        ahead = MONDAY + 4 * DAY
        async with harness.app.services.db.write() as session:
            await heartbeat.beat(session, heartbeat.BACKUP, ahead)
        for _ in range(7):
            assert "gutskin-2031-01-01.db" in copies(tmp_path)
            assert await harness.app.run_job("backup")
            harness.clock.move(24 * 3600)
        assert copies(tmp_path) == [f"gutskin-2026-03-0{day}.db" for day in range(2, 9)]


async def test_a_clock_that_is_behind_removes_no_copy(tmp_path: Path) -> None:
    async with open_harness(tmp_path) as harness:
        for day in range(1, 8):
            await _at(harness, f"gutskin-2031-01-0{day}.db")
        assert await harness.app.run_job("backup")
        assert len(copies(tmp_path)) == 8


async def test_why_there_is_no_copy_is_one_line(tmp_path: Path) -> None:
    async with open_harness(tmp_path) as harness:
        (tmp_path / "backups").write_text("a file where the folder belongs")
        with captured() as log:
            assert await harness.app.run_job("backup") is False
        assert "a job could not do its work" in log.getvalue()
        assert "backups" in log.getvalue()
        assert "Traceback" not in log.getvalue()


@pytest.mark.parametrize("skip_today", [True, False])
async def test_a_restore_can_leave_out_what_was_sent_already(
    tmp_path: Path, skip_today: bool
) -> None:
    clock = MovableClock(MONDAY, flowing=True)
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox(clock=clock, token=TOKEN))
        session = await stack.enter_async_context(aiohttp.ClientSession(sandbox.base_url))
        settings = settings_for(sandbox, tmp_path)
        copy = tmp_path / "copy.db"
        async with build(settings, clock=clock) as app:
            harness = BotHarness(sandbox, clock, settings, session, app)
            subscriber = await harness.subscriber()
            await backup(settings.database, copy)
            await harness.to_next_tip()
            sent = len(await subscriber.tips())
        until = clock.now() if skip_today else None
        await restore(settings.database, copy, skip_tips_until=until)
        async with build(settings, clock=clock) as app:
            harness.app = app
            await harness.settle()
            assert len(await subscriber.tips()) == sent + (0 if skip_today else 1)
            await harness.to_next_tip()
            assert len(await subscriber.tips()) == sent + (1 if skip_today else 2)
