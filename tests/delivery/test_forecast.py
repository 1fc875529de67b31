"""The forecast is what will happen: with what is due, what waits already, and the pace for it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.config import Settings, load_settings
from bot.delivery.forecast import Waiting, forecast, simulate
from bot.store.queries import deliveries
from bot.store.values import Forecast
from tests.delivery_harness import EIGHT, DeliveryHarness
from tests.scripted_telegram import TOKEN, Telegram

START = datetime(2026, 6, 1, tzinfo=UTC)


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
    assert found.spread_needed == 26
    wide = load_settings(token=TOKEN, spread_minutes=27)
    assert simulate(START, due, wide).holds


def a_million() -> Counter[datetime]:
    """Most of them in the morning of one continent, each quarter of an hour and some between."""
    shares = {6: 0.06, 7: 0.28, 8: 0.36, 9: 0.16, 12: 0.06, 18: 0.08}
    due: Counter[datetime] = Counter()
    for hour, share in shares.items():
        for quarter in range(4):
            due[START + timedelta(hours=hour, minutes=15 * quarter)] += round(share * 200_000)
        for minute in range(60):
            due[START + timedelta(hours=hour, minutes=minute)] += round(share * 200_000 / 60)
    return due


class TestAdvice:
    def test_where_no_window_keeps_the_promise_none_is_advised(self) -> None:
        found = simulate(START, a_million(), load_settings(token=TOKEN))
        assert found.too_old > 250_000
        assert found.spread_needed is None
        assert all(not one.holds for one in found.advice)
        assert found.advice[0].settings.keys() == {"tip_grace_minutes"}
        assert found.advice[0].too_old == 0
        assert found.advice[0].longest_wait > 4 * 3600, "how late the last one comes"

    @pytest.mark.parametrize(
        ("due", "settings"),
        [
            (a_million(), {}),
            (a_million(), {"tip_grace_minutes": 5}),
            (a_million(), {"bulk_rate": 30}),
            (Counter({START + timedelta(hours=8): 40_000}), {}),
            (Counter({START + timedelta(hours=8): 40_000}), {"bulk_rate": 5.0, "total_rate": 6.0}),
            (Counter({START: 3_000_000}), {}),
        ],
    )
    def test_it_is_what_the_forecast_says_with_those_settings(
        self, due: Counter[datetime], settings: dict[str, Any]
    ) -> None:
        found = simulate(START, due, load_settings(token=TOKEN, **settings))
        assert found.advice
        for one in found.advice:
            again = simulate(
                START, due, load_settings(token=TOKEN, **{**settings, **one.settings})
            )
            assert again.longest_wait == one.longest_wait
            assert (again.too_old, again.holds) == (one.too_old, one.holds)
            assert (one.too_old, one.longest_wait) < (found.too_old, found.longest_wait)

    def test_of_several_that_keep_it_the_fewest_changes_are_told(self) -> None:
        rush = Counter({START + timedelta(hours=8): 40_000})
        (only,) = simulate(START, rush, load_settings(token=TOKEN)).advice
        assert (only.settings, only.holds) == ({"spread_minutes": 26.0}, True)
        narrower = load_settings(token=TOKEN, spread_minutes=25)
        assert not simulate(START, rush, narrower).holds, "and none less than needed"

    def test_who_would_have_to_move_is_counted_and_enough(self) -> None:
        found = simulate(START, a_million(), load_settings(token=TOKEN))
        assert found.busiest_hour == START + timedelta(hours=8)
        assert found.busiest_hour_count == pytest.approx(0.36 * 1_000_000, rel=0.01)
        left = found.tips - found.to_move
        assert 0 < left < found.capacity * 24 * 60

    def test_a_day_that_holds_needs_none(self) -> None:
        found = simulate(START, Counter({START: 1000}), load_settings(token=TOKEN))
        assert (found.advice, found.to_move, found.spread_needed) == ((), 0, 5.0)


def test_beyond_the_grace_tips_are_lost() -> None:
    due = Counter({START + timedelta(minutes=1): 10_000})
    tight = load_settings(token=TOKEN, spread_minutes=0, tip_grace_minutes=5)
    found = simulate(START, due, tight)
    assert found.too_old == 10_000 - 1500 - 5 * 1500


def test_a_day_without_readers() -> None:
    found = simulate(START, Counter(), load_settings(token=TOKEN))
    assert (found.tips, found.busiest_minute, found.holds) == (0, None, True)


class TestWhatWaitsAlready:
    def test_goes_first(self) -> None:
        due = Counter({START: 1500})
        at_once = load_settings(token=TOKEN, spread_minutes=0)
        assert simulate(START, due, at_once).longest_wait == 0
        found = simulate(START, due, at_once, waiting=Waiting(Counter({0: 3000}), 0))
        assert found.longest_wait == pytest.approx(3000 / 25)
        assert (found.tips, found.queued_tips, found.holds) == (1500, 3000, False)
        assert found.busiest_count == 1500

    def test_comes_in_its_minute(self) -> None:
        due = Counter({START + timedelta(minutes=10): 1500})
        at_once = load_settings(token=TOKEN, spread_minutes=0)
        early = simulate(START, due, at_once, waiting=Waiting(Counter({0: 3000}), 0))
        late = simulate(START, due, at_once, waiting=Waiting(Counter({10: 3000}), 0))
        assert early.longest_wait == pytest.approx(60)
        assert late.longest_wait == pytest.approx(120)

    def test_of_a_broadcast_takes_a_quarter_of_the_pace_while_it_lasts(self) -> None:
        due = Counter({START: 3000})
        at_once = load_settings(token=TOKEN, spread_minutes=0)
        alone = simulate(START, due, at_once)
        long = simulate(START, due, at_once, waiting=Waiting(Counter(), 100_000))
        short = simulate(START, due, at_once, waiting=Waiting(Counter(), 500))
        assert alone.longest_wait == pytest.approx(60)
        assert long.longest_wait == pytest.approx(3000 / 18.75 - 60)
        assert short.longest_wait == pytest.approx((3000 + 500) / 25 - 60)
        assert (short.tips, short.queued_copies) == (3000, 500)

    def test_of_a_broadcast_is_over_by_the_time_of_later_tips(self) -> None:
        due = Counter({START + timedelta(hours=2): 1500})
        at_once = load_settings(token=TOKEN, spread_minutes=0)
        assert simulate(START, due, at_once, waiting=Waiting(Counter(), 150_000)).holds
        found = simulate(START, due, at_once, waiting=Waiting(Counter(), 200_000))
        assert found.longest_wait == pytest.approx(375 / 18.75)

    def test_is_lived_through_until_the_forecast_begins(self) -> None:
        due = Counter({START: 1500, START + timedelta(hours=1): 1500})
        at_once = load_settings(token=TOKEN, spread_minutes=0)
        later = START + timedelta(hours=1)
        queued = Waiting(Counter({0: 80 * 1500}), 0)
        found = simulate(later, due, at_once, now=START, waiting=queued)
        assert (found.start, found.tips) == (later, 1500)
        assert found.busiest_minute == later
        assert found.longest_wait == pytest.approx((80 + 2 - 61) * 60)


class TestAPaidRate:
    PAID: Settings = load_settings(
        token=TOKEN, paid_broadcast=True, total_rate=1000, bulk_rate=1000, spread_minutes=0
    )

    def test_is_not_the_tips_rate(self) -> None:
        found = simulate(START, Counter({START: 6000}), self.PAID)
        assert found.capacity == 25 * 60
        assert found.longest_wait == pytest.approx(6000 / 25 - 60)
        assert not found.holds

    def test_lets_a_broadcast_pass_without_delay_to_tips(self) -> None:
        busy = Waiting(Counter(), 1_000_000)
        found = simulate(START, Counter({START: 6000}), self.PAID, waiting=busy)
        assert found.longest_wait == pytest.approx(6000 / 25 - 60)


async def told(harness: DeliveryHarness, at: datetime | None = None) -> Forecast:
    return await forecast(harness.db, harness.clock, harness.settings, at)


async def test_slots_and_weekdays_are_read(harness: DeliveryHarness) -> None:
    await harness.subscribe(1, 2, 3)
    await harness.subscribers.set_weekdays(2, 0b0000001)
    await harness.subscribers.stop(3)
    monday = datetime(2026, 6, 8, 0, 0, tzinfo=UTC)
    assert (await told(harness, monday)).tips == 2
    assert (await told(harness, monday + timedelta(days=1))).tips == 1


async def test_the_outbox_is_read(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.fill(range(1, 41))
    harness.clock.move_to(EIGHT)
    await harness.planner.tick()
    await harness.broadcast()
    found = await told(harness)
    assert (found.queued_tips, found.queued_copies, found.tips) == (40, 40, 40)
    assert (await told(harness, EIGHT + timedelta(hours=12))).queued_tips == 40
    for far in (timedelta(days=2), timedelta(days=-2)):
        other_day = await told(harness, EIGHT + far)
        assert (other_day.queued_tips, other_day.queued_copies) == (0, 0)
    harness.clock.move(600)
    await harness.worker.drain()
    found = await told(harness)
    assert (found.queued_tips, found.queued_copies) == (0, 0)


async def test_a_paused_broadcast_takes_no_pace(harness: DeliveryHarness) -> None:
    await harness.subscribe(1, 2)
    paused = await harness.broadcast()
    await harness.broadcasts.pause(paused, 99)
    assert (await told(harness)).queued_copies == 0
    await harness.broadcasts.resume(paused, 99)
    assert (await told(harness)).queued_copies == 2


async def test_planned_tips_count_in_the_minutes_of_their_places(harness: DeliveryHarness) -> None:
    await harness.subscribe(*range(1, 31))
    harness.clock.move_to(EIGHT)
    await harness.planner.tick()
    places = [int((row.ready_at - EIGHT).total_seconds() // 60) for row in await harness.rows()]
    minutes: Any = await harness.db.read(lambda s: deliveries.tips_waiting(s, harness.clock.now()))
    assert minutes == Counter(places)
    assert len(minutes) > 1
    harness.clock.move(130)
    later: Any = await harness.db.read(lambda s: deliveries.tips_waiting(s, harness.clock.now()))
    assert later.total() == 30
    assert max(later) <= max(minutes) - 2
    assert later[0] >= sum(minutes[minute] for minute in (0, 1))
