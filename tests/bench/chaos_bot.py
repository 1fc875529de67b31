"""The bot that chaos kills: the product's planner and sender at work, as its app runs them.

``python -m tests.bench.chaos_bot ADDRESS FOLDER`` works until it is killed. It says ``ready`` once
and ``plan`` before each tick that has something to plan, so that it can be killed right there.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from bot.clock import SystemClock
from bot.config import Settings
from bot.delivery import letting
from bot.delivery.pacing import Pace
from bot.delivery.planner import Planner
from bot.delivery.proxied import open_wire
from bot.delivery.rendering import TipRenderer
from bot.delivery.sender import Sender
from bot.store.database import Database
from tests.bench import town
from tips.library import load_library

RATE = 400.0
# Shorter than in real life, where a send may take half a minute: chaos waits for leases to end.
READ_SECONDS, LONGEST_SEND, LEASE_SECONDS = 3.0, 7.0, 12.0
TICK_SECONDS = 0.1


def settings_for(address: str, folder: Path) -> Settings:
    return town.settings_for(
        folder, address, paid_broadcast=True, total_rate=RATE, bulk_rate=RATE, in_flight=64
    )


async def work(address: str, folder: Path) -> None:
    settings, clock, library = settings_for(address, folder), SystemClock(), load_library()
    db = await Database.open(settings.database)
    wire = open_wire(
        address, settings.token, connections=settings.in_flight, read_timeout=READ_SECONDS
    )
    await wire.start()
    pace = Pace(clock, settings.total_rate, settings.bulk_rate)
    renderer = TipRenderer(library)
    sender = Sender(db, clock, settings, wire, pace, renderer, lease_seconds=LEASE_SECONDS)
    planner = Planner(db, clock, library, settings)
    await planner.ready_at_start()
    async with asyncio.TaskGroup() as group:
        group.create_task(sender.run(asyncio.Event()))
        print("ready", flush=True)
        while True:
            due = await planner.next_due()
            if due is not None and due <= datetime.now(UTC):
                print("plan", flush=True)
                await planner.tick()
                sender.wake()
            await asyncio.sleep(TICK_SECONDS)


def main() -> None:
    letting.LONGEST_SEND = LONGEST_SEND
    uvloop.run(work(sys.argv[1], Path(sys.argv[2])))


if __name__ == "__main__":
    main()
