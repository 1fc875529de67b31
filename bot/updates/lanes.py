"""Work in order within one key, in parallel across keys, with bounded memory.

A key is a chat. Each has a lane of at most ``depth`` items in memory; what does not fit stays
where it came from and is fetched with ``refill`` once the lane is empty. Workers take a lane for
at most ``turn`` items before the next lane has its go, so that a flood in one chat delays nobody
else. A lane whose first item cannot be dealt with yet is put aside, and no worker waits for it.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from bot.clock import Clock

EARLY_S = 0.001  # timers may fire a hair before the moment they were set for
Item = TypeVar("Item")


class Lanes(Generic[Item]):
    """Per-key queues served by a bounded number of workers.

    ``handle`` returns 0 when it is done with the item, or the seconds after which to hand it in
    again, before all else of its key. It must deal with its own errors: whatever escapes it ends
    :meth:`run`.
    """

    def __init__(
        self,
        handle: Callable[[Item], Awaitable[float]],
        refill: Callable[[int, int], Awaitable[Sequence[Item]]],
        clock: Clock,
        *,
        workers: int = 16,
        depth: int = 64,
        turn: int = 4,
    ) -> None:
        self._handle = handle
        self._refill = refill
        self._clock = clock
        self._workers = workers
        self._depth = depth
        self._turn = turn
        self._lanes: dict[int, deque[Item]] = {}
        self._more: dict[int, int] = {}  # keys with items elsewhere -> how often that was said
        self._ready: asyncio.Queue[int] = asyncio.Queue()
        self._aside: list[tuple[float, int]] = []  # when to go on, and with which key
        self._alarm: asyncio.Task[None] | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._closing = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Items in memory that nobody has begun yet."""
        return sum(len(lane) for lane in self._lanes.values())

    def put(self, key: int, item: Item) -> None:
        """Queue ``item``, or remember that it has to be fetched later when the lane is full."""
        lane = self._lanes.get(key)
        if key in self._more or (lane is not None and len(lane) >= self._depth):
            self.more(key)
            return
        self._lane(key).append(item)

    def more(self, key: int) -> None:
        """Say that ``key`` has items which are not in memory."""
        self._more[key] = self._more.get(key, 0) + 1
        self._lane(key)

    async def run(self) -> None:
        """Serve the lanes until :meth:`close` or cancellation."""
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._workers):
                    group.create_task(self._work())
        finally:
            if self._alarm is not None:
                self._alarm.cancel()

    def close(self) -> None:
        """Begin nothing new; :meth:`run` returns when the items in hand are done."""
        self._closing.set()
        for _ in range(self._workers):
            self._ready.put_nowait(-1)

    async def idle(self) -> None:
        """Wait until every lane is empty or put aside."""
        await self._idle.wait()

    def _lane(self, key: int) -> deque[Item]:
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = deque()
            self._idle.clear()
            self._ready.put_nowait(key)
        return lane

    async def _work(self) -> None:
        while not self._closing.is_set():
            key = await self._ready.get()
            if not self._closing.is_set():
                await self._serve(key)

    async def _serve(self, key: int) -> None:
        lane = self._lanes[key]
        for _ in range(self._turn):
            if self._closing.is_set():
                return
            if not lane:
                await self._fetch(key, lane)
            if not lane:
                break
            item = lane.popleft()
            wait = await self._handle(item)
            if wait > 0:
                lane.appendleft(item)
                self._put_aside(key, wait)
                return
        self._next(key, lane)

    def _next(self, key: int, lane: deque[Item]) -> None:
        if lane or key in self._more:
            self._ready.put_nowait(key)
            return
        del self._lanes[key]
        self._rest_if_idle()

    def _rest_if_idle(self) -> None:
        if len(self._aside) == len(self._lanes):
            self._idle.set()

    def _put_aside(self, key: int, seconds: float) -> None:
        entry = (self._clock.monotonic() + seconds, key)
        heapq.heappush(self._aside, entry)
        if self._aside[0] == entry:
            self._set_alarm()
        self._rest_if_idle()

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = asyncio.create_task(self._ring(self._aside[0][0]))

    async def _ring(self, at: float) -> None:
        await self._clock.sleep(at - self._clock.monotonic())
        now = self._clock.monotonic() + EARLY_S
        while self._aside and self._aside[0][0] <= now:
            _, key = heapq.heappop(self._aside)
            self._idle.clear()
            self._ready.put_nowait(key)
        self._alarm = None
        if self._aside:
            self._set_alarm()

    async def _fetch(self, key: int, lane: deque[Item]) -> None:
        said = self._more.get(key)
        if said is None:
            return
        found = await self._refill(key, self._depth)
        lane.extend(found)
        # Something said while we were fetching may not be among what was found.
        if len(found) < self._depth and self._more.get(key) == said:
            del self._more[key]
