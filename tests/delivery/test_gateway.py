"""A gateway that is out of order: tips wait for it, a broadcast is given up."""

from __future__ import annotations

from tests.delivery_harness import DeliveryHarness
from tests.scripted_telegram import Telegram, once, refusal


async def test_a_gateway_that_fails_is_tried_again_later(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    await harness.morning()
    tg.script = once(refusal(502, "Bad Gateway"), refusal(502, "Bad Gateway"))
    assert await harness.worker.drain() == 0
    assert await harness.states() == [("queued", "bad_gateway")]
    harness.clock.move(2)
    assert await harness.worker.drain() == 0
    harness.clock.move(4)
    assert await harness.worker.drain() == 1
    (row,) = await harness.rows()
    assert (row.attempts, tg.copies[7]) == (3, 1)


async def test_a_tip_outlives_an_hour_of_a_failing_gateway(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    await harness.morning()
    tg.script = lambda _m, _b: refusal(502, "Bad Gateway")
    for _ in range(60):
        await harness.worker.drain()
        harness.clock.move(60)
    assert await harness.states() == [("queued", "bad_gateway")]
    assert 15 <= tg.tried(7) <= 25
    tg.script = lambda _m, _b: None
    harness.clock.move(300)
    assert await harness.worker.drain() == 1


async def test_a_tip_that_no_gateway_took_in_time_is_too_old(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    await harness.morning()
    tg.script = lambda _m, _b: refusal(502, "Bad Gateway")
    for _ in range(20):
        await harness.worker.drain()
        harness.clock.move(600)
    assert await harness.states() == [("too_old", "late")]


async def test_a_broadcast_that_a_gateway_keeps_refusing_is_given_up(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    await harness.broadcast()
    tg.script = lambda _m, _b: refusal(502, "Bad Gateway")
    for _ in range(7):
        await harness.worker.drain()
        harness.clock.move(60)
    assert await harness.states() == [("failed", "bad_gateway")]
    assert tg.tried(7) == 5
