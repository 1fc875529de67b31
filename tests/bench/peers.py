"""What people use today, each as its documentation shows it. Runs in an environment of its own.

``python peers.py WHAT ADDRESS COUNT IN_FLIGHT FOLDER`` prints one JSON object. Imports are made by
the contestant that needs them, so that nobody carries another's memory.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from datetime import time as local_time
from pathlib import Path
from typing import Any, Self

TOKEN = "123456:" + "A" * 35
TEXT = "<b>A tip</b> of about six hundred characters. " + "It goes on and on and on. " * 22
Send = Callable[[int], Awaitable[object]]
TICKS = 5


class Meter:
    """Wall and processor seconds of what happens inside; imports and set-up stay outside."""

    def __enter__(self) -> Self:
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self._wall
        self.cpu = time.process_time() - self._cpu

    def report(self, count: int, **more: float) -> dict[str, float]:
        return {"count": count, "seconds": self.seconds, "cpu": self.cpu, **more}


def median_of(reports: list[dict[str, float]]) -> dict[str, float]:
    """The report of the run that took neither more nor less time than most."""
    return sorted(reports, key=lambda report: report["seconds"])[len(reports) // 2]


async def _gathered(send: Send, count: int, in_flight: int) -> Meter:
    """The pattern of every answer to "how do I send to all": gather behind a semaphore."""
    gate = asyncio.Semaphore(in_flight)

    async def one(chat: int) -> None:
        async with gate:
            await send(chat)

    with Meter() as meter:
        await asyncio.gather(*(one(chat) for chat in range(1, count + 1)))
    return meter


async def ptb(address: str, count: int, in_flight: int, _: Path) -> dict[str, float]:
    from telegram import Bot

    async with Bot(TOKEN, base_url=address) as bot:
        meter = await _gathered(
            lambda chat: bot.send_message(chat, TEXT, parse_mode="HTML"), count, in_flight
        )
    return meter.report(count)


async def aiogram(address: str, count: int, in_flight: int, _: Path) -> dict[str, float]:
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer

    server = TelegramAPIServer.from_base(address.removesuffix("/bot"))
    async with Bot(TOKEN, session=AiohttpSession(api=server)) as bot:
        meter = await _gathered(
            lambda chat: bot.send_message(chat, TEXT, parse_mode="HTML"), count, in_flight
        )
    return meter.report(count)


async def raw(address: str, count: int, in_flight: int, _: Path) -> dict[str, float]:
    """A bare loop around aiohttp's session: no retries, no outcomes, nothing."""
    import aiohttp

    chats = iter(range(1, count + 1))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight)) as session:
        post = _poster(session, address)

        async def work() -> None:
            for chat in chats:
                await post(chat)

        with Meter() as meter:
            await asyncio.gather(*(work() for _ in range(in_flight)))
    return meter.report(count)


async def orm(address: str, count: int, in_flight: int, folder: Path) -> dict[str, float]:
    """The same loop, and an ORM session for each message's outcome."""
    import aiohttp
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlmodel import Field, SQLModel, select
    from sqlmodel.ext.asyncio.session import AsyncSession

    class Outgoing(SQLModel, table=True):
        id: int = Field(primary_key=True)
        state: str = "queued"
        message_id: int | None = None

    engine = create_async_engine(f"sqlite+aiosqlite:///{folder / 'orm.db'}")
    async with engine.begin() as connection:
        await connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        await connection.exec_driver_sql("PRAGMA synchronous=NORMAL")
        await connection.run_sync(SQLModel.metadata.create_all)
        await connection.exec_driver_sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "INSERT INTO outgoing (id, state) SELECT i, 'queued' FROM n",
            (count,),
        )
    writing = asyncio.Lock()  # SQLite has one writer; without this half of them would fail
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight)) as client:
        post = _poster(client, address)

        async def send(chat: int) -> None:
            answer = json.loads(await post(chat))
            async with writing, AsyncSession(engine, expire_on_commit=False) as session:
                row = (await session.exec(select(Outgoing).where(Outgoing.id == chat))).one()
                row.state, row.message_id = "sent", answer["result"]["message_id"]
                await session.commit()

        meter = await _gathered(send, count, in_flight)
    await engine.dispose()
    return meter.report(count)


def _poster(session: Any, address: str) -> Callable[[int], Coroutine[Any, Any, bytes]]:
    import orjson

    url, headers = f"{address}{TOKEN}/sendMessage", {"Content-Type": "application/json"}

    async def post(chat: int) -> bytes:
        body = orjson.dumps({"chat_id": chat, "text": TEXT, "parse_mode": "HTML"})
        async with session.post(url, data=body, headers=headers) as answer:
            content: bytes = await answer.read()
            return content

    return post


async def registration(_: str, count: int, __: int, ___: Path) -> dict[str, float]:
    """A daily job for each subscriber, as PTB's documentation has it; needed at every start."""
    from telegram.ext import Application

    # Stopping cuts off the jobs that have just come due, and it says so at length for each.
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    application = Application.builder().token(TOKEN).build()
    queue = application.job_queue
    assert queue is not None

    async def tip(_: object) -> None:
        """What each job would send."""

    await queue.start()
    with Meter() as meter:
        for chat in range(count):
            moment = local_time(chat // 60 % 24, chat % 60, tzinfo=UTC)
            queue.run_daily(tip, moment, chat_id=chat, name=str(chat))
    await queue.stop(wait=False)
    return meter.report(count)


async def orm_tick(_: str, count: int, due: int, folder: Path) -> dict[str, float]:
    """One indexed table, read and moved on through the ORM: ``due`` of ``count`` subscribers.

    Its outbox holds what ours holds and promises the same: one tip a day, and a queue in order.
    """
    from sqlalchemy import Index, text
    from sqlmodel import Field, Session, SQLModel, create_engine, select

    class Subscriber(SQLModel, table=True):
        id: int = Field(primary_key=True)
        chat_id: int
        zone: str
        next_at: int = Field(index=True)

    class Outgoing(SQLModel, table=True):
        __table_args__ = (
            Index("once_a_day", "local_date", "subscriber_id", unique=True),
            Index("queue", "ready_at", sqlite_where=text("state = 'queued'")),
        )

        id: int | None = Field(default=None, primary_key=True)
        kind: str = "tip"
        subscriber_id: int
        chat_id: int
        local_date: str
        state: str = "queued"
        due_at: int
        ready_at: int
        not_after: int
        attempts: int = 0
        doubts: int = 0

    engine = create_engine(f"sqlite:///{folder / 'tick.db'}")
    SQLModel.metadata.create_all(engine)
    engine.dispose()
    day = datetime.now(UTC).date().isoformat()
    _move_in(folder / "tick.db", count, due)

    def tick(now: int) -> None:
        with Session(engine) as session:
            for subscriber in session.exec(
                select(Subscriber).where(Subscriber.next_at <= now)
            ).all():
                subscriber.next_at = 86_400
                mine = {
                    "subscriber_id": subscriber.id,
                    "chat_id": subscriber.chat_id,
                    "local_date": day,
                }
                when = {"due_at": now, "ready_at": now, "not_after": now + 3600}
                session.add(Outgoing(**mine, **when))
            session.commit()

    tick(0)  # ticks in the life of a bot, not its first
    ticks = []
    for moment in range(1, 1 + TICKS):
        with Meter() as meter:
            tick(moment)
        ticks.append(meter.report(due))
    engine.dispose()
    return median_of(ticks)


def _move_in(file: Path, count: int, due: int) -> None:
    """Fill the table; whoever is due at one minute signed up anywhen, and so lies anywhere."""
    step = count // due
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "INSERT INTO subscriber (id, chat_id, zone, next_at) "
            "SELECT i, i, 'Europe/Berlin', "
            "CASE WHEN i % ? <= ? THEN i % ? ELSE 1000 + i % 1440 END FROM n",
            (count, step, TICKS, step),
        )


ON_UVLOOP = ("raw", "orm")
CONTESTANTS = {
    "ptb": ptb,
    "aiogram": aiogram,
    "raw": raw,
    "orm": orm,
    "registration": registration,
    "orm_tick": orm_tick,
}


def main() -> None:
    what, address, count, in_flight, folder = sys.argv[1:6]
    work = CONTESTANTS[what](address, int(count), int(in_flight), Path(folder))
    if what in ON_UVLOOP:
        import uvloop

        result = uvloop.run(work)
    else:
        result = asyncio.run(work)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
