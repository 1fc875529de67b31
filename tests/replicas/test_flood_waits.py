"""When Telegram asks to wait, every process waits: the others, and those that start later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest

from bot.delivery.worker import DeliveryWorker
from bot.replicas.presence import Replicas
from bot.store.database import Database
from bot.store.outbox_models import FloodWaitRead
from bot.store.queries import flood_waits
from bot.store.queries.flood_waits import WHOLE_LANE
from bot.telegram.limits.limiter import Lane, SendLimiter
from tests.delivery_harness import DeliveryHarness, delivery_harness
from tests.logbook import captured
from tests.scripted_telegram import Telegram, refusal, telegram
from tips.library import Library

FLOOD = refusal(429, "Too Many Requests: retry after 30", retry_after=30)


class Process:
    """A sender with its own pace and its own connections to the one database."""

    def __init__(self, harness: DeliveryHarness) -> None:
        self.harness = harness
        rates = (harness.settings.total_rate, harness.settings.bulk_rate)
        self.limiter = SendLimiter(harness.clock, *rates, jitter=lambda: 0.0)
        self.replicas = Replicas(harness.db, harness.clock, self.limiter)
        self.worker: DeliveryWorker = harness.new_worker(self.limiter)

    async def send(self) -> int:
        """All that may be sent now; time goes by meanwhile, as fast as the machine lets it."""
        task = asyncio.create_task(self.worker.drain())
        while not task.done():
            await asyncio.wait([task], timeout=0.001)
            self.harness.clock.move(0.01)
        return await task


Start = Callable[[], Awaitable[Process]]


@pytest.fixture
async def tg() -> AsyncIterator[Telegram]:
    async with telegram() as fake:
        yield fake


@pytest.fixture
async def harness(db: Database, library: Library, tg: Telegram) -> AsyncIterator[DeliveryHarness]:
    async with delivery_harness(db, library, tg) as made:
        await made.fill(range(1, 61))
        yield made


@pytest.fixture
async def start(harness: DeliveryHarness, database_url: str) -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:

        async def one() -> Process:
            db = await Database.open(database_url)
            stack.push_async_callback(db.close)
            transport = harness.telegram.transport()
            stack.push_async_callback(transport.close)
            parts = (harness.library, harness.settings, harness.telegram, transport)
            process = Process(DeliveryHarness(db, harness.clock, *parts))
            await process.replicas.recall()
            await process.replicas.beat()
            return process

        yield one


async def flooded(process: Process, tg: Telegram) -> float:
    """It sends until Telegram asks two chats to wait 30 s; until when that is, on the clock."""
    answers: list[Any] = [None] * 20 + [FLOOD] * 2
    at: list[float] = []

    def script(_method: str, _body: dict[str, Any]) -> Any:
        answer = answers.pop(0) if answers else None
        if answer:
            at.append(process.harness.clock.monotonic())
        return answer

    tg.script = script
    await process.send()
    await process.replicas.holds.written()
    return at[1] + 30.0


async def test_another_replica_sends_nothing_before_the_deadline(
    harness: DeliveryHarness, tg: Telegram, start: Start
) -> None:
    await harness.morning()
    first, second = await start(), await start()
    until = await flooded(first, tg)
    sent = len(tg.arrived)
    await second.replicas.beat()
    harness.clock.move(until - 0.5 - harness.clock.monotonic())
    assert await second.send() == 0
    assert len(tg.arrived) == sent
    harness.clock.move(1.0)
    await second.send()
    assert len(tg.arrived) == 60
    assert set(tg.copies.values()) == {1}


async def test_the_next_run_sends_nothing_before_the_deadline(
    harness: DeliveryHarness, tg: Telegram, start: Start
) -> None:
    await harness.morning()
    first = await start()
    until = await flooded(first, tg)
    await first.replicas.leave()
    sent = len(tg.arrived)
    again = await start()
    assert again.limiter.held_for(Lane.BULK) == pytest.approx(
        until - harness.clock.monotonic(), abs=0.5
    )
    harness.clock.move(until - 0.5 - harness.clock.monotonic())
    assert await again.send() == 0
    assert len(tg.arrived) == sent
    harness.clock.move(1.0)
    await again.send()
    assert len(tg.arrived) == 60


async def test_leases_are_given_back_when_another_is_told_to_wait(
    harness: DeliveryHarness, tg: Telegram, start: Start
) -> None:
    await harness.morning()
    first, second = await start(), await start()
    tg.gate.clear()
    sending = asyncio.create_task(second.send())
    await tg.until(lambda: tg.held > 0)
    first.limiter.refused(Lane.BULK, None, 300.0)
    await first.replicas.holds.written()
    await second.replicas.beat()
    tg.gate.set()
    await sending
    assert {state for state, _ in await harness.states()} == {"queued", "sent"}
    assert len(tg.arrived) < 60


@pytest.mark.parametrize("lane", list(Lane))
async def test_each_lane_has_a_deadline_of_its_own(lane: Lane, start: Start) -> None:
    first, second = await start(), await start()
    first.limiter.refused(lane, None, 300.0)
    await first.replicas.holds.written()
    await second.replicas.beat()
    assert second.limiter.held_for(lane) == pytest.approx(300.0, abs=0.01)
    assert [second.limiter.held_for(other) for other in Lane if other is not lane] == [0.0]


async def test_a_deadline_is_never_shortened(harness: DeliveryHarness, start: Start) -> None:
    first, second, third = await start(), await start(), await start()
    first.limiter.refused(Lane.REPLY, None, 300.0)
    await first.replicas.holds.written()
    second.limiter.refused(Lane.REPLY, None, 5.0)
    await second.replicas.holds.written()
    for process in (second, third):
        await process.replicas.beat()
        assert process.limiter.held_for(Lane.REPLY) == pytest.approx(300.0, abs=0.01)


async def test_many_refusals_of_one_flood_are_written_once(
    harness: DeliveryHarness, start: Start
) -> None:
    process = await start()
    process.limiter.refused(Lane.BULK, None, 30.0)
    await process.replicas.holds.written()
    async with harness.db.write() as session:
        await flood_waits.forget_over(
            session, harness.clock.now() + timedelta(days=1), harness.clock.now()
        )
    for _ in range(64):
        process.limiter.refused(Lane.BULK, None, 30.0)
    await process.replicas.holds.written()
    assert await harness.db.read(flood_waits.everything) == []


async def test_what_could_not_be_written_is_written_at_the_next_beat(
    harness: DeliveryHarness, start: Start
) -> None:
    process, other = await start(), await start()
    transaction = process.harness.db.write

    async def broken(_work: Any) -> Any:
        raise OSError("the disk is away")

    process.harness.db.write = broken  # type: ignore[method-assign]
    with captured() as log:
        process.limiter.refused(Lane.BULK, None, 30.0)
        await process.replicas.holds.written()
    assert "how long Telegram asks to wait could not be written down" in log.getvalue()
    process.harness.db.write = transaction  # type: ignore[method-assign]
    await process.replicas.beat()
    await other.replicas.beat()
    assert other.limiter.held_for(Lane.BULK) == pytest.approx(30.0, abs=0.01)


async def test_what_is_over_is_of_no_concern(harness: DeliveryHarness, start: Start) -> None:
    now = harness.clock.now()
    over = FloodWaitRead(
        lane="bulk",
        kind=WHOLE_LANE,
        chat_id=0,
        told_at=now - timedelta(minutes=1),
        until=now - timedelta(seconds=1),
    )
    async with harness.db.write() as session:
        await flood_waits.put(session, [over])
    process = await start()
    assert process.limiter.held_for(Lane.BULK) == 0.0


async def test_a_wait_of_all_that_many_calls_meet_is_told_once(start: Start) -> None:
    process = await start()
    with captured("WARNING") as log:
        for _ in range(5):
            process.limiter.refused(Lane.BULK, None, 30)
        await process.replicas.holds.written()
    assert log.getvalue().count("Telegram asks us to wait") == 1
