"""The product under measurement, its own parts put together as the app does it.

``python -m tests.bench.ours WHAT ADDRESS COUNT IN_FLIGHT FOLDER`` prints one JSON object.
"""

from __future__ import annotations

import asyncio
import gc
import json
import random
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import uvloop
from sqlalchemy import func, select

from bot.clock import SystemClock
from bot.config import Settings
from bot.delivery.message import Finished
from bot.delivery.outbox import Event, Outbox
from bot.delivery.planner import Planner
from bot.delivery.rendering import TipRenderer
from bot.delivery.worker import LEASE_SECONDS, DeliveryWorker
from bot.metrics import Metrics
from bot.store.database import Database
from bot.store.outbox.leases import Settled
from bot.store.tables import Executor, delivery
from bot.telegram.bulk.proxied import open_transport
from bot.telegram.client import Client, build_client
from bot.telegram.limits.limiter import SendLimiter
from bot.telegram.rate_limiter import PriorityRateLimiter
from tests.bench import town
from tests.bench.lab import Server
from tests.bench.peers import TICKS, Meter, median_of
from tips.library import load_library

Result = dict[str, Any]


async def tick(address: str, subscribers: int, due: int, folder: Path) -> Result:
    """Plan ``due`` of ``subscribers``, several times over; the median tick."""
    settings, library = town.settings_for(folder, address), load_library()
    await town.settle(settings, library, subscribers, slots=subscribers // due)
    db = await Database.open(settings.database)
    planner = Planner(db, SystemClock(), library, settings)
    await planner.ready_at_start()
    await planner.next_due()
    await planner.tick()  # ticks in the life of a bot, not its first
    gc.freeze()  # as the bot does once it has started
    ticks = []
    for slot in range(2, 2 + TICKS):
        await town.make_due(db, slot)
        with Meter() as meter:
            planned = await planner.tick()
        assert planned.rows == due, planned
        ticks.append(meter.report(due))
    await db.close()
    return median_of(ticks)


async def ready(address: str, subscribers: int, _: int, folder: Path) -> Result:
    """From opening the database to knowing what is due next."""
    settings, library = town.settings_for(folder, address), load_library()
    await town.settle(settings, library, subscribers)
    with Meter() as meter:
        db = await Database.open(settings.database)
        planner = Planner(db, SystemClock(), library, settings)
        await planner.ready_at_start()
        await planner.next_due()
    await db.close()
    return meter.report(subscribers)


class Unwritten(Outbox):
    """Leases as always and forgets what came of it: what durable outcomes are compared with."""

    async def _write(
        self, session: Executor, finished: Sequence[Finished], back: Sequence[Settled]
    ) -> list[Event]:
        return []


async def bulk(address: str, count: int, in_flight: int, folder: Path) -> Result:
    """Tips as fast as they go: lease, choose, render, send, durable outcome."""
    return await _tips(address, count, in_flight, folder, durable=True)


async def forgetful(address: str, count: int, in_flight: int, folder: Path) -> Result:
    """The same without writing outcomes down."""
    return await _tips(address, count, in_flight, folder, durable=False)


async def _tips(
    address: str, count: int, in_flight: int, folder: Path, *, durable: bool
) -> Result:
    settings = town.settings_for(folder, address, in_flight=in_flight)
    async with _worker(settings, count, paced=False, slots=1) as (worker, db):
        await Planner(db, SystemClock(), load_library(), settings).tick()
        if not durable:
            renderer = TipRenderer(load_library())
            clock = SystemClock()
            worker.outbox = Unwritten(
                db,
                clock,
                settings,
                renderer,
                LEASE_SECONDS,
                marks=False,
                metrics=Metrics(clock),
            )
        with Meter() as meter:
            sent = await worker.drain()
        if durable:
            await _expect_settled(db, count)
    return meter.report(sent)


async def paced(address: str, count: int, rate: int, folder: Path) -> Result:
    """A broadcast at ``rate`` messages a second, paid for if that is above the free rate."""
    given = {"paid_broadcast": rate > 30, "total_rate": rate, "bulk_rate": rate}
    settings = town.settings_for(folder, address, **given)
    async with _worker(settings, count, paced=True) as (worker, db):
        # The first second of a process pays for what is made only once.
        await town.announce(db, settings, rate)
        await _drain(worker, rate)
        gc.freeze()  # as the bot does once it has started
        Server.at(address).control("fresh")
        await town.announce(db, settings, count)
        with Meter() as meter:
            await _drain(worker, count)
        await _expect_settled(db, rate + count)
    return meter.report(count)


async def _drain(worker: DeliveryWorker, count: int) -> None:
    """Until all are sent, whatever holds the sender up in between."""
    begun = worker.sent
    while worker.sent < begun + count:
        await worker.drain()
        await asyncio.sleep(worker.held_for)


async def settle(address: str, subscribers: int, _: int, folder: Path) -> Result:
    """Only move the subscribers in: for measurements that this must leave no trace in."""
    await town.settle(town.settings_for(folder, address), load_library(), subscribers)
    return {}


async def memory(address: str, subscribers: int, messages: int, folder: Path) -> Result:
    """Resident memory among so many subscribers, idle and at most during a broadcast."""
    settings = town.settings_for(folder, address)
    process = psutil.Process()
    again = (sys.executable, "-m", "tests.bench.ours", "settle", address, str(subscribers), "0")
    moved_in = await asyncio.create_subprocess_exec(*again, str(folder))
    await moved_in.wait()
    async with _worker(settings, None, paced=False) as (worker, db):
        await Planner(db, SystemClock(), load_library(), settings).tick()
        await worker.drain()
        gc.collect()
        idle = most = process.memory_info().rss
        await town.announce(db, settings, messages)
        work = asyncio.ensure_future(worker.drain())
        with Meter() as meter:
            while not work.done():
                await asyncio.wait([work], timeout=0.05)
                most = max(most, process.memory_info().rss)
        sent = work.result()
    assert sent == messages, sent
    return meter.report(messages, idle=idle, busy=most)


async def replies(address: str, count: int, per_second: int, folder: Path) -> Result:
    """How long a reply takes, idle and beside a broadcast at the full free rate."""
    settings = town.settings_for(folder, address, total_rate=30, bulk_rate=25)
    async with _worker(settings, 40 * count, paced=True) as (worker, db):
        assert worker.limiter is not None
        limiter = PriorityRateLimiter(worker.limiter)
        async with build_client(settings.token, address, limiter=limiter) as bot:
            await _talk(bot, count // 4, per_second)
            idle = await _talk(bot, count, per_second)
            await town.announce(db, settings, 40 * count)
            gc.freeze()  # as the bot does once it has started
            stop = asyncio.Event()
            work = asyncio.ensure_future(worker.run(stop))
            await asyncio.sleep(1.0)
            busy = await _talk(bot, count, per_second)
            stop.set()
            await work
    return {"idle": idle, "busy": busy, "count": count, "bulk": worker.sent}


async def _talk(bot: Client, count: int, per_second: int) -> list[float]:
    """Reply to as many subscribers, at moments that nothing is in step with; seconds of each."""
    chance = random.Random(count)
    taken: list[float] = []

    async def reply(chat: int) -> None:
        asked = time.perf_counter()
        await bot.send_message(chat, "An answer", parse_mode="HTML")
        taken.append(time.perf_counter() - asked)

    async with asyncio.TaskGroup() as group:
        for turn in range(count):
            await asyncio.sleep(chance.uniform(0.2, 1.8) / per_second)
            group.create_task(reply(10_000_000 + turn))
    return taken


@asynccontextmanager
async def _worker(
    settings: Settings, subscribers: int | None, *, paced: bool, slots: int | None = None
) -> AsyncIterator[tuple[DeliveryWorker, Database]]:
    """A sender in a town of so many subscribers, who may be there already, and its database."""
    library, clock = load_library(), SystemClock()
    if subscribers is not None:
        await town.settle(settings, library, subscribers, slots=slots)
    db = await Database.open(settings.database)
    transport = open_transport(
        settings.api_base_url, settings.token, connections=settings.in_flight
    )
    limiter = SendLimiter(clock, settings.total_rate, settings.bulk_rate) if paced else None
    yield DeliveryWorker(db, clock, settings, transport, limiter, TipRenderer(library)), db
    await transport.close()
    await db.close()


async def _expect_settled(db: Database, count: int) -> None:
    async with db.read() as session:
        sent = select(func.count()).select_from(delivery).where(delivery.c.state == "sent")
        found = (await session.execute(sent)).scalar_one()
    assert found == count, f"{found} of {count} outcomes are written down"


CONTESTANTS: dict[str, Callable[[str, int, int, Path], Coroutine[Any, Any, Result]]] = {
    "tick": tick,
    "ready": ready,
    "replies": replies,
    "settle": settle,
    "bulk": bulk,
    "forgetful": forgetful,
    "memory": memory,
    "paced": paced,
}


def main() -> None:
    what, address, count, in_flight, folder = sys.argv[1:6]
    result = uvloop.run(CONTESTANTS[what](address, int(count), int(in_flight), Path(folder)))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
