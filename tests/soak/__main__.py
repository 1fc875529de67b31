"""``python -m tests.soak --subscribers 200 --days 400``: the long run, and what came of it."""

from __future__ import annotations

import argparse
import sys
import time

import uvloop

from tests.reaper import run_folder
from tests.soak.year import live

MOST_SHOWN = 50


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--subscribers", type=int, default=200)
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.monotonic()
    with run_folder() as folder:
        report = uvloop.run(
            live(folder, subscribers=given.subscribers, days=given.days, seed=given.seed)
        )
    lines = [
        f"{name.replace('_', ' '):>16}: {value}"
        for name, value in vars(report).items()
        if name != "faults"
    ]
    lines += [f"WRONG {fault}" for fault in report.faults[:MOST_SHOWN]]
    lines.append(f"{len(report.faults)} faults in {time.monotonic() - began:.0f} s")
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
