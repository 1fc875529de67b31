"""Nobody waits behind another's queue: the silent go first, persons before groups, all bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import SystemClock
from bot.telegram.update_scope import SIGNS, Rank
from bot.updates.chat_queues import ChatQueues
from bot.updates.shares import FEWEST_SHARES, Common, Shares
from tests.updates.test_chat_queues import Office, working
from tests.waiting import until

Item = tuple[int, int]
CLOCK = SystemClock()


class Rows(Office):
    """What is read back stays where it is until it is done."""

    async def refill(self, chat: int, limit: int) -> Sequence[Item]:
        await asyncio.sleep(0)
        done = set(self.done)
        return [item for item in self.elsewhere[chat] if item not in done][:limit]


class Slow(Rows):
    """Works on one item at a time, each when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.permits = asyncio.Semaphore(0)

    async def handle(self, item: Item, rank: Rank) -> float:
        await self.permits.acquire()
        return await super().handle(item, rank)

    async def work(self, items: int) -> None:
        goal = len(self.done) + items
        for _ in range(items):
            self.permits.release()
        await until(lambda: len(self.done) == goal)


def put(queues: ChatQueues[Item], office: Office, item: Item) -> None:
    """As the inbox does: everything is a row; what fits is in memory too."""
    office.elsewhere[item[0]].append(item)
    queues.put(item[0], item)


async def test_who_has_been_silent_waits_for_one_item_of_a_flood_at_most() -> None:
    office = Slow()
    queues = ChatQueues(office.handle, office.refill, CLOCK, workers=1)
    async with working(queues):
        for number in range(500):
            put(queues, office, (1, number))
        await office.work(100)
        for silent in range(2, 6):
            put(queues, office, (silent, 0))
            await office.work(2)
            assert (silent, 0) in office.done[-2:]


async def test_many_chatty_ones_share_what_the_silent_leave() -> None:
    office = Slow()
    queues = ChatQueues(office.handle, office.refill, CLOCK, workers=1)
    async with working(queues):
        for number in range(20):
            for chat in range(1, 121):
                put(queues, office, (chat, number))
        await office.work(120 * 5)
        assert {chat for chat, _ in office.done} == set(range(1, 121))
        shares = [sum(which == chat for which, _ in office.done) for chat in range(1, 121)]
        assert (min(shares), max(shares)) in {(5, 5), (4, 6)}
        put(queues, office, (999, 0))
        await office.work(2)
        assert (999, 0) in office.done[-2:]


async def test_what_goes_before_all_others_makes_nobody_else_wait_longer() -> None:
    office, common = Slow(), Common[Item](1024)
    queues = ChatQueues(office.handle, office.refill, CLOCK, workers=1, common=common)
    signs = ChatQueues(Office().handle, office.refill, CLOCK, behind=SIGNS, common=common)
    async with working(queues), working(signs):
        for number in range(20):
            for chat in range(1, 121):
                put(queues, office, (chat, number))
        await office.work(150)
        for number in range(50):
            signs.put(1, (1, number))
            await signs.idle()
        put(queues, office, (999, 0))
        await office.work(2)
        assert (999, 0) in office.done[-2:]


async def test_who_has_been_silent_goes_before_all_that_is_in_hand() -> None:
    """That waits for Telegram, or for the search, by the same rank."""
    shares = Shares()
    for chat in range(1, 21):
        shares.had_one(chat, shares.of(chat))
    in_hand = [shares.of(chat) for chat in range(1, 21)]
    for chat in range(1, 21):
        shares.had_one(chat, in_hand[chat - 1])
    in_hand += [shares.of(chat) for chat in range(1, 21)]
    shares.had_one(1, shares.of(1))
    assert shares.of(999) < min(in_hand)
    assert shares.is_silent(shares.of(999))
    assert not any(map(shares.is_silent, in_hand))


async def test_no_one_saves_up_by_silence() -> None:
    shares = Shares()
    for _ in range(100):
        shares.had_one(1, shares.of(1))
    assert shares.of(2) < shares.of(1)
    for _ in range(4):
        shares.had_one(2, shares.of(2))
    assert shares.of(2) > shares.of(1)


async def test_what_is_remembered_of_shares_is_bounded() -> None:
    shares = Shares()
    for chat in range(50 * FEWEST_SHARES):
        shares.had_one(chat, shares.of(chat))
        shares.had_one(1, shares.of(1))
    assert len(shares) <= 2 * FEWEST_SHARES


@pytest.mark.parametrize("size", [1, 100, 4000])
async def test_all_queues_together_are_bounded(size: int) -> None:
    office, room, depth, workers = Slow(), 20_000, 8, 2
    queues = ChatQueues(
        office.handle, office.refill, CLOCK, workers=workers, depth=depth,
        common=Common(room, lambda _item: size),
    )  # fmt: skip
    async with working(queues):
        for chat in range(1, 1001):
            for number in range(16):
                put(queues, office, (chat, number))
        most = 0
        for _ in range(100):
            await office.work(10)
            most = max(most, queues.waiting * size)
        # What is read back for a worker's next item comes on top.
        assert most <= room + workers * depth * size


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(-2, 4), max_size=60), st.integers(1, 5), st.integers(1, 40))
def test_nothing_is_lost_nor_out_of_order_for_want_of_room(
    chats: list[int], depth: int, room: int
) -> None:
    async def play() -> Sequence[Item]:
        office = Rows()
        common = Common[Item](room, lambda item: 1 + item[1] % 20)
        queues = ChatQueues(
            office.handle, office.refill, CLOCK, workers=3, depth=depth, common=common,
        )  # fmt: skip
        async with working(queues):
            for number, chat in enumerate(chats):
                put(queues, office, (chat, number))
                if number % 7 == 0:
                    await asyncio.sleep(0)
            await queues.idle()
        assert common.room.take(room)
        return office.done

    done = asyncio.run(play())
    assert sorted(done) == sorted(zip(chats, range(len(chats)), strict=True))
    for chat in set(chats):
        numbers = [number for which, number in done if which == chat]
        assert numbers == sorted(numbers)
