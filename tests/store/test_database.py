"""Sessions that neither lose an update nor fail half-way, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import literal, select, text
from sqlalchemy.exc import IntegrityError

from bot.store import tables
from bot.store.database import Database
from bot.store.outbox_models import Arrived
from bot.store.queries import counters, heartbeat, inbox, rotations, slots, subscribers
from bot.store.queries.rotations import Mark
from bot.store.tables import Executor
from bot.store.types import (
    UTCDateTime,
    from_microseconds,
    plus_microseconds,
    seconds_between,
    set_from_bytes,
    set_to_bytes,
    to_microseconds,
)
from tests.counted import totals
from tips.rotation import decode_recent

NOW = datetime(2026, 6, 1, 12, 0, 0, 123456, tzinfo=UTC)


async def test_twenty_writers_who_read_first_lose_nothing(db: Database) -> None:
    async with db.write() as session:
        await counters.add(session, NOW, {"a": 1})

    async def one() -> None:
        async with db.write() as session:
            query = select(tables.counter.c.value).with_for_update()
            value = (await session.execute(query)).scalar_one()
            await asyncio.sleep(0)
            await session.execute(tables.counter.update().values(value=value + 1))

    await asyncio.gather(*(one() for _ in range(20)))
    async with db.read() as session:
        assert await totals(session, NOW) == {"a": 21}


async def test_a_failing_write_leaves_nothing(db: Database) -> None:
    async def work(session: Executor) -> None:
        await counters.add(session, NOW, {"a": 1})
        raise KeyError("no")

    with pytest.raises(KeyError):
        await db.write(work)
    with pytest.raises(KeyError):
        async with db.write() as session:
            await work(session)
    async with db.read() as session:
        assert await totals(session, NOW) == {}


async def test_an_error_s_text_holds_no_value(db: Database) -> None:
    """Errors are logged without their text; whoever prints one all the same shows no value."""

    async def twice(session: Executor) -> None:
        for _ in range(2):
            await session.execute(tables.heartbeat.insert().values(name="secret-value", at=NOW))

    with pytest.raises(IntegrityError) as by_session:
        async with db.write() as session:
            await twice(session)
    with pytest.raises(IntegrityError) as by_transaction:
        await db.write(twice)
    for error in (by_session, by_transaction):
        assert "hide_parameters" in str(error.value)
        assert "[parameters: (" not in str(error.value)


async def test_readers_see_the_last_commit_while_someone_writes(sqlite_db: Database) -> None:
    async with sqlite_db.write() as session:
        await counters.add(session, NOW, {"a": 1})
        async with sqlite_db.read() as other:
            assert await totals(other, NOW) == {}


async def test_every_connection_has_its_settings(sqlite_db: Database) -> None:
    async def pragmas(session: Any) -> list[Any]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return [(await session.execute(text(f"PRAGMA {name}"))).scalar() for name in names]

    expected = ["wal", 1, 1, 10_000]
    async with sqlite_db.read() as one, sqlite_db.read() as two, sqlite_db.write() as three:
        assert await pragmas(one) == await pragmas(two) == await pragmas(three) == expected
    assert await sqlite_db.write(pragmas) == expected


async def test_a_transaction_waits_for_nothing_else(sqlite_db: Database) -> None:
    async def work(_session: Executor) -> None:
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="nothing but its statements"):
        await sqlite_db.write(work)


async def test_what_cannot_be_opened_says_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="name a file"):
        await Database.open("sqlite://")
    with pytest.raises(OSError, match=r".+"):
        await Database.open("postgresql://someone:secret@127.0.0.1:1/x")


async def test_the_file_is_private(tmp_path: Path) -> None:
    db = await Database.open(f"sqlite:///{tmp_path}/deep/down/x.db")
    assert (tmp_path / "deep/down/x.db").stat().st_mode & 0o777 == 0o600
    await db.close()
    await db.close()


@given(st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_an_instant_comes_back_to_the_microsecond(naive: datetime) -> None:
    instant = naive.replace(tzinfo=timezone(timedelta(hours=9)))
    assert from_microseconds(to_microseconds(instant)) == instant
    with pytest.raises(ValueError, match="naive"):
        to_microseconds(naive)


async def test_instants_add_and_subtract_alike_on_both(db: Database) -> None:
    later = plus_microseconds(literal(NOW, UTCDateTime), literal(90_500_000))
    async with db.read() as session:
        moved = (await session.execute(select(later))).scalar_one()
        assert moved == NOW + timedelta(seconds=90.5)
        gap = seconds_between(literal(NOW, UTCDateTime), literal(moved, UTCDateTime))
        assert (await session.execute(select(gap))).scalar_one() == 90.5


async def test_a_naive_instant_is_refused(db: Database) -> None:
    async with db.write() as session:
        with pytest.raises(Exception, match="naive"):
            await heartbeat.beat(session, "x", datetime(2026, 1, 1))  # noqa: DTZ001


async def test_heartbeats_keep_the_last(db: Database) -> None:
    async with db.write() as session:
        assert await heartbeat.last(session, "plan") is None
        await heartbeat.beat(session, "plan", NOW)
        await heartbeat.beat(session, "plan", NOW + timedelta(1), "again")
        (only,) = await heartbeat.everything(session)
        assert (only.name, only.at, only.detail) == ("plan", NOW + timedelta(1), "again")


async def test_an_update_comes_in_once_and_its_words_go_at_once(db: Database) -> None:
    updates = [
        Arrived(update_id=5, chat_id=7, body=b"words"),
        Arrived(update_id=6, chat_id=None, body=b"more"),
    ]

    async def put() -> list[int]:
        async with db.write() as session:
            return await inbox.put(session, updates, NOW)

    puts = await asyncio.gather(*(put() for _ in range(5)))
    assert sorted(puts) == [[], [], [], [], [5, 6]]
    async with db.write() as session:
        assert await inbox.put(session, [], NOW) == []
        assert await inbox.pending(session) == updates
        assert await inbox.pending(session, after=5) == updates[1:]
        assert await inbox.done(session, [5], NOW) == 1
        assert await inbox.done(session, [5], NOW) == 0
        assert await inbox.pending_count(session) == 1
        bodies = (await session.execute(select(tables.inbox.c.body))).scalars().all()
        assert set(bodies) == {None, b"more"}
        assert await inbox.purge(session, NOW + timedelta(days=1)) == 1
        await inbox.forget_chat(session, 7)
        assert await inbox.put(session, updates[:1], NOW) == [5]
        await inbox.forget_chat(session, 7)
        assert await inbox.pending(session) == updates[1:]


async def test_seen_sets_survive_what_comes_between(db: Database) -> None:
    async with db.write() as session:
        for chat in (1, 2, 3):
            await subscribers.add(session, chat, language="en", source=None, themes=1, now=NOW)
        await rotations.mark_seen(session, [Mark(1, 3, "a", 0, 8, b"\x03\0")])
        await rotations.mark_seen(session, [])
        # Subscriber 1 took another tip meanwhile; 2 is new to the cycle; 9 is gone.
        marks = [
            Mark(1, 5, "b", 0, 32, b"\x05\0"),
            Mark(2, 6, "b", 0, 64, b"\x01\0\x06\0"),
            Mark(3, 7, "c"),
            Mark(9, 1, "d"),
        ]
        await rotations.mark_seen(session, marks)
        await rotations.mark_seen(session, marks)
        found = await subscribers.recipients(session, [1, 2, 3, 9])
        assert {chat: one.seen for chat, one in found.items()} == {1: 40, 2: 64, 3: 128}
        assert found[1].last_topic == "b"
        numbers = {chat: decode_recent(one.recent) for chat, one in found.items()}
        assert numbers == {1: [3, 5], 2: [1, 6], 3: [7]}


@given(st.integers(0, 2**400))
def test_a_seen_set_is_stored_whole(seen: int) -> None:
    assert set_from_bytes(set_to_bytes(seen)) == seen


async def test_slots_that_nobody_is_in_go(db: Database) -> None:
    async with db.write() as session:
        first = await slots.find_or_make(session, "UTC", 1, NOW, NOW.date())
        assert await slots.find_or_make(session, "UTC", 1, NOW, NOW.date()) == first
        assert await slots.remove_empty(session) == 1


def test_a_readers_place_is_fixed_and_spread_out() -> None:
    places = [subscribers.fixed_number(chat, "spread", 16) for chat in range(4000)]
    assert places[0] == subscribers.fixed_number(0, "spread", 16)
    assert len({place >> 12 for place in places}) == 16
    assert 0.45 < sum(place < 32768 for place in places) / 4000 < 0.55


async def test_a_look_waits_for_no_writer_and_sees_what_is_committed(db: Database) -> None:
    async def count(session: Executor) -> int:
        return int((await session.execute(text("SELECT count(*) FROM heartbeat"))).scalar_one())

    async with db.write() as session:
        await heartbeat.beat(session, "one", NOW)
        assert await db.read(count) == 0
    assert await db.read(count) == 1
