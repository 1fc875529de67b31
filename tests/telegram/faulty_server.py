"""A server on a real socket that behaves as badly as a test asks it to, and counts copies."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Self

from pydantic import SecretStr

from bot.telegram.bulk.pool import PooledTransport

TOKEN = SecretStr("123456:" + "A" * 35)
OK = b'{"ok":true,"result":{"message_id":7}}'


def answer(body: bytes = OK, status: str = "200 OK", *headers: str) -> bytes:
    """A whole HTTP answer with its length."""
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", "")
    return "\r\n".join(lines).encode() + body


Behaviour = Callable[["Visitor"], None]


class Visitor(asyncio.Protocol):
    """One connection of a client; collects whole requests and acts on each."""

    def __init__(self, server: FaultyServer) -> None:
        self.server = server
        self.transport: asyncio.Transport
        self.lost = asyncio.Event()
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.server.visitors.append(self)
        if self.server.closes_at_once:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (request := self._whole_request()) is not None:
            self.server.received(self, request)

    def write(self, data: bytes) -> None:
        self.transport.write(data)

    def drop(self) -> None:
        self.transport.abort()

    def _whole_request(self) -> bytes | None:
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return None
        length = 0
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if b"chunked" in head.lower():
            length = rest.find(b"0\r\n\r\n") + 5
            if length < 5:
                return None
        if len(rest) < length:
            return None
        self._buffer = rest[length:]
        return head + found + rest[:length]


class FaultyServer:
    """``async with FaultyServer() as server``; what comes next is put on ``server.script``."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.script: deque[Behaviour] = deque()
        self.requests: list[bytes] = []
        self.visitors: list[Visitor] = []
        self.closes_at_once = False
        self.arrived = asyncio.Event()
        self._tls = tls
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Visitor(self), "127.0.0.1", 0, ssl=self._tls
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for visitor in self.visitors:
            visitor.drop()
        await self._server.wait_closed()
        await asyncio.sleep(0)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def address(self) -> str:
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}/bot"

    @property
    def copies(self) -> int:
        return len(self.requests)

    def received(self, visitor: Visitor, request: bytes) -> None:
        self.requests.append(request)
        self.arrived.set()
        behave = self.script.popleft() if self.script else says(answer())
        behave(visitor)


def says(*parts: bytes) -> Behaviour:
    """Answer in these parts, each its own write in its own turn of the loop."""

    def behave(visitor: Visitor) -> None:
        loop = asyncio.get_running_loop()
        for turn, part in enumerate(parts):
            loop.call_later(0.003 * turn, visitor.write, part)

    return behave


def says_after(seconds: float, data: bytes) -> Behaviour:
    def behave(visitor: Visitor) -> None:
        asyncio.get_running_loop().call_later(seconds, visitor.write, data)

    return behave


def says_then_closes(data: bytes) -> Behaviour:
    def behave(visitor: Visitor) -> None:
        visitor.write(data)
        visitor.transport.close()

    return behave


def drops(visitor: Visitor) -> None:
    """Take the request, say nothing, reset the connection."""
    visitor.drop()


def keeps_silent(_: Visitor) -> None:
    """Take the request and never answer."""


async def turns(count: int = 20) -> None:
    """Let sockets on both sides catch up, without any time of their own."""
    for _ in range(count):
        await asyncio.sleep(0.001)


def server_tls(folder: Path) -> ssl.SSLContext:
    """A certificate for 127.0.0.1 that nobody trusts."""
    certificate, key = folder / "cert.pem", folder / "key.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1"
    places = ["-keyout", str(key), "-out", str(certificate)]
    names = ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*command.split(), *names, *places], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def send(transport: PooledTransport, body: bytes = b"{}") -> tuple[int, bytes]:
    """A message over the wire."""
    status, content, _ = await transport.call("sendMessage", body)
    return status, content
