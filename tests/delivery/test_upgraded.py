"""A database of the release before, taken up in the middle of its work: each recipient once."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.store.types import to_microseconds
from tests.delivery_harness import DeliveryHarness, delivery_harness
from tests.scripted_telegram import Telegram
from tests.store.migrations.revisions import run, scripts_up_to
from tips.library import Library

RELEASED = "0010"
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
EVERYBODY = range(1, 13)
HAD_TODAY, LEASED, WAIT = 1, 2, range(3, 7)
"""Chats whose tip was sent, was leased when the process ended, and is queued."""

BEGUN, NOT_BEGUN, QUEUED, LAST_WITH_A_ROW = 2, 3, range(4, 9), 8
"""Of the broadcast, which is at chat 8: whose message may have left, and whose has not."""

SEAT = 5 << 40
SUBSCRIBERS = """
    INSERT INTO subscriber (chat_id, state, language, zone, local_minute, weekdays, themes,
        audience, created_at, joined_at, joined_after, seed, seen, recent, last_topic, last_number)
    VALUES ({chat}, 'active', 'en', 'UTC', 719, 127, 9223372036854775807, 'both', {long_ago},
        {long_ago}, 0, {chat}, {three_tips}, {the_last}, 'gut', 3)"""
SLOT = """
    INSERT INTO slot (id, zone, local_minute, next_at, next_date, cursor)
    VALUES (5, 'UTC', 719, {tomorrow}, '2026-06-02', 0)"""
SUBSCRIPTION = """
    INSERT INTO subscription (id, chat_id, kind, slot_id, state, weekdays, snoozed_until,
        not_before, spread)
    VALUES ({seat}, {chat}, 'tip', 5, 'active', 127, {long_ago}, '2026-01-01', 0)"""
BROADCAST = f"""
    INSERT INTO broadcast (id, admin_id, source_chat_id, source_message_id, state, audience,
        created_at, confirmed_at, not_after, total, frozen, ordinal, cursor, shown_audience,
        shown_stars)
    VALUES (1, 99, 99, 5, 'sending', 'active', {{just_now}}, {{just_now}}, {{tomorrow}},
        {len(EVERYBODY)}, {{false}}, 1, {LAST_WITH_A_ROW}, {len(EVERYBODY)}, 0)"""
DELIVERY = """
    INSERT INTO delivery (kind, subscription_id, broadcast_id, chat_id, local_date, content, state,
        due_at, ready_at, not_after, attempts, doubts, lease_owner, lease_until, sent_at,
        message_id, begun)
    VALUES ({of}, {chat}, {date_and_tip}, '{state}', {just_now}, {just_now}, {tomorrow},
        {attempts}, 0, {lease}, {sent}, {begun})"""


class Released:
    """Writes rows as the release before wrote them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._is_sqlite = url.startswith("sqlite")
        tips = b"\x0e".hex(), b"\x01\x00\x02\x00\x03\x00".hex()
        three_tips, the_last = (f"x'{it}'" if self._is_sqlite else f"'\\x{it}'" for it in tips)
        self._words = {
            "three_tips": three_tips,
            "the_last": the_last,
            "long_ago": self._at(NOON - timedelta(days=30)),
            "just_now": self._at(NOON - timedelta(minutes=1)),
            "tomorrow": self._at(NOON + timedelta(days=1)),
        }

    def _at(self, instant: datetime) -> str:
        return str(to_microseconds(instant)) if self._is_sqlite else f"'{instant.isoformat()}'"

    async def write(self) -> None:
        await run(self.url, *map(self._filled, self._rows()))

    def _filled(self, statement: str) -> str:
        for name, value in self._words.items():
            statement = statement.replace(f"{{{name}}}", value)
        return statement

    def _rows(self) -> list[str]:
        people = [SUBSCRIBERS.replace("{chat}", str(chat)) for chat in EVERYBODY]
        seats = [
            SUBSCRIPTION.replace("{chat}", str(chat)).replace("{seat}", str(SEAT + chat))
            for chat in EVERYBODY
        ]
        tips = [
            self._tip(HAD_TODAY, "sent"),
            self._tip(LEASED, "leased"),
            *(self._tip(chat, "queued") for chat in WAIT),
        ]
        copies = [
            self._copy(HAD_TODAY, "sent", begun=True),
            self._copy(BEGUN, "leased", begun=True),
            self._copy(NOT_BEGUN, "leased"),
            *(self._copy(chat, "queued") for chat in QUEUED),
        ]
        return [*people, SLOT, *seats, BROADCAST, *tips, *copies]

    def _tip(self, chat: int, state: str) -> str:
        content = "NULL" if state == "queued" else "4"
        of = f"'tip', {SEAT + chat}, NULL"
        return self._delivery(chat, state, of, f"'2026-06-01', {content}")

    def _copy(self, chat: int, state: str, *, begun: bool = False) -> str:
        return self._delivery(chat, state, "'broadcast', NULL, 1", "NULL, NULL", begun=begun)

    def _delivery(
        self, chat: int, state: str, of: str, date_and_tip: str, *, begun: bool = False
    ) -> str:
        values = {
            "of": of,
            "chat": str(chat),
            "date_and_tip": date_and_tip,
            "state": state,
            "attempts": "0" if state == "queued" else "1",
            "lease": "'gone', {just_now}" if state == "leased" else "NULL, NULL",
            "sent": "{just_now}, 77" if state == "sent" else "NULL, NULL",
            "begun": str(int(begun)) if self._is_sqlite else str(begun).lower(),
        }
        made = DELIVERY
        for name, value in values.items():
            made = made.replace(f"{{{name}}}", value)
        return made


@pytest.fixture
async def taken_up(database_url: str, tmp_path: Path) -> str:
    """The address of that database, once it has been upgraded."""
    await upgrade(database_url, scripts=scripts_up_to(tmp_path, RELEASED))
    await Released(database_url).write()
    assert await upgrade(database_url) is True
    return database_url


@pytest.fixture
async def harness(taken_up: str, library: Library, tg: Telegram) -> AsyncIterator[DeliveryHarness]:
    """The new release on that database, after its first round of planning and sending."""
    db = await Database.open(taken_up)
    async with delivery_harness(db, library, tg) as running:
        await running.planner.tick()
        await running.worker.drain()
        yield running
    await db.close()


async def test_what_the_release_before_had_begun_is_finished(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.planner.tick()
    assert await harness.worker.drain() == 0, "nothing is sent twice"
    report = await harness.broadcasts.report(1)
    after = {chat: await harness.subscribers.find(chat) for chat in EVERYBODY}

    tips = Counter(body["chat_id"] for method, body in tg.calls if method == "sendMessage")
    assert tips == dict.fromkeys([LEASED, *WAIT], 1)
    copies = Counter(body["chat_id"] for method, body in tg.calls if method == "copyMessage")
    assert copies == dict.fromkeys([*EVERYBODY[NOT_BEGUN - 1 :]], 1)
    assert (report.state, report.total, report.sent, report.in_doubt) == ("done", 12, 11, 1)

    had = {chat: found.seen for chat, found in after.items() if found is not None}
    assert had.keys() == set(EVERYBODY)
    assert had[HAD_TODAY] == 0b1110, "it is known as the release before knew it"
    assert had[LEASED] == 0b11110, "the tip that it had been leased with"
    for chat in WAIT:
        assert had[chat] & 0b1110 == 0b1110
        assert had[chat].bit_count() == 4, "a tip that they had not had"


async def test_on_the_day_after_everybody_has_another_tip(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    tg.calls.clear()
    harness.clock.move_to(NOON + timedelta(days=1))
    await harness.planner.tick()
    harness.clock.move(harness.settings.spread_minutes * 60)
    await harness.worker.drain()
    rows = await harness.rows()
    assert Counter(body["chat_id"] for _, body in tg.calls) == dict.fromkeys(EVERYBODY, 1)
    numbers = {chat: [r.content for r in rows if r.chat_id == chat and r.content] for chat in WAIT}
    assert all(len(set(sent)) == 2 for sent in numbers.values())
