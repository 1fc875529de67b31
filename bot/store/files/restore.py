"""Putting a copy of a SQLite database in its place, whatever is there."""

from __future__ import annotations

import sqlite3
from collections.abc import Container
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from sqlalchemy import URL

from bot.store.files.backup import (
    SIDE_FILES,
    BackupError,
    belonging_to,
    check,
    copy_to,
    is_one_of,
    put_in_place,
    sqlite_file_of,
)
from bot.store.files.interruptible import Work, in_thread
from bot.store.files.sole_use import InUseError, sole_use
from bot.store.queries.heartbeat import SKIP_TIPS
from bot.store.troubles import of_sqlite
from bot.store.types import to_microseconds

IN_USE = "the database is in use: stop the bot first"
DAMAGE = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR")


async def restore(
    url: str | URL,
    source: Path,
    *,
    known: Container[str] | None = None,
    skip_tips_until: datetime | None = None,
) -> Path | None:
    """Put a checked copy in the database's place. Nothing may be using the database.

    What is there and damaged is set aside with what belongs to it, and so is what an earlier
    database left beside its file: next to another one it would destroy that.

    A copy whose revision is not among ``known`` ones (None: any) is refused. With
    ``skip_tips_until`` the next start sends no tip that was due by then.

    Returns the name under which something was set aside, if there was anything.

    Raises:
        BackupError: not SQLite, the copy is not sound or too new, or the database is in use.
        OSError: it cannot be written.
    """
    live = sqlite_file_of(url)
    mark = None if skip_tips_until is None else to_microseconds(skip_tips_until)
    return await in_thread(lambda work: _restore(work, live, source, known, mark))


def _restore(
    work: Work, live: Path, source: Path, known: Container[str] | None, mark: int | None
) -> Path | None:
    if not source.is_file():
        raise BackupError(f"there is no file {source}")
    part = live.with_name(f".{live.name}.part")
    if is_one_of(source.resolve(), [*belonging_to(live), part]):
        raise BackupError(f"{source} belongs to the database itself: choose a copy")
    live.parent.mkdir(parents=True, exist_ok=True)
    try:
        with sole_use(live):
            check(work, source, known)
            copy_to(work, source, part)
            if mark is not None:
                _mark(work, part, mark)
            # From here on nothing may be called off half-way.
            aside = None if _is_folded(work, live) else _set_aside(live)
            put_in_place(part, live)
            return aside
    except InUseError as error:
        raise BackupError(IN_USE) from error
    except sqlite3.Error as error:
        raise BackupError(of_sqlite(error)) from error
    finally:
        part.unlink(missing_ok=True)


def _mark(work: Work, part: Path, until: int) -> None:
    with work.opened(part) as connection:
        connection.execute(
            "INSERT OR REPLACE INTO heartbeat VALUES (?, ?, '')", (SKIP_TIPS, until)
        )


def _is_folded(work: Work, live: Path) -> bool:
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


def _is_damaged(work: Work, file: Path) -> bool:
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
