"""Updates are rows before they are confirmed, and have one effect, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import MovableClock
from bot.store import tables
from bot.store.cipher import BodyCipher
from bot.store.database import Database
from bot.store.outbox_models import Arrived
from bot.store.queries import inbox as rows
from bot.telegram.parsing import UnreadableUpdateError
from bot.telegram.reading import Broken
from bot.updates.content import NOWHERE, chat_of
from bot.updates.inbox import Inbox
from tests.logbook import captured
from tests.waiting import until

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CIPHER = BodyCipher("a token")


def message(update_id: int, chat: int = 1, text: str = "hello") -> dict[str, Any]:
    return {"update_id": update_id, "message": {"chat": {"id": chat}, "text": text}}


class HandlerServices:
    """Stands for the handlers."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    async def process(self, update: Mapping[str, Any]) -> None:
        self.seen.append(int(update["update_id"]))
        text = update.get("message", {}).get("text")
        if text == "break":
            raise ValueError(update["message"]["caption"])
        if text == "odd":
            raise UnreadableUpdateError


@asynccontextmanager
async def inbox_on(db: Database, services: HandlerServices, **more: Any) -> AsyncIterator[Inbox]:
    inbox = Inbox(db, MovableClock(NOW), services.process, **{"cipher": CIPHER, **more})
    task = asyncio.create_task(inbox.run())
    try:
        yield inbox
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _broken(_work: Any) -> Any:
    raise OSError("the disk is away")


async def left(db: Database) -> int:
    async with db.read() as session:
        return await rows.pending_count(session)


async def test_the_same_update_given_five_times_at_once_has_one_effect(db: Database) -> None:
    async with (
        inbox_on(db, services := HandlerServices()) as first,
        inbox_on(db, other := HandlerServices()) as second,
    ):
        takes = [inbox.take([message(7)]) for inbox in (first, second, first, second, first)]
        assert sorted(await asyncio.gather(*takes)) == [0, 0, 0, 0, 1]
        await first.idle()
        await second.idle()
        assert first.counts.repeated + second.counts.repeated == 4
    assert services.seen + other.seen == [7]
    assert await left(db) == 0


async def test_the_same_update_twice_in_one_batch_has_one_effect(db: Database) -> None:
    services = HandlerServices()
    async with inbox_on(db, services) as inbox:
        assert await inbox.take([message(7), message(7), message(8)]) == 2
        await inbox.idle()
    assert services.seen == [7, 8]


async def test_what_a_killed_run_left_is_taken_up_by_the_next(db: Database) -> None:
    first = Inbox(db, MovableClock(NOW), HandlerServices().process, cipher=CIPHER)
    await first.take([message(1, chat=5), message(2, chat=6), message(3, chat=5)])
    await first.take([{"update_id": 4, "poll": {}}])
    services = HandlerServices()
    async with inbox_on(db, services) as inbox:
        assert await inbox.recover() == 3
        await inbox.idle()
        assert await inbox.take([message(3, chat=5)]) == 0
    assert sorted(services.seen) == [1, 2, 3, 4]
    assert services.seen.index(1) < services.seen.index(3)
    assert await left(db) == 0


async def test_more_than_fits_into_memory_waits_in_its_rows(db: Database) -> None:
    services = HandlerServices()
    async with inbox_on(db, services, depth=3, workers=2) as inbox:
        await inbox.take([message(number) for number in range(1, 21)])
        assert inbox.waiting <= 3
        await inbox.idle()
    assert services.seen == list(range(1, 21))
    assert await left(db) == 0


async def test_an_update_that_fails_or_cannot_be_read_is_put_aside(db: Database) -> None:
    services, broken = HandlerServices(), message(1, text="break")
    broken["message"]["caption"] = "my own words"
    with captured() as log:
        async with inbox_on(db, services) as inbox:
            await inbox.take([broken, message(2, text="odd"), message(3)])
            await inbox.idle()
            counts = inbox.counts
    assert services.seen == [1, 2, 3]
    assert (counts.failed, counts.unreadable, counts.processed) == (1, 1, 1)
    assert await left(db) == 0
    assert "my own words" not in log.getvalue()
    assert "ValueError" in log.getvalue()
    assert "update=2" in log.getvalue()


async def test_no_words_are_kept_once_an_update_is_done(db: Database) -> None:
    async with inbox_on(db, HandlerServices()) as inbox:
        await inbox.take([message(1, text="my story")])
        await inbox.idle()
    async with db.read() as session:
        assert await rows.pending(session) == []
    async with db.write() as session:
        assert await rows.purge(session, NOW + timedelta(days=1)) == 1


async def rows_of(db: Database) -> list[Any]:
    async with db.read() as session:
        return list((await session.execute(select(tables.inbox))).mappings())


async def test_an_update_that_is_done_is_a_number_and_nothing_else(db: Database) -> None:
    await Inbox(db, MovableClock(NOW), HandlerServices().process, cipher=CIPHER).take(
        [message(1, 7001)]
    )
    assert [row["chat_id"] for row in await rows_of(db)] == [7001]
    async with inbox_on(db, HandlerServices()) as inbox:
        await inbox.recover()
        await inbox.idle()
        (row,) = await rows_of(db)
    kept = {name for name, value in row.items() if value is not None}
    assert kept == {"update_id", "received_at", "done_at", "tries"}


async def test_what_another_token_encrypted_is_put_aside_and_stops_nobody(db: Database) -> None:
    before = Inbox(
        db, MovableClock(NOW), HandlerServices().process, cipher=BodyCipher("the old token")
    )
    await before.take([message(1, text="my own words"), message(2, chat=2)])
    services = HandlerServices()
    with captured() as log:
        async with inbox_on(db, services) as inbox:
            await inbox.take([message(3), message(4, chat=2)])
            assert await inbox.recover() == 2
            await inbox.idle()
            assert inbox.counts.undecryptable == 2
    assert services.seen == [3, 4]
    assert await left(db) == 0
    assert log.getvalue().count("was encrypted with another token") == 2
    assert "update=1" in log.getvalue()
    assert "my own words" not in log.getvalue()


async def test_what_the_first_release_left_waiting_is_answered(db: Database) -> None:
    async with db.write() as session:
        await rows.put(
            session, [Arrived(update_id=1, chat_id=5, body=b'{"update_id": 1, "poll": {}}')], NOW
        )
    services = HandlerServices()
    async with inbox_on(db, services) as inbox:
        assert await inbox.recover() == 1
        await inbox.idle()
    assert services.seen == [1]


async def test_updates_without_a_number_are_put_aside(db: Database) -> None:
    services = HandlerServices()
    async with inbox_on(db, services) as inbox:
        assert await inbox.take([{}, {"update_id": True}, {"update_id": "seven"}]) == 0
        assert await inbox.take([]) == 0
        assert inbox.counts.unreadable == 3
    assert services.seen == []


async def test_what_is_broken_costs_none_of_its_batch(db: Database) -> None:
    services = HandlerServices()
    with captured() as log:
        async with inbox_on(db, services) as inbox:
            assert await inbox.take([message(1), Broken(2), Broken(None), message(3)]) == 2
            await inbox.idle()
            assert inbox.counts.unreadable == 2
    assert services.seen == [1, 3]
    assert "update=2" in log.getvalue().splitlines()[0]


@pytest.mark.parametrize(
    "odd", ["\ud83d", 2**63, -(2**64), 2**70, 1e300, float("inf"), "x" * 5000 + "\udc00"]
)
async def test_what_no_database_holds_is_written_down_without_it(db: Database, odd: Any) -> None:
    services = HandlerServices()
    update = message(2) | {"odd": odd, "deep": nested(300)}
    async with inbox_on(db, services) as inbox:
        assert await inbox.take([message(1), update, message(3)]) == 3
        await inbox.idle()
    assert services.seen == [1, 2, 3]


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("update", "chat"),
    [
        (message(1, chat=-100), -100),
        ({"update_id": 1, "callback_query": {"from": {"id": 3}}}, 3),
        ({"update_id": 1, "callback_query": {"message": {"chat": {"id": 9}}}}, 9),
        ({"update_id": 1, "my_chat_member": {"chat": {"id": 4}, "from": {"id": 5}}}, 4),
        ({"update_id": 1, "message": {"chat": "odd"}}, NOWHERE),
        ({"update_id": 1, "message": {"chat": {"id": 2**63}}}, NOWHERE),
        ({"update_id": 1, "message": {"chat": {"id": "7"}}}, NOWHERE),
        ({"update_id": 1, "message": "odd"}, NOWHERE),
        ({"update_id": 1}, NOWHERE),
    ],
)
def test_an_update_belongs_to_its_chat(update: dict[str, Any], chat: int) -> None:
    assert chat_of(update) == chat


async def test_a_database_that_fails_for_a_moment_costs_no_update(sqlite_db: Database) -> None:
    services = HandlerServices()
    clock = MovableClock(NOW)
    inbox = Inbox(sqlite_db, clock, services.process, cipher=CIPHER, depth=1)
    await inbox.take([message(number) for number in range(1, 4)])
    look, failures = sqlite_db.read, iter([True, False])

    def flaky(work: Any) -> Any:
        if next(failures, False):
            raise OSError("the disk is away")
        return look(work)

    sqlite_db.read = flaky  # type: ignore[method-assign]
    with captured() as log:
        task = asyncio.create_task(inbox.run())
        await until(lambda: "could not be read back" in log.getvalue())
        clock.move(1.0)
        await inbox.idle()
        inbox.close()
        await task
    assert services.seen == [1, 2, 3]


async def test_while_the_database_cannot_be_read_the_waits_grow_and_each_is_one_line(
    sqlite_db: Database,
) -> None:
    clock, services = MovableClock(NOW), HandlerServices()
    inbox = Inbox(sqlite_db, clock, services.process, cipher=CIPHER, depth=1)
    await inbox.take([message(1), message(2)])
    look = sqlite_db.read
    sqlite_db.read = _broken  # type: ignore[method-assign]
    with captured() as log:
        task = asyncio.create_task(inbox.run())
        for wait in (1.0, 2.0, 4.0):
            await until(lambda wait=wait: f"seconds={wait}" in log.getvalue())  # type: ignore[misc]
            clock.move(wait)
        sqlite_db.read = look  # type: ignore[method-assign]
        clock.move(8.0)
        await inbox.idle()
        inbox.close()
        await task
    assert services.seen == [1, 2]
    assert all("OSError" in line for line in log.getvalue().splitlines())


async def test_what_could_not_be_marked_as_done_is_not_done_again(db: Database) -> None:
    services = HandlerServices()
    async with inbox_on(db, services, depth=1) as inbox:
        transaction = db.write
        await inbox.take([message(1), message(2), message(3)])
        db.write = _broken  # type: ignore[method-assign]
        with captured() as log:
            await inbox.idle()
        assert services.seen == [1, 2, 3]
        assert "Traceback" not in log.getvalue()
        assert await left(db) == 3
        db.write = transaction  # type: ignore[method-assign]
        await inbox.take([message(4)])
        await inbox.idle()
    assert services.seen == [1, 2, 3, 4]
    assert await left(db) == 0
