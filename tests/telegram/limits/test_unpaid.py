"""Paid broadcasts at a thousand a second beside tips and replies that nobody pays for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.telegram.limits.moved_limiter import Lane, Stage, Traffic, busiest, refused


async def test_a_second_never_holds_more_unpaid_messages_than_are_free() -> None:
    async with Stage(1000, 1000) as stage:
        stage.broadcast(64)
        stage.tips()
        for chat in range(60):
            await stage.pass_time(0.1)
            stage.reply(chat)

    free = sorted(stage.unpaid + stage.replies)
    assert busiest(free) <= 30
    assert refused(free, 30, burst=3) == 0
    assert busiest(stage.starts) <= 1001
    assert refused(stage.starts, 1000, burst=3) == 0
    assert len(stage.starts) >= 0.985 * 1000 * 6


async def test_tips_alone_keep_to_the_free_rate_whatever_the_paid_one_is() -> None:
    async with Stage(1000, 1000) as stage:
        stage.tips(64)
        await stage.pass_time(10.0)

    assert stage.limiter.free_bulk_rate == 25.0
    assert 0.98 * 250 <= len(stage.unpaid) <= 252
    assert busiest(stage.unpaid) <= 25


async def test_tips_have_their_whole_part_beside_a_broadcast_and_cost_it_no_more() -> None:
    async with Stage(1000, 1000) as stage:
        stage.broadcast(64)
        await stage.pass_time(5.0)
        alone = len(stage.bulk)
        stage.tips()
        await stage.pass_time(5.0)

    assert alone >= 0.985 * 1000 * 5
    assert len(stage.unpaid) >= 0.97 * 25 * 5
    assert len(stage.bulk) - alone + len(stage.unpaid) >= alone - 5


async def test_tips_that_have_no_turn_do_not_slow_the_broadcast() -> None:
    async with Stage(1000, 1000) as stage:
        stage.broadcast(64)
        stage.tips()
        await stage.pass_time(1.0)
        before, tips = len(stage.bulk), len(stage.unpaid)
        for chat in range(200):  # they take all that is free
            stage.reply(chat)
        await stage.pass_time(2.9)

    assert len(stage.unpaid) - tips <= 4
    assert len(stage.bulk) - before >= 0.985 * (1000 - 31) * 2.9
    assert busiest(sorted(stage.unpaid + stage.replies)) <= 30


async def test_a_reply_beside_both_starts_at_once() -> None:
    async with Stage(1000, 1000) as stage:
        stage.broadcast(64)
        stage.tips()
        for chat in range(40):
            await stage.pass_time(0.253)
            stage.reply(chat)
        await stage.pass_time(0.1)

    assert len(stage.waits) == 40
    assert max(stage.waits) <= 0.002


async def test_a_bulk_rate_below_the_free_one_is_the_tips_rate() -> None:
    async with Stage(1000, 10) as stage:
        stage.tips()
        await stage.pass_time(10.0)

    assert stage.limiter.free_bulk_rate == 10.0
    assert 98 <= len(stage.unpaid) <= 102


async def test_while_all_is_free_paid_or_not_makes_no_difference() -> None:
    async with Stage(30, 28) as stage:
        stage.broadcast()
        stage.tips()
        await stage.pass_time(10.0)

    assert stage.limiter.free_bulk_rate == 28.0
    assert 0.98 * 280 <= len(stage.starts) <= 282
    assert min(len(stage.bulk), len(stage.unpaid)) >= 100


async def test_a_flood_silences_paid_and_unpaid_alike_and_slows_both_when_it_comes_again() -> None:
    async with Stage(1000, 1000) as stage:
        stage.broadcast(64)
        stage.tips()
        for _ in range(2):
            stage.limiter.refused(Lane.BULK, None, 2.0)
            flooded = stage.clock.monotonic()
            await stage.pass_time(2.5)
            for starts in (stage.bulk, stage.unpaid):
                assert not [at for at in starts if flooded < at < flooded + 1.999]
        before = len(stage.bulk), len(stage.unpaid)
        await stage.pass_time(4.0)

    assert len(stage.bulk) - before[0] == pytest.approx(4 * (750 - 18.75), rel=0.03)
    assert len(stage.unpaid) - before[1] == pytest.approx(4 * 18.75, abs=3)


async def test_replicas_share_the_free_rate_too() -> None:
    async with Stage(1000, 1000) as stage:
        stage.limiter.share_with(5)
        stage.broadcast(64)
        stage.tips()
        await stage.pass_time(10.0)

    assert 0.97 * 50 <= len(stage.unpaid) <= 52
    assert 0.97 * 2000 <= len(stage.starts) <= 2010


moments = st.floats(0.0, 3.0)
traffics = st.builds(
    Traffic,
    asked=st.lists(st.tuples(moments, st.integers(-3, 40)), max_size=80),
    floods=st.lists(st.tuples(moments, st.sampled_from(Lane), st.floats(0.1, 1.0)), max_size=2),
    given_up=st.lists(moments, max_size=3),
    stalls=st.lists(st.floats(0.01, 2.0), max_size=2),
)


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([(60.0, 60.0), (100.0, 80.0), (1000.0, 1000.0)]), traffics)
async def test_whatever_comes_the_free_rate_holds(
    rate: tuple[float, float], traffic: Traffic
) -> None:
    async with Stage(*rate) as stage:
        stage.broadcast(16)
        await stage.live_through(stage.tips, traffic)

    free = sorted(stage.unpaid + stage.replies)
    assert busiest(free) <= 30
    assert refused(free, 30, burst=3) == 0
    assert busiest(stage.starts) <= rate[0] + 1
    assert refused(stage.starts, rate[0], burst=3) == 0
