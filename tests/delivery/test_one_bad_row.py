"""One row that cannot be dealt with stops none of the others: planned, leased, sent, shown."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from bot.delivery.rendering import AS_USUAL, Manner, Parts, TipRenderer
from bot.delivery.worker import DeliveryWorker
from bot.store import tables
from bot.store.outbox import audience
from bot.telegram.limits.limiter import SendLimiter
from tests.delivery_harness import DeliveryHarness
from tests.logbook import captured
from tests.scripted_telegram import Telegram, once, refusal

GOOD = (1, 2, 3)
BAD = 66


async def spoil(harness: DeliveryHarness, table: Any, **values: Any) -> None:
    async with harness.db.write() as session:
        which = table.c.chat_id == BAD if "chat_id" in table.c else table.c.local_minute == 479
        await session.execute(update(table).where(which).values(**values))


@pytest.mark.parametrize(
    "values",
    [
        {"language": "xx_../../etc"},
        {"language": "zz-ZZ"},
        {"zone": "America"},
        {"zone": "../../etc/passwd"},
        {"zone": ""},
        {"last_number": 10**9, "last_topic": "nowhere"},
        {"seen": int.from_bytes(b"\xff" * 4096)},
        {"themes": 0},
        {"themes": 2**62},
        {"seed": -(2**63)},
    ],
)
async def test_a_subscriber_whose_row_is_odd_keeps_no_tip_from_the_others(
    harness: DeliveryHarness, tg: Telegram, values: dict[str, Any]
) -> None:
    await harness.subscribe(*GOOD, BAD)
    of_subscriber = set(tables.subscriber.c.keys())
    table = tables.subscriber if values.keys() <= of_subscriber else tables.rotation
    await spoil(harness, table, **values)
    await harness.morning()
    await harness.worker.drain()
    assert set(GOOD) <= {body["chat_id"] for _, body in tg.calls}
    assert "leased" not in {state for state, _ in await harness.states()}


@pytest.mark.parametrize("zone", ["America", "../../etc/passwd", "", "Mars/Olympus", "/etc"])
async def test_a_slot_whose_zone_is_none_keeps_no_other_from_being_planned(
    harness: DeliveryHarness, tg: Telegram, zone: str
) -> None:
    await harness.subscribe(*GOOD, BAD)
    await harness.subscribers.set_hour(BAD, 479)
    await spoil(harness, tables.slot, zone=zone)
    for day in (2, 3):
        await harness.morning(day)
        await harness.worker.drain()
    sent = [body["chat_id"] for _, body in tg.calls]
    assert all(sent.count(chat) == 2 for chat in GOOD)


class OneFails(TipRenderer):
    """Has a fault where it makes the tip of one language."""

    def render_tip(self, number: int, language: str, manner: Manner = AS_USUAL) -> Parts | None:
        if language == "xx":
            raise ValueError("my own words")
        return super().render_tip(number, language, manner)


async def test_a_tip_that_cannot_be_made_keeps_no_other_from_being_sent(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(*GOOD, BAD)
    await spoil(harness, tables.subscriber, language="xx")
    await harness.morning()
    renderer = OneFails(harness.library)
    worker = DeliveryWorker(
        harness.db, harness.clock, harness.settings, harness.transport, None, renderer
    )
    with captured() as log:
        await worker.drain()
    assert {body["chat_id"] for _, body in tg.calls} == set(GOOD)
    assert sorted(await harness.states()) == [("failed", "not_made"), *[("sent", None)] * 3]
    assert log.getvalue().count("a tip could not be made") == 1


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"ok": True, "result": {"message_id": 2**63}}),
        (200, {"ok": True, "result": {"message_id": -1}}),
        (200, {"result": {"message_id": 10**30}, "ok": True}),
        (200, {"ok": True, "result": {"message_id": True}}),
        (200, {"ok": True}),
        (200, {}),
        refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=2**63),
        refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=True),
        refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=0),
        refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=GOOD[0]),
        refusal(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=BAD),
        refusal(2**70, "x"),
        (500, {"ok": False, "error_code": -1, "description": None}),
        refusal(400, "\u0000\ud83d nul and half a pair"),
    ],
)
async def test_an_odd_answer_to_one_is_no_trouble_for_the_others(
    harness: DeliveryHarness, tg: Telegram, answer: Any
) -> None:
    await harness.subscribe(*GOOD, BAD)
    tg.script = lambda _method, body: answer if body["chat_id"] == BAD else None
    await harness.morning()
    with captured() as log:
        async with asyncio.timeout(60):
            await harness.worker.drain()
            harness.clock.move(1000)
            await harness.worker.drain()
    assert set(GOOD) <= {body["chat_id"] for _, body in tg.calls}
    states = [(row.state, row.chat_id) for row in await harness.rows()]
    assert {chat for state, chat in states if state == "sent"} >= set(GOOD)
    assert "leased" not in {state for state, _ in states}
    assert "cannot be reached" not in log.getvalue()


@pytest.mark.parametrize("wait", [-5, 0, 1e12, 1e300, 2**63, "soon", None, True])
async def test_an_odd_wait_is_a_wait(harness: DeliveryHarness, tg: Telegram, wait: Any) -> None:
    await harness.subscribe(*GOOD, BAD)
    answer = refusal(429, "Too Many Requests", retry_after=wait)
    tg.script = once(answer)
    await harness.morning()
    limiter = SendLimiter(harness.clock, 30, 25)
    worker = harness.new_worker(limiter)
    with captured() as log:
        drain = asyncio.create_task(worker.drain())
        for _ in range(500):
            await asyncio.sleep(0.002)
            harness.clock.move(0.2)
        await drain
    assert len(tg.arrived) > 0
    assert "Traceback" not in log.getvalue()


async def test_tips_that_cannot_be_planned_hold_up_no_broadcast(harness: DeliveryHarness) -> None:
    await harness.subscribe(*GOOD)
    await harness.confirmed()
    async with harness.db.write() as session:
        await session.execute(text("ALTER TABLE slot RENAME TO slot_that_is_away"))
    with pytest.raises(DBAPIError):
        await harness.planner.tick()
    assert len(await harness.rows()) == len(GOOD)


async def test_a_broadcast_whose_audience_cannot_be_completed_holds_up_nothing(
    harness: DeliveryHarness, tg: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    await harness.subscribe(*GOOD)
    bad, good = await harness.confirmed(), await harness.confirmed()
    freeze = audience.freeze_chunk

    async def fails(session: Any, broadcast_id: int, *how: Any) -> Any:
        if broadcast_id == bad:
            raise ValueError("a fault of ours")
        return await freeze(session, broadcast_id, *how)

    monkeypatch.setattr(audience, "freeze_chunk", fails)
    await harness.morning()
    with captured():
        work = asyncio.create_task(harness.worker.run(stop := asyncio.Event()))
        harness.worker.wake()
        await asyncio.wait_for(tg.until(lambda: len(tg.arrived) >= 6), 60)
        stop.set()
        await work
    kinds = [method for method, _ in tg.calls]
    assert kinds.count("sendMessage") == 3
    assert kinds.count("copyMessage") == 3
    assert (await harness.broadcasts.report(good)).sent == 3
