"""Figures are what happened."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.delivery.counts import BOUNDS, late_name, lateness
from bot.delivery.stats import Stats
from bot.store.queries import counters
from tests.delivery.house import House
from tests.delivery.server import BLOCKED, CUT_AFTER, Telegram, refusal


async def test_figures_tell_what_happened(home: House, tg: Telegram) -> None:
    await home.readers.arrive(1, source="clinic")
    await home.subscribe(1, 2, 3, 4, 5, 6)
    await home.readers.pause(5)
    await home.readers.stop(6)
    tip = home.library.tips[0].id
    await home.readers.vote_tip(1, tip, 1)
    await home.readers.vote_tip(2, tip, -1)
    await home.readers.vote_answer(1, "x", -1)
    await home.readers.miss(1, "x")
    answers = {2: BLOCKED, 3: refusal(400, "Bad Request: message is too long"), 4: CUT_AFTER}
    tg.script = lambda _m, body: answers.get(body["chat_id"])
    await home.morning()
    for _ in range(3):
        await home.sender.drain()
        home.clock.move(100)
    found = await Stats(home.db, home.clock).figures(1)
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


async def test_a_period_ends(home: House, tg: Telegram) -> None:
    await home.subscribe(1)
    await home.morning()
    await home.sender.drain()
    home.clock.move(timedelta(days=2).total_seconds())
    stats = Stats(home.db, home.clock)
    assert (await stats.figures(1)).tips == {}
    assert (await stats.figures(7)).tips == {"sent": 1}


async def test_old_hours_are_folded_into_days_and_add_up(home: House) -> None:
    now = home.clock.now()
    async with home.db.write() as session:
        for hours in (0, 1, 2, 30, 31):
            await counters.add(session, now + timedelta(hours=hours), {"joined": 1, "none": 0})
    home.clock.move(timedelta(days=60).total_seconds())
    await home.prune()
    await home.prune()
    async with home.db.read() as session:
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
