"""A tip that was withdrawn is sent to nobody, whatever was chosen and whoever withdrew it."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import update

from bot.content.withdrawals import LastTipError, Reached, Withdrawals
from bot.delivery.rendering import TipRenderer
from bot.delivery.worker import DeliveryWorker
from bot.store import tables
from tests.delivery_harness import DeliveryHarness
from tests.scripted_telegram import Telegram
from tips.current import CurrentContent

ADMIN = 9000
PEOPLE = (101, 102, 103)


def worker_of(harness: DeliveryHarness, content: CurrentContent) -> DeliveryWorker:
    return DeliveryWorker(
        harness.db, harness.clock, harness.settings, harness.transport, None, TipRenderer(content)
    )


async def test_another_tip_is_chosen_where_it_had_been_chosen(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(*PEOPLE)
    await harness.morning()
    tip = harness.library.tips[5]
    async with harness.db.write() as session:
        await session.execute(update(tables.delivery).values(content=tip.number))
    other_replica = Withdrawals(harness.db, harness.clock, CurrentContent(harness.library))
    assert await other_replica.withdraw(tip, "it is wrong", ADMIN)
    content = CurrentContent(harness.library)
    await worker_of(harness, content).drain()
    assert len(tg.calls) == len(PEOPLE)
    assert not any(tip.title in body["text"] for _, body in tg.calls)
    assert content.latest.withdrawn == {tip.id}


async def test_what_was_leased_and_waits_gets_another_tip(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(*range(101, 113))
    await harness.morning()
    content = CurrentContent(harness.library)
    tg.gate.clear()
    draining = asyncio.create_task(worker_of(harness, content).drain())
    await tg.until(lambda: tg.held == harness.settings.in_flight)
    begun = {body["chat_id"] for _, body in tg.calls}
    waiting = [row for row in await harness.rows() if row.chat_id not in begun]
    assert {row.state for row in waiting} == {"leased"}
    withdrawals = Withdrawals(harness.db, harness.clock, content)
    wrong = [harness.library.by_number(number) for number in {row.content for row in waiting}]
    for tip in wrong:
        assert await withdrawals.withdraw(tip, "wrong", ADMIN)
    tg.gate.set()
    await draining
    later = [body["text"] for _, body in tg.calls if body["chat_id"] not in begun]
    assert len(later) == len(waiting)
    assert not any(tip.title in text for text in later for tip in wrong)
    assert set(await harness.states()) == {("sent", None)}


async def test_it_is_counted_whom_it_went_to_and_it_can_be_taken_again(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(*PEOPLE)
    await harness.morning()
    content = CurrentContent(harness.library)
    await worker_of(harness, content).drain()
    withdrawals = Withdrawals(harness.db, harness.clock, content)
    numbers = [row.content for row in await harness.rows()]
    tip = harness.library.by_number(numbers[0])
    count = numbers.count(tip.number)
    assert await withdrawals.reached(tip) == Reached(count, count)
    harness.clock.move(3 * 86_400)
    assert await withdrawals.reached(tip) == Reached(0, count)
    assert await withdrawals.withdraw(tip, "wrong", ADMIN)
    assert not await withdrawals.withdraw(tip, "again", ADMIN)
    assert [(one.tip_id, one.reason) for one in await withdrawals.all()] == [(tip.id, "wrong")]
    assert withdrawals.find(tip.id) == withdrawals.find(str(tip.number)) == tip
    assert withdrawals.find("no-such-tip") is None
    assert await withdrawals.restore(tip.id, ADMIN)
    assert not await withdrawals.restore(tip.id, ADMIN)
    assert content.library.tip(tip.id) == tip


async def test_the_last_tip_cannot_be_withdrawn(harness: DeliveryHarness) -> None:
    first, *others = harness.library.tips
    content = CurrentContent(harness.library.without({tip.id for tip in others}))
    with pytest.raises(LastTipError):
        await Withdrawals(harness.db, harness.clock, content).withdraw(first, "wrong", ADMIN)
