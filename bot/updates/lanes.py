"""Work in order within one key, in parallel across keys, with bounded memory.

A key is a chat. Each has a lane of at most ``depth`` items in memory; what does not fit stays
where it came from and is fetched with ``refill`` once the lane is empty. Workers take a lane for
at most ``turn`` items before the next lane has its go, so that a flood in one chat delays nobody
else.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Lanes(Generic[Item]):
    """Per-key queues served by a bounded number of workers.

    ``handle`` must deal with its own errors: whatever escapes it ends :meth:`run`.
    """

    def __init__(
        self,
        handle: Callable[[Item], Awaitable[None]],
        refill: Callable[[int, int], Awaitable[Sequence[Item]]],
        *,
        workers: int = 16,
        depth: int = 64,
        turn: int = 4,
    ) -> None:
        self._handle = handle
        self._refill = refill
        self._workers = workers
        self._depth = depth
        self._turn = turn
        self._lanes: dict[int, deque[Item]] = {}
        self._more: dict[int, int] = {}  # keys with items elsewhere -> how often that was said
        self._ready: asyncio.Queue[int] = asyncio.Queue()
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
        async with asyncio.TaskGroup() as group:
            for _ in range(self._workers):
                group.create_task(self._work())

    def close(self) -> None:
        """Begin nothing new; :meth:`run` returns when the items in hand are done."""
        self._closing.set()
        for _ in range(self._workers):
            self._ready.put_nowait(-1)

    async def idle(self) -> None:
        """Wait until every lane is empty."""
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
            await self._handle(lane.popleft())
        self._next(key, lane)

    def _next(self, key: int, lane: deque[Item]) -> None:
        if lane or key in self._more:
            self._ready.put_nowait(key)
            return
        del self._lanes[key]
        if not self._lanes:
            self._idle.set()

    async def _fetch(self, key: int, lane: deque[Item]) -> None:
        said = self._more.get(key)
        if said is None:
            return
        found = await self._refill(key, self._depth)
        lane.extend(found)
        # Something said while we were fetching may not be among what was found.
        if len(found) < self._depth and self._more.get(key) == said:
            del self._more[key]
