"""Telegram takes nothing for a while: nothing is burnt meanwhile, and everything arrives after."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.delivery.circuit_breaker import ALIKE, FAILURES_IN_A_ROW
from bot.delivery.worker import DeliveryWorker
from bot.metrics import Metrics
from bot.telegram.limits.limiter import SendLimiter
from tests.delivery_harness import DeliveryHarness
from tests.logbook import captured
from tests.scripted_telegram import CUT_AFTER, CUT_BEFORE, Telegram, once, refusal

SUBSCRIBERS = 600
IN_FLIGHT = 8  # tests/delivery_harness.py
BURST = (
    IN_FLIGHT + FAILURES_IN_A_ROW - 1
)  # what leaves before it is known that nothing comes of it

Script = Callable[[str, dict[str, Any]], Any]


def always(answer: Any) -> Script:
    return lambda _method, _body: answer


def none(_method: str, _body: dict[str, Any]) -> None:
    return None


async def live(
    harness: DeliveryHarness, worker: DeliveryWorker, seconds: float, step: float = 1.0
) -> None:
    """Let time pass; all that may be sent is sent."""
    until = harness.clock.monotonic() + seconds
    while harness.clock.monotonic() < until:
        await worker.drain()
        harness.clock.move(step)


OUTAGES = {
    "500": (500, {"ok": False, "error_code": 500, "description": "Internal Server Error"}),
    "502": (502, {}),
    "503": (503, {}),
    "504": (504, {}),
    "half a body": CUT_BEFORE,
    "garbage": (200, {"garbage": True}),
}


@pytest.mark.parametrize("answer", OUTAGES.values(), ids=OUTAGES)
async def test_all_due_tips_arrive_after_an_hour_of_it(
    harness: DeliveryHarness, tg: Telegram, answer: Any
) -> None:
    await harness.fill(range(1, SUBSCRIBERS + 1))
    await harness.morning()
    tg.script = always(answer)
    await live(harness, harness.worker, 3600, step=5)
    tried = len(tg.calls)
    assert tried < 100, "one message at a time, at growing intervals"
    assert tg.arrived == []
    tg.script = none
    await live(
        harness, harness.worker, harness.settings.tip_grace_minutes * 60 - 3600 - 60, step=30
    )
    assert sorted(tg.arrived) == list(range(1, SUBSCRIBERS + 1))
    assert {state for state, _ in await harness.states()} == {"sent"}


async def test_what_arrived_and_was_answered_by_500_comes_twice_at_the_most_as_often_as_was_tried(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.fill(range(1, SUBSCRIBERS + 1))
    await harness.morning()
    tg.script = always(CUT_AFTER)
    await live(harness, harness.worker, 600, step=2)
    tried = len(tg.calls)
    assert tried <= BURST + 20
    tg.script = none
    await live(harness, harness.worker, 9000, step=30)
    doubles = sum(count - 1 for count in tg.copies.values())
    assert set(tg.copies) == set(range(1, SUBSCRIBERS + 1))
    assert doubles <= tried
    assert max(tg.copies.values()) == 2


async def test_it_goes_on_at_once_when_telegram_takes_messages_again(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.fill(range(1, 101))
    await harness.morning()
    tg.script = always((500, {}))
    await harness.worker.drain()
    assert harness.worker.held_for == 2.0
    tg.script = none
    harness.clock.move(2.0)
    assert await harness.worker.drain() == 100 - BURST


async def test_one_message_probes_and_the_waits_grow(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.fill(range(1, 101))
    await harness.morning()
    tg.script = always((500, {}))
    await harness.worker.drain()
    before = len(tg.calls)
    waits = []
    for _ in range(8):
        waits.append(harness.worker.held_for)
        harness.clock.move(waits[-1])
        await harness.worker.drain()
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]
    assert len(tg.calls) - before == 8
    assert max(tg.tried(chat) for chat in range(1, 101)) == 1


async def test_the_second_tries_are_spread_until_the_tips_are_too_old(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.fill(range(1, SUBSCRIBERS + 1))
    await harness.morning()
    tg.script = always((500, {}))
    await live(harness, harness.worker, 3600, step=5)
    again = sorted(
        (row.ready_at - harness.clock.now()).total_seconds()
        for row in await harness.rows()
        if row.doubts and row.ready_at > harness.clock.now()
    )
    left = harness.settings.tip_grace_minutes * 60 - 3600
    assert len(again) > 20
    assert max(again) <= left
    quarters = [sum(left * n / 4 <= at < left * (n + 1) / 4 for at in again) for n in range(4)]
    assert min(quarters) >= len(again) / 8


@pytest.mark.parametrize("subscribers", [3, 5])
@pytest.mark.parametrize("seconds", [85, 3600])
async def test_a_few_readers_get_theirs_as_well(
    harness: DeliveryHarness, tg: Telegram, subscribers: int, seconds: float
) -> None:
    await harness.fill(range(1, subscribers + 1))
    await harness.morning()
    tg.script = always((500, {}))
    await live(harness, harness.worker, seconds, step=5)
    tg.script = none
    await live(harness, harness.worker, 10700 - seconds, step=30)
    assert sorted(tg.arrived) == list(range(1, subscribers + 1))


async def test_a_single_doubt_holds_nothing(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.fill(range(1, 101))
    await harness.morning()
    tg.script = once(None, CUT_BEFORE, None, None, None, CUT_BEFORE)
    assert await harness.worker.drain() == 98
    assert harness.worker.held_for == 0.0


async def test_a_broadcast_is_held_as_well(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.fill(range(1, 101))
    which = await harness.broadcast()
    tg.script = always((500, {}))
    await live(harness, harness.worker, 600, step=5)
    assert len(tg.calls) <= BURST + 20
    tg.script = none
    await live(harness, harness.worker, 120, step=5)
    report = await harness.broadcasts.report(which)
    assert report.sent + report.in_doubt == 100
    assert report.sent >= 100 - BURST - 20


async def test_without_a_connection_one_message_probes_too(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.fill(range(1, 101))
    await harness.morning()
    dead = Telegram(port=1).transport()
    worker = harness.new_worker(transport=dead)
    waits = []
    for _ in range(7):
        await worker.drain()
        waits.append(worker.held_for)
        harness.clock.move(waits[-1])
    await dead.close()
    assert waits == [2, 4, 8, 16, 32, 60, 60]


async def test_it_works_at_the_pace_too(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.fill(range(1, 101))
    await harness.morning()
    worker = harness.new_worker(SendLimiter(harness.clock, 30, 25, jitter=lambda: 0.0))
    tg.script = always((500, {}))

    async def in_flight(seconds: float) -> None:
        stop = asyncio.Event()
        task = asyncio.create_task(worker.run(stop))
        for _ in range(round(seconds / 0.02)):
            await asyncio.wait([task], timeout=0.001)
            harness.clock.move(0.02)
        stop.set()
        await task

    await in_flight(10)
    assert len(tg.calls) <= BURST + 3
    tg.script = none
    await in_flight(15)
    assert len(tg.arrived) >= 100 - BURST - 3


class TestWhatIsSaidOfIt:
    async def test_one_warning_one_line_of_readiness_one_gauge(
        self, harness: DeliveryHarness, tg: Telegram
    ) -> None:
        metrics = Metrics(harness.clock)
        worker = harness.new_worker(metrics=metrics)
        await harness.fill(range(1, 101))
        await harness.morning()
        assert worker.troubles() == []
        tg.script = always((500, {}))
        with captured("WARNING", "json") as log:
            await live(harness, worker, 300, step=2)
        (warning,) = (line for line in log.getvalue().splitlines() if "are held" in line)
        assert json.loads(warning)["why"] == "server_error"
        (trouble,) = worker.troubles()
        assert trouble == "tips and broadcasts have been held for 300 s: server_error"
        assert metrics.registry.get_sample_value("gutskin_breaker_open") == 1
        tg.script = none
        await live(harness, worker, 61, step=1)
        assert worker.troubles() == []
        assert metrics.registry.get_sample_value("gutskin_breaker_open") == 0


class TestAThirdRefusedAlike:
    NOT_FOUND = refusal(400, "Bad Request: chat not found")

    async def test_by_a_server_that_lost_its_files_is_not_believed(
        self, harness: DeliveryHarness, tg: Telegram
    ) -> None:
        await harness.fill(range(1, 61))
        await harness.morning()
        tg.script = always(self.NOT_FOUND)
        await live(harness, harness.worker, 600, step=5)
        assert "not_found" in harness.worker.troubles()[0]
        failed = [reason for state, reason in await harness.states() if state == "failed"]
        assert len(failed) < ALIKE
        tg.script = none
        await live(harness, harness.worker, 1200, step=5)
        assert len(set(tg.arrived)) >= 60 - len(failed)
        assert harness.worker.troubles() == []

    async def test_holds_whatever_the_reason(self, harness: DeliveryHarness, tg: Telegram) -> None:
        await harness.fill(range(1, 101))
        await harness.morning()
        blocked = refusal(403, "Forbidden: bot was blocked by the user")
        tg.script = lambda _m, body: blocked if body["chat_id"] % 2 else None
        await harness.worker.drain()
        assert harness.worker.held_for == 2.0
        assert "blocked" in harness.worker.troubles()[0]
        await live(harness, harness.worker, 120, step=2)
        assert len(tg.arrived) == 50
        assert "a third of the last 50 messages were refused: blocked" in harness.worker.troubles()
        harness.clock.move(301.0)
        assert harness.worker.troubles() == []

    async def test_is_no_reason_to_believe_it_of_each(
        self, harness: DeliveryHarness, tg: Telegram
    ) -> None:
        await harness.fill(range(1, 61))
        await harness.morning()
        tg.script = always(refusal(403, "Forbidden: bot was blocked by the user"))
        await live(harness, harness.worker, 600, step=5)
        states = [(await harness.subscribers.find(chat)).state for chat in range(1, 61)]  # type: ignore[union-attr]
        assert states.count("blocked") < ALIKE

    async def test_fewer_are_what_always_happens(
        self, harness: DeliveryHarness, tg: Telegram
    ) -> None:
        await harness.fill(range(1, 201))
        await harness.morning()
        tg.script = lambda _m, body: self.NOT_FOUND if body["chat_id"] % 4 == 0 else None
        assert await harness.worker.drain() == 150
        assert harness.worker.troubles() == []
