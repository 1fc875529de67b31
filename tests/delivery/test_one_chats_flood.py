"""Telegram asks one chat to wait: that chat waits, and nobody else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest

from bot.replicas.presence import Replicas
from bot.store.database import Database
from bot.store.outbox_models import FloodWaitRead
from bot.store.queries import flood_waits
from bot.telegram.limits.flood_waits import SEND
from bot.telegram.limits.limiter import Lane, SendLimiter
from tests.delivery_harness import DeliveryHarness
from tests.logbook import captured
from tests.scripted_telegram import Telegram, refusal

PATIENT = range(1, 101)
ANGRY = 13  # the chat that is always told to wait


def flood(seconds: int) -> Any:
    return refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def always(seconds: int, *chats: int) -> Callable[[str, dict[str, Any]], Any]:
    return lambda _method, body: flood(seconds) if body["chat_id"] in chats else None


class Process:
    """A sender with its own pace beside others on the one database."""

    def __init__(self, harness: DeliveryHarness) -> None:
        self.harness = harness
        rates = (harness.settings.total_rate, harness.settings.bulk_rate)
        self.limiter = SendLimiter(harness.clock, *rates, jitter=lambda: 0.0)
        self.replicas = Replicas(harness.db, harness.clock, self.limiter)
        self.worker = harness.new_worker(self.limiter)

    async def send(self) -> float:
        """All that may be sent now; how long it takes on the clock, which goes on meanwhile."""
        begun = self.harness.clock.monotonic()
        task = asyncio.create_task(self.worker.drain())
        while not task.done():
            await asyncio.wait([task], timeout=0.001)
            self.harness.clock.move(0.01)
        await task
        return self.harness.clock.monotonic() - begun


@pytest.fixture
async def process(harness: DeliveryHarness) -> Process:
    await harness.fill(PATIENT)
    await harness.morning()
    return Process(harness)


@pytest.mark.parametrize("seconds", [3, 10072])
async def test_of_a_hundred_tips_the_others_are_sent_at_the_pace(
    process: Process, tg: Telegram, seconds: int
) -> None:
    tg.script = always(seconds, ANGRY)
    took = await process.send()
    assert sorted(tg.arrived) == [chat for chat in PATIENT if chat != ANGRY]
    assert took < 100 / 25 + 5.0
    assert process.limiter.held_for(Lane.BULK) == 0.0


async def test_without_a_pace_it_is_the_same(process: Process, tg: Telegram) -> None:
    tg.script = always(10072, ANGRY)
    assert await process.harness.worker.drain() == 99
    assert process.harness.worker.held_for == 0.0
    assert tg.tried(ANGRY) == 1


async def test_the_refused_row_waits_for_its_own_moment_and_never_at_the_head(
    process: Process, tg: Telegram
) -> None:
    told: list[Any] = []

    def script(_method: str, body: dict[str, Any]) -> Any:
        if body["chat_id"] != ANGRY or told:
            return None
        told.append(process.harness.clock.now())
        return flood(600)

    tg.script = script
    await process.send()
    (row,) = [row for row in await process.harness.rows() if row.state == "queued"]
    assert (row.chat_id, row.reason, row.attempts) == (ANGRY, "flood", 0)
    assert timedelta(0) <= row.ready_at - told[0] - timedelta(seconds=600) < timedelta(seconds=1)
    process.harness.clock.move(590.0)
    await process.send()
    assert tg.tried(ANGRY) == 1
    process.harness.clock.move(11.0)
    await process.send()
    assert tg.copies[ANGRY] == 1


async def test_a_broadcast_s_copy_for_that_chat_waits_too(process: Process, tg: Telegram) -> None:
    tg.script = always(600, ANGRY)
    await process.send()
    await process.harness.broadcast()
    await process.send()
    assert tg.tried(ANGRY) == 1
    assert sum(tg.copies.values()) == 2 * 99


async def test_a_second_chat_makes_it_the_lanes_in_full(process: Process, tg: Telegram) -> None:
    tg.script = always(600, ANGRY, ANGRY + 1)
    await process.send()
    sent = len(tg.arrived)
    assert sent < 99
    assert 599.0 < process.limiter.held_for(Lane.BULK) <= 600.0
    tg.script = lambda _m, _b: None
    process.harness.clock.move(process.limiter.held_for(Lane.BULK) - 0.5)
    await process.send()
    assert len(tg.arrived) == sent
    process.harness.clock.move(1.0)
    await process.send()
    assert sorted(tg.arrived) == list(PATIENT)


async def test_without_a_pace_everything_waits_for_the_longer_of_two(
    process: Process, tg: Telegram
) -> None:
    worker, short = process.harness.worker, always(5, ANGRY + 2)
    long = always(600, ANGRY, ANGRY + 1)
    tg.script = lambda method, body: long(method, body) or short(method, body)
    await worker.drain()
    sent = len(tg.arrived)
    assert sent < 97
    assert 599.0 < worker.held_for <= 600.0
    process.harness.clock.move(599.0)
    await worker.drain()
    assert len(tg.arrived) == sent


async def test_whoever_was_told_to_wait_goes_behind_whoever_was_not(
    process: Process, tg: Telegram
) -> None:
    tg.script = always(10, ANGRY, ANGRY + 1)
    await process.send()
    assert len(tg.arrived) < 98
    tg.script = lambda _m, _b: None
    process.harness.clock.move(10.1)
    await process.send()
    assert len(tg.arrived) == 100
    # If those two were always refused, as they may be, the others would never have their turn.
    assert set(tg.arrived[-2:]) == {ANGRY, ANGRY + 1}


async def test_a_second_chat_that_meets_one_afterwards_is_alone(
    process: Process, tg: Telegram
) -> None:
    process.limiter.refused(Lane.BULK, 7, 30.0)
    process.harness.clock.move(31.0)
    process.limiter.refused(Lane.BULK, 8, 30.0)
    assert process.limiter.held_for(Lane.BULK) == 0.0
    assert process.limiter.take_chat(7) == 0.0
    assert process.limiter.take_chat(8) == 30.0


class TestReplicas:
    @pytest.fixture
    async def other(
        self, db: Database, library: Any, tg: Telegram, database_url: str, process: Process
    ) -> AsyncIterator[Process]:
        async with AsyncExitStack() as stack:
            second = await Database.open(database_url)
            stack.push_async_callback(second.close)
            harness = process.harness
            parts = (harness.library, harness.settings, tg, harness.transport)
            yield Process(DeliveryHarness(second, harness.clock, *parts))

    async def test_another_replica_leaves_that_chat_alone(
        self, process: Process, other: Process, tg: Telegram
    ) -> None:
        process.limiter.refused(Lane.BULK, ANGRY, 600.0)
        await process.replicas.holds.written()
        await other.replicas.beat()
        await other.send()
        assert tg.tried(ANGRY) == 0
        assert len(tg.arrived) == 99

    async def test_the_next_run_does_too_until_it_is_over(
        self, process: Process, other: Process, tg: Telegram
    ) -> None:
        process.limiter.refused(Lane.REPLY, ANGRY, 600.0)
        await process.replicas.leave()
        await other.replicas.recall()
        assert other.limiter.reply_held_for(ANGRY) == pytest.approx(600.0, abs=0.01)
        assert other.limiter.reply_held_for(ANGRY + 1) <= 0.0
        process.harness.clock.move(601.0)
        await other.replicas.recall()
        assert other.limiter.reply_held_for(ANGRY) <= 0.0
        assert await process.harness.db.read(flood_waits.everything) == []

    async def test_two_chats_in_two_replicas_hold_the_lane_in_both(
        self, process: Process, other: Process, tg: Telegram
    ) -> None:
        process.limiter.refused(Lane.BULK, ANGRY, 600.0)
        process.harness.clock.move(1.0)
        other.limiter.refused(Lane.BULK, ANGRY + 1, 300.0)
        for one in (process, other, process, other):
            await one.replicas.beat()
        for one in (process, other):
            assert one.limiter.held_for(Lane.BULK) == pytest.approx(300.0, abs=0.5)

    async def test_what_a_clock_that_ran_ahead_was_told_is_forgotten(
        self, process: Process, tg: Telegram
    ) -> None:
        now = process.harness.clock.now()
        ahead = FloodWaitRead(
            lane="bulk",
            kind=SEND,
            chat_id=ANGRY,
            told_at=now + timedelta(days=4),
            until=now + timedelta(days=4, seconds=30),
        )
        await process.harness.db.write(lambda session: flood_waits.put(session, [ahead]))
        await process.replicas.recall()
        assert await process.harness.db.read(flood_waits.everything) == []
        await process.send()
        assert tg.copies[ANGRY] == 1


async def test_whoever_is_forgotten_leaves_no_wait_behind(process: Process) -> None:
    process.limiter.refused(Lane.BULK, ANGRY, 600.0)
    await process.replicas.holds.written()
    await process.harness.privacy.forget(ANGRY)
    assert await process.harness.db.read(flood_waits.everything) == []


async def test_the_log_says_it_once_a_minute_and_names_no_chat(
    process: Process,
) -> None:
    with captured("INFO", "json") as log:
        for chat in (424242, 424242, 434343):
            process.limiter.refused(Lane.BULK, chat, 30.0)
        await process.replicas.holds.written()
    one, everybody = map(json.loads, log.getvalue().splitlines())
    assert one.items() >= {
        "event": "Telegram asks one chat to wait",
        "lane": "bulk", "kind": "send", "seconds": 30, "chats": 1,
    }.items()  # fmt: skip
    assert everybody.items() >= {
        "event": "Telegram asks us to wait", "lane": "bulk", "seconds": 30,
    }.items()  # fmt: skip
    assert "424242" not in log.getvalue()
    assert "434343" not in log.getvalue()
    assert process.limiter.chats_waiting(Lane.BULK) == 2


async def test_thousands_of_waits_are_forgotten_when_they_are_over(process: Process) -> None:
    for chat in range(5000):
        process.limiter.refused(Lane.REPLY, chat + 1, 1.0, alone=True)
        process.harness.clock.move(0.01)
    assert len(process.limiter.floods) < 600
    await process.replicas.holds.written()
