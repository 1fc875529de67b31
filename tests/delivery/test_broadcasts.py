"""A broadcast from draft to report, on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.delivery import audience
from bot.delivery.outbox import Event
from bot.store.database import Database
from bot.store.queries import broadcasts, subscribers
from bot.store.queries import broadcasts as store
from tests.delivery_harness import ADMIN, DeliveryHarness, delivery_harness
from tests.scripted_telegram import BLOCKED, Telegram, refusal
from tips.library import Library


async def test_a_draft_sends_nothing(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.subscribe(7)
    draft = await harness.broadcasts.draft(ADMIN, ADMIN, 5)
    assert (draft.state, draft.total, draft.frozen) == ("draft", 0, False)
    assert await harness.broadcasts.find(draft.id) == draft
    assert await harness.broadcasts.find(12345) is None
    await harness.worker.drain()
    assert tg.calls == []
    assert await harness.broadcasts.running() == []


async def test_everyone_active_gets_a_copy(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.subscribe(1, 2, 3, 4, 5, -6)
    await harness.subscribers.pause(2)
    await harness.subscribers.stop(3)
    await harness.subscribers.blocked(4)
    await harness.subscribers.arrive(9, "en")
    assert await harness.broadcasts.audience_count() == 3
    broadcast = await harness.broadcast()
    await harness.worker.drain()
    assert tg.copies == {1: 1, 5: 1, -6: 1}
    method, body = tg.calls[0]
    assert method == "copyMessage"
    assert (body["from_chat_id"], body["message_id"]) == (ADMIN, 5)
    assert "allow_paid_broadcast" not in body
    report = await harness.broadcasts.report(broadcast)
    assert (report.total, report.sent, report.queued, report.state) == (3, 3, 0, "done")
    assert harness.events == [Event(broadcast, "done")]


async def test_only_its_admin_confirms_and_only_once(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    draft = await harness.broadcasts.draft(ADMIN, ADMIN, 5)
    assert await harness.broadcasts.confirm(draft.id, 1) == "no"
    confirmed = await asyncio.gather(
        *(harness.broadcasts.confirm(draft.id, ADMIN) for _ in range(3))
    )
    assert sorted(confirmed) == ["no", "no", "sending"]
    await harness.plan_audiences()
    await harness.worker.drain()
    assert tg.copies == {7: 1}


@pytest.mark.parametrize(("hours", "asked"), [(-25, True), (-1, False), (1, False), (25, True)])
async def test_a_draft_is_asked_anew_a_day_away_from_when_it_was_shown(
    harness: DeliveryHarness, hours: int, asked: bool
) -> None:
    """Into the past as well: the clock may have been ahead."""
    await harness.subscribe(7)
    draft = await harness.broadcasts.draft(ADMIN, ADMIN, 5)
    async with harness.db.write() as session:
        shown = {"shown_at": harness.clock.now() - timedelta(hours=hours)}
        await store.change(session, draft.id, shown)
    assert await harness.broadcasts.confirm(draft.id, ADMIN) == ("stale" if asked else "sending")
    if asked:
        await harness.broadcasts.offered(draft.id, await harness.broadcasts.offer_of(draft.id))
        assert await harness.broadcasts.confirm(draft.id, ADMIN) == "sending"


async def test_the_audience_is_frozen_in_chunks_and_late_comers_are_not_in_it(
    harness: DeliveryHarness, tg: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "FREEZE_CHUNK", 7)
    await harness.fill(range(1, 41))
    broadcast = await harness.confirmed()
    audiences = harness.planner.audiences
    await audiences.plan_chunks(await harness.db.read(broadcasts.lacking_rows), set())
    assert len(await harness.rows()) == 7
    await harness.worker.drain()
    assert len(tg.copies) == 7, "sending need not wait for the last row"
    assert (await harness.broadcasts.report(broadcast)).state == "sending"
    harness.clock.move(1)
    await harness.subscribe(1000)
    await harness.plan_audiences()
    await harness.worker.drain()
    assert set(tg.copies) == set(range(1, 41))
    found = await harness.broadcasts.find(broadcast)
    assert found is not None
    assert (found.frozen, found.total) == (True, 40)


async def test_pause_holds_and_resume_goes_on(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.subscribe(7, 8)
    broadcast = await harness.broadcast()
    assert await harness.broadcasts.pause(broadcast, ADMIN) is True
    assert await harness.broadcasts.pause(broadcast, ADMIN) is False
    await harness.worker.drain()
    assert tg.calls == []
    (held,) = await harness.broadcasts.running()
    assert (held.state, held.pause_reason) == ("paused", "admin")
    resumed = await asyncio.gather(
        *(harness.broadcasts.resume(broadcast, ADMIN) for _ in range(2))
    )
    assert sorted(resumed) == [False, True]
    await harness.worker.drain()
    assert set(tg.copies.values()) == {1}


async def test_cancelling_ends_it(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.fill(range(1, 31))
    broadcast = await harness.broadcast()
    tg.gate.clear()
    task = asyncio.create_task(harness.worker.drain())
    await tg.until(lambda: tg.held == 8)
    assert await harness.broadcasts.cancel(broadcast, ADMIN) is True
    assert await harness.broadcasts.cancel(broadcast, ADMIN) is False
    tg.gate.set()
    await task
    report = await harness.broadcasts.report(broadcast)
    assert report.state == "cancelled"
    assert report.sent + report.cancelled == 30
    assert report.sent == len(tg.arrived) < 30
    assert await harness.broadcasts.retry_failed(broadcast, ADMIN) == 0


async def test_what_comes_back_after_the_cancel_is_cancelled_too(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.fill(range(1, 31))
    broadcast = await harness.broadcast()
    tg.gate.clear()
    tg.script = lambda _m, _b: refusal(429, "Too Many Requests: retry after 5", retry_after=5)
    task = asyncio.create_task(harness.worker.drain())
    await tg.until(lambda: tg.held == 8)
    await harness.broadcasts.cancel(broadcast, ADMIN)
    tg.gate.set()
    await task
    assert ("queued", "flood") in await harness.states()
    report = await harness.broadcasts.report(broadcast)
    assert (report.cancelled, report.queued) == (30, 0)
    await harness.planner.tick()
    assert {state for state, _ in await harness.states()} == {"cancelled"}


async def test_cancelling_and_trying_again_go_through_many_rows_in_chunks(
    harness: DeliveryHarness, tg: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.under_way.ROWS_AT_ONCE", 7)
    monkeypatch.setattr("bot.delivery.cancelling.ROWS_AT_ONCE", 7)
    await harness.fill(range(1, 31))
    broadcast = await harness.broadcast()
    bad = refusal(400, "Bad Request: message caption is too long")
    tg.script = lambda _m, body: BLOCKED if body["chat_id"] == 9 else bad
    await harness.worker.drain()
    while (await harness.broadcasts.report(broadcast)).state == "paused":
        await harness.broadcasts.resume(broadcast, ADMIN)
        await harness.worker.drain()
    tg.script = lambda _m, _b: None
    assert await harness.broadcasts.retry_failed(broadcast, ADMIN) == 29
    await harness.worker.drain()
    report = await harness.broadcasts.report(broadcast)
    assert (report.state, report.sent, report.blocked) == ("done", 29, 1)

    other = await harness.broadcast()
    assert await harness.broadcasts.cancel(other, ADMIN)
    assert (await harness.states()).count(("cancelled", "cancelled")) == 29


async def test_the_report_tells_what_failed_and_who_left(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(1, 2, 3)
    broadcast = await harness.broadcast()
    too_long = refusal(400, "Bad Request: message caption is too long")
    tg.script = lambda _m, body: {1: BLOCKED, 2: too_long}.get(body["chat_id"])
    await harness.worker.drain()
    report = await harness.broadcasts.report(broadcast)
    assert (report.sent, report.blocked, report.failed) == (1, 1, {"too_long": 1})
    tg.script = lambda _m, _b: None
    assert await harness.broadcasts.retry_failed(broadcast, ADMIN) == 1
    await harness.worker.drain()
    assert tg.copies == {2: 1, 3: 1}
    assert (await harness.broadcasts.report(broadcast)).state == "done"
    with pytest.raises(LookupError):
        await harness.broadcasts.report(999)


async def test_what_is_not_sent_in_time_is_too_old(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.subscribe(7)
    draft = await harness.broadcasts.draft(ADMIN, ADMIN, 5)
    end = harness.clock.now() + timedelta(hours=1)
    assert await harness.broadcasts.confirm(draft.id, ADMIN, not_after=end) == "sending"
    await harness.plan_audiences()
    harness.clock.move(3601)
    await harness.worker.drain()
    report = await harness.broadcasts.report(draft.id)
    assert (report.too_old, report.state, tg.calls) == (1, "done", [])


async def test_who_stops_between_confirming_and_sending_is_spared(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7, 8)
    await harness.broadcast()
    async with harness.db.write() as session:
        await subscribers.change(session, 7, {"state": "stopped"})
    await harness.worker.drain()
    assert tg.copies == {8: 1}
    assert ("cancelled", "stopped") in await harness.states()


async def test_the_progress_message_is_remembered(harness: DeliveryHarness) -> None:
    await harness.subscribe(7)
    broadcast = await harness.broadcast()
    await harness.broadcasts.set_progress_message(broadcast, ADMIN, 77)
    found = await harness.broadcasts.find(broadcast)
    assert found is not None
    assert (found.progress_chat_id, found.progress_message_id) == (ADMIN, 77)


async def test_cost_and_duration(db: Database, library: Library, tg: Telegram) -> None:
    async with delivery_harness(db, library, tg) as free:
        assert free.broadcasts.expected_seconds(1000) == 40
        assert free.broadcasts.stars_cost(1000) == 0
    paid = {"paid_broadcast": True, "total_rate": 1000, "bulk_rate": 1000}
    async with delivery_harness(db, library, tg, **paid) as rich:
        assert rich.broadcasts.expected_seconds(1000) == 1
        assert rich.broadcasts.stars_cost(1000) == 100
        await rich.subscribe(7)
        await rich.broadcast()
        await rich.worker.drain()
        assert tg.calls[0][1]["allow_paid_broadcast"] is True


async def test_reports_stay_whole_when_rows_are_pruned(harness: DeliveryHarness) -> None:
    await harness.fill(range(1, 11))
    broadcast = await harness.broadcast()
    await harness.worker.drain()
    before = await harness.broadcasts.report(broadcast)
    assert await harness.prune() == 0
    harness.clock.move(timedelta(days=8).total_seconds())
    assert await harness.prune() == 10
    assert await harness.prune() == 0
    assert await harness.rows() == []
    assert await harness.broadcasts.report(broadcast) == before


async def test_a_paused_broadcasts_rows_go_when_they_can_be_sent_no_more(
    harness: DeliveryHarness,
) -> None:
    await harness.subscribe(7, 8)
    broadcast = await harness.broadcast()
    await harness.broadcasts.pause(broadcast, ADMIN)
    harness.clock.move(timedelta(days=6).total_seconds())
    assert await harness.prune() == 0
    harness.clock.move(timedelta(days=2).total_seconds())
    assert await harness.prune() == 2
    assert await harness.rows() == []
    assert (await harness.broadcasts.report(broadcast)).too_old == 2
