"""``gutskin run`` as a process of its own: settings, signals, and nothing lost or doubled."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.app import build
from bot.clock import SystemClock
from bot.config import Settings, load_settings
from bot.delivery.broadcasts import Broadcasts
from bot.sandbox.http.server import Sandbox
from bot.store.database import Database

GUTSKIN = Path(sys.executable).parent / "gutskin"
TOKEN = "424242:the-token-of-the-run-0123456789"
ADMIN = 9000
SUBSCRIBERS = 60


def environment(sandbox: Sandbox, folder: Path, **more: str) -> dict[str, str]:
    given = {key: value for key, value in os.environ.items() if not key.startswith("GUTSKIN_")}
    return {
        **given,
        "GUTSKIN_TOKEN": TOKEN,
        "GUTSKIN_API_BASE_URL": sandbox.api_base_url,
        "GUTSKIN_DATA_DIR": str(folder),
        "GUTSKIN_ADMIN_IDS": str(ADMIN),
        "GUTSKIN_WEBHOOK_PORT": "0",
        "GUTSKIN_LOG_LEVEL": "DEBUG",
        **more,
    }


@asynccontextmanager
async def process(environ: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    running = await asyncio.create_subprocess_exec(
        GUTSKIN, "run", env=environ, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
            await running.communicate()


class Town:
    """A sandbox with subscribers, and what its server saw."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession, folder: Path) -> None:
        self.sandbox = sandbox
        self.session = session
        self.folder = folder

    async def post(self, path: str, **body: Any) -> Any:
        async with self.session.post(f"/control/{path}", json=body) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def copies(self) -> Counter[int]:
        query = {"method": "copyMessage"}
        async with self.session.get("/control/calls", params=query) as response:
            calls = await response.json()
        return Counter(call["parameters"]["chat_id"] for call in calls if call["status"] == 200)

    async def wait_for_copies(self, count: int) -> None:
        after = 0
        async with asyncio.timeout(180):
            while sum((await self.copies()).values()) < count:
                query = {"after": after, "timeout": 5}
                async with self.session.get("/control/wait", params=query) as response:
                    events = await response.json()
                after = events[-1]["seq"] if events else after

    def outbox(self) -> Counter[str]:
        with closing(sqlite3.connect(self.folder / "gutskin.db")) as database:
            query = "select state, count(*) from delivery where kind = 'broadcast' group by state"
            return Counter(dict(database.execute(query).fetchall()))


@asynccontextmanager
async def town(folder: Path) -> AsyncIterator[Town]:
    """Sixty subscribers, and a broadcast to them all that was confirmed and not yet sent."""
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox(clock=SystemClock(), token=TOKEN))
        session = await stack.enter_async_context(aiohttp.ClientSession(sandbox.base_url))
        made = Town(sandbox, session, folder)
        await made.post("users", id=ADMIN, first_name="Ada")
        said = await made.post("say", user=ADMIN, text="Hello everyone")
        for number in range(SUBSCRIBERS):
            await made.post("users", id=100 + number, first_name=f"R{number}")
            await made.post("say", user=100 + number, text="hello")
        settings = load_settings(
            token=TOKEN, data_dir=folder, api_base_url=sandbox.api_base_url, webhook_port=0
        )
        await _subscribe(settings)
        await _confirm(settings, said["message_id"])
        yield made


async def _subscribe(settings: Settings) -> None:
    async with build(settings) as app:
        for number in range(SUBSCRIBERS):
            await app.services.subscribers.arrive(100 + number, "en")
            await app.services.subscribers.set_zone(100 + number, "Europe/Berlin")
            await app.services.subscribers.set_hour(100 + number, 480)


async def _confirm(settings: Settings, message_id: int) -> None:
    db = await Database.open(settings.database)
    broadcasts = Broadcasts(db, SystemClock(), settings)
    draft = await broadcasts.draft(ADMIN, ADMIN, message_id)
    assert await broadcasts.confirm(draft.id, ADMIN) == "sending"
    await db.close()


async def test_sigterm_under_load_loses_and_doubles_nothing(tmp_path: Path) -> None:
    async with town(tmp_path) as made:
        environ = environment(made.sandbox, tmp_path)
        await made.post("faults", method="copyMessage", kind="delay", seconds=0.5, times=1000)
        async with process(environ) as running:
            await made.wait_for_copies(10)
            began = asyncio.get_running_loop().time()
            running.send_signal(signal.SIGTERM)
            _, log = await running.communicate()
            assert running.returncode == 0, log.decode()
            assert asyncio.get_running_loop().time() - began < 10
        seen = sum((await made.copies()).values())
        assert 10 <= seen < SUBSCRIBERS
        assert made.outbox()["sent"] == seen
        assert made.outbox()["leased"] == 0
        assert TOKEN.partition(":")[2].encode() not in log
        async with made.session.delete("/control/faults"):
            pass
        async with process(environ) as running:
            await made.wait_for_copies(SUBSCRIBERS)
            running.send_signal(signal.SIGTERM)
            await running.communicate()
        assert set((await made.copies()).values()) == {1}
        assert made.outbox() == Counter(sent=SUBSCRIBERS)
        called = {call["method"] for call in made.sandbox.world.journal.calls.after(0)}
        assert "deleteMyCommands" not in called


async def test_a_second_signal_leaves_at_once(tmp_path: Path) -> None:
    async with town(tmp_path) as made:
        environ = environment(made.sandbox, tmp_path)
        await made.post("faults", method="copyMessage", kind="delay", seconds=30, times=1000)
        async with process(environ) as running:
            assert running.stderr is not None
            await _read_until(running.stderr, b"the bot runs")
            running.send_signal(signal.SIGINT)
            await _read_until(running.stderr, b"stopping")
            running.send_signal(signal.SIGINT)
            async with asyncio.timeout(15):
                await running.communicate()
            assert running.returncode in {0, 1}


async def _read_until(stream: asyncio.StreamReader, words: bytes) -> None:
    async with asyncio.timeout(180):
        async for line in stream:
            if words in line:
                return
    raise AssertionError(f"{words!r} never came")


async def test_a_token_that_telegram_does_not_know_ends_with_one_line(tmp_path: Path) -> None:
    async with Sandbox(clock=SystemClock(), token=TOKEN) as sandbox:
        wrong = "111111:a-token-that-nobody-knows-0123"
        environ = environment(sandbox, tmp_path, GUTSKIN_TOKEN=wrong)
        async with process(environ) as running:
            _, log = await running.communicate()
    assert running.returncode == 1, log.decode()
    assert b"@BotFather" in log
    assert wrong.encode() not in log
    assert b"Traceback" not in log


@pytest.mark.parametrize(
    ("settings", "lines"),
    [
        ({}, ["GUTSKIN_TOKEN: is missing"]),
        (
            {"GUTSKIN_TOKEN": "nonsense", "GUTSKIN_BULK_RATE": "fast"},
            ["GUTSKIN_TOKEN: does not look", "GUTSKIN_BULK_RATE: "],
        ),
    ],
)
async def test_bad_settings_are_a_line_each_and_nothing_starts(
    tmp_path: Path, settings: dict[str, str], lines: list[str]
) -> None:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("GUTSKIN_")}
    environ = {**clean, "GUTSKIN_DATA_DIR": str(tmp_path), **settings}
    async with process(environ) as running:
        _, log = await running.communicate()
    assert running.returncode == 2
    told = log.decode().splitlines()
    assert len(told) == len(lines)
    assert all(line.startswith(start) for line, start in zip(told, lines, strict=True))
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - nothing was made
