"""``python -m tests.bench.flood [--seconds N] [--json FILE] [--code DIR]``: one bot, and a flood.

``gutskin run`` answers the stand-in while one account sends three messages of 4,096 letters of
gibberish a second, 120 accounts a question each a second, and 200 groups call it each second.
Between them somebody who has been silent so far describes an emergency, and somebody else asks a
question, four times a second in all. What is measured is how long those two wait for the bot's
first message, from the moment in which Telegram has theirs, first with nobody else there and then
in the flood; the memory of the process; and what reading one message costs (CPU, median of five),
whatever it is made of. Goals are printed beside the figures, and asserted by nobody.

``--code`` takes the bot from another checkout, to compare with.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.bench import town
from tests.bench.lab import ROOT, Figures, Server, standin
from tests.reaper import temporary_files
from tips.library import load_library

SUBSCRIBERS = 2000  # more than there are innocents in a run
GOALS = {
    "sign_p50_s": "", "sign_p99_s": "<= 0.25", "sign_worst_s": "",
    "question_p50_s": "", "question_p99_s": "<= 1", "question_worst_s": "",
    "unanswered": "0", "wrong": "0", "busiest_second": "<= 30", "memory_mb": "bounded",
    "reading_ms": "<= 30",
}  # fmt: skip
CALM = {"sign": (1, 2.0), "question": (1, 2.0)}
FLOOD = {"gibberish": (1, 3.0), "chatty": (120, 1.0), "groups": (200, 1.0)}
RISING_S = 10.0  # before that everybody in the flood is somebody who has been silent so far
SETTLING_S = 3.0  # so long those who still wait may wait
START_S = 60.0


@contextmanager
def bot(server: Server, folder: Path, code: Path) -> Iterator[psutil.Process]:
    """``gutskin run`` in a process of its own."""
    asyncio.run(
        town.settle(town.settings_for(folder, server.address), load_library(), SUBSCRIBERS)
    )
    known = {key: value for key, value in os.environ.items() if not key.startswith("GUTSKIN_")}
    given = {
        "PYTHONPATH": str(code),
        "GUTSKIN_TOKEN": town.TOKEN,
        "GUTSKIN_DATA_DIR": str(folder),
        "GUTSKIN_API_BASE_URL": server.address,
        "GUTSKIN_WEBHOOK_PORT": "0",
    }
    log = folder / "bot.log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-c", "from bot.cli import main; main()", "run"],
            cwd=folder, env=known | given, stdout=written, stderr=written,
        )  # fmt: skip
    try:
        ends = time.monotonic() + START_S
        while b"the bot runs" not in log.read_bytes():
            if process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError(f"the bot did not start:\n{log.read_text('utf-8')[-2000:]}")
            time.sleep(0.05)
        yield psutil.Process(process.pid)
    finally:
        process.kill()
        process.wait()


def listen(
    server: Server,
    process: psutil.Process,
    innocent: Figures,
    seconds: float,
    amid: Figures | None = None,
) -> Figures:
    """Let them write for so long; what they waited, once others have written for a while."""
    server.behave()
    server.control("crowd", **(amid or {}))
    time.sleep(RISING_S if amid else 0.0)
    server.control("crowd", **innocent)
    most = 0
    for _ in range(round(seconds * 10)):
        time.sleep(0.1)
        most = max(most, process.memory_info().rss)
    time.sleep(SETTLING_S)
    books, report = server.books(), server.control("hush")
    figures: Figures = {}
    for kind in ("sign", "question"):
        waits = sorted(report["waits"].get(kind, [])) or [float("nan")]
        figures[f"{kind}_p50_s"] = statistics.median(waits)
        figures[f"{kind}_p99_s"] = waits[min(len(waits) - 1, round(0.99 * len(waits)))]
        figures[f"{kind}_worst_s"] = waits[-1]
    return figures | {
        "unanswered": report["unanswered"],
        "wrong": len(report["waits"].get("wrong", [])),
        "busiest_second": books["busiest_second"],
        "memory_mb": most / 2**20,
    }


def reading(code: Path) -> dict[str, float]:
    """Milliseconds of CPU that reading one message of each kind costs."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.reading"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(code), "OPENBLAS_NUM_THREADS": "1"},
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.flood", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the flood lasts")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--code", type=Path, default=ROOT, help="the checkout whose bot it is")
    given = parser.parse_args()
    with (
        temporary_files(),
        standin() as server,
        tempfile.TemporaryDirectory() as folder,
        bot(server, Path(folder), given.code) as process,
    ):
        listen(server, process, CALM, 3.0)
        calm = listen(server, process, CALM, given.seconds / 3)
        flood = listen(server, process, CALM, given.seconds, amid=FLOOD)
    costs = reading(given.code) if given.code == ROOT else {}
    if costs:
        flood["reading_ms"] = max(costs.values())
    print(f"{'figure':<20}{'calm':>10}{'flood':>10}   goal")
    for key, value in flood.items():
        print(f"{key:<20}{calm.get(key, float('nan')):>10.3f}{value:>10.3f}   {GOALS[key]}")
    for kind, cost in costs.items():
        print(f"  reading {kind:<34}{cost:>6.1f} ms of CPU")
    if given.json:
        report = {"calm": calm, "flood": flood, "reading_ms": costs}
        given.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
