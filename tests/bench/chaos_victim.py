"""The bot that is killed again and again, its town, and what its ledger says after each kill.

With more than one replica the others go on working while one is killed and started anew.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from sqlalchemy import text

from bot.clock import SystemClock
from bot.delivery.broadcasts import Broadcasts
from bot.delivery.confirmation import CONFIRMED
from bot.delivery.content import Content
from bot.delivery.schedules import Schedule
from bot.store.database import Database
from tests.bench import town
from tests.bench.audit import TIP, Life, Message
from tests.bench.chaos_bot import RATE
from tests.bench.chaos_ledger import moment, query
from tests.bench.lab import ROOT, Server
from tests.bench.standin import DELETED, EDITED
from tips.library import load_library

ADMIN = 1_000_000_001  # nobody of the town: what the admin is told is not audited
LIFE_SECONDS = 0.8  # a life lasts up to twice that once the bot runs, and on to the next tick
TICK_SECONDS = 0.01
STOP_SECONDS = 10.0
PATIENCE_SECONDS = 300.0
NOON = 12
NOW = Schedule()

HELD = """
SELECT chat_id, broadcast_id FROM delivery WHERE state = 'leased' AND lease_owner = '{owner}'
"""
IN_DOUBT = "SELECT chat_id, broadcast_id FROM delivery WHERE state = 'in_doubt'"
NEXT_TICK = "SELECT min(next_at) FROM slot"
UNFINISHED = """
SELECT (SELECT count(*) FROM delivery WHERE state IN ('queued', 'leased'))
     + (SELECT count(*) FROM slot WHERE next_date <= '{today}')
     + (SELECT count(*) FROM broadcast WHERE state IN ('scheduled', 'sending', 'paused'))
"""
AMID = {
    "planning": "SELECT count(*) FROM slot WHERE cursor > 0",
    "freezing": "SELECT count(*) FROM broadcast WHERE NOT frozen AND cursor > 0",
}


def captioned(words: str) -> Content:
    """A picture with these words below it; only of a message with words can they be changed."""
    return Content(kind="copy", text=words, has_caption=True)


def noon_zone(now: datetime) -> str:
    """A zone where it is past noon at ``now``: no day begins or ends there while chaos runs."""
    return f"Etc/GMT{now.hour - NOON:+d}"  # the signs are POSIX's: west of Greenwich is plus


@dataclass
class Replica:
    """A living process; ``owner`` is the name on its leases."""

    process: subprocess.Popen[bytes]
    owner: str
    born: float


class Victim:
    """The bot's lives in its town, in as many replicas as live side by side.

    ``lives`` are for the audit; ``leased`` counts the rows found leased at kills, sent or not;
    ``amid`` counts the kills that struck in the middle of something; ``numbers`` has the
    broadcasts' numbers by their ids, and 0, the tips', by None.
    """

    def __init__(
        self,
        server: Server,
        folder: Path,
        chance: random.Random,
        *,
        database_url: str | None = None,
        replicas: int = 1,
    ) -> None:
        self.lives: list[Life] = []
        self.kills = self.leased = 0
        self.amid: Counter[str] = Counter()
        self.numbers: dict[int | None, int] = {None: TIP}
        self.slowest_stop = 0.0
        self._folder = folder
        self._log = folder / "bot.log"
        self._chance = chance
        self._given: dict[str, Any] = {
            "admin_ids": str(ADMIN),
            "paid_broadcast": True,
            "total_rate": RATE,
            "bulk_rate": RATE,
            "spread_minutes": 0,
            "webhook_port": 0,
            "log_format": "json",
        }
        if database_url is not None:
            self._given["database_url"] = database_url
        self._replicas = replicas
        self._alive: list[Replica] = []
        self._settings = town.settings_for(folder, server.address, **self._given)
        self._today, self._zone = datetime.now(UTC).date(), "UTC"

    # The town

    async def settle(self, subscribers: int, slots: int, seconds: float) -> None:
        """Move subscribers in whose slots, all in the morning, fall due over so many seconds."""
        await town.settle(self._settings, load_library(), subscribers, slots=slots)
        now = datetime.now(UTC)
        self._today, self._zone = now.date(), noon_zone(now)
        async with self._database() as db, db.write() as session:
            for table in ("slot", "subscriber"):
                moved = text(f"UPDATE {table} SET zone = :zone")
                await session.execute(moved, {"zone": self._zone})
        await town.spread_over(self._settings, seconds)

    async def announce(self, number: int, words: str, schedule: Schedule = NOW) -> None:
        """The admin confirms one more broadcast; it is the bot that freezes its audience."""
        async with self._database() as db:
            broadcasts = Broadcasts(db, SystemClock(), self._settings)
            draft = await broadcasts.draft(ADMIN, ADMIN, number)
            done = await broadcasts.set_content(draft.id, ADMIN, captioned(words))
            done = done and await broadcasts.set_schedule(draft.id, ADMIN, schedule)
            came = await broadcasts.confirm(draft.id, ADMIN)
        if not done or came not in CONFIRMED:
            raise RuntimeError(f"a broadcast was not confirmed: {came}")
        self.numbers[draft.id] = number

    def next_minute(self) -> Schedule:
        """The hour and minute of everybody's clock that comes in a moment."""
        then = datetime.now(UTC) + timedelta(minutes=1)
        there = then.astimezone(ZoneInfo(self._zone))
        return Schedule(local_date=there.date(), local_minute=there.hour * 60 + there.minute)

    async def correct(self, number: int, kind: Literal["edit", "recall"], words: str = "") -> bool:
        """The admin edits or recalls the broadcast; False as long as nobody has got it."""
        which = next(one for one, other in self.numbers.items() if other == number and one)
        async with self._database() as db:
            broadcasts = Broadcasts(db, SystemClock(), self._settings)
            content = captioned(words) if kind == "edit" else None
            made = await broadcasts.correct(which, ADMIN, kind, content)
            if made is None:
                return False
            came = await broadcasts.confirm(made.id, ADMIN)
        self.numbers[made.id] = EDITED if kind == "edit" else DELETED
        if came not in CONFIRMED:
            raise RuntimeError(f"a correction was not confirmed: {came}")
        return True

    async def send_doubtful(self) -> int:
        """The admin's word: send once more what is in doubt; how many messages that are."""
        again = 0
        async with self._database() as db:
            broadcasts = Broadcasts(db, SystemClock(), self._settings)
            for which in filter(None, self.numbers):
                report = await broadcasts.report(which)
                if report.in_doubt or report.failed:
                    again += await broadcasts.retry_failed(which, ADMIN, in_doubt=True)
        return again

    async def that_do_not_add_up(self) -> list[int]:
        """Broadcasts of whose recipients some are counted nowhere, or in two places."""
        found = []
        async with self._database() as db:
            broadcasts = Broadcasts(db, SystemClock(), self._settings)
            for which in filter(None, self.numbers):
                report = await broadcasts.report(which)
                ended = report.sent + report.blocked + sum(report.failed.values())
                ended += report.in_doubt + report.too_old + report.cancelled
                if ended != report.total:
                    found.append(which)
        return found

    @asynccontextmanager
    async def _database(self) -> AsyncIterator[Database]:
        db = await Database.open(self._settings.database)
        try:
            yield db
        finally:
            await db.close()

    # Lives

    def live_and_die(self) -> None:
        """Let the bot work for a random while, kill a replica, and see what it held."""
        self._fill_up()
        time.sleep(self._chance.uniform(0.0, 2 * LIFE_SECONDS))
        if self._chance.random() < 0.5:
            self._await_tick()
        one = self._chance.choice(self._alive)
        one.process.send_signal(signal.SIGKILL)
        if one.process.wait() != -signal.SIGKILL:
            raise RuntimeError(f"the bot ended by itself:\n{self.log_tail()}")
        self.kills += 1
        self.amid.update(what for what, statement in AMID.items() if self.query(statement)[0][0])
        self._bury(one)
        self.leased += len(self.lives[-1].held)

    def live_and_stop(self) -> None:
        """Let the bot work for a random while and stop a replica politely, under load."""
        self._fill_up()
        time.sleep(self._chance.uniform(0.0, 2 * LIFE_SECONDS))
        self._stop(self._chance.choice(self._alive))

    def live_to_the_end(self) -> bool:
        """Let the bot work until every row has its outcome; whether it got there in time."""
        ends = time.monotonic() + PATIENCE_SECONDS
        self._fill_up()
        while (unfinished := self._unfinished()) and time.monotonic() < ends:
            if any(one.process.poll() is not None for one in self._alive):
                raise RuntimeError(f"the bot ended by itself:\n{self.log_tail()}")
            time.sleep(0.2)
        for one in list(self._alive):
            self._stop(one)
        return not unfinished

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for one in self._alive:
            one.process.kill()
            one.process.wait()

    def _fill_up(self) -> None:
        """Start what was killed or stopped anew."""
        while len(self._alive) < self._replicas:
            self._start()

    def _start(self) -> None:
        """Start a process of its own, and wait until it runs."""
        known = {key: value for key, value in os.environ.items() if not key.startswith("GUTSKIN_")}
        owner = f"{self._chance.getrandbits(64):016x}"
        seen = self._log.stat().st_size if self._log.exists() else 0
        born = time.monotonic()
        with self._log.open("ab") as log:
            bot = subprocess.Popen(
                [sys.executable, "-m", "tests.bench.chaos_bot"],
                cwd=ROOT,
                env=known | self._environment() | {"CHAOS_OWNER": owner},
                stdout=log,
                stderr=log,
            )
        self._alive.append(Replica(bot, owner, born))
        self._await_start(bot, seen)

    def _bury(self, one: Replica) -> None:
        """Note what it held: each of these may have been sent, or not."""
        died = time.monotonic()
        self._alive.remove(one)
        rows = self.query(HELD.format(owner=one.owner))
        held = frozenset(Message(chat, self.numbers[which]) for chat, which in rows)
        self.lives.append(Life(one.born, died, held))

    def _environment(self) -> dict[str, str]:
        given = {
            **self._given,
            "token": town.TOKEN,
            "data_dir": self._folder,
            "api_base_url": self._settings.api_base_url,
        }
        return {f"GUTSKIN_{name.upper()}": str(value) for name, value in given.items()}

    def _await_start(self, bot: subprocess.Popen[bytes], seen: int) -> None:
        ends = time.monotonic() + PATIENCE_SECONDS
        with self._log.open("rb") as log:
            log.seek(seen)
            said = b""
            while b"the bot runs" not in said:
                if bot.poll() is not None or time.monotonic() > ends:
                    raise RuntimeError(f"the bot did not start:\n{self.log_tail()}")
                time.sleep(0.005)
                said += log.read()

    def _await_tick(self) -> None:
        """Until a moment in which the bot is likely to be planning, if it soon is."""
        due = moment(self.query(NEXT_TICK)[0][0]) - time.time()
        if due < 2 * LIFE_SECONDS:
            time.sleep(max(0.0, due) + self._chance.uniform(0.0, TICK_SECONDS))

    def _stop(self, one: Replica) -> None:
        began = time.monotonic()
        one.process.terminate()
        code = one.process.wait(STOP_SECONDS)
        self.slowest_stop = max(self.slowest_stop, time.monotonic() - began)
        self._bury(one)
        if code or self.lives[-1].held:
            left = len(self.lives[-1].held)
            raise RuntimeError(f"a polite stop ended with {code} and left {left} leases behind")

    # The ledger

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """What the bot's database answers, read beside the bot."""
        return query(self._settings.database, statement)

    def in_doubt(self) -> frozenset[Message]:
        """What the ledger owns up to not knowing."""
        return frozenset(
            Message(chat, self.numbers[which]) for chat, which in self.query(IN_DOUBT)
        )

    def complaints(self) -> list[str]:
        """What the bot logged as an error, and whatever it said that was no log line."""
        found = []
        for line in self._log.read_text(encoding="utf-8").splitlines():
            said = json.loads(line) if line.startswith("{") and line.endswith("}") else {}
            if said.get("level", "critical") in ("error", "critical"):
                found.append(str(said.get("event", line)))
        return found

    def log_tail(self) -> str:
        return self._log.read_text(encoding="utf-8")[-2000:]

    def _unfinished(self) -> int:
        return int(self.query(UNFINISHED.format(today=self._today))[0][0])
