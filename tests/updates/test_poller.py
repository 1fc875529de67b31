"""The poller writes first and confirms afterwards, and waits out whatever Telegram answers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from telegram.error import Conflict, InvalidToken, NetworkError, TelegramError, TimedOut

from bot.clock import MovableClock
from bot.store.cipher import BodyCipher
from bot.store.database import Database
from bot.telegram.reading import Broken, Given, number_of
from bot.telegram.request import DoubtfulError, FloodWait
from bot.updates.fetching import Fetching
from bot.updates.inbox import Inbox
from bot.updates.poller import Poller
from tests.logbook import captured

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
Answer = Sequence[Given] | Exception


def message(update_id: int) -> dict[str, Any]:
    return {"update_id": update_id, "message": {"chat": {"id": 1}, "text": "hello"}}


class Telegram:
    """Gives the scripted answers and then holds the call for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.offsets: list[int | None] = []
        self.held = asyncio.Event()

    async def raw_updates(self, *, offset: int | None, limit: int, hold: int) -> Sequence[Given]:
        assert (limit, hold) == (100, 50)
        self.offsets.append(offset)
        if not self.answers:
            self.held.set()
            await asyncio.Event().wait()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def poll(
    db: Database,
    telegram: Telegram,
    clock: MovableClock,
    fetching: Fetching | None = None,
    each_second: Callable[[], object] = lambda: None,
) -> list[int]:
    """Poll until the script is over; the ids that were taken. Waits are skipped."""
    taken: list[int] = []

    class Notes(Inbox):
        async def take(self, updates: Any) -> int:
            new = await super().take(updates)
            taken.extend(number for number in map(number_of, updates) if number is not None)
            return new

    async def process(_update: Mapping[str, Any]) -> None: ...

    inbox = Notes(db, clock, process, cipher=BodyCipher("a token"))
    task = asyncio.create_task(Poller(telegram, inbox, clock, fetching=fetching).run())
    while not telegram.held.is_set() and not task.done():
        clock.move(1.0)
        each_second()
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
        (FloodWait(17), 17, "Telegram asks to wait"),
        (TimedOut(), 1, "no answer to getUpdates in time"),
        (NetworkError("Bad Gateway"), 1, "cannot be fetched"),
        (DoubtfulError("answer without updates"), 1, "answer without updates"),
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
    assert waits_in(log.getvalue()) == [1, 2, 4, 8, 16, 30, 30, 30]


def waits_in(log: str) -> list[float]:
    """How many seconds each line says."""
    return [float(wait) for wait in re.findall(r"seconds=([\d.]+)", log)]


async def test_a_revoked_token_ends_it(sqlite_db: Database) -> None:
    with pytest.raises(InvalidToken):
        await poll(sqlite_db, Telegram(InvalidToken("x")), MovableClock(NOW))


async def test_what_cannot_be_written_down_is_not_confirmed(sqlite_db: Database) -> None:
    telegram = Telegram([message(7)], [message(7)])
    fill(sqlite_db, times=1)
    with captured() as log:
        assert await poll(sqlite_db, telegram, MovableClock(NOW)) == [7]
    assert telegram.offsets == [None, None, 8]
    assert "could not be written down" in log.getvalue()


def fill(db: Database, *, times: int) -> None:
    """The disk is full for so many writes."""
    transaction, failures = db.write, iter([True] * times)

    def full(work: Any) -> Any:
        if next(failures, False):
            raise OSError("disk full")
        return transaction(work)

    db.write = full  # type: ignore[method-assign]


async def test_on_a_full_disk_the_waits_grow_and_each_is_one_line(sqlite_db: Database) -> None:
    clock, telegram = MovableClock(NOW), Telegram(*[[message(7)]] * 9)
    fetching = Fetching(clock)
    fill(sqlite_db, times=8)
    troubles: list[str] = []
    with captured() as log:
        await poll(
            sqlite_db, telegram, clock, fetching, lambda: troubles.extend(fetching.troubles())
        )
    lines = log.getvalue().splitlines()
    assert waits_in(log.getvalue()) == [1, 2, 4, 8, 16, 32, 60, 60]
    assert all("OSError" in line for line in lines)
    assert "the database does not take updates (OSError)" in troubles[-1]
    assert fetching.troubles() == []


async def test_a_broken_update_is_confirmed_like_any_other(sqlite_db: Database) -> None:
    telegram = Telegram([message(7), Broken(8), message(9)], [Broken(10)], [Broken(None)])
    await poll(sqlite_db, telegram, MovableClock(NOW))
    assert telegram.offsets[:3] == [None, 10, 11]


async def test_updates_without_a_usable_number_are_no_hot_loop(sqlite_db: Database) -> None:
    clock = MovableClock(NOW)
    telegram = Telegram(*[[Broken(None)]] * 20, [Broken(None), message(7)], [])
    with captured() as log:
        assert await poll(sqlite_db, telegram, clock) == [7]
    assert telegram.offsets == [None] * 21 + [8, None]
    assert (clock.now() - NOW).total_seconds() > 1 + 2 + 4 + 17 * 5
    assert "no update has a usable number" in log.getvalue()


async def test_an_update_that_was_cut_off_is_asked_for_again(sqlite_db: Database) -> None:
    cut = Broken(8, cut=True)
    telegram = Telegram([message(7), cut], [cut], [message(8)], [])
    with captured() as log:
        assert await poll(sqlite_db, telegram, MovableClock(NOW)) == [7, 8]
    assert telegram.offsets == [None, 8, 8, 9, None]
    assert "put aside" not in log.getvalue()


async def test_but_not_for_ever(sqlite_db: Database) -> None:
    cut = Broken(8, cut=True)
    telegram = Telegram([message(7), cut], [cut], [cut], [message(9)], [])
    with captured() as log:
        assert await poll(sqlite_db, telegram, MovableClock(NOW)) == [7, 8, 9]
    assert telegram.offsets == [None, 8, 8, 9, 10, None]
    assert re.search("put aside .*update=8", log.getvalue())


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (Conflict("x"), "another process polls with this token"),
        (NetworkError("x"), "network"),
        (DoubtfulError("answer unreadable"), "answer unreadable"),
    ],
)
async def test_whether_updates_come_is_known(
    sqlite_db: Database, error: Exception, why: str
) -> None:
    clock = MovableClock(NOW)
    fetching, seen = Fetching(clock), []
    telegram = Telegram([], *[error] * 40, [message(7)])

    def look() -> None:
        seen.append((fetching.polled.age, fetching.troubles()))

    fetching.expect()
    await poll(sqlite_db, telegram, clock, fetching, look)
    red = [(age, troubles) for age, troubles in seen if troubles]
    assert all(age is not None and age >= 120 and len(found) == 1 for age, found in red)
    assert why in red[-1][1][0]
    assert "no update could be fetched for " in red[-1][1][0]
    assert all(not found for age, found in seen if age is None or age < 120)
    assert fetching.troubles() == []
    assert fetching.polled.age is not None
    assert fetching.polled.age < 120


async def test_who_does_not_poll_has_no_trouble_with_it() -> None:
    clock = MovableClock(NOW)
    fetching = Fetching(clock)
    fetching.expect()
    fetching.failed("network")
    clock.move(600)
    assert fetching.polled.age == 600
    assert fetching.troubles() == ["no update could be fetched for 600 s: network"]
    fetching.rest()
    assert (fetching.polled.age, fetching.troubles()) == (None, [])
