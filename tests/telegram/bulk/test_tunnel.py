"""HTTPS through a proxy: as long as there is no tunnel, the request has certainly not left."""

from __future__ import annotations

import asyncio
import ssl
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from telegram.error import TimedOut

from bot.telegram.bulk.proxied import ProxiedTransport
from bot.telegram.errors import InDoubt, NoAnswerError, NotSent
from bot.telegram.request import AiohttpRequest
from tests.telegram.faulty_server import (
    OK,
    TOKEN,
    FaultyServer,
    Visitor,
    answer,
    drops,
    keeps_silent,
    says,
    says_then_closes,
    server_tls,
)
from tests.telegram.proxy import OPENED, HttpProxy

ELSEWHERE = "https://telegram.invalid/bot"
Call = Callable[[], Awaitable[Sequence[object]]]
Way = Callable[..., AbstractAsyncContextManager[Call]]


@asynccontextmanager
async def bulk(base: str, proxy: SecretStr, **more: Any) -> AsyncIterator[Call]:
    """How tips and broadcasts go out."""
    transport = ProxiedTransport(base, TOKEN, proxy=proxy, **more)
    try:
        yield lambda: transport.call("sendMessage", b"{}")
    finally:
        await transport.close()


@asynccontextmanager
async def replies(base: str, proxy: SecretStr, **more: Any) -> AsyncIterator[Call]:
    """How replies go out."""
    address = f"{base}{TOKEN.get_secret_value()}/sendMessage"
    async with AiohttpRequest(proxy=proxy, **more) as request:
        yield lambda: request.do_request(address, "POST")


@pytest.fixture(params=[bulk, replies])
def way(request: pytest.FixtureRequest) -> Way:
    chosen: Way = request.param
    return chosen


def closes(visitor: Visitor) -> None:
    visitor.transport.close()


class TestWithoutATunnel:
    @pytest.fixture
    async def proxy(self) -> AsyncIterator[FaultyServer]:
        async with FaultyServer() as server:
            yield server

    @pytest.mark.parametrize(
        "behaviour",
        [
            drops,
            closes,
            says(b"garbage\r\n\r\n"),
            says_then_closes(b"HTTP/1.1 200 OK\r\n"),
            says(answer(b"", "403 Forbidden")),
            says(answer(b"", "407 Proxy Authentication Required")),
            says(answer(b"", "502 Bad Gateway")),
            says_then_closes(OPENED),
            says(OPENED, b"this is no TLS\r\n\r\n"),
        ],
        ids=[
            *("reset", "closed", "garbage", "half an answer", "403", "407", "502"),
            *("closed in the handshake", "garbage in the handshake"),
        ],
    )
    async def test_nothing_was_sent(
        self, way: Way, proxy: FaultyServer, behaviour: Callable[[Visitor], None]
    ) -> None:
        proxy.script.append(behaviour)

        async with way(ELSEWHERE, secret_address(proxy)) as call:
            with pytest.raises(NotSent) as caught:
                await call()

        assert [request.split(b" ")[0] for request in proxy.requests] == [b"CONNECT"]
        assert "hunter2" not in "".join(traceback.format_exception(caught.value))

    async def test_a_proxy_that_hangs_up_at_once_got_nothing(
        self, way: Way, proxy: FaultyServer
    ) -> None:
        proxy.closes_at_once = True

        async with way(ELSEWHERE, secret_address(proxy)) as call:
            with pytest.raises(NotSent):
                await call()

    @pytest.mark.parametrize(
        "behaviour", [keeps_silent, says(OPENED)], ids=["no tunnel", "no handshake"]
    )
    async def test_silence_is_a_connection_that_was_not_made_in_time(
        self, way: Way, proxy: FaultyServer, behaviour: Callable[[Visitor], None]
    ) -> None:
        proxy.script.append(behaviour)

        async with way(ELSEWHERE, secret_address(proxy), connect_timeout=0.1) as call:
            with pytest.raises(NotSent, match="connect timeout") as caught:
                await call()

        assert isinstance(caught.value, TimedOut) is (way is replies)


class TestThroughATunnel:
    @pytest.fixture
    async def server(self, tmp_path: Path) -> AsyncIterator[FaultyServer]:
        async with FaultyServer(server_tls(tmp_path)) as server:
            yield server

    @pytest.fixture
    def trusting(self, server: FaultyServer, tmp_path: Path) -> ssl.SSLContext:
        assert server.address.startswith("https:")
        return ssl.create_default_context(cafile=tmp_path / "cert.pem")

    @pytest.fixture
    async def proxy(self) -> AsyncIterator[HttpProxy]:
        async with HttpProxy() as proxy:
            yield proxy

    async def test_calls_share_one_tunnel_and_the_proxy_reads_none(
        self, way: Way, proxy: HttpProxy, server: FaultyServer, trusting: ssl.SSLContext
    ) -> None:
        async with way(server.address, proxy.address, tls=trusting) as call:
            answers = [await call() for _ in range(3)]

        assert [body for _, body, *_ in answers] == [OK] * 3
        assert proxy.asked == [f"CONNECT 127.0.0.1:{server.port}"]
        assert TOKEN.get_secret_value().encode() not in proxy.passed

    @pytest.mark.parametrize(
        "behaviour",
        [
            drops,
            closes,
            keeps_silent,
            says(b"garbage\r\n\r\n"),
            says_then_closes(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc"),
        ],
        ids=["dropped", "closed", "silent", "garbage", "cut short"],
    )
    async def test_what_was_sent_and_not_answered_is_in_doubt(
        self,
        way: Way,
        proxy: HttpProxy,
        server: FaultyServer,
        trusting: ssl.SSLContext,
        behaviour: Callable[[Visitor], None],
    ) -> None:
        server.script.append(behaviour)

        async with way(server.address, proxy.address, tls=trusting, read_timeout=0.2) as call:
            with pytest.raises(InDoubt):
                await call()

        assert server.copies == 1

    async def test_a_proxy_that_dies_after_the_request_leaves_a_doubt(
        self, way: Way, proxy: HttpProxy, server: FaultyServer, trusting: ssl.SSLContext
    ) -> None:
        server.script.append(keeps_silent)

        async with way(server.address, proxy.address, tls=trusting) as call:
            outcome = asyncio.ensure_future(call())
            await server.arrived.wait()
            await proxy.cut()
            with pytest.raises(InDoubt):
                await outcome

    async def test_a_server_that_is_not_who_it_should_be_gets_nothing(
        self, way: Way, proxy: HttpProxy, server: FaultyServer
    ) -> None:
        async with way(server.address, proxy.address) as call:
            with pytest.raises(NotSent, match="TLS failed"):
                await call()

        assert server.copies == 0

    async def test_a_server_that_nobody_finds_gets_nothing(
        self, way: Way, proxy: HttpProxy, server: FaultyServer
    ) -> None:
        address = server.address
        await server.__aexit__()

        async with way(address, proxy.address) as call:
            with pytest.raises(NoAnswerError) as caught:
                await call()

        assert isinstance(caught.value, NotSent)


def secret_address(proxy: FaultyServer) -> SecretStr:
    return SecretStr(f"http://joe:hunter2@127.0.0.1:{proxy.port}")
