"""Replicas share the rates: the limiter's part of it, on a moved clock."""

from __future__ import annotations

import pytest

from tests.telegram.limits.moved_limiter import Stage, busiest


async def test_half_the_rate_and_back() -> None:
    async with Stage(30, 25) as stage:
        stage.broadcast()
        await stage.pass_time(10.0)
        whole = len(stage.bulk)
        stage.limiter.share_with(2)
        # What had started at the whole rate counts for another second.
        await stage.pass_time(1.0)
        changing = len(stage.bulk) - whole
        await stage.pass_time(10.0)
        half = len(stage.bulk) - whole - changing
        stage.limiter.share_with(1)
        await stage.pass_time(10.0)
    assert 0.98 * 250 <= whole <= 253
    assert changing <= 13
    assert 0.98 * 125 <= half <= 128
    assert len(stage.bulk) - whole - changing - half >= 0.98 * 250


async def test_changing_the_parts_again_and_again_never_allows_a_burst() -> None:
    async with Stage(30, 30) as stage:
        stage.broadcast()
        for round_ in range(60):
            stage.limiter.share_with(1 + round_ % 3)
            stage.reply(round_)
            await stage.pass_time(0.21)
    assert busiest(stage.starts) <= 31


async def test_replies_have_their_part_too() -> None:
    async with Stage(30, 20) as stage:
        stage.limiter.share_with(3)
        for chat in range(60):
            stage.reply(chat)
        await stage.pass_time(2.0)
    assert 18 <= len(stage.replies) <= 23


async def test_there_is_always_one() -> None:
    async with Stage() as stage:
        with pytest.raises(ValueError, match="a replica too"):
            stage.limiter.share_with(0)


async def test_after_a_rest_one_bulk_message_starts_at_once_whatever_the_part() -> None:
    async with Stage(30, 25) as stage:
        for parts in (1, 3):
            stage.limiter.share_with(parts)
            await stage.pass_time(2.0)
            before = len(stage.bulk)
            sending = stage.broadcast()
            await stage.pass_time(0.02)
            assert len(stage.bulk) - before == 1
            sending.cancel()
