"""Figures are what happened, and the forecast is what will."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.config import load_settings
from bot.delivery.figures import BOUNDS, late_name, lateness
from bot.delivery.stats import Stats, simulate
from bot.store import counters
from bot.store.database import Database
from tests.delivery.house import House, house
from tests.delivery.server import BLOCKED, CUT_AFTER, TOKEN, Telegram, refusal, telegram
from tips.library import Library

START = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
async def tg() -> AsyncIterator[Telegram]:
    async with telegram() as fake:
        yield fake


@pytest.fixture
async def home(db: Database, library: Library, tg: Telegram) -> AsyncIterator[House]:
    async with house(db, library, tg) as made:
        yield made


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
    await home.broadcasts.prune()
    await home.broadcasts.prune()
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


def test_a_quiet_day_holds_its_promise() -> None:
    due = Counter({START + timedelta(hours=8): 1000})
    found = simulate(START, due, load_settings(token=TOKEN))
    assert found.holds
    assert (found.tips, found.longest_wait, found.too_old) == (1000, 0, 0)
    assert found.busiest_minute == START + timedelta(hours=8)
    assert found.busiest_count == 200
    assert found.capacity == 1500


def test_a_rush_breaks_it_and_the_window_needed_is_told() -> None:
    due = Counter({START + timedelta(hours=8): 40_000})
    found = simulate(START, due, load_settings(token=TOKEN))
    assert not found.holds
    assert found.longest_wait == pytest.approx((40_000 - 5 * 1500) / 25)
    assert found.spread_needed == pytest.approx(40_000 / 1500)
    wide = load_settings(token=TOKEN, spread_minutes=27)
    assert simulate(START, due, wide).holds


def test_beyond_the_grace_tips_are_lost() -> None:
    due = Counter({START + timedelta(minutes=1): 10_000})
    tight = load_settings(token=TOKEN, spread_minutes=0, tip_grace_minutes=5)
    found = simulate(START, due, tight)
    assert found.too_old == 10_000 - 1500 - 5 * 1500


def test_a_day_without_readers() -> None:
    found = simulate(START, Counter(), load_settings(token=TOKEN))
    assert (found.tips, found.busiest_minute, found.holds) == (0, None, True)


async def test_the_forecast_reads_slots_and_weekdays(home: House) -> None:
    await home.subscribe(1, 2, 3)
    await home.readers.set_weekdays(2, 0b0000001)
    await home.readers.stop(3)
    monday = datetime(2026, 6, 8, 0, 0, tzinfo=UTC)
    stats = Stats(home.db, home.clock)
    assert (await stats.forecast(monday, home.settings)).tips == 2
    assert (await stats.forecast(monday + timedelta(days=1), home.settings)).tips == 1
