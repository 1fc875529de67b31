"""Figures are what happened."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.delivery.counts import BOUNDS, late_name, lateness
from bot.delivery.stats import Stats
from bot.store.queries import counters
from tests.delivery_harness import DeliveryHarness
from tests.scripted_telegram import BLOCKED, CUT_AFTER, Telegram, refusal


async def test_figures_tell_what_happened(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.subscribers.arrive(1, "en", source="clinic")
    await harness.subscribe(1, 2, 3, 4, 5, 6)
    await harness.subscribers.pause(5)
    await harness.subscribers.stop(6)
    tip = harness.library.tips[0].id
    await harness.subscribers.vote_tip(1, tip, 1)
    await harness.subscribers.vote_tip(2, tip, -1)
    await harness.subscribers.vote_answer(1, "x", -1)
    await harness.subscribers.miss(1, "x")
    answers = {2: BLOCKED, 3: refusal(400, "Bad Request: message is too long"), 4: CUT_AFTER}
    tg.script = lambda _m, body: answers.get(body["chat_id"])
    await harness.morning()
    for _ in range(3):
        await harness.worker.drain()
        harness.clock.move(100)
    found = await Stats(harness.db, harness.clock).figures(1)
    assert (found.subscribers, found.active, found.paused) == (4, 3, 1)
    assert (found.stopped, found.blocked, found.new, found.left) == (1, 1, 6, 2)
    assert found.tips == {"failed": 2, "in_doubt": 1, "sent": 1}
    assert found.failures == {"blocked": 1, "too_long": 1}
    assert found.doubts == 2
    assert (found.tip_votes, found.answer_votes, found.misses) == ((1, 1), (0, 1), 1)
    assert found.sources == {"clinic": 1}
    assert found.lateness.p50 is not None
    assert 0 < found.lateness.p50 <= 450
    assert found.lateness.histogram[-1] == (86400.0, 1)


async def test_a_period_ends(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.subscribe(1)
    await harness.morning()
    await harness.worker.drain()
    harness.clock.move(timedelta(days=2).total_seconds())
    stats = Stats(harness.db, harness.clock)
    assert (await stats.figures(1)).tips == {}
    assert (await stats.figures(7)).tips == {"sent": 1}


async def test_old_hours_are_folded_into_days_and_add_up(harness: DeliveryHarness) -> None:
    now = harness.clock.now()
    async with harness.db.write() as session:
        for hours in (0, 1, 2, 30, 31):
            await counters.add(session, now + timedelta(hours=hours), {"joined": 1, "none": 0})
    harness.clock.move(timedelta(days=60).total_seconds())
    await harness.prune()
    await harness.prune()
    async with harness.db.read() as session:
        assert await counters.totals(session, now - timedelta(days=1)) == {"joined": 5}
        rows = await counters.totals(session, now + timedelta(days=1))
        assert rows == {}


def test_lateness_is_interpolated() -> None:
    assert late_name(0.2) == "late.0.5"
    assert late_name(1e9) == f"late.{BOUNDS[-1]:g}"
    assert lateness({}).p50 is None
    found = lateness({"late.1": 50, "late.60": 50})
    assert found.p50 == 1.0
    assert found.p95 == pytest.approx(58.5)
    assert dict(found.histogram)[5.0] == 50
