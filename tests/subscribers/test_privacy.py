"""What is kept of a person comes out whole and goes whole, whatever tables there are."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import orjson
import pytest
from sqlalchemy import BigInteger, Column, LargeBinary, Table, func, insert, select
from sqlmodel import AutoString

from bot.clock import MovableClock
from bot.store.database import Database
from bot.store.models import Table as AnyTable
from bot.store.outbox_models import Arrived, FloodWaitRead
from bot.store.queries import flood_waits, inbox, personal
from bot.store.queries import subscribers as subscriber_queries
from bot.store.types import UTCDateTime
from bot.subscribers.privacy import Erasure, Privacy
from bot.subscribers.service import Subscribers
from tests.delivery_harness import ADMIN, EIGHT, DeliveryHarness
from tests.scripted_telegram import Telegram, once, refusal

ANNA, BEN = 5_111_222_333, 5_999_888_777
TABLES = AnyTable.metadata.tables
OF_A_PERSON = ("chat_id", "admin_id", "user_id", "subscription_id", "subscriber_id")
OF_ADMINS = {
    "broadcast", "admin", "login", "invitation", "audit", "segment", "withdrawn_tip", "dialogue",
}  # fmt: skip
DRAWN_FROM_A_PERSON = {
    ("slot", "cursor"): "where planning stands: the seat planned last, which holds no chat number",
}


def is_of_a_person(column: Column[Any]) -> bool:
    """By its name, or since it leads to a table that is about persons."""
    leads_there = any(key.column.table.name in personal.PERSONAL for key in column.foreign_keys)
    named = column.name.endswith(OF_A_PERSON)
    return named or (leads_there and column.table.name != "broadcast_tally")


async def subscribe(subscribers: Subscribers, *chats: int) -> None:
    for chat in chats:
        await subscribers.arrive(chat, "en", consent="3", source="leaflet")
        await subscribers.set_zone(chat, "Europe/Berlin")
        await subscribers.set_hour(chat, 480)


async def live(harness: DeliveryHarness, chat: int) -> None:
    """A subscriber who has used everything, and whose tip and broadcast were sent."""
    await subscribe(harness.subscribers, chat)
    tip = await harness.subscribers.take_tip(chat)
    assert tip is not None
    await harness.subscribers.save(chat, tip.id)
    await harness.subscribers.vote_tip(chat, tip.id, -1)
    await harness.subscribers.vote_answer(chat, "an-answer", 1)
    await harness.subscribers.miss(chat, "an-answer")
    await harness.morning(day=3)
    await harness.broadcast()
    await harness.worker.drain()
    now = harness.clock.now()
    async with harness.db.write() as session:
        await inbox.put(session, [Arrived(update_id=chat, chat_id=chat, body=b"\x01sealed")], now)
        await flood_waits.put(
            session,
            [FloodWaitRead(lane="bulk", kind="send", chat_id=chat, told_at=now, until=now)],
        )


async def rows_with(db: Database, chat: int) -> dict[str, int]:
    """By table, how many rows hold this number in any column, found without our own code."""
    found = {}
    async with db.read() as session:
        for table in TABLES.values():
            numbers = [column for column in table.c if isinstance(column.type, BigInteger)]
            for column in numbers:
                holds = select(func.count()).select_from(table).where(column == chat)
                if count := (await session.execute(holds)).scalar_one():
                    found[f"{table.name}.{column.name}"] = count
    return found


IMPERSONAL = {
    "slot": "an hour and a zone that many share",
    "broadcast_tally": "counts",
    "tip_tally": "counts",
    "heartbeat": "machine words and instants",
    "counter": "counts",
}
"""The tables that hold nothing about a person, and what is in them."""


class TestTheListOfTables:
    def test_every_table_is_about_a_person_or_is_said_not_to_be(self) -> None:
        assert {*personal.PERSONAL, *IMPERSONAL} == set(TABLES)
        assert not personal.PERSONAL.keys() & IMPERSONAL.keys()

    @pytest.mark.parametrize("name", IMPERSONAL)
    def test_a_table_without_persons_has_no_column_about_one(self, name: str) -> None:
        assert [column.name for column in TABLES[name].c if is_of_a_person(column)] == []

    def test_columns_that_are_withheld_exist_and_have_a_reason(self) -> None:
        for (table, column), reason in personal.WITHHELD.items():
            assert column in TABLES[table].c
            assert len(reason) > 20
        for table, column in DRAWN_FROM_A_PERSON:
            assert column in TABLES[table].c


class TestExport:
    @pytest.mark.parametrize("name", personal.PERSONAL)
    async def test_every_column_comes_out(self, name: str, db: Database, privacy: Privacy) -> None:
        """Whatever columns there will be: a row with all of them is written, and looked for."""
        await fill_all_tables(db)
        exported = await privacy.export(ANNA)
        row = exported[name][0]
        withheld = {column for table, column in personal.WITHHELD if table == name}
        assert row.keys() == {column.name for column in TABLES[name].c} - withheld
        empty = [column for column, value in row.items() if value is None]
        assert empty == [], "the test fills every column, or it proves nothing"

    async def test_it_is_one_person_s_and_json(
        self, harness: DeliveryHarness, tg: Telegram
    ) -> None:
        await live(harness, ANNA)
        await live(harness, BEN)
        exported = await harness.privacy.export(ANNA)
        assert exported.keys() == personal.PERSONAL.keys() - OF_ADMINS - {"listed", "question"}
        assert orjson.loads(orjson.dumps(exported)) == exported
        assert str(BEN) not in str(exported)
        (subscriber,) = exported["subscriber"]
        assert subscriber["chat_id"] == ANNA
        assert subscriber["zone"] == "Europe/Berlin"
        assert subscriber["created_at"].endswith("+00:00")
        (had,) = exported["rotation"]
        assert had["seen"]
        assert set(had["seen"]) <= {tip.id for tip in harness.library.tips}
        kinds = {row["kind"] for row in exported["delivery"]}
        assert kinds == {"tip", "broadcast"}
        assert "sealed" not in str(exported["inbox"])

    async def test_a_withdrawn_tip_is_told_by_its_number(
        self, subscribers: Subscribers, privacy: Privacy, db: Database
    ) -> None:
        await subscribe(subscribers, ANNA)
        async with db.write() as session:
            seen = {"seen": 1 << 9999, "last_number": 9999}
            await session.execute(TABLES["rotation"].update().values(**seen))
        (row,) = (await privacy.export(ANNA))["rotation"]
        assert (row["seen"], row["last_number"]) == ([9999], 9999)

    async def test_a_stranger_s_is_empty_but_for_the_update_in_hand(
        self, privacy: Privacy, db: Database
    ) -> None:
        assert await privacy.export(ANNA) == {}
        async with db.write() as session:
            await inbox.put(
                session,
                [Arrived(update_id=1, chat_id=ANNA, body=b"\x01x")],
                datetime.now().astimezone(),
            )
        assert list(await privacy.export(ANNA)) == ["inbox"]
        assert await privacy.keeps(ANNA) is False
        assert await privacy.forget(ANNA) == Erasure(False, [])


class TestForget:
    async def test_no_row_holds_the_number_any_more(
        self, harness: DeliveryHarness, tg: Telegram
    ) -> None:
        await live(harness, ANNA)
        await live(harness, BEN)
        before = await rows_with(harness.db, BEN)
        assert len(await rows_with(harness.db, ANNA)) >= 8
        assert await harness.privacy.forget(ANNA) == Erasure(True, [])
        assert await rows_with(harness.db, ANNA) == {"inbox.update_id": 1}
        assert await rows_with(harness.db, BEN) == before
        assert await harness.privacy.forget(ANNA) == Erasure(False, [])

    async def test_tips_planned_by_a_clock_that_ran_ahead_go_too(
        self, harness: DeliveryHarness, tg: Telegram
    ) -> None:
        await subscribe(harness.subscribers, ANNA)
        for day in (2, 3, 20):
            await harness.morning(day=day)
        put_right = Privacy(harness.db, MovableClock(EIGHT), harness.library, "UTC")
        assert (await put_right.forget(ANNA)).erased
        assert await rows_with(harness.db, ANNA) == {}

    @pytest.mark.parametrize("known", [False, True])
    async def test_after_a_group_s_move_nothing_is_left_behind(
        self, harness: DeliveryHarness, tg: Telegram, known: bool
    ) -> None:
        old, new = -4_111_222_333, -1_004_111_222_333
        await subscribe(harness.subscribers, old, *([new] if known else []))
        await harness.morning()
        await harness.broadcast()
        await harness.worker.drain()
        await harness.subscribers.move_chat(old, new)
        assert await rows_with(harness.db, old) == {}
        assert (await harness.privacy.forget(new)).erased
        assert await rows_with(harness.db, new) == {}

    async def test_an_admin_s_broadcasts(self, harness: DeliveryHarness, tg: Telegram) -> None:
        await subscribe(harness.subscribers, BEN)
        done = await harness.broadcast()
        await harness.worker.drain()
        draft = await harness.broadcasts.draft(ADMIN, ADMIN, 7)
        running = await harness.broadcast()
        await harness.broadcasts.set_progress_message(running, ADMIN, 3)
        assert await harness.privacy.keeps(ADMIN) is True
        assert await harness.privacy.forget(ADMIN) == Erasure(True, [running])
        assert await harness.broadcasts.find(draft.id) is None
        await harness.worker.drain()
        assert (await harness.broadcasts.report(done)).sent == 1
        assert (await harness.broadcasts.report(running)).state == "done"
        assert await harness.privacy.forget(ADMIN) == Erasure(True, [])
        assert await rows_with(harness.db, ADMIN) == {}
        assert (await harness.broadcasts.report(running)).sent == 1

    async def test_what_is_nobody_s_is_not_sent_again(
        self, harness: DeliveryHarness, tg: Telegram
    ) -> None:
        """Its source is gone, and Telegram's refusal would pass for the subscriber's."""
        await subscribe(harness.subscribers, BEN)
        tg.script = once(refusal(400, "Bad Request: something"))
        broadcast = await harness.broadcast()
        await harness.worker.drain()
        await harness.privacy.forget(ADMIN)
        assert await harness.broadcasts.retry_failed(broadcast, ADMIN, in_doubt=True) == 0
        report = await harness.broadcasts.report(broadcast)
        assert (report.state, report.failed) == ("done", {"bad_request": 1})


async def fill_all_tables(db: Database) -> None:
    """One row a table about Anna, with something in every column, whatever columns there are."""
    async with db.write() as session:
        slot = {"id": 3, "zone": "UTC", "local_minute": 1, "next_date": date(2026, 6, 1)}
        at = datetime(2026, 6, 1, 12).astimezone()
        await session.execute(insert(TABLES["slot"]).values(**slot, next_at=at, cursor=0))
        for name in ("subscriber", "broadcast", *personal.PERSONAL):
            table = TABLES[name]
            if not (await session.execute(select(table))).all():
                await session.execute(insert(table).values(**full_row(table)))


def full_row(table: Table) -> dict[str, Any]:
    return {column.name: something(column) for column in table.c}


def something(column: Column[Any]) -> Any:
    """A value that the column's constraints allow."""
    known = {
        "user_id": ANNA, "actor": ANNA, "made_by": ANNA, "by": ANNA, "role": "editor",
        "late": "skip", "corrects": 1,
        "chat_id": ANNA, "admin_id": ANNA, "source_chat_id": ANNA, "progress_chat_id": ANNA,
        "zone": "UTC", "audience": "both", "pause_reason": "admin", "vote": 1, "slot_id": 3,
        "state_before": "active", "broadcast_id": 1, "last_number": 1,
        "subscription_id": (3 << 40) + 1,
    }  # fmt: skip
    states = {"broadcast": "done", "delivery": "sent", "question": "open"}
    own = {
        "state": states.get(column.table.name, "active"),
        "content": "{}" if column.table.name == "broadcast" else 1,
        "kind": "message" if column.table.name == "broadcast" else "tip",
        "id": (3 << 40) + 1 if column.table.name == "subscription" else 1,
    }
    if (value := {**known, **own}.get(column.name)) is not None:
        return value
    if isinstance(column.type, UTCDateTime):
        return datetime(2026, 6, 1, 12).astimezone()
    if isinstance(column.type, LargeBinary):
        return b"\x01"
    if isinstance(column.type, AutoString):
        return "x"
    kind = column.type.python_type
    return date(2026, 6, 1) if kind is date else kind(1)


class TestErasedMeanwhile:
    """On PostgreSQL a row may be planned in the very moment in which its subscriber is erased."""

    async def test_what_was_planned_just_then_is_not_sent_and_not_kept(
        self, harness: DeliveryHarness, tg: Telegram
    ) -> None:
        await subscribe(harness.subscribers, ANNA, BEN)
        await harness.morning(day=3)
        await harness.broadcast()
        async with harness.db.write() as session:
            await subscriber_queries.erase(session, ANNA)
        await harness.worker.drain()
        assert tg.tried(ANNA) == 0
        assert tg.copies == {BEN: 2}
        assert await rows_with(harness.db, ANNA) == {}
