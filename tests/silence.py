"""A TCP relay to a server that can fall silent, as a network does that drops packets."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Self


class SilentRelay:
    """``async with SilentRelay(port) as relay``; its ``port`` leads to the server's.

    While it is ``silent`` it takes whatever it is given and passes nothing on, nor that somebody
    hung up. What began in silence, or lived through it, never gets through any more.
    """

    def __init__(self, port: int) -> None:
        self.silent = False
        self._server_port = port
        self._server: asyncio.Server | None = None
        self._visits: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._visited, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
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
        with contextlib.suppress(OSError, asyncio.CancelledError):
            there = await asyncio.open_connection("127.0.0.1", self._server_port)
            await asyncio.gather(
                self._pass_on(subscriber, there[1]), self._pass_on(there[0], writer)
            )

    async def _pass_on(
        self, subscriber: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.closing(writer):
            while data := await subscriber.read(65536):
                if self.silent:
                    await asyncio.Event().wait()
                writer.write(data)
            if self.silent:
                await asyncio.Event().wait()
