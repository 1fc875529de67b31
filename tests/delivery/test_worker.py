"""From a queued row to a message on a phone, over real HTTP, on both databases."""

from __future__ import annotations

import asyncio
import io
import json
from datetime import timedelta
from typing import Any

import pytest

from bot.delivery.outbox import Event
from bot.store.database import Database
from tests.delivery_harness import ADMIN, DeliveryHarness, delivery_harness
from tests.logbook import captured
from tests.scripted_telegram import (
    BLOCKED,
    CUT_AFTER,
    CUT_BEFORE,
    SILENT,
    Telegram,
    once,
    refusal,
)
from tips.library import Library


async def test_a_due_tip_arrives_with_its_words_and_buttons(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    await harness.morning()
    assert await harness.worker.drain() == 1
    ((method, body),) = tg.calls
    (row,) = await harness.rows()
    tip = harness.library.by_number(row.content)
    assert method == "sendMessage"
    assert body["chat_id"] == 7
    assert tip.title[:10] in body["text"]
    assert body["parse_mode"] == "HTML"
    assert body["reply_markup"]["inline_keyboard"]
    assert (row.state, row.message_id, row.attempts) == ("sent", 1, 1)
    assert row.sent_at == harness.clock.now()
    assert row.lease_owner is None
    subscriber = await harness.subscribers.find(7)
    assert subscriber is not None
    assert subscriber.seen == 1 << row.content
    assert (subscriber.last_topic, subscriber.last_number) == (tip.topic, tip.number)


async def test_nothing_is_sent_before_it_is_due(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.subscribe(7)
    harness.clock.move_to(harness.clock.now().replace(day=2, hour=8))
    await harness.planner.tick()
    (row,) = await harness.rows()
    harness.clock.move_to(row.due_at - timedelta(seconds=1))
    assert await harness.worker.drain() == 0
    harness.clock.move(1.5)
    assert await harness.worker.drain() == 1


async def test_a_reader_sees_every_tip_before_one_comes_again(harness: DeliveryHarness) -> None:
    await harness.subscribe(7)
    for day in range(2, 12):
        await harness.morning(day)
        await harness.worker.drain()
    numbers = [row.content for row in await harness.rows()]
    assert len(set(numbers)) == 10


async def test_a_tip_taken_by_hand_meanwhile_stays_seen(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    await harness.morning()
    tg.gate.clear()
    drained = asyncio.create_task(harness.worker.drain())
    await tg.until(lambda: tg.held > 0)
    taken = await harness.subscribers.take_tip(7)
    assert taken is not None
    tg.gate.set()
    await drained
    subscriber = await harness.subscribers.find(7)
    assert subscriber is not None
    (row,) = await harness.rows()
    assert subscriber.seen == 1 << row.content | 1 << taken.number


async def test_who_blocked_is_marked_at_once_and_never_tried_again(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7, 8)
    await harness.morning()
    await harness.broadcast()
    tg.script = lambda _m, body: BLOCKED if body["chat_id"] == 7 else None
    await harness.worker.drain()
    subscriber = await harness.subscribers.find(7)
    assert subscriber is not None
    assert subscriber.state == "blocked"
    await harness.morning(3)
    await harness.broadcast()
    await harness.worker.drain()
    assert tg.tried(7) <= 2  # both may have been under way at the first refusal
    assert tg.copies[8] == 4


async def test_what_is_held_back_from_who_blocked_counts_as_no_attempt(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    for _more_than_go_out_at_once in range(harness.settings.in_flight + 4):
        await harness.broadcast()
    tg.script = lambda _m, _body: BLOCKED
    await harness.worker.drain()
    rows = await harness.rows()
    assert {(row.state, row.attempts) for row in rows} == {("failed", 1), ("cancelled", 0)}
    assert sum(row.attempts for row in rows) == tg.tried(7)


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
    harness: DeliveryHarness, tg: Telegram, answer: Any, reason: str, state: str
) -> None:
    await harness.subscribe(7)
    await harness.morning()
    tg.script = lambda _m, _b: answer
    assert await harness.worker.drain() == 0
    assert await harness.states() == [("failed", reason)]
    subscriber = await harness.subscribers.find(7)
    assert subscriber is not None
    assert subscriber.state == state


async def test_a_flood_is_waited_out_in_full_and_everyone_gets_theirs(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.fill(range(1, 41))
    await harness.morning()
    flood = refusal(429, "Too Many Requests", retry_after=3)
    tg.script = once(None, None, flood, flood)
    sent = await harness.worker.drain()
    tried = len(tg.calls)
    assert sent < 40
    assert await harness.worker.drain() == 0
    harness.clock.move(2.9)
    assert await harness.worker.drain() == 0
    assert len(tg.calls) == tried
    harness.clock.move(0.2)
    assert await harness.worker.drain() == 40 - sent
    assert set(tg.copies.values()) == {1}
    assert {row.attempts for row in await harness.rows()} == {1}


async def test_a_tip_in_doubt_is_sent_once_more_and_then_left(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    await harness.morning()
    tg.script = lambda _m, _b: CUT_AFTER
    for _ in range(4):
        await harness.worker.drain()
        harness.clock.move(100)
    assert tg.copies[7] == 2
    (row,) = await harness.rows()
    assert (row.state, row.doubts) == ("in_doubt", 2)
    subscriber = await harness.subscribers.find(7)
    assert subscriber is not None
    assert subscriber.seen == 1 << row.content
    texts = [body["text"] for _, body in tg.calls]
    assert texts[0] == texts[1]


async def test_a_broadcast_in_doubt_waits_for_the_admins_word(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7, 8)
    broadcast = await harness.broadcast()
    tg.script = once(CUT_BEFORE)
    await harness.worker.drain()
    harness.clock.move(300)
    await harness.worker.drain()
    report = await harness.broadcasts.report(broadcast)
    assert (report.sent, report.in_doubt, report.state) == (1, 1, "done")
    assert len(tg.calls) == 2
    assert await harness.broadcasts.retry_failed(broadcast, ADMIN) == 0
    assert await harness.broadcasts.retry_failed(broadcast, ADMIN, in_doubt=True) == 1
    await harness.worker.drain()
    assert tg.copies == {7: 1, 8: 1}
    assert harness.events == [Event(broadcast, "done")] * 2


async def test_a_read_timeout_is_a_doubt(db: Database, library: Library, tg: Telegram) -> None:
    async with delivery_harness(db, library, tg, read_timeout=0.1) as harness:
        await harness.subscribe(7)
        await harness.broadcast()
        tg.script = lambda _m, _b: SILENT
        await harness.worker.drain()
        ((state, reason),) = await harness.states()
        assert state == "in_doubt"
        assert reason == "read_timeout"


async def test_without_a_connection_nothing_is_used_up(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    await harness.morning()
    dead = Telegram(port=1).transport()
    worker = harness.new_worker(transport=dead)
    for _ in range(8):
        assert await worker.drain() == 0
        harness.clock.move(60)
    assert worker.held_for <= 60
    await dead.close()
    (row,) = await harness.rows()
    assert (row.state, row.attempts) == ("queued", 0)
    assert await harness.worker.drain() == 1


async def test_a_tip_too_late_is_let_go_visibly(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.subscribe(7)
    await harness.morning()
    harness.clock.move(harness.settings.tip_grace_minutes * 60 + 1)
    assert await harness.worker.drain() == 0
    assert await harness.states() == [("too_old", "late")]
    assert tg.calls == []


async def test_yesterdays_tip_gives_way_to_todays(
    db: Database, library: Library, tg: Telegram
) -> None:
    async with delivery_harness(db, library, tg, tip_grace_minutes=1200) as harness:
        await harness.subscribe(7)
        await harness.subscribers.set_hour(7, 20 * 60)
        harness.clock.move_to(harness.clock.now().replace(day=2, hour=20))
        await harness.planner.tick()
        await harness.subscribers.set_hour(7, 480)
        await harness.morning(3)
        assert await harness.worker.drain() == 1
        assert await harness.states() == [("too_old", "superseded"), ("sent", None)]


@pytest.mark.parametrize("change", ["pause", "stop", "forget", "blocked"])
async def test_who_left_before_the_lease_gets_nothing(
    harness: DeliveryHarness, tg: Telegram, change: str
) -> None:
    await harness.subscribe(7)
    await harness.morning()
    await getattr(harness.privacy if change == "forget" else harness.subscribers, change)(7)
    assert await harness.worker.drain() == 0
    assert tg.calls == []


async def test_a_group_that_moved_is_followed(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.subscribe(-5)
    await harness.morning()
    await harness.broadcast()
    moved = refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1005)
    tg.script = lambda _m, body: moved if body["chat_id"] == -5 else None
    assert await harness.worker.drain() == 2
    assert tg.copies == {-1005: 2}
    assert await harness.subscribers.find(-5) is None


async def test_what_is_refused_is_told_once_a_minute_and_all_of_it_is_counted(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.fill(range(1, 41))
    await harness.morning()
    tg.script = lambda _m, _b: refusal(400, "Bad Request: something new")
    with captured("INFO", "json") as log:
        await harness.worker.drain()
        once = len(told(log))
        harness.clock.move(61)
        await harness.worker.drain()
    assert once == 1
    assert len(told(log)) == 2
    assert sum(told(log)) == 40


def told(log: io.StringIO) -> list[int]:
    """How many messages each line tells of."""
    lines = map(json.loads, log.getvalue().splitlines())
    return [line["count"] for line in lines if line["event"] == "messages were not taken"]
