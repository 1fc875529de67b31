"""An HTTP proxy on a real socket: passes plain requests on, and opens tunnels for the others."""

from __future__ import annotations

import asyncio
import contextlib
from urllib.parse import urlsplit

from pydantic import SecretStr

from tests.relay import Relay

OPENED = b"HTTP/1.1 200 Connection established\r\n\r\n"


class HttpProxy(Relay):
    """``async with HttpProxy() as proxy``; it remembers what it was asked and what went through.

    A plain connection is passed on to the host that its first request names.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.passed = bytearray()

    @property
    def address(self) -> SecretStr:
        return SecretStr(f"http://joe:hunter2@127.0.0.1:{self.port}")

    async def _serve(self, client: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await client.readuntil(b"\r\n\r\n")
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
                self._pass(client, outwards, self.passed), self._pass(inwards, writer)
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
