"""The demo's clock flows by itself: whoever sleeps on it wakes, however the loop counts time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context
from datetime import UTC, datetime
from typing import Any

from bot.clock import MovableClock

START = datetime(2026, 3, 1, tzinfo=UTC)


class HastyLoop(asyncio.SelectorEventLoop):
    """Its timers fire three milliseconds early, as those of a loop with a coarse clock may."""

    def call_later(
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        return super().call_later(max(0.0, delay - 0.003), callback, *args, context=context)


async def nap() -> float:
    clock = MovableClock(START, flowing=True)
    await asyncio.wait_for(clock.sleep(0.01), 5.0)
    return clock.monotonic()


def test_a_timer_that_fires_too_early_leaves_nobody_asleep() -> None:
    with asyncio.Runner(loop_factory=HastyLoop) as runner:
        assert runner.run(nap()) >= 0.009


async def test_cancelling_a_sleep_leaves_no_timer_behind() -> None:
    clock = MovableClock(START, flowing=True)
    sleeper = asyncio.ensure_future(clock.sleep(3600.0))
    await asyncio.sleep(0)
    sleeper.cancel()
    await asyncio.wait([sleeper])
    assert sleeper.cancelled()


async def test_a_flowing_clock_can_be_moved_as_well() -> None:
    clock = MovableClock(START, flowing=True)
    sleeper = asyncio.ensure_future(clock.sleep(3600.0))
    await asyncio.sleep(0)
    clock.move(3600.0)
    await asyncio.wait_for(sleeper, 5.0)


async def test_a_clock_that_was_moved_flows_on_as_before() -> None:
    clock = MovableClock(START, flowing=True)
    clock.move(3600.0)
    await asyncio.wait_for(clock.sleep(0.01), 5.0)
