"""Bring the database to the shape this program needs, once, however many start at once."""

from __future__ import annotations

import asyncio
import sqlite3
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database_url import read_address
from bot.store.database import BEGIN, make_engine
from bot.store.files.backup import BackupError, backup
from bot.store.files.plaintext import erase_in_copy

SCRIPTS = Path(__file__).parent / "migrations"
ADVISORY_LOCK = 0x67757473_6B696E  # "gutskin"
LOCK_SECONDS = 120
COPY = ".before-upgrade"
"""Ending of the copy beside a SQLite file; the next upgrade replaces it."""


NEWER = (
    "this database was written by a newer GutSkin: install that version, or restore a backup "
    "from before it"
)


class MigrationError(Exception):
    """The database was left as it was; the message says why."""


def config(scripts: Path = SCRIPTS, **attributes: Any) -> Config:
    """Alembic's configuration without a file: the scripts lie in the package."""
    made = Config()
    made.set_main_option("script_location", str(scripts).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    made.attributes.update(attributes)
    return made


@cache
def head(scripts: Path = SCRIPTS) -> str | None:
    """The revision this program needs; the scripts do not change while it runs."""
    return ScriptDirectory.from_config(config(scripts)).get_current_head()


def revisions(scripts: Path = SCRIPTS) -> frozenset[str]:
    """Every revision that this program knows."""
    steps = ScriptDirectory.from_config(config(scripts)).walk_revisions()
    return frozenset(step.revision for step in steps)


def is_newer(revision: str | None, scripts: Path = SCRIPTS) -> bool:
    """Whether only a newer program can have given a database this revision."""
    return revision is not None and revision not in revisions(scripts)


async def current(url: str | URL) -> tuple[str | None, str | None]:
    """The revision the database has (None: nothing yet) and the one this program needs."""
    engine = make_engine(read_address(url))
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_revision), head()
    finally:
        await engine.dispose()


async def upgrade(url: str | URL, *, scripts: Path = SCRIPTS) -> bool:
    """Apply what is missing in one transaction; whether anything was.

    A SQLite database that already holds something is copied first, to a file beside it (mode
    0600), which ``bot.store.files.restore`` puts back. Several starters wait for each other: on
    SQLite for the write lock, on PostgreSQL for an advisory lock. Foreign keys are off meanwhile
    on SQLite, since rebuilding a parent table would otherwise erase its children, and are checked
    before the commit.

    Raises:
        MigrationError: a step failed, no copy could be made, or the database is newer than this
            program; nothing changed.
        OSError: the copy cannot be written; nothing changed.
    """
    engine = make_engine(read_address(url), foreign_keys=False, pool_size=1, limited=False)
    try:
        async with engine.execution_options(**{BEGIN: "BEGIN"}).connect() as connection:
            await _lock(connection)
            have = await connection.run_sync(_revision)
            if is_newer(have, scripts):
                raise MigrationError(NEWER)
            if have not in {None, head(scripts)} and connection.dialect.name == "sqlite":
                await _copy(engine.url)
            changed = await connection.run_sync(_upgrade, scripts)
            await connection.commit()
            return changed
    except CommandError as error:
        raise MigrationError(f"the database does not fit this program: {error}") from error
    finally:
        await engine.dispose()


async def _lock(connection: AsyncConnection) -> None:
    if connection.dialect.name != "sqlite":
        await connection.execute(
            text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK}
        )
        return
    # The pragma has no effect inside a transaction, so it goes round SQLAlchemy's own begin.
    raw = await connection.get_raw_connection()
    cursor = await raw.driver_connection.execute(  # type: ignore[union-attr]
        f"PRAGMA busy_timeout={LOCK_SECONDS * 1000}"
    )
    await cursor.close()
    await connection.execution_options(**{BEGIN: "BEGIN IMMEDIATE"})
    await connection.execute(text("SELECT 1"))


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


async def _copy(url: URL) -> None:
    live = Path(str(url.database))
    copy = live.with_name(live.name + COPY)
    try:
        await backup(url, copy)
        await asyncio.to_thread(erase_in_copy, copy)
    except (BackupError, sqlite3.Error) as error:
        raise MigrationError(f"no copy could be made before changing it: {error}") from error


def _upgrade(connection: Connection, scripts: Path) -> bool:
    have = _revision(connection)
    if have == head(scripts):
        return False
    command.upgrade(config(scripts, connection=connection), "head")
    if connection.dialect.name == "sqlite":
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
        if broken:
            raise MigrationError(f"{len(broken)} rows would point nowhere; nothing was changed")
    return True
