"""``python -m tests.bench.corrections``: edit and recall a broadcast that reached forty thousand.

The bot's clock runs ``--speed`` times as fast as the wall's, so that what takes 27 minutes at the
pace takes less here: the worker, the pace, the database and HTTP are those that run. Figures, and
no judgement: seconds by the bot's clock beside those that the pace asks for, what a message costs
of the processor, the longest transaction that makes rows, and memory before and at most.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import psutil
import uvloop

from bot.clock import SystemClock
from bot.config import Settings
from bot.delivery.audience import AudiencePlanner
from bot.delivery.broadcasts import Broadcasts
from bot.delivery.content import Content
from bot.delivery.rendering import TipRenderer
from bot.delivery.worker import DeliveryWorker
from bot.store.database import Database
from bot.store.queries import broadcasts
from bot.telegram.bulk.proxied import open_transport
from bot.telegram.limits.limiter import SendLimiter
from tests.bench import town
from tests.bench.lab import Server, cores, standin, writable
from tests.bench.peers import Meter
from tests.reaper import temporary_files
from tips.library import load_library

ADMIN = town.ADMIN
HELLO = Content(kind="text", text="Hello, and welcome to the news of this month.")
BETTER = Content(kind="text", text="Hello, and sorry: the news of this month, put right.")
SAMPLED_S = 0.05


class FastClock(SystemClock):
    """The time of day, going by faster from now on."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._start, self._begun = datetime.now(UTC), time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (time.monotonic() - self._begun) * self._speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds) / self._speed)


class Office:
    """The rules, the planner and the sender of one bot, on a clock of their own."""

    def __init__(self, db: Database, settings: Settings, clock: FastClock) -> None:
        self.db, self.settings, self.clock = db, settings, clock
        self.rules = Broadcasts(db, clock, settings)
        self._planner = AudiencePlanner(db, clock, "UTC")
        self._transport = open_transport(
            settings.api_base_url, settings.token, connections=settings.in_flight
        )

    async def close(self) -> None:
        await self._transport.close()

    def worker(self, *, paced: bool) -> DeliveryWorker:
        rates = (self.settings.total_rate, self.settings.bulk_rate)
        limiter = SendLimiter(self.clock, *rates) if paced else None
        renderer = TipRenderer(load_library())
        given = (self.db, self.clock, self.settings, self._transport, limiter, renderer)
        return DeliveryWorker(*given)

    async def begin(self, broadcast: int) -> float:
        """Confirm it and make its rows; seconds of the longest of the chunks."""
        came = await self.rules.confirm(broadcast, ADMIN)
        assert came == "sending", came
        longest, made = 0.0, 1
        while made:
            begun = time.perf_counter()
            made = await self._planner.plan_chunks(
                await self.db.read(broadcasts.lacking_rows), set()
            )
            longest = max(longest, time.perf_counter() - begun)
        return longest

    async def arrive(self) -> int:
        """A broadcast that has reached everyone, as fast as it goes."""
        draft = await self.rules.draft(ADMIN, ADMIN, 7)
        assert await self.rules.set_content(draft.id, ADMIN, HELLO)
        await self.begin(draft.id)
        await self.worker(paced=False).drain()
        return draft.id


async def corrected(
    office: Office, broadcast: int, kind: Literal["edit", "recall"], count: int
) -> dict[str, float]:
    """What it took to edit or to recall it."""
    draft = await office.rules.correct(broadcast, ADMIN, kind, BETTER if kind == "edit" else None)
    assert draft is not None
    process = psutil.Process()
    gc.collect()
    before = most = process.memory_info().rss
    chunk = await office.begin(draft.id)
    begun = office.clock.monotonic()
    with Meter() as meter:
        work = asyncio.ensure_future(office.worker(paced=True).drain())
        while not work.done():
            await asyncio.wait([work], timeout=SAMPLED_S)
            most = max(most, process.memory_info().rss)
    report = await office.rules.report(draft.id)
    assert (report.sent, report.total, report.state) == (count, count, "done"), report
    return {
        f"{kind}_seconds": office.clock.monotonic() - begun,
        f"{kind}_seconds_at_pace": count / office.settings.bulk_rate,
        f"{kind}_cpu_ms_a_message": meter.cpu / count * 1e3,
        f"{kind}_longest_chunk_ms": chunk * 1e3,
        f"{kind}_memory_before_mib": before / 2**20,
        f"{kind}_memory_most_mib": most / 2**20,
    }


@asynccontextmanager
async def open_office(
    address: str, folder: Path, count: int, rate: float, speed: float
) -> AsyncIterator[Office]:
    settings = town.settings_for(folder, address, bulk_rate=rate)
    await town.settle(settings, load_library(), count)
    db = await Database.open(settings.database)
    office = Office(db, settings, FastClock(speed))
    yield office
    await office.close()
    await db.close()


async def measured(server: Server, count: int, rate: float, speed: float) -> dict[str, float]:
    """Everybody gets it, has it edited, and has it deleted: three calls each, by the books."""
    figures: dict[str, float] = {}
    with TemporaryDirectory(prefix="bench-") as folder:
        async with open_office(server.address, Path(folder), count, rate, speed) as office:
            server.behave()
            broadcast = await office.arrive()
            for kind in ("edit", "recall"):
                figures |= await corrected(office, broadcast, kind, count)
    books = server.books()
    assert (books["chats"], books["copies"]) == (count, 3 * count), books
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.corrections",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--messages", type=int, default=40_000)
    parser.add_argument("--rate", type=float, default=25.0, help="messages a second")
    parser.add_argument("--speed", type=float, default=20.0, help="of the bot's clock")
    parser.add_argument("--json", type=writable, metavar="FILE", help="write the figures there")
    given = parser.parse_args()
    with temporary_files(), standin() as server:
        os.sched_setaffinity(0, {cores()[0]})
        work = measured(server, given.messages, given.rate, given.speed)
        figures = uvloop.run(work)
    for name, value in figures.items():
        print(f"{name:<28}{value:>12.4g}")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
