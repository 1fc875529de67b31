"""After a long silence bulk starts at once, whoever was answered meanwhile."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from bot.clock import MovableClock
from bot.telegram.limits.limiter import SendLimiter
from tests.waiting import until


async def test_a_reply_after_a_quiet_day_does_not_hold_bulk_back_for_another() -> None:
    clock = MovableClock(datetime(2026, 3, 2, 8, tzinfo=UTC))
    limiter = SendLimiter(clock, 30.0, 25.0)
    assert await limiter.bulk_permits(1) == 1
    clock.move(86_400.0)
    await limiter.reply(7)
    waiting = asyncio.create_task(limiter.bulk_permits(1))
    begun = clock.monotonic()
    await asyncio.sleep(0)
    for _ in range(20):
        clock.move(0.05)
        await asyncio.sleep(0)
    await until(waiting.done)
    assert await waiting == 1
    assert clock.monotonic() - begun <= 1.0 + 1e-6
