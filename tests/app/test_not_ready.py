"""What ``/readyz`` and ``/metrics`` know while nothing works, and what the log says was done."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families as parsed

from bot import simulation
from bot.jobs import Job, Jobs
from bot.supervisor import LOOK_S
from bot.telegram.limits.priority import Lane
from tests.bot_harness import BotHarness, Person, failing_broadcast
from tests.logbook import captured
from tests.waiting import soon, until


async def get(harness: BotHarness, path: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession(harness.app.web_url) as session,
        session.get(path) as response,
    ):
        return response.status, await response.text()


async def metrics(harness: BotHarness) -> Callable[..., float]:
    """What is emitted now: give a name and labels."""
    _, text = await get(harness, "/metrics")
    values = {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in parsed(text)
        for sample in family.samples
    }
    return lambda metric, /, **labels: values[f"gutskin_{metric}", frozenset(labels.items())]


async def outage(harness: BotHarness, minutes: int) -> None:
    """Telegram answers 502 from the next tip's hour on."""
    due = await harness.app.services.planner.next_due()
    assert due is not None
    await harness.fault("error", method="sendMessage", times=10_000, error_code=502,
                        description="Bad Gateway")  # fmt: skip
    await harness.pass_time((due - harness.clock.now()).total_seconds() + 1)
    for _ in range(minutes):
        await harness.pass_time(minutes=1)


class TestReadiness:
    async def test_while_no_tip_can_be_sent_the_bot_is_not_ready(
        self, harness: BotHarness, subscriber: Person
    ) -> None:
        await outage(harness, minutes=8)
        status, text = await get(harness, "/readyz")
        assert status == 503
        assert re.search(r"nothing was sent for \d+ s; the latest tip is 48\d s overdue", text)
        told = await metrics(harness)
        assert 480 <= told("oldest_overdue_seconds") < 490
        assert told("outbox_depth", kind="tip", state="queued") == 1
        assert told("ready") == 0
        assert subscriber

    async def test_while_telegram_takes_no_tip_the_bot_is_not_ready_and_soon_is_again(
        self, harness: BotHarness
    ) -> None:
        for number in range(6):
            await harness.subscriber(f"R{number}")
        due = await harness.app.services.planner.next_due()
        assert due is not None
        await harness.fault("500", method="sendMessage", times=9)
        await harness.pass_time((due - harness.clock.now()).total_seconds() + 1)
        status, text = await get(harness, "/readyz")
        assert status == 503
        assert re.search(r"tips and broadcasts have been held for \d+ s: server_error", text)
        assert (await metrics(harness))("breaker_open") == 1
        for _ in range(15):
            await harness.pass_time(minutes=1)
        assert await get(harness, "/readyz") == (200, "ok\n")
        assert (await metrics(harness))("breaker_open") == 0

    async def test_a_night_without_work_is_no_trouble(
        self, harness: BotHarness, subscriber: Person
    ) -> None:
        await harness.pass_time(hours=12)
        assert await get(harness, "/readyz") == (200, "ok\n")
        assert (await metrics(harness))("ready") == 1
        assert subscriber

    async def test_metrics_are_told_while_the_database_is_away(self, harness: BotHarness) -> None:
        def away(_work: object = None) -> None:
            raise OSError("the disk is away")

        await harness.settle()
        harness.app.services.db.read = away  # type: ignore[method-assign,assignment]
        told = await metrics(harness)
        assert told("ready") == 0
        assert told("tick_age_seconds") < 60


class TestMetrics:
    async def test_what_was_sent_is_counted_for_as_long_as_the_process_lives(
        self, harness: BotHarness, subscriber: Person
    ) -> None:
        for _ in range(3):
            await harness.to_next_tip()
        await harness.pass_time(hours=2)
        told = await metrics(harness)
        assert told("deliveries_total", kind="tip", outcome="sent") == 3
        assert told("deliveries_planned_total") == 3
        assert told("delivery_lateness_seconds_count") == 3
        assert told("send_age_seconds") == pytest.approx(7200, abs=60)
        assert subscriber

    async def test_ages_are_those_of_the_last_that_went_well(self, harness: BotHarness) -> None:
        await harness.settle()
        harness.clock.move(100)
        told = await metrics(harness)
        assert 100 <= told("tick_age_seconds") < 160
        assert 100 <= told("poll_age_seconds") < 160
        exchanged = harness.app.services.metrics.exchanged
        await until(lambda: (exchanged.age or 0.0) < 60)  # the sender looks by itself

    async def test_a_state_that_nobody_is_in_any_more_counts_none(
        self, harness: BotHarness, subscriber: Person
    ) -> None:
        assert (await metrics(harness))("subscribers", state="active") == 1
        await subscriber.say("/stop")
        told = await metrics(harness)
        assert (told("subscribers", state="active"), told("subscribers", state="stopped")) == (
            0,
            1,
        )

    async def test_floods_and_holds(self, harness: BotHarness, subscriber: Person) -> None:
        harness.app.services.limiter.refused(Lane.BULK, None, 300)
        for _ in range(20):
            harness.clock.move(LOOK_S)
            harness.app.holds.look()
        told = await metrics(harness)
        assert told("flood_waits_total", lane="bulk") == 1
        assert told("holds_total", lane="bulk") == 1
        assert told("held_seconds_total", lane="bulk") == pytest.approx(95, abs=10)
        assert told("hold_remaining_seconds", lane="bulk") == pytest.approx(200, abs=10)
        assert subscriber

    async def test_what_is_under_way(self, harness: BotHarness, subscriber: Person) -> None:
        await harness.fault("delay", method="sendMessage", chat=subscriber.id, seconds=1.0)
        on_its_way = asyncio.create_task(simulation.move_to_next_tip(harness.app, harness.clock))
        async with asyncio.timeout(10):
            while not (await metrics(harness))("in_flight"):
                assert not on_its_way.done()
        await on_its_way
        assert (await metrics(harness))("in_flight") == 0

    async def test_jobs_by_how_they_ended(self, harness: BotHarness) -> None:
        runs = asyncio.Event()

        async def broken() -> None:
            runs.set()
            raise OSError("the disk is away")

        jobs = Jobs([Job("broken", 0.01, 1.0, broken)])
        jobs.add([], harness.app.services.metrics)
        jobs.start()
        await soon(runs.is_set)
        await jobs.stop()
        told = await metrics(harness)
        assert told("jobs_total", name="broken", outcome="failed") >= 1
        assert told("jobs_total", name="broken", outcome="ok") == 0


class TestWhatTheLogSaysWasDone:
    async def test_a_slot_that_was_planned(self, harness: BotHarness, subscriber: Person) -> None:
        with captured("INFO") as log:
            await harness.to_next_tip()
        (told,) = re.findall(
            r"tips are planned .* rows=(\d+) slots=(\d+) too_old=(\d+)", log.getvalue()
        )
        assert told == ("1", "1", "0")
        assert subscriber

    async def test_a_hold_that_begins_and_ends(self, harness: BotHarness) -> None:
        watch, limiter = harness.app.holds.look, harness.app.services.limiter
        with captured("INFO", "json") as log:
            limiter.refused(Lane.REPLY, None, 60)
            for _ in range(16):
                watch()
                harness.clock.move(LOOK_S)
        lines = [json.loads(line) for line in log.getvalue().splitlines()]
        told = [line for line in lines if line["event"].startswith("sending")]
        assert [(line["event"], line["lane"]) for line in told] == [
            ("sending is held", "reply"),
            ("sending goes on", "reply"),
        ]
        assert told[0]["seconds"] == 60
        assert told[1]["held"] == pytest.approx(60, abs=2 * LOOK_S)

    async def test_a_hold_that_is_about_to_end(self, harness: BotHarness) -> None:
        with captured("INFO") as log:
            harness.app.services.limiter.refused(Lane.REPLY, None, 0.5)
            harness.app.holds.look()
        assert "sending is held" in log.getvalue()

    async def test_a_message_that_was_refused_once_a_minute(
        self, harness: BotHarness, subscriber: Person
    ) -> None:
        with captured("INFO") as log:
            await outage(harness, minutes=10)
        told = re.findall(
            r"messages were not taken .*count=(\d+) kind=retry reason=bad_gateway", log.getvalue()
        )
        assert 3 <= len(told) <= 10
        assert subscriber

    async def test_a_broadcast_that_pauses_by_itself(self, tmp_path: Path) -> None:
        async with failing_broadcast(tmp_path) as (harness, admin):
            with captured("INFO") as log:
                await admin.tap("Send it now")
            assert "a broadcast pauses by itself: too much fails" in log.getvalue()
            assert (await metrics(harness))("broadcasts_paused_total") == 1
