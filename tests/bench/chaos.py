"""``python -m tests.bench.chaos --times N [--json FILE]``: kill the bot N times, then audit.

A real bot process plans and sends while the server answers 502 to 1 % of the sends, resets 0.2 %
before and 0.2 % after delivery, and one reader in twenty has blocked the bot. It is killed with
SIGKILL at random moments, half of them within a few milliseconds of a planning tick. At the end
the server's books and the database must agree; the process exits with 1 if they do not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import select
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench import chaos_bot, town
from tests.bench.lab import ROOT, Server, standin
from tips.library import load_library

READERS_A_KILL = 400
SLOTS_A_KILL = 3
LIFE_SECONDS = 1.5  # a life lasts up to twice that
START_SECONDS = 1.5
PATIENCE_SECONDS = 600.0
BLOCKED_EVERY = 20  # the stand-in's rule for who has blocked the bot


@dataclass
class Victim:
    """The town's database and the bot's lives in it."""

    server: Server
    folder: Path
    chance: random.Random
    in_flight: Counter[int] = field(default_factory=Counter)
    owners: set[str] = field(default_factory=set)

    def live_and_die(self) -> None:
        """Start the bot, let it work for a random while, kill it, and see what it held."""
        with self._bot() as bot:
            self._await(bot, "ready")
            if self.chance.random() < 0.5:
                self._await(bot, "plan", patience=2 * LIFE_SECONDS)
                time.sleep(self.chance.uniform(0.0, 0.03))
            else:
                time.sleep(self.chance.uniform(0.0, 2 * LIFE_SECONDS))
            bot.send_signal(signal.SIGKILL)
        self._note_what_was_in_flight()

    def live_to_the_end(self) -> None:
        """One last life, until every row has its outcome."""
        ends = time.monotonic() + PATIENCE_SECONDS
        with self._bot() as bot:
            while self._unfinished() and time.monotonic() < ends:
                time.sleep(0.5)
                if bot.poll() is not None:
                    raise RuntimeError("the bot ended by itself")
            bot.send_signal(signal.SIGKILL)

    def query(self, statement: str) -> list[tuple[int, ...]]:
        address = f"file:{self.folder / 'gutskin.db'}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=10)) as connection:
            return connection.execute(statement).fetchall()

    def _bot(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.bench.chaos_bot", self.server.address]
        return subprocess.Popen(
            [*command, str(self.folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )

    def _await(self, bot: subprocess.Popen[str], word: str, patience: float = 60.0) -> None:
        assert bot.stdout is not None
        ends = time.monotonic() + patience
        while (left := ends - time.monotonic()) > 0:
            if select.select([bot.stdout], [], [], left)[0]:
                said = bot.stdout.readline()
                if not said:
                    raise RuntimeError("the bot ended by itself")
                if said.strip() == word:
                    return

    def _note_what_was_in_flight(self) -> None:
        """Rows leased by the life that has just ended: each may have been sent, or not."""
        held = self.query("SELECT chat_id, lease_owner FROM delivery WHERE state = 'leased'")
        fresh = [(chat, str(owner)) for chat, owner in held if str(owner) not in self.owners]
        self.in_flight.update(chat for chat, _ in fresh)
        self.owners.update(owner for _, owner in fresh)

    def _unfinished(self) -> int:
        waiting = "SELECT count(*) FROM delivery WHERE state IN ('queued', 'leased')"
        due = f"SELECT count(*) FROM slot WHERE next_at < {int(time.time() * 1e6)}"
        readers = "SELECT (SELECT count(*) FROM subscription) - (SELECT count(*) FROM delivery)"
        return sum(self.query(statement)[0][0] for statement in (waiting, due, readers))


def audit(victim: Victim, readers: int, kills: int) -> dict[str, int]:
    """The server's books against who should have got what."""
    ledger = victim.server.control("ledger")
    copies = dict(ledger["delivered"])
    refused = dict(ledger["refused"])
    wanted = {chat for chat in range(1, readers + 1) if chat % BLOCKED_EVERY}
    different = dict(ledger["texts"])
    rows = victim.query(
        "SELECT count(*) FROM (SELECT 1 FROM delivery WHERE subscription_id IS NOT NULL "
        "GROUP BY subscription_id, local_date HAVING count(*) > 1)"
    )
    # A refusal that the bot did not live to write down is asked for once more after the kill.
    again = {chat: times - 1 - victim.in_flight[chat] for chat, times in refused.items()}
    return {
        "kills": kills,
        "lost": len(wanted - copies.keys()),
        "doubled": sum(count - 1 for count in copies.values()),
        "in_flight_at_kills": victim.in_flight.total(),
        "second_tips": rows[0][0] + sum(count > 1 for count in different.values()),
        "blocked_retried": sum(max(0, times) for times in again.values()),
    }


def run(times: int) -> dict[str, int]:
    readers, slots = READERS_A_KILL * times, min(1440, SLOTS_A_KILL * times)
    with standin() as server, tempfile.TemporaryDirectory(prefix="chaos-") as name:
        victim = Victim(server, Path(name), random.Random(times))
        settings = chaos_bot.settings_for(server.address, victim.folder)
        asyncio.run(town.settle(settings, load_library(), readers, slots=slots))
        seconds = times * (LIFE_SECONDS + START_SECONDS)
        asyncio.run(town.spread_over(settings, seconds))
        server.behave(faults=1)
        for turn in range(times):
            victim.live_and_die()
            if sys.stdout.isatty():
                print(f"\rkilled {turn + 1} of {times}", end="", flush=True)
        victim.live_to_the_end()
        states = victim.query("SELECT state, count(*) FROM delivery GROUP BY state")
        print("\nthe bot's own books:", ", ".join(f"{state} {count}" for state, count in states))
        return audit(victim, readers, times)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.chaos", description=__doc__)
    parser.add_argument("--times", type=int, default=200, help="how often the bot is killed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    given = parser.parse_args()
    figures = run(given.times)
    for key, value in figures.items():
        print(f"{key:<20}{value:>8}")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    for key in ("lost", "second_tips", "blocked_retried"):
        assert figures[key] == 0, key
    assert figures["doubled"] <= figures["in_flight_at_kills"], "more doubles than were in flight"


if __name__ == "__main__":
    main()
