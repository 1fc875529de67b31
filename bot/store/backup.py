"""Copies of a SQLite database, made while it is in use, and checked before they count.

A copy may take minutes, and a stop of the bot must not: whoever cancels ends the statement that
runs, and nothing is left behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import mmap
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import URL

from bot.database_url import read_address

BUSY_SECONDS = 5.0  # a wait for a lock is the one thing that an interrupt does not end
INTERRUPT_EVERY_S = 0.05
SYNCED_AT_ONCE = 16 * 1024 * 1024  # bytes; a multiple of every machine's page size


class BackupError(Exception):
    """No copy was made or put in place; the message says why."""


def _file(url: str | URL) -> Path:
    parsed = read_address(url)
    if parsed.get_backend_name() != "sqlite":
        raise BackupError("only SQLite is copied here; for PostgreSQL use pg_dump and pg_restore")
    return Path(str(parsed.database))


class _StoppedError(Exception):
    """Whoever asked for the work does not want it any more."""


class _Work:
    """Work on SQLite files in a thread, which another thread may end at any moment."""

    def __init__(self) -> None:
        self._stopped = False
        self._connection: sqlite3.Connection | None = None

    def go_on(self) -> None:
        """Between two steps: raise if there shall be no second one."""
        if self._stopped:
            raise _StoppedError

    @contextlib.contextmanager
    def opened(self, file: Path, *, timeout: float = BUSY_SECONDS) -> Iterator[sqlite3.Connection]:
        self.go_on()
        connection = self._connection = sqlite3.connect(
            file, timeout=timeout, isolation_level=None, check_same_thread=False
        )
        try:
            yield connection
        finally:
            self._connection = None
            connection.close()

    def stop(self) -> None:
        """End the statement that runs; between two of them an interrupt is lost: call again."""
        self._stopped = True
        if (connection := self._connection) is not None:
            # It may be closed by now, and then there is nothing to end.
            with contextlib.suppress(sqlite3.ProgrammingError):
                connection.interrupt()


async def _in_thread(steps: Callable[[_Work], None]) -> None:
    """Run ``steps`` in a thread. A cancelled call comes back when the thread has ended, too."""
    work = _Work()
    running = asyncio.get_running_loop().run_in_executor(None, steps, work)
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        while not running.done():
            work.stop()
            # To be cancelled twice is no reason to leave the thread behind.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([running], timeout=INTERRUPT_EVERY_S)
        running.exception()  # asked for, or the loop complains that nobody did
        raise


async def backup(url: str | URL, target: Path) -> None:
    """Copy the database to ``target`` (mode 0600), replacing a file of that name at the end.

    The copy is compact and holds nothing that was deleted. Readers and writers go on meanwhile.
    Cancelled, it ends within a fraction of a second and leaves no file.

    Raises:
        BackupError: not SQLite, or the copy is not sound.
        OSError: it cannot be written.
    """
    live = _file(url)
    await _in_thread(lambda work: _backup(work, live, target))


async def restore(url: str | URL, source: Path) -> None:
    """Put a checked copy in the database's place. Nothing may be using the database.

    Raises:
        BackupError: not SQLite, the copy is not sound, or the database is in use.
        OSError: it cannot be written.
    """
    live = _file(url)
    await _in_thread(lambda work: _restore(work, live, source))


def _backup(work: _Work, live: Path, target: Path) -> None:
    if not live.exists():
        raise BackupError(f"there is no database at {live}")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        part.touch(mode=0o600)
        with work.opened(live) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
        _check(work, part)
        _settle(work, part, target)
    except sqlite3.Error as error:
        raise BackupError(str(error)) from error
    finally:
        part.unlink(missing_ok=True)


def _restore(work: _Work, live: Path, source: Path) -> None:
    if not source.exists():
        raise BackupError(f"there is no file {source}")
    part = live.with_name(f".{live.name}.part")
    try:
        _check(work, source)
        _backup(work, source, part)
        if live.exists():
            _take_over(work, live)
        _settle(work, part, live)
    except sqlite3.Error as error:
        raise BackupError(str(error)) from error
    finally:
        part.unlink(missing_ok=True)


def _take_over(work: _Work, live: Path) -> None:
    """Fold the log of the old database away: beside another file it would corrupt that one."""
    with work.opened(live, timeout=1) as connection:
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            raise BackupError("the database is in use: stop the bot first") from error


def _check(work: _Work, file: Path) -> None:
    with work.opened(file) as connection:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    if found != ["ok"] or broken:
        raise BackupError(f"{file.name} is damaged")
    if "alembic_version" not in names:
        raise BackupError(f"{file.name} is not a database of this bot")


def _settle(work: _Work, part: Path, target: Path) -> None:
    """Put the finished file in place so that a power cut leaves the old or the new one whole."""
    with part.open("r+b") as file:
        _sync(work, file.fileno(), part.stat().st_size)
        os.fsync(file.fileno())
    work.go_on()
    part.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _sync(work: _Work, file: int, size: int) -> None:
    """Bring the file to the disk piece by piece: one ``fsync`` for all cannot be stopped."""
    for begin in range(0, size, SYNCED_AT_ONCE):
        work.go_on()
        with mmap.mmap(file, min(SYNCED_AT_ONCE, size - begin), offset=begin) as piece:
            piece.flush()
