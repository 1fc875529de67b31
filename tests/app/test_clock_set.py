"""The machine's clock is set while the bot runs, or was wrong in an earlier run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import apscheduler.schedulers.base
import pytest

import bot.app
import bot.clock
from bot.clock_watch import CLOCK_SET
from bot.jobs import Job, Jobs
from bot.store.queries import flood_waits, heartbeat
from bot.supervisor import LOOK_S
from bot.telegram.limits.priority import Lane
from tests.bot_harness import MONDAY, BotHarness, Person, open_harness
from tests.logbook import captured
from tests.waiting import soon

HOUR, DAY = 3600.0, 86400.0
RITA = 4711


async def readiness(harness: BotHarness) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession(harness.app.web_url) as session,
        session.get("/readyz") as response,
    ):
        return response.status, await response.text()


async def days_with_a_tip(harness: BotHarness, subscriber: Person, days: int) -> list[int]:
    """How many tips came on each of the next days."""
    found, before = [], len(await subscriber.tips())
    for _ in range(days):
        await harness.pass_time(DAY)
        now = len(await subscriber.tips())
        found.append(now - before)
        before = now
    return found


async def look_at_the_clock(harness: BotHarness) -> None:
    """The supervisor looks as often as it does."""
    harness.clock.move(LOOK_S)
    await harness.app.clock_watch.look()
    await harness.settle()


class TestWhileTheBotRuns:
    @pytest.mark.parametrize("step", [-HOUR, -2 * DAY, 2 * DAY])
    async def test_the_age_of_the_last_tick_is_what_it_is(
        self, harness: BotHarness, step: float
    ) -> None:
        await harness.settle()
        harness.clock.set_wall(step)
        age = harness.app.services.metrics.ticked.age
        assert age is not None
        assert 0.0 <= age < 60.0
        harness.clock.move(130)
        assert "the last good tick is 13" in (await readiness(harness))[1]

    async def test_set_by_a_few_minutes_it_is_believed_and_goes_on(
        self, harness: BotHarness, subscriber: Person
    ) -> None:
        for step in (-300, 300):
            harness.clock.set_wall(step)
            await look_at_the_clock(harness)
            assert await days_with_a_tip(harness, subscriber, 2) == [1, 1]

    async def test_two_days_ahead_and_back_cost_no_tip(self, harness: BotHarness) -> None:
        subscriber = await harness.subscriber()
        harness.clock.set_wall(2 * DAY)
        await look_at_the_clock(harness)
        assert await days_with_a_tip(harness, subscriber, 1) == [1]
        harness.clock.set_wall(-2 * DAY)
        await look_at_the_clock(harness)
        async with harness.app.services.db.read() as session:
            noticed = await heartbeat.last(session, CLOCK_SET)
        assert noticed is not None
        assert noticed.detail == "-172800", "which doctor tells"
        assert await days_with_a_tip(harness, subscriber, 3) == [1, 1, 1]

    async def test_a_step_is_told_once_though_the_database_is_away(
        self, harness: BotHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def away() -> None:
            raise OSError("the disk is away")

        await harness.settle()
        clock_watch, repair = harness.app.clock_watch, harness.app.services.repair
        with captured("WARNING") as log, monkeypatch.context() as broken:
            broken.setattr(repair, "run", away)
            harness.clock.set_wall(-300)
            for _ in range(3):
                with pytest.raises(OSError, match="away"):
                    await clock_watch.look()
        assert log.getvalue().count("the wall clock was set") == 1
        assert not harness.app.services.trust.may_act
        await clock_watch.look()
        assert harness.app.services.trust.may_act

    @pytest.mark.parametrize(
        ("step", "told"), [(-HOUR, "3600 s behind"), (2 * DAY, "172800 s ahead of")]
    )
    async def test_a_clock_that_telegram_contradicts_is_told_and_goes_on(
        self, harness: BotHarness, step: float, told: str
    ) -> None:
        await harness.settle()
        assert (await readiness(harness))[0] == 200
        harness.clock.set_wall(step)
        await look_at_the_clock(harness)
        status, text = await readiness(harness)
        assert status == 503
        assert text == f"this machine's clock is {told} that of Telegram; tips come at odd hours\n"
        harness.clock.move(100)
        await harness.settle()
        age = harness.app.services.metrics.ticked.age
        assert age is not None
        assert age < 60, "ticks go on"
        harness.clock.set_wall(-step)
        await look_at_the_clock(harness)
        assert (await readiness(harness))[0] == 200

    async def test_what_telegram_asked_for_is_not_over_by_a_wrong_clock(
        self, harness: BotHarness
    ) -> None:
        harness.app.services.limiter.refused(Lane.BULK, None, 3 * HOUR)
        await harness.app.beat()
        harness.clock.set_wall(2 * DAY)
        await look_at_the_clock(harness)
        await harness.app.beat()
        harness.clock.set_wall(-2 * DAY)
        await look_at_the_clock(harness)
        await harness.app.beat()
        async with harness.app.services.db.read() as session:
            assert len(await flood_waits.everything(session)) == 1, "and the next run will know"
        assert harness.app.services.limiter.held_for(Lane.BULK) > 2 * HOUR

    async def test_what_is_old_by_a_wrong_clock_is_kept(
        self, harness: BotHarness, subscriber: Person
    ) -> None:
        await harness.to_next_tip()
        harness.clock.set_wall(30 * DAY)
        await look_at_the_clock(harness)
        assert await harness.app.run_job("retention")
        assert await harness.app.run_job("purge")
        harness.clock.set_wall(-30 * DAY)
        await look_at_the_clock(harness)
        await subscriber.say("/export")
        assert await days_with_a_tip(harness, subscriber, 2) == [1, 1], "none a second time today"


class SetBack(datetime):
    """What the machine says once somebody has set its clock back by an hour."""

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return datetime.now(tz) - timedelta(seconds=HOUR)


def set_the_machine_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", SetBack)
    monkeypatch.setattr(bot.clock, "datetime", SetBack)


async def test_a_step_back_is_noticed_and_puts_off_no_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.app, "PROGRESS_S", 0.05)
    async with open_harness(tmp_path) as harness:
        set_the_machine_back(monkeypatch)
        harness.clock.set_wall(-HOUR)
        await look_at_the_clock(harness)
        before = progress_drawn(harness)
        await soon(lambda: progress_drawn(harness) >= before + 3)


def progress_drawn(harness: BotHarness) -> float:
    """How often the job has run, by the metrics."""
    registry = harness.app.services.metrics.registry
    what = {"name": "progress", "outcome": "ok"}
    return registry.get_sample_value("gutskin_jobs_total", what) or 0.0


async def test_jobs_go_on_when_the_wall_clock_is_set_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """APScheduler asks the machine for the time; here the machine's answer is an hour less."""

    runs: asyncio.Queue[None] = asyncio.Queue()

    async def work() -> None:
        runs.put_nowait(None)

    async def runs_again() -> None:
        async with asyncio.timeout(60):
            await runs.get()

    jobs = Jobs([Job("plan", 0.05, 1.0, work)])
    jobs.start()
    try:
        await runs_again()
        set_the_machine_back(monkeypatch)
        jobs.start_over()
        for _ in range(runs.qsize() + 3):
            await runs_again()
    finally:
        await jobs.stop()


@asynccontextmanager
async def ahead(folder: Path, **span: float) -> AsyncIterator[tuple[BotHarness, Person]]:
    """A run whose clock is ahead of Monday noon."""
    start = MONDAY + timedelta(**span)
    async with open_harness(folder, start=start) as harness:
        yield harness, await harness.person(id=RITA)


async def subscribed(folder: Path) -> None:
    """Rita subscribes on Monday at noon, for 08:00 in Berlin."""
    async with open_harness(folder) as harness:
        await harness.subscriber(id=RITA)


async def tips_from_monday_on(folder: Path, days: int) -> list[int]:
    """A run with the right time, from one o'clock on."""
    async with open_harness(folder, start=MONDAY + timedelta(hours=1)) as harness:
        subscriber = await harness.person(id=RITA)
        await subscriber.say("/settings")
        return await days_with_a_tip(harness, subscriber, days)


class TestAfterARunThatWasAhead:
    async def test_that_only_passed_by_every_day_has_its_tip(self, tmp_path: Path) -> None:
        await subscribed(tmp_path)
        async with ahead(tmp_path, days=4) as (harness, _):
            await harness.settle()
        assert await tips_from_monday_on(tmp_path, 5) == [1, 1, 1, 1, 1]

    async def test_that_sent_a_tip_every_day_has_its_own_all_the_same(
        self, tmp_path: Path
    ) -> None:
        await subscribed(tmp_path)
        async with ahead(tmp_path, days=3, hours=18) as (harness, subscriber):
            await subscriber.say("/settings")
            await harness.to_next_tip()
            assert len(await subscriber.tips()) == 1
        assert await tips_from_monday_on(tmp_path, 6) == [1, 1, 1, 1, 1, 1]

    @pytest.mark.parametrize("days", [1, 2, 4])
    async def test_in_which_someone_subscribed_they_have_a_tip_on_the_next_day(
        self, tmp_path: Path, days: int
    ) -> None:
        async with open_harness(tmp_path, start=MONDAY + timedelta(days=days)) as harness:
            await harness.subscriber(id=RITA)
        assert await tips_from_monday_on(tmp_path, 2) == [1, 1]
