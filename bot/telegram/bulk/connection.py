"""One kept connection: HTTP/1.1, one call at a time, parsed in C."""

from __future__ import annotations

import asyncio
import re
import select
from typing import NamedTuple, Protocol, cast

import httptools

from bot.telegram.errors import InDoubt

RESTED_SECONDS = 0.01
DELAY = re.compile(r"\d{1,9}", re.ASCII)


class Reply(NamedTuple):
    """An answer as it came: the HTTP status and the body's bytes.

    ``retry_after`` is how many seconds the header of that name asks for; read from a 429 only.
    """

    status: int
    body: bytes
    retry_after: float = 0.0


def seconds_of(retry_after: str | None) -> float:
    """What a ``Retry-After`` says (RFC 9110, 10.2.3); 0 if nothing, or if it gives a date.

    A date is of use only where both clocks go right, and whoever limits rates gives seconds.
    """
    found = DELAY.fullmatch(retry_after or "")
    return float(found[0]) if found else 0.0


class Pool(Protocol):
    """Who owns connections and wants to know what becomes of them."""

    def freed(self, connection: Connection) -> None:
        """The connection may take the next call."""
        ...

    def lost(self, connection: Connection) -> None:
        """The connection is closed."""
        ...


class Connection(asyncio.Protocol):
    """Writes a request, reads its answer into the caller's future, and goes back to the pool.

    Times are the event loop's: a slow network is slow in real seconds, whatever a moved clock
    says.
    """

    __slots__ = (
        "_body",
        "_framed",
        "_headed",
        "_kept",
        "_parser",
        "_poll",
        "_pool",
        "_reply",
        "_retry_after",
        "_transport",
        "_unasked",
        "busy_since",
        "idle_since",
    )

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._transport: asyncio.Transport | None = None
        self._poll: select.poll | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._reply: asyncio.Future[Reply] | None = None
        self._body: list[bytes] = []
        self._framed = False
        self._headed = False
        self._kept = False
        self._retry_after = 0.0
        self._unasked = False
        self.busy_since = 0.0
        self.idle_since = 0.0

    # Towards the pool

    def send(self, request: bytes, reply: asyncio.Future[Reply], now: float) -> None:
        """Write a whole request; its answer, or :class:`InDoubt`, will be in ``reply``."""
        self._reply = reply
        self.busy_since = now
        if self._transport is None:
            self._fail("connection lost")
        else:
            self._transport.write(request)

    def stale(self, now: float) -> bool:
        """Whether the server has closed it, or said something unasked, while it was idle.

        The event loop may not have come to read that yet, so the kernel is asked: what is written
        to a connection that the server has closed already would otherwise count as in doubt. Not
        asked under load, where a connection rests for less time than asking takes.
        """
        if self._transport is None or self._transport.is_closing():
            return True
        rested = now - self.idle_since >= RESTED_SECONDS
        return rested and self._poll is not None and bool(self._poll.poll(0))

    def give_up(self, reason: str) -> None:
        """Fail the call under way as in doubt and close without ceremony."""
        self._fail(reason)
        self.close()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        opened = transport.get_extra_info("socket")
        if opened is not None and hasattr(select, "poll"):
            self._poll = select.poll()
            self._poll.register(opened.fileno(), select.POLLIN)

    def data_received(self, data: bytes) -> None:
        self._unasked = self._reply is None
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._unasked = True
            self._fail("answer unreadable")
        if self._unasked:
            self.close()  # whatever follows could not be told from the next answer
        elif self._reply is None:
            self._freed()

    def eof_received(self) -> bool:
        # An answer without a length ends where the connection ends (RFC 9112, 6.3).
        if self._reply is not None and self._headed and not self._framed:
            self._answer()
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's interface
        self._transport = self._poll = None
        self._fail("connection lost")
        self._pool.lost(self)

    # httptools

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._reply is None:
            self._unasked = True
            return
        name = name.lower()
        if name in (b"content-length", b"transfer-encoding"):
            self._framed = True
        elif name == b"retry-after" and self._parser.get_status_code() == 429:
            self._retry_after = seconds_of(value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        self._headed = True

    def on_body(self, data: bytes) -> None:
        self._body.append(data)

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() >= 200:  # below: "100 Continue" and its like
            self._kept = self._parser.should_keep_alive()
            self._answer()

    def _answer(self) -> None:
        reply, self._reply = self._reply, None
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        self._body = []
        self._framed = self._headed = False
        wait, self._retry_after = self._retry_after, 0.0
        if reply is not None and not reply.done():
            reply.set_result(Reply(self._parser.get_status_code(), body, wait))

    def _freed(self) -> None:
        if self._kept:
            self._pool.freed(self)
        else:
            self.close()

    def _fail(self, reason: str) -> None:
        reply, self._reply = self._reply, None
        if reply is not None and not reply.done():
            reply.set_exception(InDoubt(reason))
