"""An HTTP proxy on a real socket: passes plain requests on, and opens tunnels for the others."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Self
from urllib.parse import urlsplit

from pydantic import SecretStr

OPENED = b"HTTP/1.1 200 Connection established\r\n\r\n"


class Relay:
    """``async with Relay() as proxy``; it remembers what it was asked for and what went through.

    A plain connection is passed on to the host that its first request names.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.passed = bytearray()
        self._server: asyncio.Server | None = None
        self._visits: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._visited, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self.cut()
        await self._server.wait_closed()

    @property
    def address(self) -> SecretStr:
        assert self._server is not None
        return SecretStr(
            f"http://joe:hunter2@127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        )

    async def cut(self) -> None:
        """Drop whatever goes through."""
        visits = tuple(self._visits)
        for context in visits:
            context.cancel()
        await asyncio.gather(*visits, return_exceptions=True)

    async def _visited(
        self, subscriber: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        context = asyncio.current_task()
        assert context is not None
        self._visits.add(context)
        context.add_done_callback(self._visits.discard)
        with contextlib.closing(writer), contextlib.suppress(OSError, EOFError):
            await self._serve(subscriber, writer)

    async def _serve(self, subscriber: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await subscriber.readuntil(b"\r\n\r\n")
        method, target, _ = head.decode("latin-1").split(" ", 2)
        self.asked.append(f"{method} {target}")
        tunnel = method == "CONNECT"
        place = urlsplit(f"//{target}" if tunnel else target)
        inwards, outwards = await asyncio.open_connection(place.hostname, place.port)
        with contextlib.closing(outwards):
            if tunnel:
                writer.write(OPENED)
            else:
                self.passed += head
                outwards.write(head)
            await asyncio.gather(
                self._pass(subscriber, outwards, self.passed), self._pass(inwards, writer)
            )

    async def _pass(
        self,
        source: asyncio.StreamReader,
        goal: asyncio.StreamWriter,
        seen: bytearray | None = None,
    ) -> None:
        while data := await source.read(65536):
            if seen is not None:
                seen += data
            goal.write(data)
            await goal.drain()
        goal.close()
