"""Replies go first, but nobody's fingers stop everybody's tips."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count

import pytest

from bot.telegram.limits.flood_waits import ANSWER
from bot.telegram.limits.floor import FLOOR_SHARE, PATIENCE
from tests.telegram.limits.moved_limiter import Lane, Stage, busiest, refused

SECONDS = 30.0
STEP = 0.002


def eight_that_tap_four_times_a_second(stage: Stage) -> None:
    """Each tap is answered, and what it was made on is edited."""

    async def tap(chat: int) -> None:
        while True:
            await stage.limiter.reply(chat, kind=ANSWER)
            await stage.limiter.reply(chat, makes_message=False)
            stage.replies.append(stage.clock.monotonic())

    for chat in range(8):
        for _ in range(4):  # none waits for the answer to the last
            stage.begin(tap(chat))


def forty_that_write_once_a_second(stage: Stage) -> None:
    async def write(chat: int) -> None:
        while True:
            stage.reply(chat)
            await stage.clock.sleep(1.0)

    for chat in range(40):
        stage.begin(write(chat))


def a_backlog_of_ten_thousand(stage: Stage) -> None:
    """As many workers as the inbox has."""
    chats = count()

    async def work() -> None:
        for chat in chats:
            if chat == 10_000:
                return
            await stage.limiter.reply(chat)
            stage.replies.append(stage.clock.monotonic())

    for _ in range(16):
        stage.begin(work())


RUSHES = [
    eight_that_tap_four_times_a_second,
    forty_that_write_once_a_second,
    a_backlog_of_ten_thousand,
]


@pytest.mark.parametrize("rush", RUSHES)
@pytest.mark.parametrize("rates", [(30.0, 25.0), (30.0, 30.0), (1000.0, 1000.0)])
async def test_tips_have_a_third_of_the_rate(
    rush: Callable[[Stage], None], rates: tuple[float, float]
) -> None:
    async with Stage(*rates) as stage:
        stage.tips()
        await stage.pass_time(2.0, STEP)
        before = len(stage.unpaid)
        rush(stage)
        await stage.pass_time(SECONDS, STEP)

    tips = len(stage.unpaid) - before
    assert tips >= min(rates[1], 25.0) / 3 * SECONDS
    assert busiest(stage.starts) <= 31
    assert refused(stage.starts, 30, burst=3) == 0


async def test_replies_have_the_rest() -> None:
    async with Stage() as stage:
        stage.tips()
        a_backlog_of_ten_thousand(stage)
        await stage.pass_time(SECONDS, STEP)

    assert len(stage.replies) >= 0.97 * (1 - FLOOR_SHARE) * 30 * SECONDS
    assert len(stage.replies) + len(stage.unpaid) >= 0.97 * 30 * SECONDS


async def test_a_short_rush_has_everything() -> None:
    async with Stage() as stage:
        stage.tips()
        await stage.pass_time(2.0, STEP)
        before = len(stage.unpaid)
        for chat in range(85):
            stage.reply(chat)
        await stage.pass_time(PATIENCE - 0.2, STEP)

    assert len(stage.unpaid) - before <= 1
    assert len(stage.replies) >= 80


async def test_a_tip_that_comes_in_the_middle_of_it_waits_some_seconds() -> None:
    async with Stage() as stage:
        a_backlog_of_ten_thousand(stage)
        await stage.pass_time(10.0, STEP)
        stage.tips()
        await stage.pass_time(PATIENCE - 0.1, STEP)
        early = len(stage.unpaid)
        await stage.pass_time(1.0, STEP)

    assert early == 0
    assert len(stage.unpaid) >= 8


async def test_a_lane_that_is_held_has_no_floor() -> None:
    async with Stage() as stage:
        stage.tips()
        a_backlog_of_ten_thousand(stage)
        stage.limiter.refused(Lane.BULK, None, 60.0)
        await stage.pass_time(10.0, STEP)

    assert stage.unpaid == []
    assert len(stage.replies) >= 0.98 * 30 * 10


async def test_a_lone_reply_waits_a_few_slots_whatever_bulk_is_owed() -> None:
    async with Stage() as stage:
        stage.tips()
        rush = [stage.reply(chat) for chat in range(400)]
        await stage.pass_time(8.0, STEP)
        for task in rush:
            task.cancel()
        await asyncio.gather(*rush, return_exceptions=True)
        stage.waits.clear()
        stage.reply(9999)
        await stage.pass_time(1.0, STEP)

    assert max(stage.waits) <= 3 / 30 + STEP


async def test_replicas_share_the_floor() -> None:
    async with Stage() as stage:
        stage.limiter.share_with(3)
        stage.tips()
        a_backlog_of_ten_thousand(stage)
        await stage.pass_time(SECONDS, STEP)

    assert 0.85 * FLOOR_SHARE * 10 * SECONDS <= len(stage.unpaid) <= FLOOR_SHARE * 10 * SECONDS


async def test_answers_to_buttons_are_not_counted() -> None:
    async with Stage() as stage:
        stage.tips()
        await stage.pass_time(2.0, STEP)
        before = len(stage.unpaid)
        for chat in range(2000):
            stage.reply(chat, kind=ANSWER)
        await stage.pass_time(2.0, STEP)

    assert len(stage.replies) == 2000
    assert len(stage.unpaid) - before >= 0.97 * 25 * 2


async def test_answers_wait_for_a_flood_too() -> None:
    async with Stage() as stage:
        stage.limiter.refused(Lane.REPLY, None, 2.0)
        stage.reply(7, kind=ANSWER)
        await stage.pass_time(3.0, STEP)

    assert stage.replies == [pytest.approx(2.0, abs=2 * STEP)]


async def test_in_the_long_run_a_chat_has_one_call_a_second() -> None:
    async with Stage() as stage:
        stage.tapper(7, 0.0)
        await stage.pass_time(90.0, 0.01)

    assert 40 + 90 - 2 <= len(stage.replies) <= 40 + 90 + 2
