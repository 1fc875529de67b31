"""Groups are behind persons, and of a flood only so much is kept: in memory and in rows."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

import pytest

from bot.clock import MovableClock
from bot.store.database import Database
from bot.store.queries import inbox as rows
from bot.telegram.update_scope import GROUPS, PERSONS
from bot.updates.content import NOWHERE
from bot.updates.open_rows import BEYOND, MINUTE_S, MOST, MOST_OF_GROUP, OpenRows
from tests.updates.test_signs import (
    HELP,
    NOW,
    HandlerServices,
    inbox_of,
    inbox_on,
    left,
    message,
)
from tests.waiting import LONG_S, until


async def size_of_a_row(db: Database) -> int:
    """The bytes of the newest update as it is kept."""
    async with db.read() as session:
        return len((await rows.pending(session, limit=10_000))[-1].body)


def test_what_belongs_to_no_chat_has_the_room_of_a_person() -> None:
    rows_of = OpenRows(MovableClock(NOW))
    assert [rows_of.add(NOWHERE) for _ in range(MOST + 1)] == [True] * MOST + [False]


class TestGroups:
    async def test_take_no_worker_from_persons(self, db: Database) -> None:
        services = HandlerServices()
        async with inbox_on(db, services, workers=2) as inbox:
            calls = [message(number, -number, "/wait") for number in range(1, 100)]
            await inbox.take(calls)
            await inbox.take([message(1000 + number, number) for number in range(1, 50)])
            await until(lambda: len(services.seen) == 49)
            assert min(services.seen) > 1000
            services.go_on.set()
            await inbox.idle()
        assert len(services.seen) == 99 + 49
        assert {services.ranks[1], services.ranks[1001]} == {GROUPS, PERSONS}

    async def test_that_call_and_call_make_no_silent_person_wait(self, db: Database) -> None:
        services = HandlerServices()
        async with inbox_on(db, services, workers=1) as inbox:
            chatty = range(2, 12)
            for again in range(3):
                await inbox.take([message(10 * chat + again, chat) for chat in chatty])
                await inbox.idle()
            await inbox.take([message(1000, 1, "wait")])
            await inbox.take([message(1000 + chat, chat) for chat in chatty])
            before = len(services.seen)
            calls = [message(2000 + number, -1 - number // 4, "/hello") for number in range(40)]
            await inbox.take(calls)
            await until(lambda: len(services.seen) == before + len(calls))
            await inbox.take([message(3000, 99)])
            services.go_on.set()
            await inbox.idle()
        assert services.seen[before + len(calls) :][:2] == [1000, 3000]


class TestAFlood:
    async def test_is_asked_once_to_slow_down_and_what_exceeds_the_bound_is_no_row(
        self, db: Database
    ) -> None:
        services = HandlerServices()
        async with inbox_on(db, services) as inbox:
            await inbox.take([message(1, 1, "wait")])
            for number in range(2, 500):
                await inbox.take([message(number, 1)])
            await until(lambda: services.slowed == [1])
            assert await left(db) == MOST
            await inbox.take([message(1000, 2)])
            services.go_on.set()
            await inbox.idle()
            assert sorted(services.seen) == [*range(1, MOST + 1), 1000]
            assert services.slowed == [1]
            assert inbox.counts.declined == 499 - MOST

            # The next one is another flood.
            services.go_on.clear()
            await inbox.take([message(2000, 1, "wait")])
            await inbox.take([message(2000 + number, 1) for number in range(1, 100)])
            await until(lambda: services.slowed == [1, 1])

    async def test_is_told_of_as_soon_as_memory_has_room_for_it(self, db: Database) -> None:
        services = HandlerServices()
        async with inbox_on(db, services, room=1000) as inbox:
            await inbox.take([message(1000, 2, "large" + "x" * 4096)])
            await inbox.take([message(1, 1, "wait")])
            await inbox.take([message(number, 1) for number in range(2, MOST + 9)])
            assert inbox.counts.declined == 8
            assert services.slowed == []
            services.end_large.set()
            numbers = count(200)
            async with asyncio.timeout(LONG_S):
                while not services.slowed:
                    await inbox.take([message(next(numbers), 1)])
                    await asyncio.sleep(0)
            await inbox.take([message(next(numbers), 1)])
            services.go_on.set()
            await inbox.idle()
        assert services.slowed == [1]

    async def test_of_a_group_is_short_and_not_spoken_to(self, db: Database) -> None:
        services, clock = HandlerServices(), MovableClock(NOW)
        async with inbox_on(db, services, clock=clock) as inbox:
            for number in range(1, 50):
                await inbox.take([message(number, -1, "/help@GutSkinBot")])
            await inbox.idle()
            assert len(services.seen) == MOST_OF_GROUP
            clock.move(MINUTE_S)
            await inbox.take([message(100, -1, "/help@GutSkinBot")])
            await inbox.idle()
        assert services.slowed == []
        assert len(services.seen) == MOST_OF_GROUP + 1

    async def test_of_talk_in_a_group_is_none_of_ours(self, db: Database) -> None:
        services = HandlerServices()
        async with inbox_on(db, services) as inbox:
            for number, text in enumerate([HELP, "hello", "a/b", "http://x", ""], 1):
                await inbox.take([message(number, -1, text)])
            assert await left(db) == 0
            await inbox.take([message(10, -1, "\u200b／help@GutSkinBot")])
            await inbox.idle()
        assert services.seen == [10]
        assert inbox.counts.overheard == 5

    @pytest.mark.parametrize("needed", [HELP, "/stop", "Stop!", "/forget"])
    async def test_never_drowns_a_sign_nor_a_goodbye(self, db: Database, needed: str) -> None:
        services = HandlerServices()
        async with inbox_on(db, services) as inbox:
            await inbox.take([message(1, 1, "wait")])
            await inbox.take([message(number, 1) for number in range(2, 200)])
            await inbox.take([message(number, 1, needed) for number in range(500, 900)])
            assert await left(db) <= BEYOND * MOST
            services.go_on.set()
            await inbox.idle()
        assert 500 in services.seen
        assert len(services.seen) == len(set(services.seen))

    async def test_is_over_for_whoever_comes_back_after_a_restart(self, db: Database) -> None:
        before = inbox_of(db, HandlerServices())
        await before.take([message(number, 1) for number in range(1, 200)])
        services = HandlerServices()
        async with inbox_on(db, services) as inbox:
            await inbox.recover()
            await inbox.idle()
            await inbox.take([message(500, 1)])
            await inbox.idle()
        assert services.seen == [*range(1, MOST + 1), 500]

    async def test_of_everybody_at_once_fits_into_memory(self, db: Database) -> None:
        services, room = HandlerServices(), 200_000
        async with inbox_on(db, services, workers=1, room=room) as inbox:
            await inbox.take([message(1, 1000, "wait")])
            for number in range(2, 1000, 20):
                batch = range(number, number + 20)
                await inbox.take([message(one, one % 50, "x" * 4096) for one in batch])
            assert 0 < inbox.waiting * await size_of_a_row(db) <= room
            assert await left(db) > 2 * inbox.waiting
            services.go_on.set()
            await inbox.idle()
        assert sorted(services.seen) == list(range(1, 1002))

    async def test_that_could_not_be_written_does_not_count(self, sqlite_db: Database) -> None:
        services = HandlerServices()
        inbox = inbox_of(sqlite_db, services)
        write = sqlite_db.write

        def full(_work: Any) -> Any:
            raise OSError("disk full")

        sqlite_db.write = full  # type: ignore[method-assign]
        for _ in range(3):
            with pytest.raises(OSError, match="disk full"):
                await inbox.take([message(number, 1) for number in range(1, 60)])
        sqlite_db.write = write  # type: ignore[method-assign]
        assert await inbox.take([message(number, 1) for number in range(1, 60)]) == 59
