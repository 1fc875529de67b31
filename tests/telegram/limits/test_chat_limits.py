"""One subscriber, however quick their fingers, takes nobody's share but their own."""

from __future__ import annotations

import asyncio

import pytest

from bot.telegram.limits.flood_waits import EDIT
from bot.telegram.limits.limiter import HeldError, Lane
from tests.telegram.limits.moved_limiter import Stage, busiest, settle


@pytest.mark.parametrize("round_trip", [0.0, 0.03, 0.05])
async def test_a_reader_who_taps_on_and_on_leaves_bulk_its_rate(round_trip: float) -> None:
    async with Stage(30, 25) as stage:
        stage.broadcast()
        await stage.pass_time(2.0)
        before = len(stage.bulk)
        stage.tapper(7, round_trip)
        await stage.pass_time(10.0)

    assert len(stage.bulk) - before >= 0.9 * 25 * 10
    assert busiest(stage.starts) <= 30


async def test_a_few_quick_taps_are_answered_at_once() -> None:
    async with Stage(30, 25) as stage:
        stage.broadcast()
        await stage.pass_time(2.0)
        for _ in range(8):  # four taps: each an answer and an edit
            stage.reply(7, makes_message=False)
            await stage.pass_time(0.1)

    assert len(stage.waits) == 8
    assert max(stage.waits) <= 1 / 30 + 0.002


async def test_beyond_that_a_chat_gets_four_calls_a_second() -> None:
    async with Stage() as stage:
        stage.tapper(7, 0.0)
        await stage.pass_time(10.0)

    assert 8 + 4 * 10 - 1 <= len(stage.replies) <= 8 + 4 * 10 + 1


async def test_taps_do_not_count_as_messages_nor_messages_as_taps() -> None:
    async with Stage() as stage:
        for _ in range(8):
            stage.reply(7, makes_message=False)
        for _ in range(3):
            stage.reply(7)
        await stage.pass_time(0.4)

    assert len(stage.replies) == 11


async def test_groups_may_be_edited_more_than_twenty_times_a_minute() -> None:
    async with Stage() as stage:
        for _ in range(30):
            stage.reply(-100, makes_message=False)
        await stage.pass_time(7.0)

    assert len(stage.replies) == 30


class TestPatience:
    async def test_ends_at_once_when_a_flood_lasts_longer(self) -> None:
        async with Stage() as stage:
            stage.limiter.refused(Lane.REPLY, None, 300.0)
            with pytest.raises(HeldError) as held:
                await stage.limiter.reply(7, patience=3.0)

        assert held.value.seconds == 300.0

    async def test_waits_a_short_flood_out(self) -> None:
        async with Stage() as stage:
            stage.limiter.refused(Lane.REPLY, None, 2.0)
            stage.reply(7, patience=3.0)
            await stage.pass_time(2.1)

        assert stage.replies == [pytest.approx(2.0, abs=0.002)]

    async def test_ends_for_those_who_were_waiting_when_the_flood_came(self) -> None:
        async with Stage() as stage:
            waiting = [stage.reply(chat, patience=3.0) for chat in range(20)]
            await settle()
            started = len(stage.replies)
            stage.limiter.refused(Lane.REPLY, None, 60.0)
            await stage.pass_time(0.1)

        assert started < 20
        for task in waiting[started:]:
            assert isinstance(task.exception(), HeldError)

    async def test_ends_when_a_group_has_had_its_twenty(self) -> None:
        async with Stage() as stage:
            for _ in range(20):
                stage.reply(-5)
            await stage.pass_time(21.0, step=0.01)
            with pytest.raises(HeldError) as held:
                await stage.limiter.reply(-5, patience=3.0)

            assert 38.0 <= held.value.seconds <= 40.0
            assert stage.limiter.reply_held_for(-5) == held.value.seconds

    async def test_of_bulk_ends_while_a_flood_goes_on(self) -> None:
        async with Stage(30, 25) as stage:
            stage.limiter.refused(Lane.BULK, None, 60.0)
            waiting = asyncio.create_task(stage.limiter.bulk_permits(4, patience=20.0))
            await stage.pass_time(19.9, step=0.01)
            assert not waiting.done()
            await stage.pass_time(0.2, step=0.01)

            assert isinstance(waiting.exception(), HeldError)

    async def test_that_ended_has_cost_the_chat_nothing(self) -> None:
        async with Stage() as stage:
            stage.limiter.refused(Lane.REPLY, None, 60.0)
            for _ in range(10):
                with pytest.raises(HeldError):
                    await stage.limiter.reply(7, patience=3.0)

            assert stage.limiter.take_chat(7) == 0.0


@pytest.mark.parametrize(("own", "everybodys"), [(100.0, 10.0), (5.0, 10.0)])
async def test_a_chat_waits_for_its_own_flood_and_for_everybodys(
    own: float, everybodys: float
) -> None:
    async with Stage() as stage:
        for chat, seconds in ((7, own), (8, everybodys)):
            stage.limiter.refused(Lane.REPLY, chat, seconds, kind=EDIT)
        with pytest.raises(HeldError) as held:
            await stage.limiter.reply(7, kind=EDIT, patience=3.0)

        assert held.value.seconds == pytest.approx(max(own, everybodys))


async def test_what_another_was_told_to_wait_is_waited_here_too() -> None:
    async with Stage() as stage:
        heard: list[Lane] = []
        stage.limiter.on_hold(heard.append)
        stage.broadcast()
        stage.limiter.hold(Lane.BULK, 5.0)
        stage.limiter.hold(Lane.BULK, 2.0)
        await stage.pass_time(6.0, step=0.01)

        assert await stage.pace() == pytest.approx(25, rel=0.05)

    assert min(stage.bulk) >= 5.0 - 1e-6
    assert heard == [Lane.BULK]
