"""Drives a limiter on a clock that is moved by hand, and writes down what started when."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Self

from bot.clock import MovableClock
from bot.telegram.limits.limiter import Lane, SendLimiter

STEP = 0.001
ROUNDING = 1e-6


@dataclass(frozen=True)
class Traffic:
    """What happens beside bulk; moments and durations in seconds."""

    asked: list[tuple[float, int]]  # replies: when, and the chat
    floods: list[tuple[float, Lane, float]]  # when, in which lane, and for how long
    given_up: list[float]  # when the bulk is given up and begun again
    stalls: list[float]  # how long the whole process stands still, after all that


class Stage:
    """A moved clock, a limiter on it, and the starts of both lanes."""

    def __init__(self, total: float = 30.0, bulk: float = 25.0, **options: Any) -> None:
        self.clock = MovableClock(datetime(2026, 3, 1, tzinfo=UTC))
        self.limiter = SendLimiter(self.clock, total, bulk, jitter=lambda: 0.0, **options)
        self.replies: list[float] = []
        self.waits: list[float] = []
        self.bulk: list[float] = []
        self.unpaid: list[float] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def starts(self) -> list[float]:
        return sorted(self.replies + self.bulk + self.unpaid)

    def begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def broadcast(self, most: int = 4) -> asyncio.Task[None]:
        """Bulk that takes every turn it can get, and is paid for where that is needed."""
        return self.begin(self._take_turns(self.bulk, most, paid=True))

    def tips(self, most: int = 4) -> asyncio.Task[None]:
        """Bulk that takes every turn it can get and is not paid for."""
        return self.begin(self._take_turns(self.unpaid, most, paid=False))

    def reply(self, chat_id: int | str | None = None, **how: Any) -> asyncio.Task[None]:
        return self.begin(self._reply(chat_id, how))

    def tapper(self, chat_id: int, round_trip: float) -> asyncio.Task[None]:
        """One subscriber who taps on, the next time as soon as the last tap was answered."""
        return self.begin(self._tap(chat_id, round_trip))

    async def pass_time(self, seconds: float, step: float = STEP) -> None:
        for _ in range(round(seconds / step)):
            self.clock.move(step)
            await settle()

    async def pace(self, seconds: float = 5.0) -> float:
        """Bulk messages a second in the next so many seconds."""
        before = len(self.bulk)
        await self.pass_time(seconds)
        return (len(self.bulk) - before) / seconds

    async def at(self, moments: Iterable[tuple[float, Callable[[], object]]]) -> None:
        """Do each thing at its moment (seconds from the start), moving the clock in between."""
        for moment, act in sorted(moments, key=lambda pair: pair[0]):
            await self.pass_time(max(0.0, moment - self.clock.monotonic()))
            act()
            await settle()

    async def live_through(
        self, start: Callable[[], asyncio.Task[None]], traffic: Traffic
    ) -> None:
        """Let the traffic come beside the bulk that ``start`` begins."""
        bulk = [start()]

        def start_over() -> None:
            bulk.pop().cancel()
            bulk.append(start())

        acts: list[tuple[float, Callable[[], object]]] = []
        acts += [(at, partial(self.reply, chat)) for at, chat in traffic.asked]
        acts += [
            (at, partial(self.limiter.refused, lane, None, seconds))
            for at, lane, seconds in traffic.floods
        ]
        acts += [(at, start_over) for at in traffic.given_up]
        await self.at(acts)
        for stall in traffic.stalls:
            await self.pass_time(stall, step=stall)
        await self.pass_time(1.0)

    async def _take_turns(self, starts: list[float], most: int, *, paid: bool) -> None:
        while True:
            permits = await self.limiter.bulk_permits(most, paid=paid)
            starts += [self.clock.monotonic()] * permits

    async def _tap(self, chat_id: int, round_trip: float) -> None:
        while True:
            await self.limiter.reply(chat_id, makes_message=False)
            self.replies.append(self.clock.monotonic())
            await self.clock.sleep(round_trip)

    async def _reply(self, chat_id: int | str | None, how: dict[str, Any]) -> None:
        asked = self.clock.monotonic()
        await self.limiter.reply(chat_id, **how)
        self.replies.append(self.clock.monotonic())
        self.waits.append(self.clock.monotonic() - asked)


async def settle() -> None:
    """Let everything run that can run without time passing."""
    for _ in range(4):
        await asyncio.sleep(0)


def busiest(starts: list[float], seconds: float = 1.0) -> int:
    """The most starts in any half-open span of that many seconds."""
    spans = (bisect_left(starts, start + seconds - ROUNDING) - n for n, start in enumerate(starts))
    return max(spans, default=0)


def refused(starts: list[float], rate: float, burst: float) -> int:
    """How many a server that enforces ``rate`` by a bucket of ``burst`` would have refused."""
    level, before, refusals = burst, 0.0, 0
    for start in starts:
        level = min(burst, level + (start - before) * rate)
        before = start
        if level < 1.0 - ROUNDING:
            refusals += 1
        else:
            level -= 1.0
    return refusals


async def finished(work: Awaitable[object]) -> bool:
    """Whether the work ends without time passing."""
    task = asyncio.ensure_future(work)
    await settle()
    done = task.done()
    task.cancel()
    return done


__all__ = ["Lane", "Stage", "Traffic", "busiest", "finished", "refused", "settle"]
