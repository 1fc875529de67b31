"""Whoever opens connections and does not finish a request holds nothing for long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import aiohttp
import pytest
from pydantic import SecretStr

from bot.web.health import health_routes
from bot.web.server import PATIENCE_S, WebServer
from bot.web.webhook import SECRET_HEADER, Refusals, Webhook
from tests.web.test_health import health_of
from tests.web.test_webhook import SECRET, Rows

PATIENCE = 0.2  # seconds; ten of them would only make the tests longer
ENOUGH = 2.0  # seconds in which a whole request is read even on a machine that is busy
LONG = 30.0  # so long a test waits for what should have come before

HEAD = "POST /hook HTTP/1.1\r\nHost: bot.example\r\n"
KNOWN = f"{HEAD}{SECRET_HEADER}: {SECRET}\r\nContent-Length: 100\r\n\r\n"
UNKNOWN = f"{HEAD}Content-Length: 100\r\n\r\n"


@asynccontextmanager
async def serving(
    rows: Rows | None = None, for_head: float = PATIENCE
) -> AsyncIterator[WebServer]:
    rows = rows or Rows()
    refusals = Refusals(rows.clock, rows.metrics)
    url = "https://bot.example/hook"
    hook = Webhook(url, SecretStr(SECRET), rows.take, refusals, patience=PATIENCE)
    routes = [*health_routes(health_of()), *hook.routes()]
    server = WebServer("127.0.0.1", 0, routes, patience=for_head)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@asynccontextmanager
async def connection(
    server: WebServer,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    at = urlsplit(server.url)
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def all_that_comes(reader: asyncio.StreamReader) -> bytes:
    """Until the server closes the connection, be it upon bytes that it has not read."""
    came = b""
    with suppress(ConnectionError):
        async with asyncio.timeout(LONG):
            while part := await reader.read(1024):
                came += part
    return came


async def trickle(writer: asyncio.StreamWriter, text: str) -> None:
    """A byte now and then, and never the last one."""
    with suppress(ConnectionError):
        while True:
            writer.write(text.encode())
            await writer.drain()
            await asyncio.sleep(PATIENCE / 10)


def test_ten_seconds_are_enough_for_a_request() -> None:
    assert PATIENCE_S == 10.0


@pytest.mark.parametrize("begun", ["", "GET", HEAD, f"{HEAD}Content-Le"])
async def test_half_a_head_is_not_waited_for(begun: str) -> None:
    async with serving() as server, connection(server) as (reader, writer):
        writer.write(begun.encode())
        assert await all_that_comes(reader) == b""


async def test_nor_one_that_never_ends() -> None:
    async with serving() as server, connection(server) as (reader, writer):
        writer.write(HEAD.encode())
        slow = asyncio.create_task(trickle(writer, "X-Slow: 1\r\n"))
        assert await all_that_comes(reader) == b""
        slow.cancel()


async def test_nor_the_second_on_a_connection() -> None:
    async with serving(for_head=ENOUGH) as server, connection(server) as (reader, writer):
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: bot.example\r\n\r\nGET /hea")
        assert (await all_that_comes(reader)).endswith(b"\r\n\r\nok\n")


@pytest.mark.parametrize(("head", "status"), [(KNOWN, b"408"), (UNKNOWN, b"401")])
@pytest.mark.parametrize("drips", [False, True])
async def test_half_a_body_is_not_waited_for(head: str, status: bytes, drips: bool) -> None:
    rows = Rows()
    async with serving(rows, ENOUGH) as server, connection(server) as (reader, writer):
        writer.write(head.encode())
        slow = asyncio.create_task(trickle(writer, "x" if drips else ""))
        assert (await all_that_comes(reader)).startswith(b"HTTP/1.1 " + status)
        slow.cancel()
    assert rows.taken == []


async def test_hundreds_of_them_keep_nobody_else_out() -> None:
    rows = Rows()
    async with serving(rows, ENOUGH) as server:
        at = urlsplit(server.url)
        half = [await asyncio.open_connection(at.hostname, at.port) for _ in range(200)]
        for _, writer in half:
            writer.write(HEAD.encode())
        headers = {SECRET_HEADER: SECRET}
        async with (
            aiohttp.ClientSession(server.url) as session,
            session.post("/hook", json={"update_id": 1}, headers=headers) as response,
        ):
            assert response.status == 200
        for reader, writer in half:
            assert await all_that_comes(reader) == b""
            writer.close()
    assert rows.taken == [{"update_id": 1}]
