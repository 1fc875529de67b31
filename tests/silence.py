"""A TCP relay to a server that can fall silent, as a network does that drops packets."""

from __future__ import annotations

import asyncio
import contextlib

from tests.relay import Relay


class SilentRelay(Relay):
    """``async with SilentRelay(port) as relay``; its ``port`` leads to the server's.

    While it is ``silent`` it takes whatever it is given and passes nothing on, nor that somebody
    hung up. What began in silence, or lived through it, never gets through any more.
    """

    def __init__(self, port: int) -> None:
        super().__init__()
        self.silent = False
        self._server_port = port

    async def _serve(self, client: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, server = await asyncio.open_connection("127.0.0.1", self._server_port)
        await asyncio.gather(self._pass_on(client, server), self._pass_on(answers, writer))

    async def _pass_on(self, source: asyncio.StreamReader, goal: asyncio.StreamWriter) -> None:
        with contextlib.closing(goal):
            while data := await source.read(65536):
                if self.silent:
                    await asyncio.Event().wait()
                goal.write(data)
            if self.silent:
                await asyncio.Event().wait()
