"""From a queued row to a message on a phone, over real HTTP, on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.delivery.outbox import Event
from bot.store.database import Database
from tests.delivery.house import ADMIN, House, house
from tests.delivery.server import (
    BLOCKED,
    CUT_AFTER,
    CUT_BEFORE,
    SILENT,
    Telegram,
    once,
    refusal,
)
from tips.library import Library


async def test_a_due_tip_arrives_with_its_words_and_buttons(home: House, tg: Telegram) -> None:
    await home.subscribe(7)
    await home.morning()
    assert await home.sender.drain() == 1
    ((method, body),) = tg.calls
    (row,) = await home.rows()
    tip = home.library.by_number(row.content)
    assert method == "sendMessage"
    assert body["chat_id"] == 7
    assert tip.title[:10] in body["text"]
    assert body["parse_mode"] == "HTML"
    assert body["reply_markup"]["inline_keyboard"]
    assert (row.state, row.message_id, row.attempts) == ("sent", 1, 1)
    assert row.sent_at == home.clock.now()
    assert row.lease_owner is None
    reader = await home.readers.find(7)
    assert reader is not None
    assert reader.seen == 1 << row.content
    assert (reader.last_topic, reader.last_number) == (tip.topic, tip.number)


async def test_nothing_is_sent_before_it_is_due(home: House, tg: Telegram) -> None:
    await home.subscribe(7)
    home.clock.move_to(home.clock.now().replace(day=2, hour=8))
    await home.planner.tick()
    (row,) = await home.rows()
    home.clock.move_to(row.due_at - timedelta(seconds=1))
    assert await home.sender.drain() == 0
    home.clock.move(1.5)
    assert await home.sender.drain() == 1


async def test_a_reader_sees_every_tip_before_one_comes_again(home: House) -> None:
    await home.subscribe(7)
    for day in range(2, 12):
        await home.morning(day)
        await home.sender.drain()
    numbers = [row.content for row in await home.rows()]
    assert len(set(numbers)) == 10


async def test_a_tip_taken_by_hand_meanwhile_stays_seen(home: House, tg: Telegram) -> None:
    await home.subscribe(7)
    await home.morning()
    tg.gate.clear()
    drained = asyncio.create_task(home.sender.drain())
    await tg.until(lambda: tg.held > 0)
    taken = await home.readers.take_tip(7)
    assert taken is not None
    tg.gate.set()
    await drained
    reader = await home.readers.find(7)
    assert reader is not None
    (row,) = await home.rows()
    assert reader.seen == 1 << row.content | 1 << taken.number


async def test_who_blocked_is_marked_at_once_and_never_tried_again(
    home: House, tg: Telegram
) -> None:
    await home.subscribe(7, 8)
    await home.morning()
    await home.broadcast()
    tg.script = lambda _m, body: BLOCKED if body["chat_id"] == 7 else None
    await home.sender.drain()
    reader = await home.readers.find(7)
    assert reader is not None
    assert reader.state == "blocked"
    await home.morning(3)
    await home.broadcast()
    await home.sender.drain()
    assert tg.tried(7) <= 2  # both may have been under way at the first refusal
    assert tg.copies[8] == 4


@pytest.mark.parametrize(
    ("answer", "reason", "state"),
    [
        (refusal(400, "Bad Request: chat not found"), "not_found", "active"),
        (refusal(403, "Forbidden: user is deactivated"), "deactivated", "active"),
        (refusal(400, "Bad Request: VOICE_MESSAGES_FORBIDDEN"), "forbids_voice", "active"),
        (refusal(400, "Bad Request: message is too long"), "too_long", "active"),
        (refusal(400, "Bad Request: can't parse entities: x"), "markup", "active"),
    ],
)
async def test_a_refusal_is_final_and_has_its_reason(
    home: House, tg: Telegram, answer: Any, reason: str, state: str
) -> None:
    await home.subscribe(7)
    await home.morning()
    tg.script = lambda _m, _b: answer
    assert await home.sender.drain() == 0
    assert await home.states() == [("failed", reason)]
    reader = await home.readers.find(7)
    assert reader is not None
    assert reader.state == state


async def test_a_flood_is_waited_out_in_full_and_everyone_gets_theirs(
    home: House, tg: Telegram
) -> None:
    await home.fill(range(1, 41))
    await home.morning()
    flood = refusal(429, "Too Many Requests", retry_after=3)
    tg.script = once(None, None, flood, flood)
    sent = await home.sender.drain()
    tried = len(tg.calls)
    assert sent < 40
    assert await home.sender.drain() == 0
    home.clock.move(2.9)
    assert await home.sender.drain() == 0
    assert len(tg.calls) == tried
    home.clock.move(0.2)
    assert await home.sender.drain() == 40 - sent
    assert set(tg.copies.values()) == {1}
    assert {row.attempts for row in await home.rows()} == {1}


async def test_a_tip_in_doubt_is_sent_once_more_and_then_left(home: House, tg: Telegram) -> None:
    await home.subscribe(7)
    await home.morning()
    tg.script = lambda _m, _b: CUT_AFTER
    for _ in range(4):
        await home.sender.drain()
        home.clock.move(100)
    assert tg.copies[7] == 2
    (row,) = await home.rows()
    assert (row.state, row.doubts) == ("in_doubt", 2)
    reader = await home.readers.find(7)
    assert reader is not None
    assert reader.seen == 1 << row.content
    texts = [body["text"] for _, body in tg.calls]
    assert texts[0] == texts[1]


async def test_a_broadcast_in_doubt_waits_for_the_admins_word(home: House, tg: Telegram) -> None:
    await home.subscribe(7, 8)
    broadcast = await home.broadcast()
    tg.script = once(CUT_BEFORE)
    await home.sender.drain()
    home.clock.move(300)
    await home.sender.drain()
    report = await home.broadcasts.report(broadcast)
    assert (report.sent, report.in_doubt, report.state) == (1, 1, "done")
    assert len(tg.calls) == 2
    assert await home.broadcasts.retry_failed(broadcast, ADMIN) == 0
    assert await home.broadcasts.retry_failed(broadcast, ADMIN, in_doubt=True) == 1
    await home.sender.drain()
    assert tg.copies == {7: 1, 8: 1}
    assert home.events == [Event(broadcast, "done")] * 2


async def test_a_read_timeout_is_a_doubt(db: Database, library: Library, tg: Telegram) -> None:
    async with house(db, library, tg, read_timeout=0.1) as home:
        await home.subscribe(7)
        await home.broadcast()
        tg.script = lambda _m, _b: SILENT
        await home.sender.drain()
        ((state, reason),) = await home.states()
        assert state == "in_doubt"
        assert reason == "read_timeout"


async def test_without_a_connection_nothing_is_used_up(home: House, tg: Telegram) -> None:
    await home.subscribe(7)
    await home.morning()
    dead = Telegram(port=1).wire()
    sender = home.new_sender(wire=dead)
    for _ in range(8):
        assert await sender.drain() == 0
        home.clock.move(60)
    assert sender.held_for <= 60
    await dead.close()
    (row,) = await home.rows()
    assert (row.state, row.attempts) == ("queued", 0)
    assert await home.sender.drain() == 1


async def test_a_tip_too_late_is_let_go_visibly(home: House, tg: Telegram) -> None:
    await home.subscribe(7)
    await home.morning()
    home.clock.move(home.settings.tip_grace_minutes * 60 + 1)
    assert await home.sender.drain() == 0
    assert await home.states() == [("too_old", "late")]
    assert tg.calls == []


async def test_yesterdays_tip_gives_way_to_todays(
    db: Database, library: Library, tg: Telegram
) -> None:
    async with house(db, library, tg, tip_grace_minutes=1200) as home:
        await home.subscribe(7)
        await home.readers.set_hour(7, 20 * 60)
        home.clock.move_to(home.clock.now().replace(day=2, hour=20))
        await home.planner.tick()
        await home.readers.set_hour(7, 480)
        await home.morning(3)
        assert await home.sender.drain() == 1
        assert await home.states() == [("too_old", "superseded"), ("sent", None)]


@pytest.mark.parametrize("change", ["pause", "stop", "forget", "blocked"])
async def test_who_left_before_the_lease_gets_nothing(
    home: House, tg: Telegram, change: str
) -> None:
    await home.subscribe(7)
    await home.morning()
    await getattr(home.privacy if change == "forget" else home.readers, change)(7)
    assert await home.sender.drain() == 0
    assert tg.calls == []


async def test_a_group_that_moved_is_followed(home: House, tg: Telegram) -> None:
    await home.subscribe(-5)
    await home.morning()
    await home.broadcast()
    moved = refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1005)
    tg.script = lambda _m, body: moved if body["chat_id"] == -5 else None
    assert await home.sender.drain() == 2
    assert tg.copies == {-1005: 2}
    assert await home.readers.find(-5) is None


async def test_what_is_refused_is_told_once_a_minute_and_all_of_it_is_counted(
    home: House, tg: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    await home.fill(range(1, 41))
    await home.morning()
    tg.script = lambda _m, _b: refusal(400, "Bad Request: something new")
    with caplog.at_level("INFO"):
        await home.sender.drain()
        once = len(told(caplog))
        home.clock.move(61)
        await home.sender.drain()
    assert once == 1
    assert len(told(caplog)) == 2
    assert sum(told(caplog)) == 40


def told(caplog: pytest.LogCaptureFixture) -> list[int]:
    """How many messages each line tells of."""
    lines = (line.split() for line in caplog.messages if "messages were not taken" in line)
    return [int(words[0]) for words in lines]
