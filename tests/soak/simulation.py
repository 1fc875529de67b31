"""The sandbox, the bot beside it in a process of its own, and the people of the town."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp

from bot.sandbox.http.server import Sandbox
from tests.soak.clock import SharedClock, write_moment
from tests.soak.town import Act, Person, Step

TOKEN = "424242:the-token-of-the-long-run-0123456789"
ANSWER_S = 120.0
"""Real seconds within which the bot has lived through whatever it was told to."""

ON_ITS_WAY_S = 2.0
"""Real seconds that Telegram takes for a tip during which the bot is killed."""

LOOK = timedelta(seconds=15)
LOOKS = 12
"""How often the bot looks after what others dropped, and how often that is lived after a kill."""


class Outage(NamedTuple):
    """The bot was away in between; what fell due then may come until some minutes later."""

    begin: datetime
    end: datetime


@dataclass
class Bot:
    """The bot's process."""

    clock_file: Path
    environment: dict[str, str]
    errors: Path
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self.errors.open("ab") as errors:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.soak.bot_process",
                str(self.clock_file),
                env=self.environment,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
            )
        await self._answer()

    async def order(self, **what: Any) -> None:
        self.write(**what)
        await self._answer()

    def write(self, **what: Any) -> None:
        assert self.process is not None
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(what).encode() + b"\n")

    async def _answer(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        async with asyncio.timeout(ANSWER_S):
            line = await self.process.stdout.readline()
        assert line, f"the bot has ended by itself:\n{self.errors.read_text()[-4000:]}"

    async def end(self, number: int) -> int:
        """Send the signal and wait for the end; the exit code."""
        assert self.process is not None
        process, self.process = self.process, None
        process.send_signal(number)
        async with asyncio.timeout(ANSWER_S):
            code = await process.wait()
        if process.stdin is not None:
            process.stdin.close()
        return code


@dataclass
class Town:
    """Everyone and everything, at one moment."""

    sandbox: Sandbox
    session: aiohttp.ClientSession
    clock: SharedClock
    bot: Bot
    database: Path
    people: Sequence[Person]
    rounds: list[tuple[int, int]] = field(default_factory=list)
    """Ranges of the transcript in which people acted and were answered."""
    outages: list[Outage] = field(default_factory=list)
    held_at_kill: set[int] = field(default_factory=set)
    """Chats whose tip was under way, and not yet written down as sent, when the bot was killed."""

    @property
    def spoken(self) -> int:
        return self.sandbox.world.journal.transcript.last_seq

    async def until(self, moment: datetime) -> None:
        """Live through everything that is due until then."""
        await self.bot.order(to=moment.isoformat())

    async def move_in(self) -> None:
        for person in self.people:
            await self._post("users", id=person.id, first_name="R", language_code="en")
        await self.act({person.id: person.subscription() for person in self.people})
        for person in self.people:
            person.subscribed(self.clock.now())

    async def act(self, acts: dict[int, Act]) -> None:
        """Everyone takes their first step, then their second; each waits for the answer."""
        before = self.spoken
        for index in range(max(len(act.steps) for act in acts.values())):
            steps = {who: act.steps[index : index + 1] for who, act in acts.items()}
            await asyncio.gather(*(self._do(who, step) for who, (step,) in _given(steps)))
            await self.settle()
        self.rounds.append((before, self.spoken))

    async def _do(self, who: int, step: Step) -> None:
        path, body = step
        await self._post(path, user=who, **body)

    async def _post(self, path: str, **body: Any) -> None:
        async with self.session.post(f"/control/{path}", json=body) as response:
            assert response.status == 200, (path, body, await response.text())

    async def settle(self) -> None:
        """Until every update has been taken in and answered."""
        async with self.session.get("/control/idle?timeout=30&settle=0") as response:
            assert response.status == 200, await response.text()
        await self.bot.order(settle=True)

    async def restart(self, downtime: timedelta = timedelta()) -> None:
        """A clean stop, some time without a bot, and a new start."""
        assert await self.bot.end(signal.SIGTERM) == 0
        await self._away(downtime)

    async def kill_in_mid_sending(self, until: datetime, after: int) -> None:
        """SIGKILL once ``after`` tips of the coming rush hour have left and one is on its way."""
        goal = self.spoken + after
        # Otherwise a quick bot may have nothing under way at the moment it is killed.
        for seconds in (0.0, ON_ITS_WAY_S):
            slow = {"kind": "delay", "method": "sendMessage", "seconds": seconds, "times": after}
            await self._post("faults", **slow)
        self.bot.write(to=until.isoformat())
        async with asyncio.timeout(ANSWER_S):
            while self.spoken < goal:
                await self.sandbox.world.journal.changed.wait()
        assert await self.bot.end(signal.SIGKILL) == -signal.SIGKILL
        async with self.session.delete("/control/faults") as response:
            assert response.status == 200
        self.held_at_kill |= _leased(self.database)
        await self._away(timedelta(seconds=20))
        for _ in range(LOOKS):
            await self.until(self.clock.now() + LOOK)

    async def _away(self, downtime: timedelta) -> None:
        begin = self.clock.now()
        # Nobody else moves the clock while the bot is away.
        end = self.clock.move_to(begin + downtime)
        await self.bot.start()
        # It is at work at once, and nobody's clock jumps while messages are on their way.
        await self.bot.order(settle=True)
        self.outages.append(Outage(begin, end))


def _given(steps: dict[int, list[Step]]) -> list[tuple[int, list[Step]]]:
    return [(who, step) for who, step in steps.items() if step]


def _leased(database: Path) -> set[int]:
    """What the killed process had in hand; only for this may a tip come twice."""
    connection = sqlite3.connect(database)
    try:
        rows = connection.execute("SELECT chat_id FROM delivery WHERE state = 'leased'")
        return {chat for (chat,) in rows}
    finally:
        connection.close()


@asynccontextmanager
async def open_town(
    folder: Path, people: Sequence[Person], start: datetime
) -> AsyncIterator[Town]:
    clock_file = folder / "clock"
    write_moment(clock_file, start)
    clock = SharedClock(clock_file)
    async with (
        Sandbox(clock=clock, token=TOKEN) as sandbox,
        aiohttp.ClientSession(sandbox.base_url) as session,
    ):
        environment = {
            **{name: value for name, value in os.environ.items() if "GUTSKIN" not in name},
            "GUTSKIN_TOKEN": TOKEN,
            "GUTSKIN_API_BASE_URL": sandbox.api_base_url,
            "GUTSKIN_DATA_DIR": str(folder),
            "GUTSKIN_WEBHOOK_PORT": "0",
            "GUTSKIN_SPREAD_MINUTES": "0",
        }
        bot = Bot(clock_file, environment, folder / "errors.log")
        await bot.start()
        try:
            yield Town(sandbox, session, clock, bot, folder / "gutskin.db", people)
        finally:
            if bot.process is not None:
                await bot.end(signal.SIGTERM)
