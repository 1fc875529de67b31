"""``python -m tests.bench [--quick] [--json FILE]``: measure, print, write the figures down."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import platform
import sys
import time

from tests.bench import contests
from tests.bench.lab import PEERS_PYTHON, cores, standin, sync_seconds, writable
from tests.reaper import temporary_files

# What issue subscribers were promised; printed beside what was measured, asserted by nobody.
GOALS = {
    "bulk_vs_ptb_0ms": ">= 28",
    "bulk_vs_ptb_50ms": ">= 38",
    "bulk_vs_aiogram_0ms": ">= 5",
    "bulk_vs_aiogram_50ms": ">= 2",
    "lost": "0",
    "doubled": "0",
    "cpu_vs_raw_aiohttp": "<= 1.15",
    "durable_vs_not": ">= 0.95",
    "durable_vs_not_0ms": ">= 0.80",
    "durable_vs_orm": ">= 15",
    "sustained_30": ">= 0.99",
    "sustained_1000": ">= 0.985",
    "answers_429": "0",
    "core_at_1000": "<= 0.30",
    "tick_vs_orm": "<= 0.0133",
    "tick_growth": "<= 1.25",
    "ready_vs_registration": "<= 0.001",
    "memory_1m_vs_1k": "<= 1.10",
    "reply_p90_vs_idle": "<= 1.25",
    "reply_p99_over_idle_s": "<= 0.033",
    "max_second_over_rate": "<= 0",
}
PARTS = {
    "throughput": contests.throughput,
    "sustained": contests.sustained,
    "planning": contests.planning,
    "replying": contests.replying,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less of everything, for CI")
    parser.add_argument("--json", type=writable, metavar="FILE", help="write the figures there")
    parser.add_argument("--only", choices=sorted(PARTS), action="append", help="some parts only")
    given = parser.parse_args()
    if not PEERS_PYTHON.exists():
        sys.exit("the peers have no environment yet: `make bench` makes it")
    begun = time.monotonic()
    _describe()
    figures: dict[str, float] = {}
    with temporary_files(), standin() as server:
        for name in given.only or PARTS:
            figures |= PARTS[name](server, contests.QUICK if given.quick else contests.FULL)
    print("\nfigure                        measured      goal")
    for key, value in figures.items():
        print(f"{key:<24}{value:>14.4g}   {GOALS[key]:>9}")
    print(f"in {time.monotonic() - begun:.0f} s")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _describe() -> None:
    names = ("python-telegram-bot", "aiohttp", "uvloop", "httptools", "SQLAlchemy", "aiosqlite")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    print(f"{platform.platform()}, Python {platform.python_version()}, cores {cores()}")
    print(f"{versions}; the peers' releases are in tests/bench/requirements.txt")
    print(f"fsync after writing a page: {sync_seconds() * 1e3:.2f} ms (median)\n", flush=True)


if __name__ == "__main__":
    main()
