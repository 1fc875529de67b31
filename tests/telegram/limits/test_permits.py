"""Turns that are handed out count from when they were used, however long a process was held up."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from bot.clock import MovableClock
from bot.telegram.limits.limiter import SendLimiter
from tests.waiting import until

HELD_UP_S = 10.0
SPACE_S = 1 / 25


async def test_a_process_that_was_held_up_makes_no_burst_of_what_it_was_handed() -> None:
    clock = MovableClock(datetime(2026, 3, 1, tzinfo=UTC))
    limiter = SendLimiter(clock, 30.0, 25.0)
    assert await limiter.bulk_permits(1) == 1
    clock.move(HELD_UP_S)  # what was handed out leaves only now

    following = asyncio.create_task(limiter.bulk_permits(1))
    for _ in range(10):
        await asyncio.sleep(0)
    assert not following.done()
    clock.move(SPACE_S)
    await until(following.done)


async def test_what_was_handed_out_at_another_rate_is_not_held_against_the_present_one() -> None:
    clock = MovableClock(datetime(2026, 3, 1, tzinfo=UTC))
    limiter = SendLimiter(clock, 30.0, 25.0)
    await limiter.bulk_permits(1)
    limiter.share_with(2)
    clock.move(HELD_UP_S)
    following = asyncio.create_task(limiter.bulk_permits(1))
    await until(following.done)
