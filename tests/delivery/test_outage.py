"""Telegram takes nothing for a while: nothing is burnt meanwhile, and everything arrives after."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.delivery.circuit_breaker import ALIKE, FAILURES_IN_A_ROW
from bot.delivery.worker import Sender
from bot.metrics import Metrics
from bot.telegram.limits.limiter import Pace
from tests.delivery.house import House
from tests.delivery.server import CUT_AFTER, CUT_BEFORE, Telegram, once, refusal

READERS = 600
IN_FLIGHT = 8  # tests/delivery/house.py
BURST = (
    IN_FLIGHT + FAILURES_IN_A_ROW - 1
)  # what leaves before it is known that nothing comes of it

Script = Callable[[str, dict[str, Any]], Any]


def always(answer: Any) -> Script:
    return lambda _method, _body: answer


def none(_method: str, _body: dict[str, Any]) -> None:
    return None


async def live(home: House, sender: Sender, seconds: float, step: float = 1.0) -> None:
    """Let time pass; all that may be sent is sent."""
    until = home.clock.monotonic() + seconds
    while home.clock.monotonic() < until:
        await sender.drain()
        home.clock.move(step)


OUTAGES = {
    "500": (500, {"ok": False, "error_code": 500, "description": "Internal Server Error"}),
    "502": (502, {}),
    "503": (503, {}),
    "504": (504, {}),
    "half a body": CUT_BEFORE,
    "garbage": (200, {"garbage": True}),
}


@pytest.mark.parametrize("answer", OUTAGES.values(), ids=OUTAGES)
async def test_all_due_tips_arrive_after_an_hour_of_it(
    home: House, tg: Telegram, answer: Any
) -> None:
    await home.fill(range(1, READERS + 1))
    await home.morning()
    tg.script = always(answer)
    await live(home, home.sender, 3600, step=5)
    tried = len(tg.calls)
    assert tried < 100, "one message at a time, at growing intervals"
    assert tg.arrived == []
    tg.script = none
    await live(home, home.sender, home.settings.tip_grace_minutes * 60 - 3600 - 60, step=30)
    assert sorted(tg.arrived) == list(range(1, READERS + 1))
    assert {state for state, _ in await home.states()} == {"sent"}


async def test_what_arrived_and_was_answered_by_500_comes_twice_at_the_most_as_often_as_was_tried(
    home: House, tg: Telegram
) -> None:
    await home.fill(range(1, READERS + 1))
    await home.morning()
    tg.script = always(CUT_AFTER)
    await live(home, home.sender, 600, step=2)
    tried = len(tg.calls)
    assert tried <= BURST + 20
    tg.script = none
    await live(home, home.sender, 9000, step=30)
    doubles = sum(count - 1 for count in tg.copies.values())
    assert set(tg.copies) == set(range(1, READERS + 1))
    assert doubles <= tried
    assert max(tg.copies.values()) == 2


async def test_it_goes_on_at_once_when_telegram_takes_messages_again(
    home: House, tg: Telegram
) -> None:
    await home.fill(range(1, 101))
    await home.morning()
    tg.script = always((500, {}))
    await home.sender.drain()
    assert home.sender.held_for == 2.0
    tg.script = none
    home.clock.move(2.0)
    assert await home.sender.drain() == 100 - BURST


async def test_one_message_probes_and_the_waits_grow(home: House, tg: Telegram) -> None:
    await home.fill(range(1, 101))
    await home.morning()
    tg.script = always((500, {}))
    await home.sender.drain()
    before = len(tg.calls)
    waits = []
    for _ in range(8):
        waits.append(home.sender.held_for)
        home.clock.move(waits[-1])
        await home.sender.drain()
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]
    assert len(tg.calls) - before == 8
    assert max(tg.tried(chat) for chat in range(1, 101)) == 1


async def test_the_second_tries_are_spread_until_the_tips_are_too_old(
    home: House, tg: Telegram
) -> None:
    await home.fill(range(1, READERS + 1))
    await home.morning()
    tg.script = always((500, {}))
    await live(home, home.sender, 3600, step=5)
    again = sorted(
        (row.ready_at - home.clock.now()).total_seconds()
        for row in await home.rows()
        if row.doubts and row.ready_at > home.clock.now()
    )
    left = home.settings.tip_grace_minutes * 60 - 3600
    assert len(again) > 20
    assert max(again) <= left
    quarters = [sum(left * n / 4 <= at < left * (n + 1) / 4 for at in again) for n in range(4)]
    assert min(quarters) >= len(again) / 8


@pytest.mark.parametrize("readers", [3, 5])
@pytest.mark.parametrize("seconds", [85, 3600])
async def test_a_few_readers_get_theirs_as_well(
    home: House, tg: Telegram, readers: int, seconds: float
) -> None:
    await home.fill(range(1, readers + 1))
    await home.morning()
    tg.script = always((500, {}))
    await live(home, home.sender, seconds, step=5)
    tg.script = none
    await live(home, home.sender, 10700 - seconds, step=30)
    assert sorted(tg.arrived) == list(range(1, readers + 1))


async def test_a_single_doubt_holds_nothing(home: House, tg: Telegram) -> None:
    await home.fill(range(1, 101))
    await home.morning()
    tg.script = once(None, CUT_BEFORE, None, None, None, CUT_BEFORE)
    assert await home.sender.drain() == 98
    assert home.sender.held_for == 0.0


async def test_a_broadcast_is_held_as_well(home: House, tg: Telegram) -> None:
    await home.fill(range(1, 101))
    which = await home.broadcast()
    tg.script = always((500, {}))
    await live(home, home.sender, 600, step=5)
    assert len(tg.calls) <= BURST + 20
    tg.script = none
    await live(home, home.sender, 120, step=5)
    report = await home.broadcasts.report(which)
    assert report.sent + report.in_doubt == 100
    assert report.sent >= 100 - BURST - 20


async def test_without_a_connection_one_message_probes_too(home: House, tg: Telegram) -> None:
    await home.fill(range(1, 101))
    await home.morning()
    dead = Telegram(port=1).wire()
    sender = home.new_sender(wire=dead)
    waits = []
    for _ in range(7):
        await sender.drain()
        waits.append(sender.held_for)
        home.clock.move(waits[-1])
    await dead.close()
    assert waits == [2, 4, 8, 16, 32, 60, 60]


async def test_it_works_at_the_pace_too(home: House, tg: Telegram) -> None:
    await home.fill(range(1, 101))
    await home.morning()
    sender = home.new_sender(Pace(home.clock, 30, 25, jitter=lambda: 0.0))
    tg.script = always((500, {}))

    async def flow(seconds: float) -> None:
        stop = asyncio.Event()
        task = asyncio.create_task(sender.run(stop))
        for _ in range(round(seconds / 0.02)):
            await asyncio.wait([task], timeout=0.001)
            home.clock.move(0.02)
        stop.set()
        await task

    await flow(10)
    assert len(tg.calls) <= BURST + 3
    tg.script = none
    await flow(15)
    assert len(tg.arrived) >= 100 - BURST - 3


class TestWhatIsSaidOfIt:
    async def test_one_warning_one_line_of_readiness_one_gauge(
        self, home: House, tg: Telegram, caplog: pytest.LogCaptureFixture
    ) -> None:
        metrics = Metrics(home.clock)
        sender = home.new_sender(metrics=metrics)
        await home.fill(range(1, 101))
        await home.morning()
        assert sender.troubles() == []
        tg.script = always((500, {}))
        await live(home, sender, 300, step=2)
        warnings = [line for line in caplog.messages if "are held" in line]
        assert warnings == ["tips and broadcasts are held while one tries at times: server_error"]
        (trouble,) = sender.troubles()
        assert trouble == "tips and broadcasts have been held for 300 s: server_error"
        assert metrics.registry.get_sample_value("gutskin_breaker_open") == 1
        tg.script = none
        await live(home, sender, 61, step=1)
        assert sender.troubles() == []
        assert metrics.registry.get_sample_value("gutskin_breaker_open") == 0


class TestAThirdRefusedAlike:
    NOT_FOUND = refusal(400, "Bad Request: chat not found")

    async def test_by_a_server_that_lost_its_files_is_not_believed(
        self, home: House, tg: Telegram
    ) -> None:
        await home.fill(range(1, 61))
        await home.morning()
        tg.script = always(self.NOT_FOUND)
        await live(home, home.sender, 600, step=5)
        assert "not_found" in home.sender.troubles()[0]
        failed = [reason for state, reason in await home.states() if state == "failed"]
        assert len(failed) < ALIKE
        tg.script = none
        await live(home, home.sender, 1200, step=5)
        assert len(set(tg.arrived)) >= 60 - len(failed)
        assert home.sender.troubles() == []

    async def test_holds_whatever_the_reason(self, home: House, tg: Telegram) -> None:
        await home.fill(range(1, 101))
        await home.morning()
        blocked = refusal(403, "Forbidden: bot was blocked by the user")
        tg.script = lambda _m, body: blocked if body["chat_id"] % 2 else None
        await home.sender.drain()
        assert home.sender.held_for == 2.0
        assert "blocked" in home.sender.troubles()[0]
        await live(home, home.sender, 120, step=2)
        assert len(tg.arrived) == 50
        assert "a third of the last 50 messages were refused: blocked" in home.sender.troubles()
        home.clock.move(301.0)
        assert home.sender.troubles() == []

    async def test_is_no_reason_to_believe_it_of_each(self, home: House, tg: Telegram) -> None:
        await home.fill(range(1, 61))
        await home.morning()
        tg.script = always(refusal(403, "Forbidden: bot was blocked by the user"))
        await live(home, home.sender, 600, step=5)
        states = [(await home.readers.find(chat)).state for chat in range(1, 61)]  # type: ignore[union-attr]
        assert states.count("blocked") < ALIKE

    async def test_fewer_are_what_always_happens(self, home: House, tg: Telegram) -> None:
        await home.fill(range(1, 201))
        await home.morning()
        tg.script = lambda _m, body: self.NOT_FOUND if body["chat_id"] % 4 == 0 else None
        assert await home.sender.drain() == 150
        assert home.sender.troubles() == []
