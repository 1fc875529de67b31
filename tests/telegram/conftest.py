"""A server that misbehaves, and a wire to it."""

from collections.abc import AsyncIterator

import pytest

from bot.telegram.bulk.pool import PooledTransport
from tests.telegram.faulty_server import TOKEN, FaultyServer


@pytest.fixture
async def server() -> AsyncIterator[FaultyServer]:
    async with FaultyServer() as server:
        yield server


@pytest.fixture
async def transport(server: FaultyServer) -> AsyncIterator[PooledTransport]:
    transport = PooledTransport(
        server.address, TOKEN, connections=4, read_timeout=0.2, connect_timeout=0.5
    )
    yield transport
    await transport.close()
