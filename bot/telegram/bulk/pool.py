"""The way out for tips and broadcasts: bytes in, bytes out, as little as possible in between.

It is our own, because a message through aiohttp costs three times the CPU (measured here).
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections import deque
from typing import NamedTuple
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.telegram.bulk.connection import Connection, Reply
from bot.telegram.errors import NotSent
from bot.telegram.session import KEEP_ALIVE_SECONDS

SWEEP_SECONDS = 1.0  # one timer looks at all connections, since a timer a call is not free
# The first that fits counts, so what is also an OSError or a ValueError stands before those.
CONNECT_FAILURES: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "connect timeout"),
    (socket.gaierror, "name not found"),
    (ssl.SSLError, "TLS failed"),
    (ssl.CertificateError, "TLS failed"),
    (ConnectionRefusedError, "connection refused"),
    (ValueError, "malformed address"),
)


class _Waiting(NamedTuple):
    request: bytes
    reply: asyncio.Future[Reply]
    since: float


class PooledTransport:
    """POSTs JSON to Telegram over kept connections; for the bulk path, which needs nothing else.

    A call costs neither a task nor a timer. The last connection used is used next, so that no
    more are kept open than the load needs. Must be used inside one running event loop.

    Args:
        api_base_url: address that the token is appended to, ending in ``/bot``.
        connections: how many there may be at once; further calls wait for a free one.
        connect_timeout: seconds for name, connection and TLS together.
        read_timeout: seconds for the answer; kept to within a quarter, by one timer for all.
        tls: how servers are verified; the system's certificates by default.
    """

    def __init__(
        self,
        api_base_url: str,
        token: SecretStr,
        *,
        connections: int = 64,
        connect_timeout: float = 5.0,
        read_timeout: float = 20.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        address = urlsplit(api_base_url)
        secure = address.scheme == "https"
        self._host = address.hostname or ""
        self._port = address.port or (443 if secure else 80)
        self._host_header = address.netloc.rpartition("@")[2]
        self._prefix = f"{address.path}{token.get_secret_value()}"
        self._tls = (tls or ssl.create_default_context()) if secure else None
        self._connections = connections
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._heads: dict[str, bytes] = {}
        self._open: set[Connection] = set()
        self._idle: list[Connection] = []
        self._waiting: deque[_Waiting] = deque()
        self._connecting: set[asyncio.Task[None]] = set()
        self._sweeper: asyncio.TimerHandle | None = None
        self._closed = False
        self._all_lost = asyncio.Event()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._host}:{self._port}, {len(self._open)} open)"

    async def close(self) -> None:
        """Close every connection; calls under way end as in doubt, waiting ones as not sent."""
        self._closed = True
        for task in self._connecting:
            task.cancel()
        await asyncio.gather(*self._connecting, return_exceptions=True)
        while self._waiting:
            _refuse(self._waiting.popleft().reply, "closed")
        for connection in tuple(self._open):
            connection.give_up("closed")
        # Aborted connections report their end later; the loop must not close before that.
        while self._open:
            self._all_lost.clear()
            await self._all_lost.wait()
        if self._sweeper is not None:
            self._sweeper.cancel()

    async def call(self, method: str, body: bytes) -> Reply:
        """POST a JSON body to a Bot API method and wait for the answer, whatever its status.

        Raises:
            NotSent: no connection could be had; none of the request has left.
            InDoubt: the request has left at least in part and no whole answer came.
        """
        return await self.begin(method, body)

    def begin(self, method: str, body: bytes) -> asyncio.Future[Reply]:
        """Like :meth:`call`, but hands out the future: for callers who keep many under way."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        reply: asyncio.Future[Reply] = loop.create_future()
        head = self._heads.get(method) or self._head(method)
        request = b"%b%d\r\n\r\n%b" % (head, len(body), body)
        idle = self._idle
        while idle:
            connection = idle.pop()
            if not connection.stale(now):
                connection.send(request, reply, now)
                return reply
            connection.close()
        if self._closed:
            reply.set_exception(NotSent("closed"))
            return reply
        self._waiting.append(_Waiting(request, reply, now))
        self._grow()
        return reply

    # Connections report here

    def freed(self, connection: Connection) -> None:
        now = asyncio.get_running_loop().time()
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.reply.done():
                connection.send(waiting.request, waiting.reply, now)
                return
        connection.idle_since = now
        self._idle.append(connection)

    def lost(self, connection: Connection) -> None:
        self._open.discard(connection)
        with contextlib.suppress(ValueError):
            self._idle.remove(connection)
        if not self._open:
            self._all_lost.set()
        self._grow()

    def _head(self, method: str) -> bytes:
        lines = (
            f"POST {self._prefix}/{method} HTTP/1.1",
            f"Host: {self._host_header}",
            "Content-Type: application/json",
            "Content-Length: ",
        )
        head = self._heads[method] = "\r\n".join(lines).encode("ascii")
        return head

    def _grow(self) -> None:
        room = self._connections - len(self._open) - len(self._connecting)
        wanted = len(self._waiting) - len(self._connecting)
        for _ in range(0 if self._closed else min(room, wanted)):
            task = asyncio.get_running_loop().create_task(self._connect())
            self._connecting.add(task)
            task.add_done_callback(self._connected)

    def _connected(self, task: asyncio.Task[None]) -> None:
        self._connecting.discard(task)
        self._grow()

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        server_hostname = self._host if self._tls else None
        try:
            async with asyncio.timeout(self._connect_timeout):
                _, connection = await loop.create_connection(
                    lambda: Connection(self),
                    self._host,
                    self._port,
                    ssl=self._tls,
                    server_hostname=server_hostname,
                )
        except (OSError, ValueError) as error:
            self._refuse_next(_why(error))
            return
        # A server that is full accepts and closes at once; nothing was written, so it is safe
        # to say so.
        if connection.stale(loop.time()):
            self._refuse_next("connection refused")
            return
        self._open.add(connection)
        if self._sweeper is None:
            self._sweeper = loop.call_later(self._pause(), self._sweep)
        self.freed(connection)

    def _refuse_next(self, reason: str) -> None:
        while self._waiting:
            reply = self._waiting.popleft().reply
            if not reply.done():
                _refuse(reply, reason)
                return

    def _pause(self) -> float:
        return min(SWEEP_SECONDS, self._read_timeout / 4)

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._drop_idle(now - KEEP_ALIVE_SECONDS)
        idle = set(self._idle)
        for connection in self._open - idle:
            if connection.busy_since < now - self._read_timeout:
                connection.give_up("read timeout")
        patience = self._connect_timeout + self._read_timeout
        while self._waiting and self._waiting[0].since < now - patience:
            _refuse(self._waiting.popleft().reply, "no connection free")
        keep_on = bool(self._open) and not self._closed
        self._sweeper = loop.call_later(self._pause(), self._sweep) if keep_on else None

    def _drop_idle(self, since: float) -> None:
        for connection in self._idle:
            if connection.idle_since < since:
                connection.close()


def _refuse(reply: asyncio.Future[Reply], reason: str) -> None:
    if not reply.done():
        reply.set_exception(NotSent(reason))


def _why(error: Exception) -> str:
    for kind, reason in CONNECT_FAILURES:
        if isinstance(error, kind):
            return reason
    return "connection failed"
