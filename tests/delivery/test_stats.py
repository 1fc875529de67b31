"""Figures are what happened."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.clock import MovableClock
from bot.delivery.counts import BOUNDS, late_name, lateness
from bot.delivery.stats import Stats
from bot.figures import Overview, Questions, Votes
from bot.store.queries import counters, tip_tallies
from tests.delivery_harness import DeliveryHarness
from tests.scripted_telegram import BLOCKED, CUT_AFTER, Telegram, refusal

ONE_DAY = timedelta(days=1)


def stats_of(harness: DeliveryHarness) -> Stats:
    return Stats(harness.db, harness.clock, harness.library)


async def days_pass(harness: DeliveryHarness, days: int) -> None:
    harness.clock.move(days * 86400)


async def a_busy_day(harness: DeliveryHarness, tg: Telegram) -> Overview:
    """Six subscribers of whom one pauses and one leaves, a morning, and what they say."""
    await harness.subscribers.arrive(1, "en", source="clinic")
    await harness.subscribe(1, 2, 3, 4, 5, 6)
    await harness.subscribers.pause(5)
    await harness.subscribers.stop(6)
    tip = harness.library.tips[0].id
    await harness.subscribers.vote_tip(1, tip, 1)
    await harness.subscribers.vote_tip(2, tip, -1)
    await harness.subscribers.vote_answer(1, "x", -1)
    await harness.subscribers.miss(1, "x")
    await harness.subscribers.miss(1, "x")
    await harness.subscribers.asked("answered")
    await harness.subscribers.asked("unanswered")
    answers = {2: BLOCKED, 3: refusal(400, "Bad Request: message is too long"), 4: CUT_AFTER}
    tg.script = lambda _m, body: answers.get(body["chat_id"])
    await harness.morning()
    for _ in range(3):
        await harness.worker.drain()
        harness.clock.move(100)
    return await stats_of(harness).overview(7)


async def test_figures_tell_what_happened(harness: DeliveryHarness, tg: Telegram) -> None:
    found = await a_busy_day(harness, tg)
    now, total = found.now, found.total
    assert (now.subscribers, now.active, now.paused, now.stopped, now.blocked) == (4, 3, 1, 1, 1)
    assert (total.joined, total.left, total.gained) == (6, 2, 4)
    assert total.left_how == {"stopped": 1, "blocked": 1}
    assert total.tips == {"failed": 2, "in_doubt": 1, "sent": 1}
    assert total.failures == {"blocked": 1, "too_long": 1}
    assert total.doubts == 2
    assert (total.tip_votes, total.answer_votes, total.misses) == ((1, 1), (0, 1), 1)
    assert total.questions == Questions(1, 0, 1)
    assert found.sources == {"clinic": 1}
    assert total.lateness.p50 is not None
    assert 0 < total.lateness.p50 <= 450
    assert total.lateness.histogram[-1] == (86400.0, 1)


async def test_they_are_kept_where_their_subscribers_are_erased(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    before = (await a_busy_day(harness, tg)).total
    for chat in (1, 2, 3, 4, 5, 6):
        await harness.privacy.forget(chat)
    after = (await stats_of(harness).overview(7)).total
    assert (after.joined, after.tips, after.tip_votes) == (6, before.tips, before.tip_votes)
    assert (after.left, after.left_how["erased"], after.subscribers) == (6, 4, 0)


async def test_days_are_those_of_utc_and_a_span_ends_today(harness: DeliveryHarness) -> None:
    await harness.subscribe(1)  # at noon on 1 June
    harness.clock.move(12 * 3600 - 1)
    assert (await stats_of(harness).overview(1)).total.joined == 1
    harness.clock.move(1)
    assert (await stats_of(harness).overview(1)).total.joined == 0
    assert (await stats_of(harness).overview(2)).total.joined == 1


async def test_how_many_there_were_is_reckoned_back(harness: DeliveryHarness) -> None:
    await harness.subscribe(1, 2, 3)
    await days_pass(harness, 1)
    await harness.subscribers.stop(1)
    await days_pass(harness, 2)
    await harness.subscribers.resume(1)
    await harness.subscribe(4)
    found = await stats_of(harness).overview(30)
    assert [step.subscribers for step in found.steps][-4:] == [3, 2, 2, 4]
    assert [step.subscribers for step in found.steps][:-4] == [0, 0, 0]
    assert (found.total.subscribers_before, found.total.returned) == (0, 1)


async def test_a_span_begins_where_the_figures_do_with_a_week_at_least(
    harness: DeliveryHarness,
) -> None:
    stats = stats_of(harness)
    assert len((await stats.overview(365)).steps) == 7
    await harness.subscribe(1)
    await days_pass(harness, 19)
    found = await stats.overview(365)
    assert (found.total.first, found.total.last) == (date(2026, 6, 1), date(2026, 6, 20))
    assert len(found.steps) == 20


@pytest.mark.parametrize(("days_ago", "first_step"), [(364, 8), (69, 7), (62, 7)])
async def test_many_days_are_told_by_weeks_of_which_the_last_ends_today(
    harness: DeliveryHarness, days_ago: int, first_step: int
) -> None:
    await harness.subscribe(1)
    await days_pass(harness, days_ago)
    await harness.subscribe(2)
    found = await stats_of(harness).overview(365)
    lengths = [(step.last - step.first).days + 1 for step in found.steps]
    assert sum(lengths) == days_ago + 1
    assert {*lengths[1:]} == {7}
    assert lengths[0] == (days_ago + 1) % 7 + 7 if (days_ago + 1) % 7 else 7
    assert lengths[0] == first_step
    assert [step.joined for step in found.steps] == [1, *[0] * (len(lengths) - 2), 1]
    assert found.steps[-1].last == found.at.date()


async def test_by_day_tells_every_day_however_many(harness: DeliveryHarness) -> None:
    await harness.subscribe(1)
    await days_pass(harness, 99)
    days = await stats_of(harness).by_day(365)
    assert [day.first for day in days] == [date(2026, 6, 1) + n * ONE_DAY for n in range(100)]
    assert all(day.first == day.last for day in days)
    assert (days[0].joined, sum(day.joined for day in days)) == (1, 1)
    assert len(await stats_of(harness).by_day(30)) == 7, "there are no figures of these days"


async def test_thumbs_count_for_the_day_of_the_change(harness: DeliveryHarness) -> None:
    await harness.subscribe(1, 2)
    tip = harness.library.tips[0].id
    for chat in (1, 2):
        await harness.subscribers.vote_tip(chat, tip, 1)
    await days_pass(harness, 1)
    await harness.subscribers.vote_tip(1, tip, -1)
    await harness.subscribers.vote_tip(2, tip, 0)
    stats = stats_of(harness)
    assert (await stats.overview(2)).total.tip_votes == Votes(0, 1)
    assert (await stats.overview(1)).total.tip_votes == Votes(0, 1), "less than none are none"


async def test_themes_and_tips_by_their_thumbs(harness: DeliveryHarness) -> None:
    tips, now = harness.library.tips, harness.clock.now()
    thumbs = {0: Votes(9, 1), 1: Votes(3, 3), 2: Votes(4, 0), 3: Votes(1, 8), 4: Votes(40, 4)}
    given = {tips[number].id: votes for number, votes in thumbs.items()}
    async with harness.db.write() as session:
        await tip_tallies.add(session, now, {**given, "no-such-tip-any-more": Votes(9, 9)})
    found = await stats_of(harness).overview(7)
    assert [one.id for one in found.best] == [tips[4].id, tips[0].id]
    assert [one.id for one in found.worst] == [tips[3].id, tips[1].id]
    sums = {theme.id: theme.votes for theme in found.themes}
    assert sum(votes.up for votes in sums.values()) == 57
    first = next(t for t in harness.library.themes if tips[0].topic in t.topics)
    alike = [votes for n, votes in thumbs.items() if tips[n].topic in first.topics]
    assert sums[first.id] == Votes(sum(v.up for v in alike), sum(v.down for v in alike))


async def test_a_broadcast_reaches_whom_it_was_for_but_for_those_it_does_not(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(1, 2, 3)
    tg.script = lambda _m, body: BLOCKED if body["chat_id"] == 2 else None
    broadcast = await harness.broadcast()
    await harness.worker.drain()
    (reach,) = (await stats_of(harness).overview(7)).broadcasts
    assert (reach.id, reach.total, reach.reached) == (broadcast, 3, 2)
    assert reach.share == pytest.approx(2 / 3)
    await days_pass(harness, 8)
    assert await harness.prune() > 0
    (reach,) = (await stats_of(harness).overview(30)).broadcasts
    assert (reach.total, reach.reached) == (3, 2)
    assert (await stats_of(harness).overview(7)).broadcasts == ()


async def test_old_hours_are_folded_into_days_and_add_up(harness: DeliveryHarness) -> None:
    now = harness.clock.now()
    async with harness.db.write() as session:
        for hours in (0, 1, 2, 30, 31, 24 * 58):
            await counters.add(session, now + timedelta(hours=hours), {"joined": 1, "none": 0})
    await days_pass(harness, 60)
    await harness.prune()
    await harness.prune()
    start = counters.day_of(now)
    async with harness.db.read() as session:
        found = await counters.by_step(session, start, start, ONE_DAY)
        hourly = await counters.by_step(session, start, start, timedelta(hours=1))
    assert {at.date().day: counts for at, counts in found.items() if at < now + 9 * ONE_DAY} == {
        1: {"joined": 3},
        2: {"joined": 2},
    }
    assert sorted(hourly) == [start, start + ONE_DAY, now + 58 * ONE_DAY]


async def test_single_tips_are_counted_for_a_year_and_some(harness: DeliveryHarness) -> None:
    async with harness.db.write() as session:
        await tip_tallies.add(session, harness.clock.now(), {"a": Votes(1, 0)})
    for days, left in ((400, {"a": Votes(1, 0)}), (1, {})):
        await days_pass(harness, days)
        await harness.prune()
        async with harness.db.read() as session:
            first = harness.clock.now() - 500 * ONE_DAY
            assert await tip_tallies.since(session, first) == left


async def test_thumbs_by_a_clock_that_was_ahead_are_of_today(harness: DeliveryHarness) -> None:
    now = harness.clock.now()
    async with harness.db.write() as session:
        for days, tip, votes in (
            (0, "a", Votes(1, 0)),
            (3, "a", Votes(2, 1)),
            (9, "b", Votes(0, 1)),
        ):
            await tip_tallies.add(session, now + days * ONE_DAY, {tip: votes})
        assert await tip_tallies.hold_back(session, now) == {"tip_tally.day": 2}
        assert not await tip_tallies.hold_back(session, now)
        found = await tip_tallies.since(session, now)
    assert found == {"a": Votes(3, 1), "b": Votes(0, 1)}
    tomorrow = Stats(harness.db, MovableClock(now + ONE_DAY), harness.library)
    assert (await tomorrow.overview(1)).best == ()


def test_lateness_is_interpolated() -> None:
    assert late_name(0.2) == "late.0.5"
    assert late_name(1e9) == f"late.{BOUNDS[-1]:g}"
    assert lateness({}).p50 is None
    found = lateness({"late.1": 50, "late.60": 50})
    assert found.p50 == 1.0
    assert found.p95 == pytest.approx(58.5)
    assert dict(found.histogram)[5.0] == 50
