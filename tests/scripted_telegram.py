"""A Telegram of a few lines for the tests of delivery: real HTTP, scripted answers, a ledger."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from bot.telegram.bulk.pool import PooledTransport

TOKEN = "123456789:AAaaBBbbCCccDDddEEeeFFffGGggHHhhIIi"

Answer = tuple[int, dict[str, Any]]
CUT_BEFORE, CUT_AFTER, SILENT = object(), object(), object()


def refusal(code: int, description: str, **parameters: Any) -> Answer:
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    if parameters:
        body["parameters"] = parameters
    return code, body


def once(*answers: Any) -> Any:
    """A script that gives these answers first and success afterwards."""
    waiting = list(answers)
    return lambda _method, _body: waiting.pop(0) if waiting else None


BLOCKED = refusal(403, "Forbidden: bot was blocked by the user")


@dataclass
class Telegram:
    """What arrived, and how to answer: ``script`` decides per call, success by default."""

    port: int = 0
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    arrived: list[int] = field(default_factory=list)
    script: Callable[[str, dict[str, Any]], Any] = lambda _method, _body: None
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    held: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    def transport(self, connections: int = 8, read_timeout: float = 20.0) -> PooledTransport:
        return PooledTransport(
            f"http://127.0.0.1:{self.port}/bot",
            SecretStr(TOKEN),
            connections=connections,
            read_timeout=read_timeout,
        )

    @property
    def copies(self) -> Counter[int]:
        """How many messages each chat really got."""
        return Counter(self.arrived)

    def tried(self, chat: int) -> int:
        return sum(body["chat_id"] == chat for _, body in self.calls)

    async def until(self, reached: Callable[[], bool]) -> None:
        """Wait for calls until that is so."""
        while not reached():
            self.news.clear()
            await self.news.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = head.lower().split("\r\n")
        size = int(next(x for x in lines if x.startswith("content-length")).split(":")[1])
        body = json.loads(await reader.readexactly(size))
        method = head.split(" ")[1].rsplit("/", 1)[1]
        self.calls.append((method, body))
        answer = self.script(method, body)
        self.held += 1
        self.news.set()
        await self.gate.wait()
        self.held -= 1
        if answer is CUT_BEFORE:
            return False
        if method != "getChat" and answer in (None, CUT_AFTER, SILENT):
            self.arrived.append(body["chat_id"])
        self.news.set()
        if answer is CUT_AFTER:
            return False
        if answer is SILENT:
            await asyncio.Event().wait()
        self._write(writer, answer or (200, self._done(method, body)))
        await writer.drain()
        return True

    def _done(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        if method.startswith("delete"):
            return {"ok": True, "result": True}
        if method == "sendMediaGroup":
            first = 1000 * len(self.arrived)
            ids = range(first, first + len(body["media"]))
            return {"ok": True, "result": [{"message_id": number} for number in ids]}
        message: dict[str, Any] = {"message_id": len(self.arrived)}
        if method == "sendMessage":
            message |= {"chat": {"id": body["chat_id"]}, "text": body["text"]}
        return {"ok": True, "result": message}

    def _write(self, writer: asyncio.StreamWriter, answer: Answer) -> None:
        text = json.dumps(answer[1], separators=(",", ":")).encode()
        head = f"HTTP/1.1 {answer[0]} X\r\nContent-Length: {len(text)}\r\n\r\n"
        writer.write(head.encode() + text)


@asynccontextmanager
async def telegram() -> AsyncIterator[Telegram]:
    """A server on a free port of this machine."""
    fake = Telegram()
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await fake.serve(reader, writer)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()
