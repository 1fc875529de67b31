"""The bot as a process of its own, on the shared clock, told by its standard input what to live.

Each line is one order as JSON: ``{"to": instant}`` lives through everything that is due until
then, ``{"settle": true}`` does what is pending now, ``{"tidy": true}`` is the caretaker's round.
Each is answered by a line. Everything else is the product: it starts and stops as ``gutskin run``
does, and dies of SIGKILL like any process.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import uvloop

from bot import simulation
from bot.app import App, build
from bot.config import load_settings
from bot.logs import configure
from tests.soak.clock import SharedClock


async def obey(app: App, clock: SharedClock, order: dict[str, Any]) -> None:
    if "to" in order:
        seconds = (datetime.fromisoformat(order["to"]) - clock.now()).total_seconds()
        await simulation.move(app, clock, max(0.0, seconds))
    elif "tidy" in order:
        assert await app.run_job("retention")
        assert await app.run_job("purge")
        if order["tidy"] == "and copy":
            assert await app.run_job("backup")
    else:
        await simulation.settle(app)


async def orders() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


def say(**words: Any) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


async def listen(app: App, clock: SharedClock) -> None:
    lines = await orders()
    while line := await lines.readline():
        await obey(app, clock, json.loads(line))
        say(now=clock.now().isoformat())


async def live(clock_file: Path) -> int:
    clock = SharedClock(clock_file)
    app = build(load_settings(), clock=clock)
    running = asyncio.create_task(app.run())
    while not app.is_running:
        if running.done():
            return running.result()
        await asyncio.sleep(0.005)
    say(up=True)
    listening = asyncio.create_task(listen(app, clock))
    await asyncio.wait({running, listening}, return_when=asyncio.FIRST_COMPLETED)
    if listening.done():
        listening.result()
        # Whoever gave the orders is gone.
        os.kill(os.getpid(), signal.SIGTERM)
    code = await running
    listening.cancel()
    return code


if __name__ == "__main__":
    configure("WARNING", "text", sys.stderr)
    sys.exit(uvloop.run(live(Path(sys.argv[1]))))
