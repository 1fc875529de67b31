"""The bulk path over real sockets: calls without an answer, and how often they were sent."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.telegram.bulk.pool import PooledTransport
from bot.telegram.errors import InDoubt, NotSent
from tests.telegram.faulty_server import (
    OK,
    TOKEN,
    FaultyServer,
    answer,
    drops,
    keeps_silent,
    says,
    says_then_closes,
    send,
    server_tls,
    turns,
)


class TestInDoubt:
    async def test_when_the_connection_drops_after_the_request(
        self, transport: PooledTransport, server: FaultyServer
    ) -> None:
        server.script.append(drops)

        with pytest.raises(InDoubt, match="connection lost"):
            await send(transport)
        assert server.copies == 1

    async def test_when_no_answer_comes_in_time(
        self, transport: PooledTransport, server: FaultyServer
    ) -> None:
        server.script.append(keeps_silent)

        with pytest.raises(InDoubt, match="read timeout"):
            await send(transport)
        assert server.copies == 1
        assert await send(transport) == (200, OK)

    async def test_when_the_answer_is_cut_short(
        self, transport: PooledTransport, server: FaultyServer
    ) -> None:
        server.script.append(says_then_closes(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc"))

        with pytest.raises(InDoubt):
            await send(transport)

    async def test_when_the_head_is_cut_short(
        self, transport: PooledTransport, server: FaultyServer
    ) -> None:
        server.script.append(says_then_closes(b"HTTP/1.1 200 OK\r\nX: 1\r\n"))

        with pytest.raises(InDoubt):
            await send(transport)

    async def test_when_the_answer_is_garbage(
        self, transport: PooledTransport, server: FaultyServer
    ) -> None:
        server.script.append(says(b"\x16\x03\x01 nonsense\r\n\r\n"))

        with pytest.raises(InDoubt, match="unreadable"):
            await send(transport)
        assert await send(transport) == (200, OK)

    async def test_when_it_is_closed_meanwhile(
        self, transport: PooledTransport, server: FaultyServer
    ) -> None:
        server.script.append(keeps_silent)
        reply = asyncio.ensure_future(send(transport))
        await server.arrived.wait()

        await transport.close()

        with pytest.raises(InDoubt, match="closed"):
            await reply


class TestNotSent:
    async def test_when_nobody_listens(self) -> None:
        async with FaultyServer() as gone:
            address = gone.address
        transport = PooledTransport(address, TOKEN)

        with pytest.raises(NotSent, match="connection refused"):
            await send(transport)
        await transport.close()

    async def test_when_the_name_is_unknown(self) -> None:
        transport = PooledTransport("http://no-such-host.invalid/bot", TOKEN)

        with pytest.raises(NotSent):
            await send(transport)
        await transport.close()

    async def test_when_the_server_is_not_who_it_should_be(self, tmp_path: Path) -> None:
        async with FaultyServer(server_tls(tmp_path)) as server:
            transport = PooledTransport(server.address, TOKEN)
            with pytest.raises(NotSent, match="TLS failed"):
                await send(transport)
            await transport.close()
            assert server.copies == 0

    async def test_when_the_handshake_takes_too_long(self) -> None:
        async with FaultyServer() as mute:
            transport = PooledTransport(
                mute.address.replace("http", "https"), TOKEN, connect_timeout=0.05
            )
            with pytest.raises(NotSent, match="connect timeout"):
                await send(transport)
            await transport.close()

    async def test_when_every_connection_stays_busy(self, server: FaultyServer) -> None:
        transport = PooledTransport(
            server.address, TOKEN, connections=1, read_timeout=0.2, connect_timeout=0.2
        )
        server.script.extend([keeps_silent] * 3)
        calls = [asyncio.ensure_future(send(transport)) for _ in range(4)]

        outcomes = await asyncio.gather(*calls, return_exceptions=True)

        assert NotSent in {type(outcome) for outcome in outcomes}
        assert server.copies == sum(not isinstance(outcome, NotSent) for outcome in outcomes)
        await transport.close()

    async def test_after_closing(self, transport: PooledTransport) -> None:
        await transport.close()

        with pytest.raises(NotSent, match="closed"):
            await send(transport)

    async def test_when_it_is_closed_while_waiting(self, server: FaultyServer) -> None:
        transport = PooledTransport(server.address, TOKEN, connections=1)
        server.script.append(keeps_silent)
        first, second = (
            asyncio.ensure_future(send(transport)),
            asyncio.ensure_future(send(transport)),
        )
        await server.arrived.wait()

        await transport.close()

        outcomes = await asyncio.gather(first, second, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [InDoubt, NotSent]
        assert server.copies == 1


class TestAStaleConnection:
    async def test_is_replaced_before_anything_is_written(
        self, transport: PooledTransport, server: FaultyServer
    ) -> None:
        for _ in range(20):
            await send(transport)
            await turns()
            server.visitors[-1].transport.close()
            await asyncio.sleep(0)  # the server's side has closed, ours has not read it yet
            assert await send(transport) == (200, OK)

        assert server.copies == 40

    async def test_is_forgotten_once_it_is_known_to_be_closed(
        self, transport: PooledTransport, server: FaultyServer
    ) -> None:
        await send(transport)
        server.visitors[-1].drop()
        await turns()

        assert await send(transport) == (200, OK)

    async def test_that_spoke_unasked_is_not_trusted(
        self, transport: PooledTransport, server: FaultyServer
    ) -> None:
        await send(transport)
        server.visitors[-1].write(answer(b"not for you"))
        await turns()

        assert await send(transport) == (200, OK)
        assert len(server.visitors) == 2

    async def test_that_said_too_much_is_not_trusted(
        self, transport: PooledTransport, server: FaultyServer
    ) -> None:
        server.script.append(says(answer(b"one") + answer(b"two")))

        assert await send(transport) == (200, b"one")
        await turns()
        assert await send(transport) == (200, OK)
