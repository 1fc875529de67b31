"""PostgreSQL behind a network that drops everything: nobody waits for long, nor afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.store.queries import heartbeat
from bot.store.tables import Executor
from tests.postgres import Cluster
from tests.silence import SilentRelay

pytestmark = pytest.mark.postgres

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
LIMITS = "?command_timeout=0.5&connect_timeout=0.5"
PATIENCE_S = 15.0


@pytest.fixture
async def relay(postgres: Cluster) -> AsyncIterator[SilentRelay]:
    async with SilentRelay(postgres.port) as made:
        yield made


@pytest.fixture
async def far(postgres: Cluster, relay: SilentRelay) -> AsyncIterator[Database]:
    """A database behind the relay."""
    url = postgres.new_database()
    await upgrade(url)
    db = await Database.open(url.replace(str(postgres.port), str(relay.port)) + LIMITS)
    yield db
    await db.close()


async def beat(session: Executor) -> None:
    await heartbeat.beat(session, "plan", NOW)


async def by_transaction(db: Database) -> None:
    await db.write(beat)


async def by_look(db: Database) -> None:
    await db.read(lambda session: heartbeat.last(session, "plan"))


async def by_write(db: Database) -> None:
    async with db.write() as session:
        await beat(session)


async def by_read(db: Database) -> None:
    async with db.read() as session:
        await heartbeat.last(session, "plan")


EVERY_WAY = (by_transaction, by_look, by_write, by_read)


async def test_whatever_is_asked_ends_soon_and_works_again_at_once(
    far: Database, relay: SilentRelay
) -> None:
    await asyncio.gather(*(way(far) for way in EVERY_WAY))
    relay.silent = True
    for _ in range(2):  # with connections that were there before, and without any
        async with asyncio.timeout(PATIENCE_S):
            ended = await asyncio.gather(*(way(far) for way in EVERY_WAY), return_exceptions=True)
        assert [type(error) for error in ended] == [TimeoutError] * len(EVERY_WAY)
    relay.silent = False
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*(way(far) for way in EVERY_WAY))


async def test_a_silence_in_the_middle_of_a_transaction_ends_it(
    far: Database, relay: SilentRelay
) -> None:
    async def work(session: Executor) -> None:
        await beat(session)
        relay.silent = True
        await beat(session)

    async with asyncio.timeout(PATIENCE_S):
        with pytest.raises(TimeoutError):
            await far.write(work)
    relay.silent = False
    async with far.read() as session:
        assert await heartbeat.last(session, "plan") is None


async def test_the_server_gives_up_what_it_hears_no_more_of(far: Database) -> None:
    async with far.read() as session:
        found = await session.execute(text("SHOW idle_in_transaction_session_timeout"))
        assert found.scalar_one() == "30s", "its locks would hold up whoever comes after"


async def test_a_silent_server_cannot_be_opened_and_says_so_soon(
    postgres: Cluster, relay: SilentRelay
) -> None:
    relay.silent = True
    url = f"postgresql://postgres@127.0.0.1:{relay.port}/postgres{LIMITS}"
    async with asyncio.timeout(PATIENCE_S):
        with pytest.raises(TimeoutError):
            await Database.open(url)
        with pytest.raises(TimeoutError):
            await upgrade(url)


async def test_without_a_word_in_the_address_there_are_limits_too(postgres: Cluster) -> None:
    db = await Database.open(f"postgresql://postgres@127.0.0.1:{postgres.port}/postgres")
    async with db.engine.connect() as connection:
        raw = await connection.get_raw_connection()
        driver: Any = raw.driver_connection
        # The driver tells neither in public.
        assert driver._config.command_timeout == 15
        sock = driver._transport.get_extra_info("socket")
        assert sock.getsockopt(*_option("SOL_SOCKET", "SO_KEEPALIVE"))
        assert sock.getsockopt(*_option("IPPROTO_TCP", "TCP_USER_TIMEOUT")) == 20_000
    await db.close()


def _option(level: str, name: str) -> tuple[int, int]:
    import socket

    return getattr(socket, level), getattr(socket, name)
