"""A gateway that is out of order: tips wait for it, a broadcast is given up."""

from __future__ import annotations

from tests.delivery.house import House
from tests.delivery.server import Telegram, once, refusal


async def test_a_gateway_that_fails_is_tried_again_later(home: House, tg: Telegram) -> None:
    await home.subscribe(7)
    await home.morning()
    tg.script = once(refusal(502, "Bad Gateway"), refusal(502, "Bad Gateway"))
    assert await home.sender.drain() == 0
    assert await home.states() == [("queued", "bad_gateway")]
    home.clock.move(2)
    assert await home.sender.drain() == 0
    home.clock.move(4)
    assert await home.sender.drain() == 1
    (row,) = await home.rows()
    assert (row.attempts, tg.copies[7]) == (3, 1)


async def test_a_tip_outlives_an_hour_of_a_failing_gateway(home: House, tg: Telegram) -> None:
    await home.subscribe(7)
    await home.morning()
    tg.script = lambda _m, _b: refusal(502, "Bad Gateway")
    for _ in range(60):
        await home.sender.drain()
        home.clock.move(60)
    assert await home.states() == [("queued", "bad_gateway")]
    assert 15 <= tg.tried(7) <= 25
    tg.script = lambda _m, _b: None
    home.clock.move(300)
    assert await home.sender.drain() == 1


async def test_a_tip_that_no_gateway_took_in_time_is_too_old(home: House, tg: Telegram) -> None:
    await home.subscribe(7)
    await home.morning()
    tg.script = lambda _m, _b: refusal(502, "Bad Gateway")
    for _ in range(20):
        await home.sender.drain()
        home.clock.move(600)
    assert await home.states() == [("too_old", "late")]


async def test_a_broadcast_that_a_gateway_keeps_refusing_is_given_up(
    home: House, tg: Telegram
) -> None:
    await home.subscribe(7)
    await home.broadcast()
    tg.script = lambda _m, _b: refusal(502, "Bad Gateway")
    for _ in range(7):
        await home.sender.drain()
        home.clock.move(60)
    assert await home.states() == [("failed", "bad_gateway")]
    assert tg.tried(7) == 5
