"""Copies of a SQLite database, made while it is in use, and checked before they count."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import URL

from bot.store.database import normalised

BUSY_SECONDS = 30


class BackupError(Exception):
    """No copy was made or put in place; the message says why."""


def _file(url: str | URL) -> Path:
    parsed = normalised(url)
    if parsed.get_backend_name() != "sqlite":
        raise BackupError("only SQLite is copied here; for PostgreSQL use pg_dump and pg_restore")
    return Path(str(parsed.database))


async def backup(url: str | URL, target: Path) -> None:
    """Copy the database to ``target`` (mode 0600), replacing a file of that name at the end.

    The copy is compact and holds nothing that was deleted. Readers and writers go on meanwhile.

    Raises:
        BackupError: not SQLite, or the copy is not sound.
        OSError: it cannot be written.
    """
    await asyncio.to_thread(_backup, _file(url), target)


async def restore(url: str | URL, source: Path) -> None:
    """Put a checked copy in the database's place. Nothing may be using the database.

    Raises:
        BackupError: not SQLite, the copy is not sound, or the database is in use.
        OSError: it cannot be written.
    """
    await asyncio.to_thread(_restore, _file(url), source)


@contextlib.contextmanager
def _opened(file: Path, *, timeout: float = BUSY_SECONDS) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(file, timeout=timeout, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def _backup(live: Path, target: Path) -> None:
    if not live.exists():
        raise BackupError(f"there is no database at {live}")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        part.touch(mode=0o600)
        with _opened(live) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
        _check(part)
        _settle(part, target)
    except sqlite3.Error as error:
        raise BackupError(str(error)) from error
    finally:
        part.unlink(missing_ok=True)


def _restore(live: Path, source: Path) -> None:
    if not source.exists():
        raise BackupError(f"there is no file {source}")
    part = live.with_name(f".{live.name}.part")
    try:
        _check(source)
        _backup(source, part)
        if live.exists():
            _take_over(live)
        _settle(part, live)
    except sqlite3.Error as error:
        raise BackupError(str(error)) from error
    finally:
        part.unlink(missing_ok=True)


def _take_over(live: Path) -> None:
    """Fold the log of the old database away: beside another file it would corrupt that one."""
    with _opened(live, timeout=1) as connection:
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            raise BackupError("the database is in use: stop the bot first") from error


def _check(file: Path) -> None:
    with _opened(file) as connection:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    if found != ["ok"] or broken:
        raise BackupError(f"{file.name} is damaged")
    if "alembic_version" not in names:
        raise BackupError(f"{file.name} is not a database of this bot")


def _settle(part: Path, target: Path) -> None:
    """Put the finished file in place so that a power cut leaves the old or the new one whole."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
