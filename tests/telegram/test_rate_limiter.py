"""PTB's calls in the reply lane: who waits for what, and what a 429 does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from telegram.error import RetryAfter

from bot.clock import MovableClock
from bot.telegram.client import Client, build_client
from bot.telegram.limits.buckets import CALL_BURST
from bot.telegram.limits.limiter import Lane, SendLimiter
from bot.telegram.messenger import Messenger, SentMessage
from bot.telegram.rate_limiter import NEVER, HeldBackError, PriorityRateLimiter
from bot.telegram.update_scope import UpdateScope
from bot.texts.message import Message
from tests.telegram.faulty_server import TOKEN, FaultyServer, says, turns
from tests.telegram.test_request import ME, MESSAGE, gives, refuses

FLOOD = says(refuses(429, "Too Many Requests: retry after 3", retry_after=3))


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(datetime(2026, 3, 1, tzinfo=UTC))


@pytest.fixture
def limiter(clock: MovableClock) -> SendLimiter:
    return SendLimiter(clock, 30, 25, jitter=lambda: 0.0)


@pytest.fixture
async def server() -> AsyncIterator[FaultyServer]:
    async with FaultyServer() as server:
        server.script.append(says(gives(ME)))
        yield server


@pytest.fixture
async def bot(server: FaultyServer, limiter: SendLimiter) -> AsyncIterator[Client]:
    async with build_client(TOKEN, server.address, limiter=PriorityRateLimiter(limiter)) as bot:
        server.requests.clear()
        yield bot


async def test_a_flood_is_waited_out_in_full_and_the_call_repeated(
    bot: Client, server: FaultyServer, clock: MovableClock
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
    bot: Client, server: FaultyServer, clock: MovableClock, limiter: SendLimiter
) -> None:
    limiter.refused(Lane.REPLY, None, 3.0)
    server.script += [says(gives(MESSAGE))]
    message = asyncio.ensure_future(bot.send_message(6, "hi"))
    await turns()
    assert server.copies == 0

    clock.move(3.01)
    await message


async def test_after_some_floods_the_caller_is_told(
    bot: Client, server: FaultyServer, clock: MovableClock
) -> None:
    server.script += [FLOOD] * 3
    message = asyncio.ensure_future(bot.send_message(5, "hi"))
    for _ in range(3):
        await turns()
        clock.move(3.01)

    with pytest.raises(RetryAfter):
        await message
    assert server.copies == 3


async def test_a_call_may_ask_for_no_repetition_at_all(bot: Client, server: FaultyServer) -> None:
    server.script += [FLOOD]

    with pytest.raises(RetryAfter):
        await bot.send_message(5, "hi", rate_limit_args=NEVER)
    assert server.copies == 1


async def test_reading_is_not_limited(
    bot: Client, server: FaultyServer, limiter: SendLimiter
) -> None:
    limiter.refused(Lane.REPLY, None, 60.0)
    server.script += [says(gives(ME))]

    assert (await bot.get_me()).username == "gut_bot"


LONG = says(refuses(429, "Too Many Requests: retry after 90", retry_after=90))


async def test_a_long_flood_is_not_waited_for(
    bot: Client, server: FaultyServer, clock: MovableClock
) -> None:
    server.script += [LONG]
    for _ in range(2):
        with pytest.raises(HeldBackError) as held:
            await bot.send_message(5, "hi")
        assert held.value.seconds == 90.0
        assert held.value.__suppress_context__
    assert server.copies == 1

    clock.move(90.1)
    server.script += [says(gives(MESSAGE))]
    await bot.send_message(5, "hi")


async def test_a_flood_is_its_chats_and_its_kind_of_calls(
    bot: Client, server: FaultyServer, limiter: SendLimiter, clock: MovableClock
) -> None:
    server.script += [LONG]
    with pytest.raises(HeldBackError):
        await bot.edit_message_text("hi", 5, 7)
    clock.move(1.0)
    server.script += [says(gives(MESSAGE))] * 2
    await bot.send_message(5, "hi")
    await bot.edit_message_text("hi", 6, 7)

    assert limiter.held_for(Lane.REPLY) == 0.0
    assert limiter.chats_waiting(Lane.REPLY) == 1


async def test_a_second_chat_that_meets_one_holds_the_lane_in_full(
    bot: Client, server: FaultyServer, limiter: SendLimiter, clock: MovableClock
) -> None:
    for chat in (5, 6):
        server.script += [LONG]
        with pytest.raises(HeldBackError):
            await bot.send_message(chat, "hi")
    with pytest.raises(HeldBackError):
        await bot.send_message(7, "hi")

    assert limiter.held_for(Lane.REPLY) == 90.0
    assert server.copies == 2
    clock.move(90.1)
    server.script += [says(gives(MESSAGE))]
    await bot.send_message(7, "hi")


async def test_edits_of_two_chats_hold_edits_and_no_messages(
    bot: Client, server: FaultyServer, limiter: SendLimiter, clock: MovableClock
) -> None:
    for chat in (5, 6):
        server.script += [LONG]
        with pytest.raises(HeldBackError):
            await bot.edit_message_text("hi", chat, 7)
    with pytest.raises(HeldBackError):
        await bot.edit_message_text("hi", 8, 7)
    clock.move(1.0)
    server.script += [says(gives(MESSAGE))]
    await bot.send_message(8, "hi")

    assert limiter.held_for(Lane.REPLY) == 0.0


async def test_what_is_dropped_in_floods_is_neither_repeated_nor_waited_for(
    bot: Client, server: FaultyServer, clock: MovableClock
) -> None:
    server.script += [FLOOD]
    for _ in range(2):
        with pytest.raises(RetryAfter):
            await bot.edit_message_text("so far", 5, 7, rate_limit_args=NEVER)
    assert server.copies == 1
    server.script += [FLOOD]
    with pytest.raises(RetryAfter):
        await bot.edit_message_text("so far", 6, 7, rate_limit_args=NEVER)
    clock.move(1.0)
    server.script += [says(gives(MESSAGE))]
    await bot.edit_message_text("hi", 8, 7)


async def test_an_edit_is_repeated_after_a_flood_unless_it_may_be_dropped(
    bot: Client, server: FaultyServer, clock: MovableClock
) -> None:
    messenger, message = Messenger(bot, clock), Message("so far")
    server.script += [FLOOD, says(gives(MESSAGE))]
    edited = asyncio.ensure_future(messenger.edit_or_send(SentMessage(5, 7), 5, message))
    await turns()
    clock.move(3.1)
    assert await edited == 7
    server.script += [FLOOD]
    with pytest.raises(RetryAfter):
        await messenger.edit_or_send(SentMessage(6, 7), 6, message, dropped_in_floods=True)
    assert server.copies == 3, "the second one is not repeated"


async def test_where_updates_go_is_said_during_a_flood_too(
    bot: Client, server: FaultyServer, limiter: SendLimiter
) -> None:
    limiter.refused(Lane.REPLY, None, 60.0)
    server.script += [says(gives(True))]

    assert await bot.delete_webhook()


async def test_where_updates_go_is_said_again_when_that_is_refused(
    bot: Client, server: FaultyServer, clock: MovableClock
) -> None:
    server.script += [says(refuses(429, "Too Many Requests: retry after 90", retry_after=90))]
    said = asyncio.ensure_future(bot.delete_webhook())
    await turns()
    assert not said.done()
    server.script += [says(gives(True))]
    clock.move(90.1)

    assert await said


async def test_new_messages_and_other_calls_have_limits_of_their_own(
    bot: Client, server: FaultyServer, limiter: SendLimiter, clock: MovableClock
) -> None:
    server.script += [says(gives(True)), says(gives(True)), says(gives(MESSAGE))]
    await bot.answer_callback_query("1")
    clock.move(1.0)
    await bot.send_chat_action(5, "typing")
    await bot.edit_message_text("hi", 5, 7)
    for _ in range(3):
        assert limiter.take_chat(5) == 0.0
    assert limiter.take_chat(5) > 0.9

    clock.move(1.0)
    server.script += [says(gives(MESSAGE))] * 2
    for chat in (-8, "@channel"):
        for _ in range(2):
            assert limiter.take_chat(chat) == 0.0
    await bot.send_message("-8", "hi")
    await bot.send_message("@channel", "hi")
    assert limiter.take_chat(-8) > 0.9
    assert limiter.take_chat("@channel") > 0.9


async def test_the_answer_to_a_tap_counts_for_the_chat_of_its_update(
    bot: Client, server: FaultyServer, clock: MovableClock
) -> None:
    server.script += [says(gives(True))] * (CALL_BURST + 2)
    with UpdateScope(5).attempt():
        for number in range(CALL_BURST + 1):  # one more may be made after a quarter of a second
            await bot.answer_callback_query(str(number))
            clock.move(0.034)
        one_more = asyncio.ensure_future(bot.answer_callback_query("more"))
        await turns()
        assert not one_more.done()
        clock.move(0.25)
        assert await one_more


async def test_ptbs_own_error_is_understood_as_well(limiter: SendLimiter) -> None:
    with pytest.warns(DeprecationWarning, match="retry_after"):
        flood = RetryAfter(timedelta(seconds=4))

    async def refuse() -> bool:
        raise flood

    with pytest.warns(DeprecationWarning, match="retry_after"), pytest.raises(RetryAfter):
        await PriorityRateLimiter(limiter).process_request(refuse, (), {}, "sendMessage", {}, 0)
    assert limiter.held_for(Lane.REPLY) == 4.0
