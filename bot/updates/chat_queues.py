"""Work in order within one key, in parallel across keys: a fair share for each, in bounded memory.

A key is a chat. Each has a queue of at most ``depth`` items in memory, and all queues share one
room; what does not fit stays where it came from and is fetched with ``refill`` once the queue is
empty. Workers take one item at a time, first of whoever has had least, so that a flood in one
chat delays nobody else, and whoever has been silent waits behind nobody's queue (start-time fair
queueing). A queue whose first item cannot be dealt with yet is put aside, and no worker waits for
it.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from bot.clock import Clock
from bot.telegram.update_scope import PERSONS, Rank
from bot.updates.shares import Common

EARLY_S = 0.001  # timers may fire a hair before the moment they were set for
A_MOMENT_S = 3.0
SILENT_SHARE = 4
Item = TypeVar("Item")


class ChatQueues(Generic[Item]):
    """Per-key queues served by a bounded number of workers.

    ``handle`` is given an item and its rank. It returns 0 when it is done with it, or the seconds
    after which to hand it in again, before all else of its key. It must deal with its own errors:
    whatever escapes it ends :meth:`run`.

    Args:
        behind: of the rank of all items here; those of a low rank get queues of their own, since
            they would hold workers while they wait for whatever the others have first. Signs of
            danger go before others whatever their key has had.
        workers: how many items are in hand at once; a quarter more of keys that were silent.
        common: what these queues share with others that serve the same keys.
        on_rest: called with each key of which nothing is left, neither here nor elsewhere.
    """

    def __init__(
        self,
        handle: Callable[[Item, Rank], Awaitable[float]],
        refill: Callable[[int, int], Awaitable[Sequence[Item]]],
        clock: Clock,
        *,
        behind: int = PERSONS,
        workers: int = 16,
        depth: int = 8,
        common: Common[Item] | None = None,
        on_rest: Callable[[int], None] = lambda _key: None,
    ) -> None:
        self._handle = handle
        self._refill = refill
        self._clock = clock
        self._behind = behind
        self._workers = workers
        self._spare = workers // SILENT_SHARE
        self._depth = depth
        common = common or Common(room=1024)
        self._room, self._shares, self._size_of = common.room, common.shares, common.size_of
        shares = self._shares
        self._count = shares.had_one_ahead if behind < PERSONS else shares.had_one
        self._on_rest = on_rest
        self._queues: dict[int, deque[Item]] = {}
        self._more: dict[int, int] = {}  # keys with items elsewhere -> how often that was said
        self._order = itertools.count()
        self._ready: list[tuple[Rank, int, int]] = []
        self._busy = 0
        self._tasks: asyncio.TaskGroup | None = None
        self._aside: list[tuple[float, int]] = []  # when to go on, and with which key
        self._resting: set[int] = set()  # those of them that are so for long
        self._alarm: asyncio.Task[None] | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._closing = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Items in memory that nobody has begun yet."""
        return sum(len(queue) for queue in self._queues.values())

    @property
    def keys(self) -> frozenset[int]:
        """The keys of which something waits or is in hand."""
        return frozenset(self._queues)

    def put(self, key: int, item: Item) -> None:
        """Queue ``item``, or remember that it has to be fetched later when it does not fit."""
        if not self.offer(key, item):
            self.more(key)

    def offer(self, key: int, item: Item) -> bool:
        """Queue ``item`` if it fits; whether it does."""
        queue = self._queues.get(key, ())
        if key in self._more or len(queue) >= self._depth:
            return False
        if not self._room.take(self._size_of(item)):
            return False
        self._queue(key).append(item)
        return True

    def more(self, key: int) -> None:
        """Say that ``key`` has items which are not in memory."""
        self._more[key] = self._more.get(key, 0) + 1
        self._queue(key)

    async def run(self) -> None:
        """Serve the queues until :meth:`close` or cancellation."""
        try:
            async with asyncio.TaskGroup() as self._tasks:
                self._begin()
                await self._closing.wait()
        finally:
            self._tasks = None
            if self._alarm is not None:
                self._alarm.cancel()

    def close(self) -> None:
        """Begin nothing new; :meth:`run` returns when the items in hand are done."""
        self._closing.set()

    async def idle(self) -> None:
        """Wait until every queue is empty, or put aside for more than a moment."""
        await self._idle.wait()

    def _queue(self, key: int) -> deque[Item]:
        queue = self._queues.get(key)
        if queue is None:
            queue = self._queues[key] = deque()
            self._idle.clear()
            self._line_up(key)
        return queue

    def _line_up(self, key: int) -> None:
        rank = Rank(self._behind, self._shares.of(key))
        heapq.heappush(self._ready, (rank, next(self._order), key))
        self._begin()

    def _begin(self) -> None:
        """Serve whoever is first, for as long as there are workers for them."""
        while self._tasks is not None and self._ready and not self._closing.is_set():
            rank = self._ready[0][0]
            spare = self._spare if self._shares.is_silent(rank.share) else 0
            if self._busy >= self._workers + spare:
                return
            _, _, key = heapq.heappop(self._ready)
            self._busy += 1
            self._tasks.create_task(self._serve(key, rank))

    async def _serve(self, key: int, rank: Rank) -> None:
        try:
            await self._serve_one(key, rank)
        finally:
            self._busy -= 1
        self._begin()

    async def _serve_one(self, key: int, rank: Rank) -> None:
        queue = self._queues[key]
        if not queue:
            await self._fetch(key, queue)
        if queue and not self._closing.is_set():
            item = queue.popleft()
            self._count(key, rank.share)
            wait = await self._handle(item, rank)
            if wait > 0:
                queue.appendleft(item)
                self._put_aside(key, wait)
                return
            self._room.give(self._size_of(item))
        self._next(key, queue)

    def _next(self, key: int, queue: deque[Item]) -> None:
        if queue or key in self._more:
            self._line_up(key)
            return
        del self._queues[key]
        self._on_rest(key)
        self._rest_if_idle()

    def _rest_if_idle(self) -> None:
        if len(self._resting) == len(self._queues):
            self._idle.set()

    def _put_aside(self, key: int, seconds: float) -> None:
        entry = (self._clock.monotonic() + seconds, key)
        heapq.heappush(self._aside, entry)
        if self._aside[0] == entry:
            self._set_alarm()
        if seconds > A_MOMENT_S:
            self._resting.add(key)
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
            self._resting.discard(key)
            self._idle.clear()
            self._line_up(key)
        self._alarm = None
        if self._aside:
            self._set_alarm()

    async def _fetch(self, key: int, queue: deque[Item]) -> None:
        said = self._more.get(key)
        if said is None:
            return
        limit = self._depth if self._room.is_there else 1
        found = await self._refill(key, limit)
        for item in found:
            # The first one is let in even where room is short: a queue that never gets one
            # would wait for ever.
            if queue and not self._room.take(self._size_of(item)):
                return
            if not queue:
                self._room.force(self._size_of(item))
            queue.append(item)
        # Something said while we were fetching may not be among what was found.
        if len(found) < limit and self._more.get(key) == said:
            del self._more[key]
