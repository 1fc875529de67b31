"""``python -m tests.bench.figures [--json FILE] [--pictures FOLDER]``: what ``/stats`` costs.

A year with 40,000 subscribers: counters as the bot keeps them, beside a million deliveries that
nobody is to read. How long the figures take, and the picture; what it takes of memory. The README
shows one of the pictures, drawn by ``make screenshots``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from sqlalchemy import insert, text

from bot.charts.drawing import draw
from bot.clock import MovableClock
from bot.delivery.counts import BOUNDS, late_name
from bot.delivery.retention import COUNTED_BY_HOUR
from bot.delivery.stats import Stats
from bot.store import migrate
from bot.store.database import Database
from bot.store.queries import counters
from bot.store.tables import broadcast, counter, subscriber, tip_tally
from bot.texts import stats as texts
from bot.texts.catalogue import translator
from bot.texts.stats_picture import picture
from tests import content
from tests.bench.lab import writable

NOW = datetime(2026, 11, 30, 18, 20, tzinfo=UTC)
SUBSCRIBERS, DELIVERIES, DAYS = 40_000, 1_000_000, 400
TIMES, PICTURES = 20, 20
RATED_A_DAY = 240  # of the tips
DELIVERY = """
INSERT INTO delivery (kind, chat_id, state, due_at, ready_at, not_after, attempts, doubts)
"""
ROWS = f"""
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {DELIVERIES})
{DELIVERY} SELECT 'tip', i % {SUBSCRIBERS}, 'sent', :now, :now, :now, 1, 0 FROM n
"""
ON_POSTGRES = f"""
{DELIVERY} SELECT 'tip', i % {SUBSCRIBERS}, 'sent', :now, :now, :now, 1, 0
FROM generate_series(1, {DELIVERIES}) AS i
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.figures", description=__doc__)
    parser.add_argument("--json", type=writable, metavar="FILE", help="write the figures there")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="put the pictures there")
    parser.add_argument("--url", help="an empty PostgreSQL database instead of SQLite")
    given = parser.parse_args()
    found = asyncio.run(measure(given.url, given.pictures))
    for name, value in found.items():
        print(f"{name:<28}{value:>12.4g}")
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


async def measure(url: str | None, pictures: Path | None) -> dict[str, float]:
    with TemporaryDirectory() as folder:
        async with a_year(url or f"sqlite+aiosqlite:///{folder}/figures.db") as stats:
            found = {
                f"figures_{days}_ms": await median_ms(lambda days=days: stats.overview(days))
                for days in (7, 30, 365)
            }
            return found | await drawing(stats, pictures)


@asynccontextmanager
async def a_year(url: str) -> AsyncIterator[Stats]:
    """Figures over a database with a year of counters, and its deliveries."""
    await migrate.upgrade(url)
    db = await Database.open(url)
    try:
        await fill(db)
        yield Stats(db, MovableClock(NOW), content.library())
    finally:
        await db.close()


async def fill(db: Database) -> None:
    """What 40,000 subscribers leave behind in a year and more."""
    async with db.write() as session:
        await session.execute(text(ROWS if db.is_sqlite else ON_POSTGRES), _instant(db))
        await session.execute(insert(subscriber), [_subscriber(n) for n in range(SUBSCRIBERS)])
        await session.execute(insert(broadcast), [_broadcast(ago) for ago in range(3, 360, 7)])
        await session.execute(insert(counter), list(counted()))
        await session.execute(insert(tip_tally), list(tallies()))
        await session.execute(text("ANALYZE"))


def _instant(db: Database) -> dict[str, object]:
    return {"now": int(NOW.timestamp() * 1e6) if db.is_sqlite else NOW}


def _subscriber(number: int) -> dict[str, object]:
    state = "active" if number % 20 else "paused"
    return {
        "chat_id": number, "state": state, "language": "en", "zone": "UTC", "local_minute": 480,
        "themes": 1, "seed": number, "created_at": NOW - timedelta(days=500),
    }  # fmt: skip


def _broadcast(ago: int) -> dict[str, object]:
    at = NOW - timedelta(days=ago)
    return {
        "id": ago, "admin_id": 1, "source_chat_id": 1, "source_message_id": 1, "state": "done",
        "created_at": at, "confirmed_at": at, "total": 40_000 - 90 * ago, "frozen": True,
    }  # fmt: skip


def counted() -> Iterator[dict[str, object]]:
    """The rows of the counters, by the hour for forty days, by the day before that."""
    chance = random.Random(20261130)
    today = counters.day_of(NOW)
    for ago in range(DAYS):
        day = today - timedelta(days=ago)
        if ago >= COUNTED_BY_HOUR:
            yield from _rows(day, _amounts(chance, ago, 1.0))
        else:
            for hour in range(24 if ago else NOW.hour + 1):
                yield from _rows(day + timedelta(hours=hour), _amounts(chance, ago, 1 / 24))


def tallies() -> Iterator[dict[str, object]]:
    """The thumbs on most tips of every day."""
    chance, today = random.Random(20261130), counters.day_of(NOW)
    for ago in range(DAYS):
        for tip in chance.sample(content.library().tips, RATED_A_DAY):
            liked = 1 + tip.number % 7
            up, down = chance.randint(0, liked), chance.randint(0, 2)
            yield {"tip_id": tip.id, "day": today - timedelta(days=ago), "up": up, "down": down}


def _amounts(chance: random.Random, ago: int, part: float) -> Counter[str]:
    """What is counted in a part of a day."""
    sent = (40_000 - 90 * ago) * part * chance.uniform(0.98, 1.0)
    found = Counter[str]()
    for name, share in (
        ("tip.sent", 1.0), ("tip.failed", 0.002), ("failed.blocked", 0.0016),
        ("failed.server_error", 0.0004), ("tip.too_old", 0.0002), ("doubts", 0.0001),
        ("joined", 0.0045), ("left", 0.0023), ("left.stopped", 0.0012), ("left.blocked", 0.001),
        ("returned", 0.00005), ("tip_up", 0.018), ("tip_down", 0.003), ("answer_up", 0.004),
        ("answer_down", 0.0005), ("missed", 0.0002), ("answered", 0.02), ("unsure", 0.004),
        ("unanswered", 0.002),
    ):  # fmt: skip
        found[name] = round(sent * share * chance.uniform(0.5, 1.5 if share < 1 else 1.0))
    for bound in BOUNDS[:12]:
        found[late_name(bound)] = round(sent / 12)
    if ago % 7 == 3:
        found[f"reach.{ago}"] = round(sent * 0.97)
        found["broadcast.sent"] = round(sent * 0.97)
    return found


def _rows(at: datetime, amounts: Counter[str]) -> Iterator[dict[str, object]]:
    return (_row(at, name, value) for name, value in amounts.items() if value)


def _row(at: datetime, name: str, value: int) -> dict[str, object]:
    return {"at": at, "name": name, "value": value}


async def median_ms(work: Callable[[], Awaitable[object]]) -> float:
    spent = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        await work()
        spent.append((time.perf_counter() - begun) * 1000)
    return statistics.median(spent)


async def drawing(stats: Stats, pictures: Path | None) -> dict[str, float]:
    """The first picture loads the library; the others show whether memory grows."""
    process, library = psutil.Process(), content.library()
    spent, memory, stalls = [], [process.memory_info().rss], [0.0]
    watching = asyncio.create_task(_watch(stalls))
    for number in range(PICTURES):
        overview = await stats.overview((7, 30, 365)[number % 3])
        words = picture(translator("en"), overview, library)
        begun = time.process_time()
        png = await asyncio.to_thread(draw, words)  # a Painter keeps the last ones
        spent.append(time.process_time() - begun)
        memory.append(process.memory_info().rss)
        if pictures is not None and number < 3:
            told = texts.in_words(translator("en"), overview, library)
            more = "" if told.more is None else told.more.plain
            name = "figures" if overview.days == 30 else f"figures-{overview.days}"
            (pictures / f"{name}.png").write_bytes(png)
            (pictures / f"{name}.txt").write_text(f"{told.caption.plain}\n---\n{more}\n")
    watching.cancel()
    return {
        "picture_first_cpu_s": spent[0],
        "picture_cpu_s": statistics.median(spent[1:]),
        "picture_bytes": len(png),
        "memory_before_mb": memory[0] / 1e6,
        "memory_first_mb": memory[1] / 1e6,
        "memory_last_mb": memory[-1] / 1e6,
        "longest_stall_ms": max(stalls) * 1000,
    }


async def _watch(stalls: list[float]) -> None:
    """How long the loop stands still while a picture is drawn."""
    while True:
        begun = time.perf_counter()
        await asyncio.sleep(0.005)
        stalls.append(time.perf_counter() - begun - 0.005)


if __name__ == "__main__":
    main()
