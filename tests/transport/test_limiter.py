"""PTB's calls in the reply lane: who waits for what, and what a 429 does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from telegram.error import RetryAfter

from bot.clock import MovableClock
from bot.delivery.pacing import Lane, Pace
from bot.limiter import LaneLimiter
from bot.transport import TipBot, build_bot
from tests.transport.rude import TOKEN, RudeServer, says, turns
from tests.transport.test_transport import ME, MESSAGE, gives, refuses

FLOOD = says(refuses(429, "Too Many Requests: retry after 3", retry_after=3))


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(datetime(2026, 3, 1, tzinfo=UTC))


@pytest.fixture
def pace(clock: MovableClock) -> Pace:
    return Pace(clock, 30, 25, jitter=lambda: 0.0)


@pytest.fixture
async def server() -> AsyncIterator[RudeServer]:
    async with RudeServer() as server:
        server.script.append(says(gives(ME)))
        yield server


@pytest.fixture
async def bot(server: RudeServer, pace: Pace) -> AsyncIterator[TipBot]:
    async with build_bot(TOKEN, server.address, limiter=LaneLimiter(pace)) as bot:
        server.requests.clear()
        yield bot


async def test_a_flood_is_waited_out_in_full_and_the_call_repeated(
    bot: TipBot, server: RudeServer, clock: MovableClock
) -> None:
    server.script += [FLOOD, says(gives(MESSAGE))]
    message = asyncio.ensure_future(bot.send_message(5, "hi"))
    await turns()
    clock.move(2.99)
    await turns()
    copies_before = server.copies
    clock.move(0.02)

    assert (await message).message_id == 7
    assert copies_before == 1
    assert server.copies == 2


async def test_a_flood_holds_the_other_replies_too(
    bot: TipBot, server: RudeServer, clock: MovableClock, pace: Pace
) -> None:
    pace.flood(Lane.REPLY, 3.0)
    server.script += [says(gives(MESSAGE))]
    message = asyncio.ensure_future(bot.send_message(6, "hi"))
    await turns()
    assert server.copies == 0

    clock.move(3.01)
    await message


async def test_after_some_floods_the_caller_is_told(
    bot: TipBot, server: RudeServer, clock: MovableClock
) -> None:
    server.script += [FLOOD] * 3
    message = asyncio.ensure_future(bot.send_message(5, "hi"))
    for _ in range(3):
        await turns()
        clock.move(3.01)

    with pytest.raises(RetryAfter):
        await message
    assert server.copies == 3


async def test_a_call_may_ask_for_no_repetition_at_all(bot: TipBot, server: RudeServer) -> None:
    server.script += [FLOOD]

    with pytest.raises(RetryAfter):
        await bot.send_message(5, "hi", rate_limit_args=-1)
    assert server.copies == 1


async def test_reading_is_not_limited(bot: TipBot, server: RudeServer, pace: Pace) -> None:
    pace.flood(Lane.REPLY, 60.0)
    server.script += [says(gives(ME))]

    assert (await bot.get_me()).username == "gut_bot"


async def test_only_new_messages_count_for_their_chat(
    bot: TipBot, server: RudeServer, pace: Pace, clock: MovableClock
) -> None:
    server.script += [says(gives(True)), says(gives(True)), says(gives(MESSAGE))]
    await bot.answer_callback_query("1")
    clock.move(1.0)
    await bot.send_chat_action(5, "typing")
    await bot.edit_message_text("hi", 5, 7)
    assert pace.chats_remembered == 0

    clock.move(1.0)
    server.script += [says(gives(MESSAGE))] * 2
    await bot.send_message("-5", "hi")
    await bot.send_message("@channel", "hi")
    assert pace.chats_remembered == 2


async def test_ptbs_own_error_is_understood_as_well(pace: Pace) -> None:
    with pytest.warns(DeprecationWarning, match="retry_after"):
        flood = RetryAfter(timedelta(seconds=4))

    async def refuse() -> bool:
        raise flood

    with pytest.warns(DeprecationWarning, match="retry_after"), pytest.raises(RetryAfter):
        await LaneLimiter(pace).process_request(refuse, (), {}, "sendMessage", {}, 0)
    assert pace.held_for(Lane.REPLY) == 4.0
