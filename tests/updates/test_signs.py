"""What may be a warning sign goes past every queue, its own too; nothing is done twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.clock import MovableClock
from bot.store.cipher import BodyCipher
from bot.store.database import Database
from bot.store.queries import inbox as rows
from bot.telegram.update_scope import (
    GROUPS,
    PERSONS,
    SIGNS,
    NoSignError,
    Rank,
    UpdateScope,
    claim,
    looks_for_sign,
    rank,
    step_back,
)
from bot.updates.allowance import Allowance
from bot.updates.claims import Claims
from bot.updates.inbox import Inbox
from bot.updates.signs import IN_SECONDS, MOST_OF_ONE
from tests.logbook import captured
from tests.waiting import until

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
CIPHER = BodyCipher("a token")
HELP = "help, I can't breathe"


def message(update_id: int, chat: int = 1, text: str = "hello") -> dict[str, Any]:
    return {"update_id": update_id, "message": {"chat": {"id": chat}, "text": text}}


class HandlerServices:
    """Stands for the handlers; whoever writes "wait" is dealt with when the test says so."""

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.ranks: dict[int, int] = {}
        self.slowed: list[int] = []
        self.asked: list[str] = []
        self.looked_at: list[int] = []  # before its turn, whether it is a sign
        self.go_on = asyncio.Event()
        self.end_large = asyncio.Event()

    async def process(self, update: Mapping[str, Any]) -> None:
        number, text = int(update["update_id"]), update["message"]["text"]
        if looks_for_sign():
            self.looked_at.append(number)
            await asyncio.sleep(0)  # it takes a while to read
            if not text.startswith("help"):
                raise NoSignError
            claim()
        self.ranks[number] = rank().behind
        if text in {"wait", "/wait"}:
            await self.go_on.wait()
        if text.startswith("large"):
            await self.end_large.wait()
        self.seen.append(number)

    async def slow_down(self, update: Mapping[str, Any]) -> None:
        self.slowed.append(int(update["message"]["chat"]["id"]))

    def suspects(self, words: str) -> int:
        self.asked.append(words)
        if words == "break":
            raise ValueError(words)
        return 2 if words.startswith(("help", "looks bad")) else words.startswith("maybe")


@asynccontextmanager
async def inbox_on(db: Database, services: HandlerServices, **more: Any) -> AsyncIterator[Inbox]:
    inbox = inbox_of(db, services, **more)
    task = asyncio.create_task(inbox.run())
    try:
        yield inbox
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def inbox_of(
    db: Database, services: HandlerServices, clock: MovableClock | None = None, **more: Any
) -> Inbox:
    return Inbox(
        db, clock or MovableClock(NOW), services.process, cipher=CIPHER,
        suspects=services.suspects, slow_down=services.slow_down, **more,
    )  # fmt: skip


async def left(db: Database) -> int:
    async with db.read() as session:
        return await rows.pending_count(session)


class TestASign:
    async def test_goes_before_its_own_chat_and_all_others(self, db: Database) -> None:
        services = HandlerServices()
        async with inbox_on(db, services, workers=2) as inbox:
            await inbox.take([message(number, number, "wait") for number in (1, 2)])
            await inbox.take([message(10 + number, number % 5) for number in range(30)])
            await inbox.take([message(100, 1, HELP), message(101, 7, HELP)])
            await until(lambda: len(services.seen) == 2)
            assert sorted(services.seen) == [100, 101]
            assert [services.ranks[100], services.ranks[101]] == [SIGNS, SIGNS]
            services.go_on.set()
            await inbox.idle()
        assert sorted(services.seen) == [1, 2, *range(10, 40), 100, 101]
        assert set(map(services.ranks.get, range(10, 40))) == {PERSONS}
        assert inbox.watched == 0
        assert inbox.counts.overtaking == 2
        assert await left(db) == 0

    @pytest.mark.parametrize("depth", [1, 2, 50])
    async def test_is_not_done_again_when_its_turn_comes(self, db: Database, depth: int) -> None:
        """Some wait in memory, some are read back from their rows; signs are among both."""
        services = HandlerServices()
        async with inbox_on(db, services, workers=1, depth=depth) as inbox:
            await inbox.take([message(1, 1, "wait")])
            for number in range(2, 40):
                words = HELP if number % 9 == 0 else "looks bad" if number % 5 == 0 else "hello"
                await inbox.take([message(number, 1, words)])
            services.go_on.set()
            await inbox.idle()
            ordinary = [number for number in services.seen if number % 9]
            assert ordinary == sorted(ordinary)
            assert sorted(services.seen) == list(range(1, 40))
            # Nothing is kept from being read back for ever.
            assert inbox.watched == 0
        assert await left(db) == 0

    async def test_of_an_earlier_run_goes_first_and_only_once(self, db: Database) -> None:
        before = inbox_of(db, HandlerServices())
        for number in range(1, 30):
            text = HELP if number in {17, 29} else "wait" if number < 10 else "hello"
            await before.take([message(number, number % 4, text)])
        services = HandlerServices()
        async with inbox_on(db, services, workers=2) as inbox:
            assert await inbox.recover() == 4
            await until(lambda: {17, 29} <= set(services.seen))
            assert set(services.seen[:2]) == {17, 29}
            services.go_on.set()
            await inbox.idle()
        assert sorted(services.seen) == list(range(1, 30))
        assert await left(db) == 0

    async def test_is_looked_for_in_every_page_of_what_was_left(self, db: Database) -> None:
        before = inbox_of(db, HandlerServices())
        await before.take([message(number, 1000 + number) for number in range(1, 450)])
        await before.take([message(450, 7, HELP)])
        services = HandlerServices()
        async with inbox_on(db, services, workers=1) as inbox:
            await inbox.recover()
            await inbox.idle()
        assert services.ranks[450] == SIGNS
        assert sorted(services.seen) == list(range(1, 451))

    async def test_given_twice_has_one_effect(self, db: Database) -> None:
        services = HandlerServices()
        async with inbox_on(db, services) as inbox:
            takes = [inbox.take([message(7, 1, HELP), message(8, 1)]) for _ in range(5)]
            assert sum(await asyncio.gather(*takes)) == 2
            await inbox.idle()
        assert sorted(services.seen) == [7, 8]

    async def test_in_a_group_is_none_of_ours(self, db: Database) -> None:
        services = HandlerServices()
        async with inbox_on(db, services) as inbox:
            await inbox.take([message(7, -5, f"/{HELP}")])
            await inbox.idle()
        assert services.ranks == {7: GROUPS}
        assert services.asked == []

    async def test_that_is_none_keeps_its_place_in_its_chat(self, db: Database) -> None:
        services = HandlerServices()
        async with inbox_on(db, services, workers=1) as inbox:
            await inbox.take([message(1, 1, "wait")])
            texts = ["hello", "looks bad", "hello", "maybe bad", "hello"]
            await inbox.take([message(2 + at, 1, text) for at, text in enumerate(texts)])
            await until(lambda: services.looked_at == [3])
            services.go_on.set()
            await inbox.idle()
        assert services.seen == list(range(1, 7))
        assert set(services.ranks.values()) == {PERSONS}

    async def test_once_answered_leaves_the_rest_its_place_among_the_others(self) -> None:
        sign = UpdateScope(1, Rank(SIGNS, 5.0))
        with sign.attempt():
            assert rank() == Rank(SIGNS, 5.0)
            step_back()
            assert rank() == Rank(PERSONS, 5.0)

    async def test_cried_all_day_is_answered_in_its_turn(self, db: Database) -> None:
        services = HandlerServices()
        async with inbox_on(db, services, workers=1) as inbox:
            await inbox.take([message(1, 1, "wait")])
            for number in range(2, 2 + MOST_OF_ONE + 3):
                await inbox.take([message(number, 1, HELP)])
            await until(lambda: len(services.seen) == MOST_OF_ONE)
            await inbox.take([message(100, 2, HELP)])
            await until(lambda: 100 in services.seen)
            assert services.seen == [*range(2, 2 + MOST_OF_ONE), 100]
            services.go_on.set()
            await inbox.idle()
        assert len(services.seen) == len(set(services.seen)) == 1 + MOST_OF_ONE + 3 + 1
        assert await left(db) == 0

    async def test_that_only_may_be_one_is_not_looked_at_first_in_a_flood(
        self, db: Database
    ) -> None:
        services = HandlerServices()
        async with inbox_on(db, services, workers=1) as inbox:
            await inbox.take([message(1, 1, "wait")])
            await inbox.take([message(number, 1, "maybe") for number in range(2, 60)])
            await inbox.take([message(100, 1, HELP)])
            await until(lambda: services.seen == [100])
            assert services.looked_at == [100]
            services.go_on.set()
            await inbox.idle()

    async def test_that_cannot_be_looked_for_is_answered_in_its_turn(self, db: Database) -> None:
        services = HandlerServices()
        with captured() as log:
            async with inbox_on(db, services) as inbox:
                await inbox.take([message(7, 1, "break"), message(8, 2, HELP)])
                await inbox.idle()
        assert sorted(services.seen) == [7, 8]
        assert "could not be told beforehand" in log.getvalue()


def test_whoever_comes_first_answers() -> None:
    claims = Claims()
    claims.watch([1, 2, 3])
    claims.queued([1, 2, 99])
    assert claims.begin(1)
    assert not claims.claim(1)
    assert claims.claim(2)
    assert claims.is_ahead(2)
    assert not claims.begin(2)
    assert claims.claim(2), "a flood made it wait; it goes on"
    claims.answered(2)
    assert not claims.is_ahead(2)
    assert claims.claim(3)
    claims.queued([3])
    claims.answered(3)
    assert claims.is_ahead(3)
    assert not claims.begin(3)
    assert not claims.is_ahead(3)
    assert claims.begin(4)


def test_the_allowance_is_for_a_while_and_forgets() -> None:
    allowance = Allowance(MOST_OF_ONE, IN_SECONDS)
    for _ in range(MOST_OF_ONE):
        assert allowance.has(1, 0.0)
        allowance.use(1, 0.0)
    assert not allowance.has(1, IN_SECONDS - 1)
    assert allowance.has(2, 0.0)
    assert allowance.has(1, IN_SECONDS)
    for chat in range(30_000):
        allowance.use(chat, 0.0)
    assert len(allowance) <= 10_000
