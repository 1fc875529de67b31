"""The bulk path over real sockets: what every kind of ending means, and how often it was sent."""

from __future__ import annotations

import asyncio
import gc
import ssl
from pathlib import Path

import pytest

from bot.telegram.bulk import pool
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
    says_after,
    says_then_closes,
    send,
    server_tls,
    turns,
)

LONG = 30.0  # seconds; a machine may be busy


async def test_a_call_is_a_json_post_to_the_method(
    transport: PooledTransport, server: FaultyServer
) -> None:
    assert await send(transport, b'{"chat_id":1}') == (200, OK)

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == f"POST /bot{TOKEN.get_secret_value()}/sendMessage HTTP/1.1"
    assert f"Host: 127.0.0.1:{server.port}" in lines
    assert "Content-Type: application/json" in lines
    assert body == b'{"chat_id":1}'


async def test_one_connection_serves_one_call_after_the_other(
    transport: PooledTransport, server: FaultyServer
) -> None:
    for _ in range(50):
        await send(transport)

    assert len(server.visitors) == 1


async def test_a_connection_that_nobody_needs_is_closed_before_the_server_does(
    transport: PooledTransport, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "KEEP_ALIVE_SECONDS", 0.0)
    await send(transport)

    async with asyncio.timeout(LONG):
        await server.visitors[0].lost.wait()
    await send(transport)

    assert len(server.visitors) == 2


async def test_a_connection_is_kept_for_less_time_than_servers_keep_theirs() -> None:
    assert pool.KEEP_ALIVE_SECONDS == 60.0  # nginx closes after 75 s


async def test_many_calls_share_the_pool_and_each_gets_its_own_answer(
    transport: PooledTransport, server: FaultyServer
) -> None:
    server.script.extend(says(answer(b"%d" % n)) for n in range(100))

    answers = await asyncio.gather(*(send(transport, b"%d" % n) for n in range(100)))

    asked = [request.rpartition(b"\r\n\r\n")[2] for request in server.requests]
    assert [answers[int(body)][1] for body in asked] == [b"%d" % n for n in range(100)]
    assert len(server.visitors) == 4


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request", "429 Too Many Requests"])
async def test_every_status_is_an_answer(
    transport: PooledTransport, server: FaultyServer, status: str
) -> None:
    server.script.append(says(answer(b"x", status)))

    assert await send(transport) == (int(status[:3]), b"x")


async def test_a_429_says_how_long_to_wait_and_nothing_else_does(
    transport: PooledTransport, server: FaultyServer
) -> None:
    server.script += [
        says(answer(b"x", "429 Too Many Requests", "retry-after: 17")),
        says(answer(b"x", "503 Service Unavailable", "Retry-After: 18")),
        says(answer(b"x", "429 Too Many Requests")),
        says(answer(b"x", "429 Too Many Requests", "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT")),
    ]

    replies = [await transport.call("sendMessage", b"{}") for _ in range(4)]

    assert [reply.retry_after for reply in replies] == [17.0, 0.0, 0.0, 0.0]


async def test_an_answer_may_take_as_long_as_it_is_waited_for(server: FaultyServer) -> None:
    transport = PooledTransport(server.address, TOKEN, read_timeout=4.0)
    server.script.append(says_after(2.2, answer()))  # connections are looked at each second

    assert await send(transport) == (200, OK)
    await transport.close()


async def test_an_answer_in_pieces_is_put_together(
    transport: PooledTransport, server: FaultyServer
) -> None:
    whole = answer(b"0123456789")
    server.script.append(says(*(whole[n : n + 7] for n in range(0, len(whole), 7))))

    assert await send(transport) == (200, b"0123456789")


async def test_an_answer_in_chunks_is_put_together(
    transport: PooledTransport, server: FaultyServer
) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    server.script.append(says(head + b"3\r\nabc\r\n", b"2\r\nde\r\n", b"0\r\n\r\n"))

    assert await send(transport) == (200, b"abcde")
    assert await send(transport) == (200, OK)
    assert len(server.visitors) == 1


async def test_an_answer_without_a_length_ends_with_the_connection(
    transport: PooledTransport, server: FaultyServer
) -> None:
    server.script.append(says_then_closes(b"HTTP/1.1 502 Bad Gateway\r\n\r\nbad"))

    assert await send(transport) == (502, b"bad")
    assert await send(transport) == (200, OK)


async def test_an_interim_answer_is_passed_over(
    transport: PooledTransport, server: FaultyServer
) -> None:
    server.script.append(says(b"HTTP/1.1 100 Continue\r\n\r\n", answer()))

    assert await send(transport) == (200, OK)


async def test_connection_close_is_honoured(
    transport: PooledTransport, server: FaultyServer
) -> None:
    server.script.append(says(answer(OK, "200 OK", "Connection: close")))

    await send(transport)
    await send(transport)

    assert len(server.visitors) == 2


async def test_a_call_that_was_given_up_disturbs_no_other(
    transport: PooledTransport, server: FaultyServer
) -> None:
    server.script.append(says(b"", b"", b"", answer(b"late")))
    reply = asyncio.ensure_future(send(transport))
    await server.arrived.wait()
    reply.cancel()

    assert await send(transport) == (200, OK)
    await turns()
    assert await send(transport) == (200, OK)


async def test_a_server_that_hangs_up_at_once_costs_one_try_each(server: FaultyServer) -> None:
    server.closes_at_once = True
    transport = PooledTransport(server.address, TOKEN, read_timeout=0.2)

    outcomes = await asyncio.gather(*(send(transport) for _ in range(10)), return_exceptions=True)

    assert all(isinstance(outcome, InDoubt | NotSent) for outcome in outcomes)
    await transport.close()


async def test_tls_is_spoken_and_verified(tmp_path: Path) -> None:
    async with FaultyServer(server_tls(tmp_path)) as server:
        trusting = ssl.create_default_context(cafile=tmp_path / "cert.pem")
        transport = PooledTransport(server.address, TOKEN, tls=trusting)
        for _ in range(3):
            assert await send(transport) == (200, OK)
        assert len(server.visitors) == 1
        server.visitors[0].transport.close()
        await turns()
        assert await send(transport) == (200, OK)
        await transport.close()


async def test_the_token_is_in_no_text(server: FaultyServer) -> None:
    secret = TOKEN.get_secret_value()
    transport = PooledTransport(server.address, TOKEN, read_timeout=0.1)
    server.script.extend([drops, keeps_silent, says(b"garbage\r\n\r\n")])
    texts = [repr(transport), str(transport)]
    for _ in range(3):
        with pytest.raises(InDoubt) as caught:
            await send(transport)
        texts += [repr(caught.value), str(caught.value), repr(caught.value.__context__)]
    await transport.close()

    assert not [text for text in texts if secret in text]


async def test_closing_leaves_nothing_open(server: FaultyServer) -> None:
    transport = PooledTransport(server.address, TOKEN)
    await asyncio.gather(*(send(transport) for _ in range(8)))

    await transport.close()
    await turns()
    gc.collect()  # an unclosed transport would warn here, and warnings are errors

    assert all(visitor.transport.is_closing() for visitor in server.visitors)


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
