"""A replica whose clock does not agree with the database's does nothing, and says so."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from bot.clock import Clock, MovableClock, SystemClock
from bot.clock_trust import ClockTrust
from bot.delivery.rendering import TipRenderer
from bot.delivery.worker import DeliveryWorker
from bot.replicas.presence import LIVE_SECONDS, PREFIX, Replicas
from bot.store.database import Database
from bot.store.queries import heartbeat
from bot.telegram.limits.limiter import SendLimiter
from tests.delivery_harness import DeliveryHarness, delivery_harness
from tests.logbook import captured
from tests.postgres import Cluster
from tests.scripted_telegram import Telegram
from tips.library import Library

pytestmark = pytest.mark.postgres
PEOPLE = range(1, 41)


class Off(SystemClock):
    """A machine's clock that is wrong by so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._by = timedelta(seconds=seconds)

    def now(self) -> datetime:
        return super().now() + self._by


class Replica:
    """What a process has of its own."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.trust = ClockTrust(clock)
        limiter = SendLimiter(clock, 30, 20, jitter=lambda: 0.0)
        self.replicas = Replicas(db, clock, limiter, trust=self.trust)


@asynccontextmanager
async def off_by(
    seconds: float, harness: DeliveryHarness
) -> AsyncIterator[tuple[Replica, DeliveryWorker]]:
    """A second process over the harness's database, whose clock is wrong by so much."""
    clock = MovableClock(harness.clock.now())
    clock.set_wall(seconds)
    transport = harness.telegram.transport()
    try:
        one = Replica(harness.db, clock)
        renderer = TipRenderer(harness.library)
        yield (
            one,
            DeliveryWorker(
                harness.db, clock, harness.settings, transport, None, renderer, trust=one.trust
            ),
        )
    finally:
        await transport.close()


@pytest.fixture
async def harness(
    postgres: Cluster, library: Library, tg: Telegram
) -> AsyncIterator[DeliveryHarness]:
    db = await Database.open(postgres.migrated_database())
    async with delivery_harness(db, library, tg) as made:
        yield made
    await db.close()


@pytest.mark.parametrize("seconds", [-120, 120, 86_400])
async def test_no_tip_comes_twice_beside_one_that_is_off(
    harness: DeliveryHarness, tg: Telegram, seconds: float
) -> None:
    await harness.subscribe(*PEOPLE)
    await harness.morning()
    async with off_by(seconds, harness) as (other, worker):
        await other.replicas.beat()
        tg.gate.clear()
        theirs = asyncio.create_task(worker.drain())
        ours = asyncio.create_task(harness.worker.drain())
        await tg.until(lambda: tg.held >= 8)
        harness.clock.move(16)
        harness.worker.wake()
        tg.gate.set()
        await asyncio.gather(theirs, ours)
        assert worker.sent == 0
    assert tg.copies == dict.fromkeys(PEOPLE, 1)


async def test_one_that_is_ahead_takes_nobody_for_dead(harness: DeliveryHarness) -> None:
    ours = Replica(harness.db, harness.clock)
    assert await ours.replicas.beat() == 1
    async with off_by(LIVE_SECONDS * 2, harness) as (other, _):
        await other.replicas.beat()
        assert not await other.replicas.keep_lead(take=True)
    async with harness.db.read() as session:
        assert [one.name for one in await heartbeat.everything(session)] == [
            PREFIX + ours.replicas.owner
        ]


async def test_one_that_was_right_gives_the_polling_away(harness: DeliveryHarness) -> None:
    one = Replica(harness.db, harness.clock)
    assert await one.replicas.keep_lead(take=True)
    harness.clock.set_wall(-120)
    await one.replicas.beat()
    assert not await one.replicas.keep_lead()
    assert not one.replicas.leads
    harness.clock.set_wall(120)
    one.trust.accept()
    await one.replicas.beat()
    assert await one.replicas.keep_lead(take=True)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.0, []), (3.0, ["the clock is off"]), (-60.0, ["the clock is wrong"])],
)
async def test_it_is_measured_against_the_database_and_said_once(
    harness: DeliveryHarness, seconds: float, said: list[str]
) -> None:
    one = Replica(harness.db, Off(seconds))
    with captured("WARNING", "json") as log:
        for _ in range(3):
            await one.replicas.beat()
    assert [json.loads(line)["event"] for line in log.getvalue().splitlines()] == said
    assert one.trust.may_act == (abs(seconds) < 5.0)


async def test_the_line_names_whose_clock_and_how_far(harness: DeliveryHarness) -> None:
    one = Replica(harness.db, Off(-120.0))
    await one.replicas.beat()
    (line,) = one.trust.troubles()
    assert "this machine's clock is 120 s behind that of the database" in line
