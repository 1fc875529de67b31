"""Confirming a broadcast freezes its audience, though its rows are made later and in chunks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.delivery import audience
from bot.delivery.audience import AudiencePlanner
from bot.store.queries import broadcasts
from bot.store.values import Report
from tests.delivery_harness import ADMIN, DeliveryHarness
from tests.scripted_telegram import Telegram

Act = Callable[[DeliveryHarness, int], Awaitable[object]]
DAY = 86400.0


async def arrive(harness: DeliveryHarness, chat: int) -> None:
    await harness.subscribe(chat)


async def finish_joining(harness: DeliveryHarness, chat: int) -> None:
    await harness.subscribers.set_hour(chat, 480)


async def pause_runs_out(harness: DeliveryHarness, _chat: int) -> None:
    harness.clock.move(DAY)
    await harness.subscribers.end_pauses()


async def before_nothing(_home: DeliveryHarness, _chat: int) -> None:
    """Nobody knows them yet."""


async def before_half_joined(harness: DeliveryHarness, chat: int) -> None:
    await harness.subscribers.arrive(chat, "en")
    await harness.subscribers.set_zone(chat, "UTC")


async def before_paused(harness: DeliveryHarness, chat: int) -> None:
    await harness.subscribe(chat)
    await harness.subscribers.pause(chat, 1)


async def before_stopped(harness: DeliveryHarness, chat: int) -> None:
    await harness.subscribe(chat)
    await harness.subscribers.stop(chat)


async def before_blocked(harness: DeliveryHarness, chat: int) -> None:
    await harness.subscribe(chat)
    await harness.subscribers.blocked(chat)


JOINING: dict[str, tuple[Act, Act]] = {
    "new": (before_nothing, arrive),
    "half joined": (before_half_joined, finish_joining),
    "resumes": (before_paused, lambda harness, chat: harness.subscribers.resume(chat)),
    "pause runs out": (before_paused, pause_runs_out),
    "comes back": (before_stopped, lambda harness, chat: harness.subscribers.resume(chat)),
    "unblocks": (before_blocked, lambda harness, chat: harness.subscribers.unblocked(chat)),
}
LEAVING: dict[str, Act] = {
    "stopped": lambda harness, chat: harness.subscribers.stop(chat),
    "blocked": lambda harness, chat: harness.subscribers.blocked(chat),
    "forgotten": lambda harness, chat: harness.privacy.forget(chat),
}


def ended(report: Report) -> int:
    failed = sum(report.failed.values())
    known = report.sent + failed + report.blocked + report.in_doubt
    return known + report.too_old + report.cancelled


@pytest.mark.parametrize("how", JOINING)
async def test_whoever_joins_after_the_confirmation_does_not_get_it(
    harness: DeliveryHarness, tg: Telegram, how: str
) -> None:
    before, join = JOINING[how]
    await harness.subscribe(1)
    await before(harness, 9)
    draft = await harness.broadcasts.draft(ADMIN, ADMIN, 5)
    end = harness.clock.now().replace(day=28)
    assert await harness.broadcasts.confirm(draft.id, ADMIN, not_after=end) == "sending"
    # Held at once: nothing has looked for its audience yet. No time passes either.
    await harness.broadcasts.pause(draft.id, ADMIN)
    await join(harness, 9)
    found = await harness.subscribers.find(9)
    assert found is not None
    assert found.state == "active"
    await harness.broadcasts.resume(draft.id, ADMIN)
    await plan_and_send(harness)
    assert tg.copies == {1: 1}
    report = await harness.broadcasts.report(draft.id)
    assert (report.total, report.sent, report.state) == (1, 1, "done")
    later = await harness.confirmed()
    await plan_and_send(harness)
    assert tg.copies == {1: 2, 9: 1}, "the next one is for them, too"
    assert (await harness.broadcasts.report(later)).total == 2


@pytest.mark.parametrize("how", LEAVING)
async def test_whoever_leaves_after_the_confirmation_is_counted_as_cancelled(
    harness: DeliveryHarness, tg: Telegram, how: str
) -> None:
    await harness.subscribe(1, 2)
    broadcast = await harness.confirmed()
    await LEAVING[how](harness, 2)
    await plan_and_send(harness)
    assert tg.copies == {1: 1}
    report = await harness.broadcasts.report(broadcast)
    assert (report.total, report.sent, report.cancelled, report.left) == (2, 1, 1, 1)


async def test_whoever_leaves_and_comes_back_was_there_and_is_not_sent_it(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(1, 2, 3)
    broadcast = await harness.confirmed()
    await harness.subscribers.stop(2)
    await harness.subscribers.resume(2)
    await harness.subscribers.pause(3)
    await harness.subscribers.resume(3)
    await plan_and_send(harness)
    assert tg.copies == {1: 1, 3: 1}, "a pause is for tips"
    report = await harness.broadcasts.report(broadcast)
    assert (report.total, report.left) == (3, 1)


async def one_chunk(harness: DeliveryHarness) -> None:
    """A planner makes some rows and is killed."""
    planner = AudiencePlanner(harness.db, harness.clock, "UTC")
    await planner.plan_chunks(await harness.db.read(broadcasts.lacking_rows), set())


async def plan_and_send(harness: DeliveryHarness) -> None:
    """Another one makes the rest, and all is sent."""
    await harness.plan_audiences()
    await harness.new_worker().drain()


async def test_a_crash_in_the_middle_changes_nothing_about_the_audience(
    harness: DeliveryHarness, tg: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "FREEZE_CHUNK", 7)
    await harness.fill(range(10, 50))
    broadcast = await harness.confirmed()
    await one_chunk(harness)
    assert len(await harness.rows()) == 7
    # An hour until someone starts it again; people come and go, some with numbers in between.
    harness.clock.move(3600)
    await harness.subscribe(5, 200, 201)
    await harness.subscribers.stop(12)
    await harness.subscribers.stop(40)
    await harness.privacy.forget(41)
    await harness.subscribers.blocked(42)
    await harness.subscribers.stop(200)
    await plan_and_send(harness)
    assert set(tg.copies) == set(range(10, 50)) - {12, 40, 41, 42}
    assert set(tg.copies.values()) == {1}
    report = await harness.broadcasts.report(broadcast)
    assert (report.total, report.sent, report.left, report.state) == (40, 36, 4, "done")


async def test_a_pause_does_not_put_off_the_freezing(
    harness: DeliveryHarness, tg: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "FREEZE_CHUNK", 7)
    await harness.fill(range(10, 50))
    broadcast = await harness.confirmed()
    await harness.broadcasts.pause(broadcast, ADMIN)
    await plan_and_send(harness)
    found = await harness.broadcasts.find(broadcast)
    assert found is not None
    assert (found.state, found.frozen, found.total) == ("paused", True, 40)
    assert tg.calls == []
    report = await harness.broadcasts.report(broadcast)
    assert (report.total, report.queued) == (40, 40)


@pytest.mark.parametrize(("old", "new"), [(-5, -100_000), (-100_000, -5)])
async def test_a_group_that_moves_in_the_middle_gets_it_once(
    harness: DeliveryHarness, tg: Telegram, monkeypatch: pytest.MonkeyPatch, old: int, new: int
) -> None:
    monkeypatch.setattr(audience, "FREEZE_CHUNK", 7)
    await harness.subscribe(*range(-20, -10), old)
    broadcast = await harness.confirmed()
    await one_chunk(harness)
    await harness.subscribers.move_chat(old, new)
    harness.clock.move(3600)
    await plan_and_send(harness)
    assert tg.copies[new] == 1
    assert old not in tg.copies
    report = await harness.broadcasts.report(broadcast)
    assert (report.total, ended(report), report.state) == (11, 11, "done")


async def test_one_cancelled_in_the_middle_counts_those_without_a_row(
    harness: DeliveryHarness, tg: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "FREEZE_CHUNK", 7)
    await harness.fill(range(10, 50))
    broadcast = await harness.confirmed()
    await one_chunk(harness)
    await harness.broadcasts.cancel(broadcast, ADMIN)
    harness.clock.move(3600)
    await plan_and_send(harness)
    report = await harness.broadcasts.report(broadcast)
    assert (report.total, report.cancelled, report.state) == (40, 40, "cancelled")
    assert len(await harness.rows()) == 7
    assert tg.calls == []


async def test_replicas_that_freeze_at_once_while_people_come_and_go(
    harness: DeliveryHarness, tg: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "FREEZE_CHUNK", 3)
    await harness.fill(range(10, 70))
    broadcast = await harness.confirmed()
    replicas = [AudiencePlanner(harness.db, harness.clock, "UTC") for _ in range(2)]

    async def freeze(one: AudiencePlanner) -> None:
        for _ in range(25):
            await one.plan_chunks(await harness.db.read(broadcasts.lacking_rows), set())

    async def come_and_go() -> None:
        for chat in (69, 11, 55, 30, 12):
            await harness.subscribers.stop(chat)
        for chat in (5, 200):
            await harness.subscribe(chat)
        for chat in (68, 13):
            await harness.subscribers.pause(chat)
            await harness.subscribers.resume(chat)
        await harness.privacy.forget(40)

    await asyncio.gather(*map(freeze, replicas), come_and_go())
    await plan_and_send(harness)
    assert set(tg.copies) == set(range(10, 70)) - {11, 12, 30, 40, 55, 69}
    assert set(tg.copies.values()) == {1}
    report = await harness.broadcasts.report(broadcast)
    assert (report.total, report.sent, report.left, report.state) == (60, 54, 6, "done")


async def test_several_at_once_have_each_their_own_audience(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(1)
    first_drafted = await harness.broadcasts.draft(ADMIN, ADMIN, 5)
    second_drafted = await harness.broadcasts.draft(ADMIN, ADMIN, 6)
    assert await harness.broadcasts.confirm(second_drafted.id, ADMIN) == "sending"
    await harness.subscribe(2)
    await harness.broadcasts.offered(first_drafted.id, harness.broadcasts.offer(2))
    assert await harness.broadcasts.confirm(first_drafted.id, ADMIN) == "sending"
    await harness.subscribe(3)
    await plan_and_send(harness)
    got = {(body["chat_id"], body["message_id"]) for _method, body in tg.calls}
    assert got == {(1, 5), (1, 6), (2, 5)}
