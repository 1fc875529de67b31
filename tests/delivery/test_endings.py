"""How a broadcast ends: done when nothing is left of it, cancelled when the last came back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from bot.delivery.outbox import Event
from bot.store.outbox import recipients
from bot.store.outbox.audience import BEFORE_ALL_CHATS
from bot.store.values import Report
from tests.delivery_harness import ADMIN, DeliveryHarness
from tests.scripted_telegram import BLOCKED, CUT_AFTER, Telegram, refusal

NO_VOICE = refusal(400, "Bad Request: wrong file identifier")


def ended(report: Report) -> int:
    failed = sum(report.failed.values())
    known = report.sent + failed + report.blocked + report.in_doubt
    return known + report.too_old + report.cancelled


async def state_of(harness: DeliveryHarness, broadcast: int) -> str:
    found = await harness.broadcasts.find(broadcast)
    assert found is not None
    return found.state


async def test_failures_of_the_last_messages_pause_nothing(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.fill(range(1, 23))
    tg.script = lambda _m, body: NO_VOICE if body["chat_id"] > 15 else None
    broadcast = await harness.broadcast()
    await harness.worker.drain()
    report = await harness.broadcasts.report(broadcast)
    assert (report.state, report.sent, sum(report.failed.values())) == ("done", 15, 7)
    assert harness.events == [Event(broadcast, "done")]


async def test_failures_with_more_to_come_still_pause_it(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.fill(range(1, 101))
    tg.script = lambda _m, _b: NO_VOICE
    broadcast = await harness.broadcast()
    await harness.worker.drain()
    report = await harness.broadcasts.report(broadcast)
    assert report.state == "paused"
    assert report.queued > 0


async def test_sending_again_is_judged_anew(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.fill(range(1, 61))
    tg.script = lambda _m, body: NO_VOICE if body["chat_id"] <= 60 * 0.29 else None
    broadcast = await harness.broadcast()
    await harness.worker.drain()
    failed = sum((await harness.broadcasts.report(broadcast)).failed.values())
    assert failed == 17
    tg.script = lambda _m, body: NO_VOICE if body["chat_id"] == 1 else None
    assert await harness.broadcasts.retry_failed(broadcast, ADMIN) == failed
    await harness.worker.drain()
    assert await state_of(harness, broadcast) == "done"


@pytest.mark.parametrize("act", ["pause", "cancel"])
async def test_one_of_which_nothing_is_left_is_done_and_neither_paused_nor_cancelled(
    harness: DeliveryHarness, tg: Telegram, act: str
) -> None:
    await harness.subscribe(1, 2)
    broadcast = await harness.broadcast()
    # Both leave before it is their turn, and the sender has not looked since.
    for chat in (1, 2):
        await harness.subscribers.stop(chat)
    assert await getattr(harness.broadcasts, act)(broadcast, ADMIN) is False
    report = await harness.broadcasts.report(broadcast)
    assert (report.state, report.total, report.left) == ("done", 2, 2)
    assert tg.calls == []


async def test_a_paused_one_whose_last_readers_leave_is_done(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(1, 2)
    broadcast = await harness.broadcast()
    assert await harness.broadcasts.pause(broadcast, ADMIN)
    await harness.subscribers.stop(1)
    await harness.privacy.forget(2)
    await harness.worker.drain()
    assert await state_of(harness, broadcast) == "done"
    assert harness.events == [Event(broadcast, "done")]
    assert await harness.broadcasts.resume(broadcast, ADMIN) is False


async def test_the_report_of_a_cancelled_one_waits_for_what_is_on_its_way(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.fill(range(1, 101))
    broadcast = await harness.broadcast()
    tg.script = lambda _m, body: BLOCKED if body["chat_id"] == 3 else None
    tg.gate.clear()
    task = asyncio.create_task(harness.worker.drain())
    await tg.until(lambda: tg.held == 8)
    assert await harness.broadcasts.cancel(broadcast, ADMIN)
    report = await harness.broadcasts.report(broadcast)
    assert report.state == "cancelling"
    assert report.under_way == report.queued >= 8
    assert ended(report) + report.queued == report.total == 100
    tg.gate.set()
    await task
    report = await harness.broadcasts.report(broadcast)
    assert (report.state, report.queued, report.blocked) == ("cancelled", 0, 1)
    assert report.sent == len(tg.arrived)
    assert ended(report) == report.total == 100


async def test_what_a_killed_sender_had_on_its_way_is_in_doubt_once_its_lease_ends(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.fill(range(1, 31))
    broadcast = await harness.broadcast()
    killed = harness.new_worker().outbox
    taken = len((await killed.exchange([], [], 5)).items)
    await harness.broadcasts.cancel(broadcast, ADMIN)
    assert (await harness.broadcasts.report(broadcast)).state == "cancelling"
    harness.clock.move(100)
    await harness.worker.drain()
    report = await harness.broadcasts.report(broadcast)
    assert (report.state, report.in_doubt, report.cancelled) == ("cancelled", taken, 30 - taken)


async def test_a_crash_while_sending_again_leaves_nothing_held(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.fill(range(1, 11))
    tg.script = lambda _m, _b: NO_VOICE
    broadcast = await harness.broadcast()
    await harness.worker.drain()
    assert await state_of(harness, broadcast) == "done"
    tg.script = lambda _m, _b: None
    now = harness.clock.now()
    first = partial(
        recipients.queue_again_chunk,
        broadcast_id=broadcast,
        after_chat=BEFORE_ALL_CHATS,
        most=3,
        now=now,
        not_after=now + timedelta(days=1),
        in_doubt=False,
    )
    assert (await harness.db.write(first)).rows == 3
    # Here it was killed.
    await harness.worker.drain()
    report = await harness.broadcasts.report(broadcast)
    assert (report.state, report.sent, report.failed_again) == ("done", 3, 7)
    assert await harness.broadcasts.retry_failed(broadcast, ADMIN) == 7
    await harness.worker.drain()
    report = await harness.broadcasts.report(broadcast)
    assert (report.state, report.sent) == ("done", 10)


async def test_a_done_one_is_under_way_again_only_with_something_to_send(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(1)
    broadcast = await harness.broadcast()
    await harness.worker.drain()
    assert await harness.broadcasts.retry_failed(broadcast, ADMIN, in_doubt=True) == 0
    assert await state_of(harness, broadcast) == "done"


async def test_what_was_pruned_is_reported_and_not_offered_again(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(1, 2, 3)
    tg.script = lambda _m, body: {1: NO_VOICE, 2: CUT_AFTER}.get(body["chat_id"])
    broadcast = await harness.broadcast()
    async with asyncio.timeout(60):
        await harness.worker.drain()
    report = await harness.broadcasts.report(broadcast)
    assert (report.failed_again, report.doubt_again) == (1, 1)
    harness.clock.move(timedelta(days=8).total_seconds())
    await harness.prune()
    report = await harness.broadcasts.report(broadcast)
    assert (sum(report.failed.values()), report.in_doubt) == (1, 1)
    assert (report.failed_again, report.doubt_again) == (0, 0)
    assert await harness.broadcasts.retry_failed(broadcast, ADMIN, in_doubt=True) == 0


async def test_while_an_admin_is_told_others_get_what_is_theirs(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    reached, left_off = asyncio.Event(), asyncio.Event()

    async def hardly_reached(_event: Event) -> None:
        try:
            await reached.wait()
        finally:
            left_off.set()

    worker = harness.new_worker(on_event=hardly_reached)
    await harness.fill(range(1, 101))
    await harness.broadcast()
    stop = asyncio.Event()
    sending = asyncio.create_task(worker.run(stop))
    await tg.until(lambda: len(tg.arrived) == 100)
    await harness.broadcast()
    worker.wake()
    async with asyncio.timeout(10):
        await tg.until(lambda: len(tg.arrived) == 200)
    stop.set()
    async with asyncio.timeout(10):
        await sending
    assert not reached.is_set(), "nor does a stop wait for it"
    async with asyncio.timeout(10):
        await left_off.wait()
