"""Copies of a SQLite database, made while it is in use, and checked before they count.

A copy may take minutes, and a stop of the bot must not: whoever cancels ends the statement that
runs, and nothing is left behind.
"""

from __future__ import annotations

import mmap
import os
import sqlite3
from collections.abc import Container, Iterable
from pathlib import Path

from sqlalchemy import URL

from bot.database_url import read_address
from bot.store.files.interruptible import Work, in_thread
from bot.store.files.sole_use import ENDING
from bot.store.troubles import of_sqlite

SIDE_FILES = ("-wal", "-shm", "-journal")  # what SQLite keeps beside a file
SYNCED_AT_ONCE = 16 * 1024 * 1024  # bytes; a multiple of every machine's page size


class BackupError(Exception):
    """No copy was made or put in place; the message says why."""


def sqlite_file_of(url: str | URL) -> Path:
    """The file itself: where a link leads, SQLite keeps what belongs to it, and so do we.

    Raises:
        BackupError: it is no SQLite database.
    """
    parsed = read_address(url)
    if parsed.get_backend_name() != "sqlite":
        raise BackupError("only SQLite is copied here; for PostgreSQL use pg_dump and pg_restore")
    return Path(str(parsed.database)).resolve()


def belonging_to(live: Path) -> list[Path]:
    """The database's file and those beside it that are nobody else's."""
    return [live.with_name(live.name + ending) for ending in ("", *SIDE_FILES, ENDING)]


def is_one_of(file: Path, others: Iterable[Path]) -> bool:
    """Whether ``file`` is one of them, by any name: a link is as good as the file."""
    return any(
        file == other or (file.exists() and other.exists() and file.samefile(other))
        for other in others
    )


async def backup(url: str | URL, target: Path) -> None:
    """Copy the database to ``target`` (mode 0600), replacing a file of that name at the end.

    The copy is compact and holds nothing that was deleted. Readers and writers go on meanwhile.
    Cancelled, it ends within a fraction of a second and leaves no file.

    Raises:
        BackupError: not SQLite, ``target`` is no place for it, or the copy is not sound.
        OSError: it cannot be written.
    """
    live = sqlite_file_of(url)
    await in_thread(lambda work: copy_to(work, live, target.resolve()))


def copy_to(work: Work, live: Path, target: Path) -> None:
    """The steps of :func:`backup`, for a thread. Raises what it raises."""
    part = target.with_name(f".{target.name}.part")
    if not live.exists():
        raise BackupError(f"there is no database at {live}")
    if any(is_one_of(file, belonging_to(live)) for file in (target, part)):
        raise BackupError(f"{target} belongs to the database itself: choose another file")
    if target.exists() and not target.is_file():
        raise BackupError(f"{target} is a folder or a device: name a file")
    target.parent.mkdir(parents=True, exist_ok=True)
    part.unlink(missing_ok=True)
    try:
        part.touch(mode=0o600)
        with work.opened(live) as connection:
            # As an address: a name that is no UTF-8 cannot be bound as text.
            connection.execute("VACUUM INTO ?", (part.absolute().as_uri(),))
        check(work, part)
        _bring_to_disk(work, part)
        put_in_place(part, target)
    except sqlite3.Error as error:
        raise BackupError(of_sqlite(error)) from error
    finally:
        part.unlink(missing_ok=True)


def check(work: Work, file: Path, known: Container[str] | None = None) -> None:
    """Raise ``BackupError`` unless ``file`` is a sound database of this bot that it can read."""
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


def _bring_to_disk(work: Work, part: Path) -> None:
    """Bring the file to the disk piece by piece: one ``fsync`` for all cannot be stopped."""
    with part.open("r+b") as file:
        for begin in range(0, size := part.stat().st_size, SYNCED_AT_ONCE):
            work.go_on()
            length = min(SYNCED_AT_ONCE, size - begin)
            with mmap.mmap(file.fileno(), length, offset=begin) as piece:
                piece.flush()
        os.fsync(file.fileno())
    work.go_on()


def put_in_place(part: Path, target: Path) -> None:
    """Rename the finished file so that a power cut leaves the old or the new one whole."""
    part.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
