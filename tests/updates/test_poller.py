"""The poller writes first and confirms afterwards, and waits out whatever Telegram answers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from telegram.error import Conflict, InvalidToken, NetworkError, TelegramError, TimedOut

from bot.clock import MovableClock
from bot.store.database import Database
from bot.transport import FloodWait
from bot.updates.inbox import Inbox
from bot.updates.poller import Poller
from tests.logbook import captured

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
Answer = Sequence[Mapping[str, Any]] | Exception


def message(update_id: int) -> dict[str, Any]:
    return {"update_id": update_id, "message": {"chat": {"id": 1}, "text": "hello"}}


class Telegram:
    """Gives the scripted answers and then holds the call for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.offsets: list[int | None] = []
        self.held = asyncio.Event()

    async def raw_updates(
        self, *, offset: int | None, limit: int, hold: int
    ) -> Sequence[Mapping[str, Any]]:
        assert (limit, hold) == (100, 50)
        self.offsets.append(offset)
        if not self.answers:
            self.held.set()
            await asyncio.Event().wait()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def poll(db: Database, telegram: Telegram, clock: MovableClock) -> list[int]:
    """Poll until the script is over; the ids that were taken. Waits are skipped."""
    taken: list[int] = []

    class Notes(Inbox):
        async def take(self, updates: Any) -> int:
            new = await super().take(updates)
            taken.extend(update["update_id"] for update in updates)
            return new

    async def process(_update: Mapping[str, Any]) -> None: ...

    inbox = Notes(db, clock, process)
    task = asyncio.create_task(Poller(telegram, inbox, clock).run())
    while not telegram.held.is_set() and not task.done():
        clock.move(1.0)
        await asyncio.sleep(0)
    if not task.done():
        task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return taken


async def test_what_is_written_down_is_confirmed_and_the_offset_then_dropped(
    sqlite_db: Database,
) -> None:
    telegram = Telegram([message(7), message(9)], [], [message(2)])
    assert await poll(sqlite_db, telegram, MovableClock(NOW)) == [7, 9, 2]
    assert telegram.offsets == [None, 10, None, 3]


async def test_after_a_failed_call_the_confirmation_is_repeated(sqlite_db: Database) -> None:
    telegram = Telegram([message(7)], NetworkError("x"), [])
    await poll(sqlite_db, telegram, MovableClock(NOW))
    assert telegram.offsets == [None, 8, 8, None]


@pytest.mark.parametrize(
    ("error", "seconds", "line"),
    [
        (Conflict("x"), 5, "another process polls with this token"),
        (FloodWait(17), 17, "asks to wait"),
        (TimedOut(), 1, "no answer to getUpdates in time"),
        (NetworkError("Bad Gateway"), 1, "cannot be fetched"),
        (TelegramError("odd"), 1, "cannot be fetched"),
    ],
)
async def test_it_waits_and_says_why(
    sqlite_db: Database, error: Exception, seconds: float, line: str
) -> None:
    clock = MovableClock(NOW)
    with captured() as log:
        assert await poll(sqlite_db, Telegram(error, [message(1)]), clock) == [1]
    assert line in log.getvalue()
    assert (clock.now() - NOW).total_seconds() >= seconds


async def test_repeated_failures_wait_longer_up_to_half_a_minute(sqlite_db: Database) -> None:
    clock = MovableClock(NOW)
    with captured() as log:
        await poll(sqlite_db, Telegram(*[NetworkError("x")] * 8, [message(1)]), clock)
    waits = [line.rpartition("seconds=")[2] for line in log.getvalue().splitlines()]
    assert [float(wait) for wait in waits] == [1, 2, 4, 8, 16, 30, 30, 30]


async def test_a_revoked_token_ends_it(sqlite_db: Database) -> None:
    with pytest.raises(InvalidToken):
        await poll(sqlite_db, Telegram(InvalidToken("x")), MovableClock(NOW))


async def test_what_cannot_be_written_down_is_not_confirmed(sqlite_db: Database) -> None:
    telegram = Telegram([message(7)], [message(7)])
    write, failures = sqlite_db.write, iter([True])

    def full() -> Any:
        if next(failures, False):
            raise OSError("disk full")
        return write()

    sqlite_db.write = full  # type: ignore[method-assign]
    with captured() as log:
        assert await poll(sqlite_db, telegram, MovableClock(NOW)) == [7]
    assert telegram.offsets == [None, None, 8]
    assert "could not be written down" in log.getvalue()
