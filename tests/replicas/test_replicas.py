"""Several processes on one PostgreSQL: one pace among them, and one of them polls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from bot.clock import MovableClock
from bot.replicas.presence import BEAT_SECONDS, LIVE_SECONDS, Replicas
from bot.store.cipher import BodyCipher
from bot.store.database import Database
from bot.store.queries import heartbeat
from bot.telegram.limits.limiter import SendLimiter
from bot.updates.fetching import Fetching
from bot.updates.inbox import Inbox
from bot.updates.poller import Poller
from tests.postgres import Cluster
from tests.telegram.limits.moved_limiter import busiest
from tests.telegram.limits.moved_limiter import settle as turn_the_loop
from tests.waiting import soon

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Process:
    """What one process has of its own."""

    def __init__(self, db: Database, clock: MovableClock) -> None:
        self.db = db
        self.limiter = SendLimiter(clock, 30, 20, jitter=lambda: 0.0)
        self.taken_over = 0
        self.replicas = Replicas(db, clock, self.limiter, self._take_over)
        self.starts: list[float] = []
        self._clock = clock

    async def _take_over(self) -> None:
        self.taken_over += 1

    async def send(self) -> None:
        while True:
            permits = await self.limiter.bulk_permits(4)
            self.starts += [self._clock.monotonic()] * permits


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOON)


@pytest.fixture
async def start(postgres: Cluster, clock: MovableClock) -> AsyncIterator[Callable[[], Any]]:
    url = postgres.migrated_database()
    opened: list[Database] = []

    async def one() -> Process:
        opened.append(await Database.open(url))
        return Process(opened[-1], clock)

    yield one
    for db in opened:
        await db.close()


pytestmark = pytest.mark.postgres


async def joined(process: Process, clock: MovableClock) -> int:
    joining = asyncio.create_task(process.replicas.join())
    while not joining.done():
        await soon(lambda: joining.done() or clock.sleepers > 0)
        if not joining.done():
            clock.move(BEAT_SECONDS)
            await asyncio.wait([joining])
    return await joining


async def sent(processes: Sequence[Process], clock: MovableClock, seconds: float) -> list[int]:
    """How many messages each starts within the time."""
    before = [len(process.starts) for process in processes]
    tasks = [asyncio.create_task(process.send()) for process in processes]
    for _ in range(round(seconds * 200)):
        clock.move(0.005)
        await turn_the_loop()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return [len(process.starts) - was for process, was in zip(processes, before, strict=True)]


async def test_replicas_share_one_pace(start: Any, clock: MovableClock) -> None:
    processes = [await start() for _ in range(3)]
    assert [await joined(process, clock) for process in processes] == [1, 2, 3]
    assert [await process.replicas.beat() for process in processes] == [3, 3, 3]
    counts = await sent(processes, clock, 30)
    assert all(0.97 * 200 <= count <= 200 + 3 for count in counts), counts
    together = sorted(start for process in processes for start in process.starts)
    assert busiest(together) <= 20 + len(processes)


async def test_who_is_first_waits_for_nobody(start: Any, clock: MovableClock) -> None:
    process = await start()
    assert await process.replicas.join() == 1
    assert clock.now() == NOON


async def test_the_part_of_one_that_stops_is_the_others_at_once(
    start: Any, clock: MovableClock
) -> None:
    stays, goes = await start(), await start()
    for process in (stays, goes):
        await joined(process, clock)
    assert await stays.replicas.beat() == 2
    await goes.replicas.leave()
    assert await stays.replicas.beat() == 1
    (count,) = await sent([stays], clock, 10)
    assert count >= 0.97 * 200


async def test_one_that_was_killed_is_left_out_after_a_while(
    start: Any, clock: MovableClock
) -> None:
    stays, killed = await start(), await start()
    for process in (stays, killed):
        await joined(process, clock)
    clock.move(LIVE_SECONDS - BEAT_SECONDS - 1)
    assert await stays.replicas.beat() == 2
    clock.move(2)
    assert await stays.replicas.beat() == 1
    async with stays.db.read() as session:
        assert [one.name for one in await heartbeat.everything(session)] == [
            f"replica:{stays.replicas.owner}"
        ]


async def test_only_one_leads_and_another_takes_over(start: Any, clock: MovableClock) -> None:
    first, second = await start(), await start()
    await first.replicas.lead()
    assert (first.taken_over, second.taken_over) == (1, 0)
    waiting = asyncio.create_task(second.replicas.lead())
    for _ in range(10):
        await soon(lambda: clock.sleepers > 0)
        assert await first.replicas.keep_lead()
        clock.move(BEAT_SECONDS)
    assert not waiting.done()
    assert not await second.replicas.keep_lead()
    await soon(lambda: clock.sleepers > 0)
    clock.move(LIVE_SECONDS + 1)
    await waiting
    assert (first.taken_over, second.taken_over) == (1, 1)
    assert not await first.replicas.keep_lead(), "its lease is another's now"
    assert await second.replicas.keep_lead()
    assert second.taken_over == 1


async def test_who_leaves_gives_the_lead_away_at_once(start: Any, clock: MovableClock) -> None:
    first, second = await start(), await start()
    await first.replicas.lead()
    await first.replicas.leave()
    await second.replicas.lead()
    assert clock.now() == NOON
    await first.replicas.leave()
    assert await second.replicas.keep_lead(), "only one's own lease is given away"


class Telegram:
    """Holds every call for ever and counts them."""

    def __init__(self) -> None:
        self.calls = 0

    async def raw_updates(self, **_given: Any) -> Sequence[Any]:
        self.calls += 1
        await asyncio.Event().wait()
        raise AssertionError("never")


async def test_only_the_one_that_leads_asks_for_updates(start: Any, clock: MovableClock) -> None:
    processes, telegrams, polls = [await start(), await start()], [Telegram(), Telegram()], []
    fetching = [Fetching(clock), Fetching(clock)]
    for process, telegram, own in zip(processes, telegrams, fetching, strict=True):
        own.expect()
        inbox = Inbox(process.db, clock, _nothing, cipher=BodyCipher("a token"))
        poller = Poller(telegram, inbox, clock, partial(own.wait_to_lead, process.replicas), own)
        polls.append(asyncio.create_task(poller.run()))
        await soon(lambda: any(telegram.calls for telegram in telegrams))
    await soon(lambda: clock.sleepers > 0)
    assert [telegram.calls for telegram in telegrams] == [1, 0]
    assert [own.polled.age for own in fetching] == [0, None], "who waits is not behind"
    polls[0].cancel()
    await processes[0].replicas.leave()
    clock.move(BEAT_SECONDS)
    await soon(lambda: telegrams[1].calls == 1)
    assert fetching[1].polled.age == 0
    polls[1].cancel()
    await asyncio.gather(*polls, return_exceptions=True)


async def _nothing(_update: Any) -> None:
    raise AssertionError("no update came")


async def test_on_sqlite_there_is_no_other(sqlite_db: Database, clock: MovableClock) -> None:
    process = Process(sqlite_db, clock)
    assert await process.replicas.join() == 1
    await process.replicas.lead()
    await process.replicas.leave()
    async with sqlite_db.read() as session:
        assert await heartbeat.everything(session) == []
