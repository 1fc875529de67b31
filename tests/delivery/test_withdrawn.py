"""A tip that was withdrawn is sent to nobody, whatever was chosen and whoever withdrew it."""

from __future__ import annotations

import pytest

from bot.content.withdrawals import LastTipError, Reached, Withdrawals
from bot.delivery.rendering import TipRenderer
from bot.delivery.worker import DeliveryWorker
from bot.store.outbox import leases
from bot.store.outbox_models import DeliveryRead
from bot.store.queries import deliveries
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
        rows = await deliveries.of_chat(session, PEOPLE[0])
        await leases.set_content(session, [(rows[0].id, tip.number)])
    other_replica = Withdrawals(harness.db, harness.clock, CurrentContent(harness.library))
    assert await other_replica.withdraw(tip, "it is wrong", ADMIN)
    content = CurrentContent(harness.library)
    await worker_of(harness, content).drain()
    assert len(tg.calls) == len(PEOPLE)
    assert not any(tip.title in body["text"] for _, body in tg.calls)
    assert content.latest.withdrawn == {tip.id}
