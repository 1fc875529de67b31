"""Wait for the right moment, and hand several permits out at once without a burst."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from bot.clock import Clock
from bot.telegram.limits.buckets import ROUNDING, Bucket, Measure

__all__ = ["HeldError", "Permits", "RankedLock", "until"]

SHORTEST_WAIT = 0.001  # event loops round timers to milliseconds; less would only spin


class HeldError(Exception):
    """A permit takes longer than its caller has patience: ``seconds`` more, as far as is known."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"held for {seconds:.1f} s")
        self.seconds = seconds


class Counted(Protocol):
    """Counts starts, in seconds of a clock that never runs backwards."""

    def take(self, now: float) -> None: ...


async def until(clock: Clock, ready_at: Callable[[float], float]) -> float:
    """Wait until ``ready_at`` of the present is not in the future; return that present."""
    while True:
        now = clock.monotonic()
        wait = ready_at(now) - now
        if wait <= ROUNDING:
            return now
        await clock.sleep(max(wait, SHORTEST_WAIT))


class RankedLock:
    """A lock that goes to the waiter of the lowest rank, and of two alike to the earlier one."""

    def __init__(self) -> None:
        self._taken = False
        self._order = itertools.count()
        self._waiters: list[tuple[tuple[float, ...], int, asyncio.Future[None]]] = []

    def ticket(self) -> int:
        """A place among waiters of one rank, for whoever may have to wait more than once."""
        return next(self._order)

    def is_wanted_before(self, rank: tuple[float, ...]) -> bool:
        """Return whether somebody of a lower rank waits."""
        while self._waiters and self._waiters[0][2].done():
            heapq.heappop(self._waiters)
        return bool(self._waiters) and self._waiters[0][0] < rank

    @asynccontextmanager
    async def permit(self, rank: tuple[float, ...], ticket: int) -> AsyncIterator[None]:
        """Hold the lock."""
        if self._taken:
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            heapq.heappush(self._waiters, (rank, ticket, waiter))
            try:
                await waiter
            except asyncio.CancelledError:
                # The lock may have been passed to us in the very moment of the cancellation.
                if waiter.done() and not waiter.cancelled():
                    self._pass_on()
                raise
        self._taken = True
        try:
            yield
        finally:
            self._pass_on()

    def _pass_on(self) -> None:
        while self._waiters:
            waiter = heapq.heappop(self._waiters)[2]
            if not waiter.done():
                waiter.set_result(None)
                return
        self._taken = False


class Permits:
    """Permits for one kind of bulk, in the order in which they are asked for.

    Args:
        ready_at: the instant from which one more may start, seen from the present.
        measures, buckets: what a start is counted in.
        counted: what wants to know of starts as well.
    """

    def __init__(
        self,
        clock: Clock,
        ready_at: Callable[[float], float],
        measures: Sequence[Measure],
        buckets: Sequence[Bucket],
        counted: Sequence[Counted] = (),
    ) -> None:
        self._clock = clock
        self._ready_at = ready_at
        self._counted: tuple[Counted, ...] = (*measures, *buckets, *counted)
        self._buckets = (*(measure.bucket for measure in measures), *buckets)
        self._order = asyncio.Lock()
        self._handed: tuple[float, list[tuple[Bucket, float, float]]] | None = None
        self.waiting = 0

    async def take(self, most: int, patience: float) -> int:
        """Wait for a permit; return how many there are at this moment, 1 to ``most``.

        Raises:
            HeldError: there was none within ``patience`` seconds.
        """
        give_up = self._clock.monotonic() + patience

        def ready_at(now: float) -> float:
            ready = self._ready_at(now)
            if now >= give_up and ready > now + ROUNDING:
                raise HeldError(ready - now)
            return min(ready, give_up)

        self.waiting += 1
        try:
            async with self._order:
                self._count_until_now()
                now = await until(self._clock, ready_at)
                return self._hand_out(most, now)
        finally:
            self.waiting -= 1

    def forget(self) -> None:
        """The rates have changed: what was handed out last is not looked at again."""
        self._handed = None

    def _hand_out(self, most: int, now: float) -> int:
        before = [bucket.full_at for bucket in self._buckets]
        permits = 0
        while permits < most and self._ready_at(now) <= now + ROUNDING:
            for counted in self._counted:
                counted.take(now)
            permits += 1
        after = [bucket.full_at for bucket in self._buckets]
        self._handed = (now, list(zip(self._buckets, before, after, strict=True)))
        return permits

    def _count_until_now(self) -> None:
        # Between getting the last permits and coming back the caller has started them. If the
        # process was held up there, they left late, and the next ones must not follow at once.
        if self._handed is None:
            return
        handed, buckets = self._handed
        now = self._clock.monotonic()
        for bucket, before, after in buckets:
            late = max(before, now) - max(before, handed)
            # What others have taken meanwhile is counted from their own moment already; without
            # this, one reply after a quiet day would hold all bulk back for another day.
            bucket.shift(max(0.0, min(late, after + late - bucket.full_at)))
