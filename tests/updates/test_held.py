"""What cannot be answered yet, since Telegram asks to wait, is answered afterwards: once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.clock import MovableClock
from bot.retry import MOST_ANSWERS
from bot.store.cipher import BodyCipher
from bot.store.database import Database
from bot.store.queries import inbox as rows
from bot.telegram.limits.limiter import Lane, SendLimiter
from bot.telegram.rate_limiter import PriorityRateLimiter
from bot.telegram.request import FloodWait
from bot.updates.inbox import Inbox
from bot.updates.open_rows import MOST_OF_GROUP
from tests.logbook import captured

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Bot:
    """Says its answers to everything, through the limiter; Telegram may refuse."""

    def __init__(self, db: Database) -> None:
        self.clock = MovableClock(NOON)
        self.limiter = SendLimiter(self.clock, 30, 25, jitter=lambda: 0.0)
        self.rate_limiter = PriorityRateLimiter(self.limiter)
        self.inbox = Inbox(
            db, self.clock, self.answer, self.limiter.reply_held_for, cipher=BodyCipher("a token")
        )
        self.answers = ["one", "two"]
        self.begun: list[int] = []
        self.said: list[tuple[int, str]] = []
        self.floods: list[float] = []
        """For each call to come: how long to wait, or 0 when it goes well."""

    async def answer(self, update: Mapping[str, Any]) -> None:
        self.begun.append(int(update["update_id"]))
        if "message" not in update:
            return
        chat = int(update["message"]["chat"]["id"])
        await self.say("answerCallbackQuery", {"callback_query_id": "1"}, chat, "spinner")
        for words in self.answers:
            await self.say("sendMessage", {"chat_id": chat, "text": words}, chat, words)

    async def say(self, method: str, data: dict[str, Any], chat: int, words: str) -> None:
        async def call() -> bool:
            if self.floods and (seconds := self.floods.pop(0)):
                raise FloodWait(seconds)
            self.said.append((chat, words))
            return True

        assert await self.rate_limiter.process_request(call, (), {}, method, data, None) is True

    async def pass_time(self, seconds: float, step: float = 0.25) -> None:
        for _ in range(round(seconds / step)):
            self.clock.move(step)
            for _ in range(20):
                await asyncio.sleep(0)

    async def pass_on(self, seconds: float) -> None:
        """So much time passes, and the database is given some, too."""
        await self.pass_time(seconds, step=seconds)
        await asyncio.wait([asyncio.ensure_future(asyncio.sleep(0.001))])

    def words(self, chat: int) -> list[str]:
        return [words for which, words in self.said if which == chat]


@asynccontextmanager
async def working(bot: Bot) -> AsyncIterator[Bot]:
    task = asyncio.create_task(bot.inbox.run())
    try:
        yield bot
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def message(update_id: int, chat: int = 1) -> dict[str, Any]:
    return {"update_id": update_id, "message": {"chat": {"id": chat}, "text": "/help"}}


async def left(db: Database) -> int:
    async with db.read() as session:
        return await rows.pending_count(session)


async def rested(bot: Bot) -> None:
    """Until nothing is left but what is held; a little time passes, for the pace."""
    idle = asyncio.ensure_future(bot.inbox.idle())
    while not idle.done():
        await asyncio.wait([idle], timeout=0.001)
        bot.clock.move(0.01)


async def answered(bot: Bot, count: int) -> None:
    while bot.inbox.counts.processed < count:
        await asyncio.wait([asyncio.ensure_future(bot.pass_time(0.25))], timeout=1)
    await rested(bot)


ALL = ["spinner", "one", "two"]


@pytest.mark.parametrize("refused", [0, 1, 2])
async def test_a_long_flood_delays_the_answer_and_repeats_nothing_of_it(
    db: Database, refused: int
) -> None:
    async with working(Bot(db)) as bot:
        bot.floods = [0.0] * refused + [300.0]
        await bot.inbox.take([message(1)])
        await rested(bot)
        assert bot.words(1) == ALL[:refused]
        assert await left(db) == 1
        await bot.pass_time(299.0)
        assert bot.words(1) == ALL[:refused]
        await answered(bot, 1)
        assert bot.words(1) == ALL
        assert bot.inbox.counts.held == 1
    assert await left(db) == 0


async def test_meanwhile_nothing_is_begun_and_all_follows_in_its_order(db: Database) -> None:
    async with working(Bot(db)) as bot:
        for number in (1, 2):
            bot.floods = [0.0, 1000.0]
            await bot.inbox.take([message(number, chat=number)])
            await rested(bot)
        await bot.inbox.take([message(number, chat=number % 40) for number in range(3, 200)])
        await rested(bot)
        await bot.pass_time(800.0, step=5.0)
        assert bot.begun == [1, 2]
        await answered(bot, 199)
    first_of_chat: dict[int, list[int]] = {}
    for number in bot.begun[2:]:
        first_of_chat.setdefault(number % 40, []).append(number)
    assert all(numbers == sorted(numbers) for numbers in first_of_chat.values())
    assert len(bot.said) == 3 * 199
    assert await left(db) == 0


async def test_one_chats_flood_holds_up_nobody_else(db: Database) -> None:
    async with working(Bot(db)) as bot:
        bot.floods = [0.0, 300.0]
        await bot.inbox.take([message(1, chat=-100)])
        await rested(bot)
        await bot.inbox.take([message(2, chat=-100), message(3, chat=3)])
        await rested(bot)
        assert bot.words(3) == ALL
        assert bot.begun == [1, 3]
        await bot.pass_time(301.0)
        await answered(bot, 3)
        assert bot.words(-100) == ALL * 2


async def test_whoever_blocks_the_bot_is_known_at_once_though_the_chat_is_held(
    db: Database,
) -> None:
    """Nothing is said in answer, and a broadcast that begins now leaves them out."""
    async with working(Bot(db)) as bot:
        bot.limiter.hold(Lane.REPLY, 300.0)
        await bot.inbox.take([{"update_id": 1, "my_chat_member": {"chat": {"id": 1}}}])
        await rested(bot)
        assert bot.begun == [1]


async def test_a_short_flood_is_waited_out_in_the_hand(db: Database) -> None:
    async with working(Bot(db)) as bot:
        bot.floods = [0.0, 2.0]
        await bot.inbox.take([message(1)])
        await answered(bot, 1)
        assert bot.begun == [1]
        assert bot.words(1) == ALL


async def test_a_flood_that_comes_again_and_again_is_waited_out_again(db: Database) -> None:
    async with working(Bot(db)) as bot:
        bot.floods = [60.0, 0.0, 60.0, 0.0, 60.0]
        await bot.inbox.take([message(1)])
        await answered(bot, 1)
        assert bot.words(1) == ALL
        assert bot.clock.monotonic() >= 180.0


async def test_an_update_that_is_always_refused_is_put_aside_in_the_end(db: Database) -> None:
    with captured() as log:
        async with working(Bot(db)) as bot:
            bot.floods = [60.0] * MOST_ANSWERS
            await bot.inbox.take([message(1)])
            await rested(bot)
            while not bot.inbox.counts.failed:
                await bot.pass_time(10.0)
                await rested(bot)
            await bot.inbox.take([message(2, chat=2)])
            await answered(bot, 1)
        assert bot.words(2) == ALL
    assert "could not be answered and is put aside" in log.getvalue()
    assert await left(db) == 0


async def test_the_next_run_answers_what_was_held_when_this_one_ended(db: Database) -> None:
    async with working(Bot(db)) as bot:
        bot.floods = [300.0]
        await bot.inbox.take([message(1), message(2)])
        await rested(bot)
    async with working(Bot(db)) as again:
        again.limiter.hold(Lane.REPLY, 200.0)
        await again.inbox.recover()
        await rested(again)
        assert again.begun == []
        await again.pass_time(199.0)
        assert again.begun == []
        await answered(again, 2)
        assert again.words(1) == ALL * 2
    assert await left(db) == 0


async def test_a_group_that_has_had_its_twenty_waits_and_holds_nobody_up(db: Database) -> None:
    async with working(Bot(db)) as bot:
        groups = range(-6, 0)  # more than there are workers
        bot.answers = ["one", "two", "three", "four", "five", "six"]
        numbers = range(MOST_OF_GROUP)
        calls = [message(10 * -group + number, group) for group in groups for number in numbers]
        await bot.inbox.take(calls)
        while not any(len(bot.words(group)) > 20 for group in groups):
            await bot.pass_on(0.01)
        assert not bot.inbox.counts.failed
        await bot.inbox.take([message(9999, chat=7)])
        before = bot.clock.monotonic()
        while len(bot.words(7)) < 4:
            await bot.pass_on(0.01)
        assert bot.clock.monotonic() - before < 1.0
        await answered(bot, len(calls) + 1)
    for group in groups:
        assert bot.words(group) == ["spinner", *bot.answers] * MOST_OF_GROUP


async def test_stopping_does_not_wait_for_what_is_held(db: Database) -> None:
    bot = Bot(db)
    task = asyncio.create_task(bot.inbox.run())
    bot.floods = [300.0]
    await bot.inbox.take([message(1)])
    await rested(bot)
    bot.inbox.close()
    await task
    assert await left(db) == 1
