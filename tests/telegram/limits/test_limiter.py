"""What the limiter promises, on a clock that is moved by hand."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import Callable, Iterator

import pytest

from bot.clock import MovableClock
from bot.telegram.limits.limiter import Lane, SendLimiter
from tests.telegram.limits.moved_limiter import Stage, busiest, finished, refused, settle


@pytest.fixture
def memory() -> Iterator[Callable[[], int]]:
    """The bytes that Python holds for what was made since the test began."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("total", "bulk", "seconds"), [(30, 30, 20.0), (30, 25, 20.0), (1000, 1000, 5.0), (4, 4, 30.0)]
)
async def test_bulk_runs_at_its_rate_and_a_strict_server_never_refuses(
    total: float, bulk: float, seconds: float
) -> None:
    async with Stage(total, bulk) as stage:
        stage.broadcast()
        await stage.pass_time(seconds)

    assert len(stage.bulk) >= 0.985 * bulk * seconds
    assert busiest(stage.bulk) <= bulk
    assert refused(stage.bulk, total, burst=3) == 0


async def test_a_rate_that_is_not_whole_is_kept_within_one() -> None:
    async with Stage(2.5, 2.5) as stage:
        stage.broadcast()
        await stage.pass_time(40.0)

    assert len(stage.bulk) >= 0.98 * 2.5 * 40
    assert busiest(stage.bulk) <= 3


async def test_a_reply_beside_a_broadcast_starts_at_once() -> None:
    async with Stage(30, 25) as stage:
        stage.broadcast()
        for chat in range(40):
            await stage.pass_time(0.353)
            stage.reply(chat)
            await settle()

    assert len(stage.waits) == 40
    assert max(stage.waits) == 0.0
    assert busiest(stage.starts) <= 30


async def test_a_reply_waits_a_slot_at_most_when_bulk_takes_the_whole_rate() -> None:
    async with Stage(30, 30) as stage:
        stage.broadcast()
        for chat in range(40):
            await stage.pass_time(0.353)
            stage.reply(chat)
        await stage.pass_time(0.1)

    assert len(stage.waits) == 40
    assert max(stage.waits) <= 1 / 30 + 0.002
    assert busiest(stage.starts) <= 31


async def test_bulk_stands_back_while_replies_want_the_whole_rate() -> None:
    async with Stage(30, 25) as stage:
        stage.broadcast()
        await stage.pass_time(2.0)
        for chat in range(90):
            stage.reply(chat)
        before = len(stage.bulk)
        await stage.pass_time(2.0)

    assert len(stage.bulk) - before <= 1
    assert len(stage.replies) >= 55
    assert busiest(stage.starts) <= 31


async def test_late_timers_never_lead_to_a_burst() -> None:
    async with Stage(30, 30) as stage:
        stage.broadcast()
        for _ in range(20):
            await stage.pass_time(0.2)
            await stage.pass_time(5.0, step=5.0)

    assert busiest(stage.bulk) <= 30
    assert refused(stage.bulk, 30, burst=3) == 0


class TestAChat:
    async def test_gets_a_small_burst_and_then_one_a_second(self) -> None:
        async with Stage() as stage:
            for _ in range(6):
                stage.reply(7)
            await stage.pass_time(5.0)

        assert len(stage.replies) == 6
        assert stage.replies[2] < 0.2
        gaps = [b - a for a, b in zip(stage.replies[3:], stage.replies[4:], strict=False)]
        assert all(0.99 <= gap <= 1.01 for gap in gaps)

    async def test_that_waits_holds_up_no_other(self) -> None:
        async with Stage() as stage:
            for _ in range(4):
                stage.reply(7)
            await stage.pass_time(0.2)
            stage.reply(8)
            await settle()

            assert stage.waits[-1] == 0.0

    async def test_that_is_a_group_gets_twenty_a_minute(self) -> None:
        async with Stage() as stage:
            for _ in range(25):
                stage.reply(-100)
            await stage.pass_time(59.0, step=0.01)
            within_the_minute = len(stage.replies)
            await stage.pass_time(20.0, step=0.01)

        assert within_the_minute == 20
        assert len(stage.replies) == 25
        assert busiest(stage.replies, 60.0) == 20

    async def test_is_not_counted_for_edits_and_answers_to_buttons(self) -> None:
        async with Stage() as stage:
            for _ in range(10):
                stage.reply(None)
            await stage.pass_time(0.5)

            assert len(stage.replies) == 10

    async def test_is_shared_by_both_lanes(self) -> None:
        async with Stage() as stage:
            for _ in range(3):
                assert stage.limiter.take_chat(7) == 0.0
            assert 0.9 < stage.limiter.take_chat(7) <= 1.0
            assert not await finished(stage.limiter.reply(7))
            assert stage.limiter.take_chat(8) == 0.0

    async def test_is_forgotten_when_idle(self, memory: Callable[[], int]) -> None:
        async with Stage(1000, 1000) as stage:
            began = memory()
            held = []
            for start in range(1, 48_000, 6_000):
                for chat in range(start, start + 6_000):
                    stage.limiter.take_chat(chat)
                    stage.clock.move(0.001)
                held.append(memory() - began)
            assert max(held) < 2 * held[0], "those of the last seconds, however many there were"

            for group in range(-6_000, 0):
                stage.limiter.take_chat(group)
            stage.clock.move(180.0)
            stage.limiter.take_chat(1)
            stage.limiter.take_chat(-1)
            assert memory() - began < held[0] / 10


class TestAFlood:
    async def test_silences_its_lane_in_full_and_the_other_not_at_all(self) -> None:
        async with Stage() as stage:
            stage.broadcast()
            await stage.pass_time(1.0)
            stage.limiter.refused(Lane.BULK, None, 3.0)
            flooded = stage.clock.monotonic()
            await stage.pass_time(1.0)
            stage.reply(1)
            await stage.pass_time(4.0)

        after = [start for start in stage.bulk if start > flooded]
        assert min(after) >= flooded + 3.0 - 1e-6
        assert min(after) <= flooded + 3.1
        assert stage.waits == [0.0]

    async def test_is_never_cut_short_by_a_second_answer(self) -> None:
        async with Stage() as stage:
            stage.limiter.refused(Lane.REPLY, None, 300.0)
            stage.limiter.refused(Lane.REPLY, None, 1.0)

            assert stage.limiter.held_for(Lane.REPLY) == pytest.approx(300.0)
            assert stage.limiter.held_for(Lane.BULK) == 0.0

    async def test_of_replies_does_not_stop_the_broadcast(self) -> None:
        async with Stage() as stage:
            stage.broadcast()
            stage.limiter.refused(Lane.REPLY, None, 10.0)
            stage.reply(1)
            await stage.pass_time(4.0)

        assert len(stage.bulk) >= 0.98 * 25 * 4
        assert stage.replies == []

    async def test_that_comes_once_does_not_slow_the_lane_down(self) -> None:
        async with Stage() as stage:
            for _ in range(64):  # all that was under way is refused too
                stage.limiter.refused(Lane.BULK, None, 1.0)

            stage.broadcast()
            await stage.pass_time(1.0)
            assert await stage.pace() == pytest.approx(25, rel=0.02)

    async def test_that_comes_again_slows_down_and_recovers_slowly(self) -> None:
        async with Stage() as stage:
            stage.broadcast()
            for _ in range(3):
                stage.limiter.refused(Lane.BULK, None, 1.0)
                await stage.pass_time(2.0)
            slowed = await stage.pace()
            await stage.pass_time(30.0, step=0.01)
            a_little_later = await stage.pace()
            await stage.pass_time(600.0, step=1.0)

            assert slowed == pytest.approx(25 * 0.75**2, rel=0.05)
            assert a_little_later == pytest.approx(slowed + 25 * 0.05, rel=0.05)
            assert await stage.pace() == pytest.approx(25, rel=0.02)

    async def test_leaves_a_tenth_of_the_rate_at_the_very_least(self) -> None:
        async with Stage() as stage:
            for _ in range(50):
                stage.limiter.refused(Lane.BULK, None, 1.0)
                stage.clock.move(1.5)
            stage.broadcast()

            assert await stage.pace() == pytest.approx(2.5, rel=0.1)


class TestCancelling:
    async def test_a_waiting_reply_lets_the_next_one_go(self) -> None:
        async with Stage(1, 1) as stage:
            stage.reply(1)
            stage.reply(2)
            await settle()
            third, fourth = stage.reply(3), stage.reply(4)
            await settle()
            third.cancel()
            await stage.pass_time(1.01)

            assert fourth.done()
            assert len(stage.replies) == 3

    async def test_gives_the_chat_its_turn_back(self) -> None:
        async with Stage() as stage:
            stage.limiter.refused(Lane.REPLY, None, 60.0)
            for _ in range(30):
                task = stage.reply(-5)
                await settle()
                task.cancel()
                await settle()
            stage.clock.move(61.0)

            assert stage.limiter.take_chat(-5) == 0.0

    async def test_replies_that_gave_up_hold_no_bulk_back(self) -> None:
        async with Stage(10, 10) as stage:
            tasks = [stage.reply(chat) for chat in range(50)]
            await settle()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            stage.broadcast()
            await stage.pass_time(3.0)

        assert len(stage.bulk) >= 25


async def test_paid_broadcasts_leave_replies_at_the_free_rate() -> None:
    async with Stage(1000, 900) as stage:
        stage.broadcast()
        for chat in range(200):
            stage.reply(chat)
        await stage.pass_time(3.0)

    assert len(stage.replies) <= 3 * 30 + 3
    assert len(stage.bulk) >= 0.985 * 900 * 3


@pytest.mark.parametrize(("total", "bulk"), [(0.0, 0.0), (30.0, 31.0), (-1.0, 1.0)])
async def test_rates_that_make_no_sense_are_refused(total: float, bulk: float) -> None:
    clock: MovableClock = Stage().clock
    with pytest.raises(ValueError, match="rates"):
        SendLimiter(clock, total, bulk)
