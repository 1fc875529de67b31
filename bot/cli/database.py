"""Commands about the database as a whole (``db …``), and how the others open it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.output import Result, fail, log_to_stderr, plainly, run, say, settings

if TYPE_CHECKING:
    from sqlalchemy import URL

    from bot.store.database import Database

db_app = typer.Typer(
    help="The database: upgrade, backup, restore, skip-today.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.add_typer(db_app, name="db")


def asked(work: Coroutine[Any, Any, Result]) -> Result:
    """Run ``work`` on the database; end with one clear line where it cannot be used.

    Raises:
        typer.Exit: with 1, after that line.
    """
    from bot.store.troubles import DATABASE_ERRORS, of_database

    try:
        return run(work)
    except DATABASE_ERRORS as error:
        fail(f"the database cannot be used: {of_database(error).found}; see: gutskin doctor")


@asynccontextmanager
async def open_database() -> AsyncIterator[Database]:
    """The database of the settings, if its schema is the one this version needs."""
    from bot.store import migrate
    from bot.store.database import Database

    url = settings(token=False).database
    have, need = await migrate.current(url)
    if migrate.is_newer(have):
        fail(migrate.NEWER)
    if have != need:
        fail("the database is not up to date; run: gutskin db upgrade")
    db = await Database.open(url)
    try:
        yield db
    finally:
        await db.close()


@db_app.command()
def upgrade() -> None:
    """Bring the database to the shape this version needs."""
    from bot.store.files.sole_use import InUseError
    from bot.store.migrate import MigrationError

    log_to_stderr()
    try:
        changed = asked(_upgrade(settings(token=False).database))
    except InUseError:
        fail("the database is in use: stop the bot first")
    except MigrationError as error:
        fail(str(error))
    say("the database was upgraded" if changed else "the database is up to date")


async def _upgrade(url: URL) -> bool:
    from bot.store import migrate
    from bot.store.files.sole_use import sole_use_of

    have, need = await migrate.current(url)
    if have == need:
        return False  # safe for everything else that uses it
    with sole_use_of(url):
        return await migrate.upgrade(url)


@db_app.command()
def backup(file: Path = typer.Argument(help="Where the copy goes.")) -> None:
    """Copy the database while it is in use, check the copy, and put it in place."""
    from bot.store.files.backup import BackupError
    from bot.store.files.backup import backup as copy

    log_to_stderr()
    try:
        run(copy(settings(token=False).database, file))
    except (BackupError, OSError) as error:
        fail(f"no backup was made: {plainly(error)}")
    say(f"copied to {file}")


@db_app.command()
def restore(
    file: Path = typer.Argument(exists=True, dir_okay=False),
    skip_today: bool = typer.Option(
        False,
        "--skip-today",
        help="Send no tip that was due before now, and pause broadcasts that were being sent.",
    ),
) -> None:
    """Put a checked copy in the database's place; stop the bot first."""
    from bot.clock import SystemClock
    from bot.store import migrate
    from bot.store.files.backup import BackupError
    from bot.store.files.restore import restore as put_back

    log_to_stderr()
    until = SystemClock().now() if skip_today else None
    url, known = settings(token=False).database, migrate.revisions()
    try:
        aside = run(put_back(url, file, known=known, skip_tips_until=until))
    except (BackupError, OSError) as error:
        fail(f"nothing was restored: {plainly(error)}")
    if aside is not None:
        say(f"what was damaged is set aside as {aside}")
    say(f"restored from {file}")


@db_app.command("skip-today")
def skip_today() -> None:
    """Have the next start send no tip that was due before now, e.g. after pg_restore."""
    from bot.store.files.sole_use import InUseError

    log_to_stderr()
    try:
        asked(_leave_mark())
    except InUseError:
        fail("the database is in use: stop the bot first")
    say("the next start sends no tip that was due before now, and pauses broadcasts under way")


async def _leave_mark() -> None:
    from bot.clock import SystemClock
    from bot.store.files.sole_use import sole_use_of
    from bot.store.queries import heartbeat

    with sole_use_of(settings(token=False).database):
        async with open_database() as db, db.write() as session:
            await heartbeat.beat(session, heartbeat.SKIP_TIPS, SystemClock().now())
