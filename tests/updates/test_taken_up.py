"""An update that ends the process is not taken up for ever, and no other is put aside for it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from telegram.error import NetworkError

from bot.store.database import Database
from bot.updates.taken_up import MOST_STARTS
from tests.databases import put_sqlite
from tests.logbook import captured
from tests.updates.test_inbox import HandlerServices, inbox_on, left, message, rows_of

PATIENCE_S = 60.0
DEADLY = 4


class Deadly(HandlerServices):
    """What the deadly update does ends the process; in this one, it is where it is cancelled."""

    def __init__(self, *, with_others: bool = False) -> None:
        super().__init__()
        self.begun = asyncio.Event()
        self.hangs = {DEADLY, 1, 2, 3, 5, 6} if with_others else {DEADLY}
        self.in_hand: set[int] = set()

    async def process(self, update: Mapping[str, Any]) -> None:
        number = int(update["update_id"])
        self.in_hand.add(number)
        if self.in_hand >= self.hangs:
            self.begun.set()
        if number in self.hangs:
            await asyncio.Event().wait()
        await super().process(update)


async def a_start(db: Database, services: Deadly, *given: Mapping[str, Any]) -> bool:
    """Whether the process lived through all there was."""
    async with inbox_on(db, services) as inbox, asyncio.timeout(PATIENCE_S):
        await inbox.recover()
        await inbox.take(given)
        ways = [asyncio.ensure_future(way) for way in (inbox.idle(), services.begun.wait())]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        return not services.begun.is_set()


async def test_it_is_put_aside_after_a_few_starts_with_its_number_and_one_line(
    db: Database,
) -> None:
    given = [message(DEADLY, chat=1), message(5, chat=1), message(6, chat=2)]
    with captured() as log:
        runs = [Deadly() for _ in range(MOST_STARTS + 2)]
        lived = [await a_start(db, services, *given) for services in runs]
    assert lived == [False] * (MOST_STARTS + 1) + [True]
    assert {number for services in runs for number in services.seen} == {5, 6}
    assert await left(db) == 0
    (line,) = [line for line in log.getvalue().splitlines() if "ended the process" in line]
    assert f"update={DEADLY}" in line
    assert "hello" not in log.getvalue()


async def test_what_was_in_hand_with_it_is_answered(db: Database) -> None:
    given = [message(number, chat=number) for number in range(1, 7)]
    assert not await a_start(db, Deadly(with_others=True), *given)
    assert not await a_start(db, Deadly(with_others=True))
    seen: set[int] = set()
    for _ in range(MOST_STARTS):
        services = Deadly()
        lived = await a_start(db, services)
        seen |= set(services.seen)
    assert lived
    assert seen == {1, 2, 3, 5, 6}
    assert await left(db) == 0


async def test_one_that_is_answered_later_has_ended_no_process(db: Database) -> None:
    class Away(HandlerServices):
        async def process(self, update: Mapping[str, Any]) -> None:
            raise NetworkError("away")

    assert not await a_start(db, Deadly(), message(DEADLY))
    assert not await a_start(db, Deadly())
    assert [row["tries"] for row in await rows_of(db)] == [1]
    async with inbox_on(db, Away()) as inbox, asyncio.timeout(PATIENCE_S):
        await inbox.recover()
        while [row["tries"] for row in await rows_of(db)] != [0] or not inbox.counts.held:
            pass
    assert await left(db) == 1


KILLED = """
import asyncio, os, signal, sys
from bot.clock import SystemClock
from bot.store.cipher import BodyCipher
from bot.store.database import Database
from bot.updates.inbox import Inbox

async def kills(_update):
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
    db = await Database.open(sys.argv[1])
    inbox = Inbox(db, SystemClock(), kills, cipher=BodyCipher("a token"))
    running = asyncio.create_task(inbox.run())
    await inbox.recover()
    await inbox.take([{"update_id": 7, "message": {"chat": {"id": 1}, "text": "hello"}}])
    await inbox.idle()
    print("failed:", inbox.counts.failed)
    inbox.close()
    await running
    await db.close()

asyncio.run(main())
"""


async def test_a_process_that_is_really_killed_lives_in_the_end(tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, put_sqlite(tmp_path / "gutskin.db")]
    ends = [
        await asyncio.to_thread(subprocess.run, command, capture_output=True, check=False)
        for _ in range(MOST_STARTS + 2)
    ]
    assert [end.returncode for end in ends] == [-9] * (MOST_STARTS + 1) + [0]
    assert b"ended the process" in ends[-1].stdout + ends[-1].stderr
    assert b"failed: 1" in ends[-1].stdout
