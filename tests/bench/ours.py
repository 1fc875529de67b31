"""The product under measurement, its own parts put together as the app does it.

``python -m tests.bench.ours WHAT ADDRESS COUNT IN_FLIGHT FOLDER`` prints one JSON object.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvloop
from sqlalchemy import func, select

from bot.clock import SystemClock
from bot.delivery.pacing import Pace
from bot.delivery.planner import Planner
from bot.delivery.proxied import open_wire
from bot.delivery.rendering import TipRenderer
from bot.delivery.sender import Sender
from bot.store.database import Database
from bot.store.tables import delivery
from tests.bench import town
from tests.bench.peers import Meter
from tips.library import load_library

Result = dict[str, float]


async def tick(address: str, readers: int, due: int, folder: Path) -> Result:
    """Plan ``due`` of ``readers``, as after a restart: nothing is in this process's memory."""
    settings, library = town.settings_for(folder, address), load_library()
    await town.settle(settings, library, readers, readers // due)
    db = await Database.open(settings.database)
    planner = Planner(db, SystemClock(), library, settings)
    await planner.ready_at_start()
    await planner.next_due()
    with Meter() as meter:
        planned = await planner.tick()
    await db.close()
    assert planned.rows == due, planned
    return meter.report(due)


async def ready(address: str, readers: int, _: int, folder: Path) -> Result:
    """From opening the database to knowing what is due next."""
    settings, library = town.settings_for(folder, address), load_library()
    await town.settle(settings, library, readers, min(1000, max(1, readers // 1000)))
    with Meter() as meter:
        db = await Database.open(settings.database)
        planner = Planner(db, SystemClock(), library, settings)
        await planner.ready_at_start()
        await planner.next_due()
    await db.close()
    return meter.report(readers)


async def bulk(address: str, count: int, in_flight: int, folder: Path) -> Result:
    """The whole path as fast as it goes: lease, choose, render, send, durable outcome."""
    async with _planned(address, count, folder, in_flight=in_flight) as (sender, db):
        with Meter() as meter:
            sent = await sender.drain()
        await _expect_settled(db, count)
    return meter.report(sent)


async def paced(address: str, count: int, rate: int, folder: Path) -> Result:
    """The same at ``rate`` messages a second."""
    given = {"paid_broadcast": True, "total_rate": rate, "bulk_rate": rate}
    async with _planned(address, count, folder, **given) as (sender, db):
        with Meter() as meter:
            sent = await sender.drain()
        await _expect_settled(db, count)
    return meter.report(sent)


@asynccontextmanager
async def _planned(
    address: str, count: int, folder: Path, **given: Any
) -> AsyncIterator[tuple[Sender, Database]]:
    """A sender before a full outbox: all ``count`` readers are due."""
    settings = town.settings_for(folder, address, **given)
    library, clock = load_library(), SystemClock()
    await town.settle(settings, library, count, 1)
    db = await Database.open(settings.database)
    await Planner(db, clock, library, settings).tick()
    wire = open_wire(address, settings.token, connections=settings.in_flight)
    await wire.start()
    pace = Pace(clock, settings.total_rate, settings.bulk_rate) if "bulk_rate" in given else None
    renderer = TipRenderer(library)
    yield Sender(db, clock, settings, wire, pace, renderer), db
    await wire.close()
    await db.close()


async def _expect_settled(db: Database, count: int) -> None:
    async with db.read() as session:
        sent = select(func.count()).select_from(delivery).where(delivery.c.state == "sent")
        found = (await session.execute(sent)).scalar_one()
    assert found == count, f"{found} of {count} outcomes are written down"


CONTESTANTS: dict[str, Callable[[str, int, int, Path], Coroutine[Any, Any, Result]]] = {
    "tick": tick,
    "ready": ready,
    "bulk": bulk,
    "paced": paced,
}


def main() -> None:
    sys.setswitchinterval(0.0005)
    what, address, count, in_flight, folder = sys.argv[1:6]
    result = uvloop.run(CONTESTANTS[what](address, int(count), int(in_flight), Path(folder)))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
