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
from collections.abc import Callable, Container, Iterable, Iterator
from itertools import chain, count
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL

from bot.database_url import read_address
from bot.store.sole_use import ENDING, InUseError, sole_use

BUSY_SECONDS = 5.0  # a wait for a lock is the one thing that an interrupt does not end
INTERRUPT_EVERY_S = 0.05
SIDE_FILES = ("-wal", "-shm", "-journal")  # what SQLite keeps beside a file
IN_USE = "the database is in use: stop the bot first"
DAMAGE = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR")
SYNCED_AT_ONCE = 16 * 1024 * 1024  # bytes; a multiple of every machine's page size

T = TypeVar("T")


class BackupError(Exception):
    """No copy was made or put in place; the message says why."""


def _file(url: str | URL) -> Path:
    """The file itself: where a link leads, SQLite keeps what belongs to it, and so do we."""
    parsed = read_address(url)
    if parsed.get_backend_name() != "sqlite":
        raise BackupError("only SQLite is copied here; for PostgreSQL use pg_dump and pg_restore")
    return Path(str(parsed.database)).resolve()


def _belonging_to(live: Path) -> list[Path]:
    """The database's file and those beside it that are nobody else's."""
    return [live.with_name(live.name + ending) for ending in ("", *SIDE_FILES, ENDING)]


def _is_one_of(file: Path, others: Iterable[Path]) -> bool:
    """Whether ``file`` is one of them, by any name: a link is as good as the file."""
    return any(
        file == other or (file.exists() and other.exists() and file.samefile(other))
        for other in others
    )


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
    def opened(
        self, file: Path, *, timeout: float = BUSY_SECONDS, read_only: bool = False
    ) -> Iterator[sqlite3.Connection]:
        self.go_on()
        address = f"{file.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}"
        connection = self._connection = sqlite3.connect(
            address, timeout=timeout, isolation_level=None, check_same_thread=False, uri=True
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


async def _in_thread(steps: Callable[[_Work], T]) -> T:
    """Run ``steps`` in a thread. A cancelled call comes back when the thread has ended, too."""
    work = _Work()
    running = asyncio.get_running_loop().run_in_executor(None, steps, work)
    try:
        return await asyncio.shield(running)
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
        BackupError: not SQLite, ``target`` is no place for it, or the copy is not sound.
        OSError: it cannot be written.
    """
    live = _file(url)
    await _in_thread(lambda work: _backup(work, live, target.resolve()))


async def restore(
    url: str | URL, source: Path, *, known: Container[str] | None = None
) -> Path | None:
    """Put a checked copy in the database's place. Nothing may be using the database.

    What is there and damaged is set aside with what belongs to it, and so is what an earlier
    database left beside its file: next to another one it would destroy that.

    A copy whose revision is not among ``known`` ones (None: any) is refused.

    Returns the name under which something was set aside, if there was anything.

    Raises:
        BackupError: not SQLite, the copy is not sound or too new, or the database is in use.
        OSError: it cannot be written.
    """
    live = _file(url)
    return await _in_thread(lambda work: _restore(work, live, source, known))


def _backup(work: _Work, live: Path, target: Path) -> None:
    part = target.with_name(f".{target.name}.part")
    if not live.exists():
        raise BackupError(f"there is no database at {live}")
    if any(_is_one_of(file, _belonging_to(live)) for file in (target, part)):
        raise BackupError(f"{target} belongs to the database itself: choose another file")
    if target.exists() and not target.is_file():
        raise BackupError(f"{target} is a folder or a device: name a file")
    target.parent.mkdir(parents=True, exist_ok=True)
    part.unlink(missing_ok=True)
    try:
        part.touch(mode=0o600)
        with work.opened(live) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
        _check(work, part)
        _bring_to_disk(work, part)
        _put_in_place(part, target)
    except sqlite3.Error as error:
        raise BackupError(str(error)) from error
    finally:
        part.unlink(missing_ok=True)


def _restore(work: _Work, live: Path, source: Path, known: Container[str] | None) -> Path | None:
    if not source.is_file():
        raise BackupError(f"there is no file {source}")
    if _is_one_of(source.resolve(), _belonging_to(live)):
        raise BackupError(f"{source} belongs to the database itself: choose a copy")
    part = live.with_name(f".{live.name}.part")
    live.parent.mkdir(parents=True, exist_ok=True)
    try:
        with sole_use(live):
            _check(work, source, known)
            _backup(work, source, part)
            # From here on nothing may be called off half-way.
            aside = None if _is_folded(work, live) else _set_aside(live)
            _put_in_place(part, live)
            return aside
    except InUseError as error:
        raise BackupError(IN_USE) from error
    except sqlite3.Error as error:
        raise BackupError(str(error)) from error
    finally:
        part.unlink(missing_ok=True)


def _is_folded(work: _Work, live: Path) -> bool:
    """Fold the log of a sound database into its file, so that nothing is left beside it.

    False if there is none, or what is there is damaged; then it is left as it was found.
    """
    if not live.exists() or _is_damaged(work, live):
        return False
    try:
        with work.opened(live, timeout=1) as connection:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorname.startswith("SQLITE_BUSY"):
            raise BackupError(IN_USE) from error
        raise
    return True


def _is_damaged(work: _Work, file: Path) -> bool:
    try:
        with work.opened(file, read_only=True) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",))
    except sqlite3.DatabaseError as error:
        return error.sqlite_errorname.startswith(DAMAGE)


def _set_aside(live: Path) -> Path | None:
    """Give what is there, as far as it is, a name that is free; SQLite would still open it."""
    names = (live.with_name(f"{live.name}.damaged{number}") for number in chain([""], count(2)))
    aside = next(name for name in names if not any(map(Path.exists, _with_sides(name))))
    pairs = zip(_with_sides(live), _with_sides(aside), strict=True)
    moved = [(file, name) for file, name in pairs if file.exists()]
    for file, name in moved:
        file.rename(name)
    return aside if moved else None


def _with_sides(file: Path) -> list[Path]:
    return [file.with_name(file.name + ending) for ending in ("", *SIDE_FILES)]


def _check(work: _Work, file: Path, known: Container[str] | None = None) -> None:
    with work.opened(file) as connection:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        if found != ["ok"] or broken:
            raise BackupError(f"{file.name} is damaged")
        if "alembic_version" not in names:
            raise BackupError(f"{file.name} is not a database of this bot")
        revisions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    if known is not None and any(revision not in known for (revision,) in revisions):
        raise BackupError(
            f"{file.name} was written by a newer GutSkin: install that version first"
        )


def _bring_to_disk(work: _Work, part: Path) -> None:
    """Bring the file to the disk piece by piece: one ``fsync`` for all cannot be stopped."""
    with part.open("r+b") as file:
        for begin in range(0, size := part.stat().st_size, SYNCED_AT_ONCE):
            work.go_on()
            length = min(SYNCED_AT_ONCE, size - begin)
            with mmap.mmap(file.fileno(), length, offset=begin) as piece:
                piece.flush()
        os.fsync(file.fileno())
    work.go_on()


def _put_in_place(part: Path, target: Path) -> None:
    """Rename the finished file so that a power cut leaves the old or the new one whole."""
    part.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
