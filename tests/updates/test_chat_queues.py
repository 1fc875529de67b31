"""In order within a chat, in parallel across chats, bounded, and fair."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import MovableClock, SystemClock
from bot.telegram.update_scope import Rank
from bot.updates.chat_queues import ChatQueues
from tests.waiting import until

Item = tuple[int, int]
CLOCK = SystemClock()
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Office:
    """Works on items and keeps what was done; chats in ``held`` wait for their event.

    Items in ``later`` are to be handed in again after so many seconds, once.
    """

    def __init__(self) -> None:
        self.done: list[Item] = []
        self.at_work: dict[int, int] = defaultdict(int)
        self.most_at_once = 0
        self.elsewhere: dict[int, list[Item]] = defaultdict(list)
        self.held: dict[int, asyncio.Event] = {}
        self.later: dict[Item, float] = {}
        self.tried: list[Item] = []

    async def handle(self, item: Item, _rank: Rank) -> float:
        chat, _ = item
        self.at_work[chat] += 1
        assert self.at_work[chat] == 1, "two items of one chat at once"
        self.most_at_once = max(self.most_at_once, sum(self.at_work.values()))
        if chat in self.held:
            await self.held[chat].wait()
        await asyncio.sleep(0)
        self.at_work[chat] -= 1
        if self.later.get(item, 0.0) > 0:
            self.tried.append(item)
            return self.later.pop(item)
        self.done.append(item)
        return 0.0

    async def refill(self, chat: int, limit: int) -> Sequence[Item]:
        await asyncio.sleep(0)
        found, self.elsewhere[chat] = self.elsewhere[chat][:limit], self.elsewhere[chat][limit:]
        return found


@asynccontextmanager
async def working(queues: ChatQueues[Item]) -> AsyncIterator[None]:
    task = asyncio.create_task(queues.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 4), max_size=60), st.integers(1, 5), st.integers(1, 4))
def test_each_chat_keeps_its_order_and_nothing_is_lost(
    chats: list[int], depth: int, workers: int
) -> None:
    async def play() -> Office:
        office = Office()
        queues = ChatQueues(office.handle, office.refill, CLOCK, workers=workers, depth=depth)
        async with working(queues):
            for number, chat in enumerate(chats):
                _put(queues, office, (chat, number))
                if number % 7 == 0:
                    await asyncio.sleep(0)
            await queues.idle()
        return office

    office = asyncio.run(play())
    assert sorted(office.done) == sorted(zip(chats, range(len(chats)), strict=True))
    for chat in set(chats):
        numbers = [number for which, number in office.done if which == chat]
        assert numbers == sorted(numbers)


def _put(queues: ChatQueues[Item], office: Office, item: Item) -> None:
    """As the inbox does: everything is a row; what fits is in memory too."""
    before = queues.waiting
    queues.put(item[0], item)
    if queues.waiting == before:
        office.elsewhere[item[0]].append(item)


async def test_a_flood_in_one_chat_delays_nobody_else() -> None:
    office = Office()
    office.held[1] = asyncio.Event()
    queues = ChatQueues(office.handle, office.refill, CLOCK, workers=2, depth=8)
    async with working(queues):
        for number in range(1000):
            _put(queues, office, (1, number))
        for number in range(5):
            _put(queues, office, (2, number))
        await until(lambda: len(office.done) == 5)
        assert office.done == [(2, number) for number in range(5)]
        assert queues.waiting <= 8
        office.held[1].set()
        await queues.idle()
    assert len(office.done) == 1005


async def test_no_more_workers_than_allowed() -> None:
    office = Office()
    queues = ChatQueues(office.handle, office.refill, CLOCK, workers=3)
    async with working(queues):
        for chat in range(20):
            queues.put(chat, (chat, 0))
        await queues.idle()
    assert office.most_at_once == 3


async def test_closing_ends_what_is_in_hand_and_begins_nothing_new() -> None:
    office = Office()
    office.held[1] = asyncio.Event()
    queues = ChatQueues(office.handle, office.refill, CLOCK, workers=1)
    task = asyncio.create_task(queues.run())
    for number in range(3):
        queues.put(1, (1, number))
    queues.put(2, (2, 0))
    await until(lambda: bool(office.at_work[1]))
    queues.close()
    office.held[1].set()
    await task
    assert office.done == [(1, 0)]


async def test_what_is_said_to_be_elsewhere_is_fetched() -> None:
    office = Office()
    office.elsewhere[5] = [(5, number) for number in range(7)]
    queues = ChatQueues(office.handle, office.refill, CLOCK, workers=1, depth=3)
    async with working(queues):
        queues.more(5)
        await queues.idle()
    assert office.done == [(5, number) for number in range(7)]


class TestALaneThatIsPutAside:
    async def test_goes_on_after_its_time_in_its_order(self) -> None:
        office, clock = Office(), MovableClock(NOON)
        office.later[1, 0] = 30.0
        queues = ChatQueues(office.handle, office.refill, clock)
        async with working(queues):
            for number in range(3):
                queues.put(1, (1, number))
            await queues.idle()
            assert (office.tried, office.done, queues.waiting) == ([(1, 0)], [], 3)
            clock.move(29.9)
            await queues.idle()
            assert office.done == []
            clock.move(0.1)
            await until(lambda: len(office.done) == 3)
        assert office.done == [(1, 0), (1, 1), (1, 2)]

    async def test_occupies_no_worker(self) -> None:
        office, clock = Office(), MovableClock(NOON)
        office.later = {(chat, 0): 300.0 for chat in range(1, 41)}
        queues = ChatQueues(office.handle, office.refill, clock, workers=2)
        async with working(queues):
            for chat in range(1, 41):
                queues.put(chat, (chat, 0))
            queues.put(99, (99, 0))
            await queues.idle()
            assert office.done == [(99, 0)]
            clock.move(300.0)
            await until(lambda: len(office.done) == 41)

    async def test_waits_its_own_time_whoever_else_waits(self) -> None:
        office, clock = Office(), MovableClock(NOON)
        office.later = {(1, 0): 60.0, (2, 0): 5.0, (3, 0): 20.0}
        queues = ChatQueues(office.handle, office.refill, clock)
        async with working(queues):
            for chat in (1, 2, 3):
                queues.put(chat, (chat, 0))
            await queues.idle()
            for seconds, done in ((5.0, 1), (15.0, 2), (40.0, 3)):
                clock.move(seconds)
                await until(lambda done=done: len(office.done) == done)  # type: ignore[misc]
        assert office.done == [(2, 0), (3, 0), (1, 0)]

    async def test_keeps_what_comes_meanwhile_behind_it(self) -> None:
        office, clock = Office(), MovableClock(NOON)
        office.later[1, 0] = 30.0
        queues = ChatQueues(office.handle, office.refill, clock, depth=2)
        async with working(queues):
            queues.put(1, (1, 0))
            await queues.idle()
            for number in range(1, 9):
                _put(queues, office, (1, number))
            await queues.idle()
            assert queues.waiting <= 2
            clock.move(30.0)
            await until(lambda: len(office.done) == 9)
        assert office.done == [(1, number) for number in range(9)]

    async def test_is_left_alone_when_closing(self) -> None:
        office, clock = Office(), MovableClock(NOON)
        office.later[1, 0] = 30.0
        queues = ChatQueues(office.handle, office.refill, clock)
        task = asyncio.create_task(queues.run())
        queues.put(1, (1, 0))
        await queues.idle()
        queues.close()
        await task
        clock.move(31.0)
        assert office.done == []


async def test_an_escaping_error_ends_the_work_loudly() -> None:
    async def broken(_item: Item, _rank: Rank) -> float:
        raise OSError("broken")

    queues: ChatQueues[Item] = ChatQueues(broken, Office().refill, CLOCK, workers=2)
    queues.put(1, (1, 0))
    with pytest.RaisesGroup(OSError):
        await queues.run()
