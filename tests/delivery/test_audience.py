"""Confirming a broadcast freezes its audience, though its rows are made later and in chunks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.delivery import outbox
from bot.delivery.outbox import Ledger
from bot.store.values import Report
from tests.delivery.house import ADMIN, House
from tests.delivery.server import Telegram

Act = Callable[[House, int], Awaitable[object]]
DAY = 86400.0


async def arrive(home: House, chat: int) -> None:
    await home.subscribe(chat)


async def finish_joining(home: House, chat: int) -> None:
    await home.readers.set_hour(chat, 480)


async def pause_runs_out(home: House, _chat: int) -> None:
    home.clock.move(DAY)
    await home.readers.end_pauses()


async def before_nothing(_home: House, _chat: int) -> None:
    """Nobody knows them yet."""


async def before_half_joined(home: House, chat: int) -> None:
    await home.readers.arrive(chat)
    await home.readers.set_zone(chat, "UTC")


async def before_paused(home: House, chat: int) -> None:
    await home.subscribe(chat)
    await home.readers.pause(chat, 1)


async def before_stopped(home: House, chat: int) -> None:
    await home.subscribe(chat)
    await home.readers.stop(chat)


async def before_blocked(home: House, chat: int) -> None:
    await home.subscribe(chat)
    await home.readers.blocked(chat)


JOINING: dict[str, tuple[Act, Act]] = {
    "new": (before_nothing, arrive),
    "half joined": (before_half_joined, finish_joining),
    "resumes": (before_paused, lambda home, chat: home.readers.resume(chat)),
    "pause runs out": (before_paused, pause_runs_out),
    "comes back": (before_stopped, lambda home, chat: home.readers.resume(chat)),
    "unblocks": (before_blocked, lambda home, chat: home.readers.unblocked(chat)),
}
LEAVING: dict[str, Act] = {
    "stopped": lambda home, chat: home.readers.stop(chat),
    "blocked": lambda home, chat: home.readers.blocked(chat),
    "forgotten": lambda home, chat: home.privacy.forget(chat),
}


def ended(report: Report) -> int:
    failed = sum(report.failed.values())
    known = report.sent + failed + report.blocked + report.in_doubt
    return known + report.too_old + report.cancelled


@pytest.mark.parametrize("how", JOINING)
async def test_whoever_joins_after_the_confirmation_does_not_get_it(
    home: House, tg: Telegram, how: str
) -> None:
    before, join = JOINING[how]
    await home.subscribe(1)
    await before(home, 9)
    draft = await home.broadcasts.draft(ADMIN, ADMIN, 5)
    end = home.clock.now().replace(day=28)
    assert await home.broadcasts.confirm(draft.id, ADMIN, not_after=end)
    # Held at once: nothing has looked for its audience yet. No time passes either.
    await home.broadcasts.pause(draft.id, ADMIN)
    await join(home, 9)
    found = await home.readers.find(9)
    assert found is not None
    assert found.state == "active"
    await home.broadcasts.resume(draft.id, ADMIN)
    await home.sender.drain()
    assert tg.copies == {1: 1}
    report = await home.broadcasts.report(draft.id)
    assert (report.total, report.sent, report.state) == (1, 1, "done")
    later = await home.broadcast()
    await home.sender.drain()
    assert tg.copies == {1: 2, 9: 1}, "the next one is for them, too"
    assert (await home.broadcasts.report(later)).total == 2


@pytest.mark.parametrize("how", LEAVING)
async def test_whoever_leaves_after_the_confirmation_is_counted_as_cancelled(
    home: House, tg: Telegram, how: str
) -> None:
    await home.subscribe(1, 2)
    broadcast = await home.broadcast()
    await LEAVING[how](home, 2)
    await home.sender.drain()
    assert tg.copies == {1: 1}
    report = await home.broadcasts.report(broadcast)
    assert (report.total, report.sent, report.cancelled, report.left) == (2, 1, 1, 1)


async def test_whoever_leaves_and_comes_back_was_there_and_is_not_sent_it(
    home: House, tg: Telegram
) -> None:
    await home.subscribe(1, 2, 3)
    broadcast = await home.broadcast()
    await home.readers.stop(2)
    await home.readers.resume(2)
    await home.readers.pause(3)
    await home.readers.resume(3)
    await home.sender.drain()
    assert tg.copies == {1: 1, 3: 1}, "a pause is for tips"
    report = await home.broadcasts.report(broadcast)
    assert (report.total, report.left) == (3, 1)


async def one_chunk(home: House) -> Ledger:
    """A sender that made some rows and was killed."""
    sender = home.new_sender()._ledger
    await sender.exchange([], [], 1)
    return sender


async def test_a_crash_in_the_middle_changes_nothing_about_the_audience(
    home: House, tg: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "FREEZE_CHUNK", 7)
    await home.fill(range(10, 50))
    broadcast = await home.broadcast()
    await one_chunk(home)
    assert len(await home.rows()) == 7
    # An hour until someone starts it again; people come and go, some with numbers in between.
    home.clock.move(3600)
    await home.subscribe(5, 200, 201)
    await home.readers.stop(12)
    await home.readers.stop(40)
    await home.privacy.forget(41)
    await home.readers.blocked(42)
    await home.readers.stop(200)
    await home.new_sender().drain()
    assert set(tg.copies) == set(range(10, 50)) - {12, 40, 41, 42}
    assert set(tg.copies.values()) == {1}
    report = await home.broadcasts.report(broadcast)
    assert (report.total, report.sent, report.left, report.state) == (40, 36, 4, "done")


async def test_a_pause_does_not_put_off_the_freezing(
    home: House, tg: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "FREEZE_CHUNK", 7)
    await home.fill(range(10, 50))
    broadcast = await home.broadcast()
    await home.broadcasts.pause(broadcast, ADMIN)
    await home.sender.drain()
    found = await home.broadcasts.find(broadcast)
    assert found is not None
    assert (found.state, found.frozen, found.total) == ("paused", True, 40)
    assert tg.calls == []
    report = await home.broadcasts.report(broadcast)
    assert (report.total, report.queued) == (40, 40)


@pytest.mark.parametrize(("old", "new"), [(-5, -100_000), (-100_000, -5)])
async def test_a_group_that_moves_in_the_middle_gets_it_once(
    home: House, tg: Telegram, monkeypatch: pytest.MonkeyPatch, old: int, new: int
) -> None:
    monkeypatch.setattr(outbox, "FREEZE_CHUNK", 7)
    await home.subscribe(*range(-20, -10), old)
    broadcast = await home.broadcast()
    await one_chunk(home)
    await home.readers.move_chat(old, new)
    home.clock.move(3600)
    await home.new_sender().drain()
    assert tg.copies[new] == 1
    assert old not in tg.copies
    report = await home.broadcasts.report(broadcast)
    assert (report.total, ended(report), report.state) == (11, 11, "done")


async def test_one_cancelled_in_the_middle_counts_those_without_a_row(
    home: House, tg: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "FREEZE_CHUNK", 7)
    await home.fill(range(10, 50))
    broadcast = await home.broadcast()
    await one_chunk(home)
    await home.broadcasts.cancel(broadcast, ADMIN)
    home.clock.move(3600)
    await home.new_sender().drain()
    report = await home.broadcasts.report(broadcast)
    assert (report.total, report.cancelled, report.state) == (40, 40, "cancelled")
    assert len(await home.rows()) == 7
    assert tg.calls == []


async def test_replicas_that_freeze_at_once_while_people_come_and_go(
    home: House, tg: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "FREEZE_CHUNK", 3)
    await home.fill(range(10, 70))
    broadcast = await home.broadcast()
    replicas = [home.new_sender()._ledger for _ in range(2)]

    async def freeze(one: Ledger) -> None:
        for _ in range(25):
            await one.exchange([], [], 0)
            await one._freeze(broadcast)

    async def come_and_go() -> None:
        for chat in (69, 11, 55, 30, 12):
            await home.readers.stop(chat)
        for chat in (5, 200):
            await home.subscribe(chat)
        for chat in (68, 13):
            await home.readers.pause(chat)
            await home.readers.resume(chat)
        await home.privacy.forget(40)

    await asyncio.gather(*map(freeze, replicas), come_and_go())
    await home.sender.drain()
    assert set(tg.copies) == set(range(10, 70)) - {11, 12, 30, 40, 55, 69}
    assert set(tg.copies.values()) == {1}
    report = await home.broadcasts.report(broadcast)
    assert (report.total, report.sent, report.left, report.state) == (60, 54, 6, "done")


async def test_several_at_once_have_each_their_own_audience(home: House, tg: Telegram) -> None:
    await home.subscribe(1)
    first_drafted = await home.broadcasts.draft(ADMIN, ADMIN, 5)
    second_drafted = await home.broadcasts.draft(ADMIN, ADMIN, 6)
    assert await home.broadcasts.confirm(second_drafted.id, ADMIN)
    await home.subscribe(2)
    await home.broadcasts.offered(first_drafted.id, home.broadcasts.offer(2))
    assert await home.broadcasts.confirm(first_drafted.id, ADMIN)
    await home.subscribe(3)
    await home.sender.drain()
    got = {(body["chat_id"], body["message_id"]) for _method, body in tg.calls}
    assert got == {(1, 5), (1, 6), (2, 5)}
