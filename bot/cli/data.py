"""Commands about the database: ``stats``, ``plan``, ``db …``, ``broadcast …``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.output import (
    JSON_OPTION,
    Result,
    emit,
    fail,
    log_to_stderr,
    run,
    say,
    settings,
    table,
)

if TYPE_CHECKING:
    from bot.delivery.broadcasts import Broadcasts
    from bot.store.database import Database
    from bot.store.values import Figures, Forecast

PERIODS = (1, 7, 30)  # days
OPERATOR = 0  # no Telegram user: the one at the machine

db_app = typer.Typer(help="The database: upgrade, backup, restore.", no_args_is_help=True)
broadcast_app = typer.Typer(
    help="Broadcasts: list, report, pause, resume, cancel, retry.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command()(stats)
    app.command()(plan)
    app.add_typer(db_app, name="db")
    app.add_typer(broadcast_app, name="broadcast")


def _asked(work: Coroutine[Any, Any, Result]) -> Result:
    """Run ``work``, which looks into the database; one clear line where that cannot be had."""
    from bot.store.troubles import DATABASE_ERRORS, of_database

    try:
        return run(work)
    except DATABASE_ERRORS as error:
        fail(f"the database cannot be used: {of_database(error).found}; see: gutskin doctor")


@asynccontextmanager
async def _database() -> AsyncIterator[Database]:
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


def stats(as_json: bool = JSON_OPTION) -> None:
    """Subscribers, deliveries, failures and lateness for 1, 7 and 30 days."""
    log_to_stderr()
    figures = _asked(_figures())
    if as_json:
        emit([asdict(item) for item in figures])
        return
    columns = [_column(item) for item in figures]
    rows = ((name, *(column[name] for column in columns)) for name in columns[0])
    table(("", *(f"{days} d" for days in PERIODS)), rows)


async def _figures() -> list[Figures]:
    from bot.clock import SystemClock
    from bot.delivery.stats import Stats

    async with _database() as db:
        source = Stats(db, SystemClock())
        return [await source.figures(days) for days in PERIODS]


def _column(item: Figures) -> dict[str, object]:
    shown: dict[str, object] = {}
    for name, value in asdict(item).items():
        if name == "lateness":
            shown |= {"late p50 (s)": value["p50"], "late p95 (s)": value["p95"]}
        elif isinstance(value, dict):
            shown[name] = ", ".join(f"{key} {count}" for key, count in value.items()) or "-"
        elif name != "days":
            shown[name] = " / ".join(map(str, value)) if isinstance(value, tuple) else value
    return shown


def plan(
    dry_run: bool = typer.Option(False, "--dry-run", help="Forecast, change nothing."),
    at: str | None = typer.Option(None, help="From this instant on (ISO 8601); now if left out."),
    as_json: bool = JSON_OPTION,
) -> None:
    """Forecast the next 24 hours: the busiest minute, and whether the promise holds."""
    if not dry_run:
        fail("only --dry-run is to be had here: the running bot does the planning", 2)
    start = _instant(at)
    log_to_stderr()
    forecast = _asked(_forecast(start))
    if as_json:
        emit(asdict(forecast))
        return
    shown = {name: value for name, value in asdict(forecast).items() if name != "skipped"}
    table(("", ""), shown.items())
    for zone, count in forecast.skipped.items():
        say(f"Left out: {count} subscribers whose zone {zone} is not in the time-zone data.")
    if forecast.queued_tips or forecast.queued_copies:
        say(
            f"Waiting already and counted in: {forecast.queued_tips} tips and "
            f"{forecast.queued_copies} messages of running broadcasts."
        )
    if not forecast.holds:
        say(
            "The budget cannot hold the promise: the unluckiest tip would come "
            f"{forecast.longest_wait / 60:.0f} min late. {_advice(forecast)}"
        )


def _advice(forecast: Forecast) -> str:
    from bot.delivery.limits import free_bulk_rate

    spread, given = ceil(forecast.spread_needed), settings(token=False)
    advice = []
    if forecast.capacity < 60 * free_bulk_rate(given.total_rate, given.total_rate):
        advice.append("raise GUTSKIN_BULK_RATE")
    if spread > given.spread_minutes:
        advice.append(f"set GUTSKIN_SPREAD_MINUTES to {spread}")
    if not advice:
        return "What waits already has to be sent first."
    words = ", or ".join(advice)
    return f"{words[0].upper()}{words[1:]}."


async def _forecast(at: datetime | None) -> Forecast:
    from bot.clock import SystemClock
    from bot.delivery.forecast import forecast

    async with _database() as db:
        return await forecast(db, SystemClock(), settings(token=False), at)


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        fail(f"--at {text}: is not an instant; write e.g. 2026-03-29T07:00:00+00:00", 2)
    if read.tzinfo is None:
        fail(f"--at {text}: lacks its offset from UTC; write e.g. {text}+00:00", 2)
    return read


@db_app.command()
def upgrade() -> None:
    """Bring the database to the shape this version needs."""
    from bot.store import migrate

    log_to_stderr()
    try:
        changed = _asked(migrate.upgrade(settings(token=False).database))
    except migrate.MigrationError as error:
        fail(str(error))
    say("the database was upgraded" if changed else "the database is up to date")


@db_app.command()
def backup(file: Path = typer.Argument(help="Where the copy goes.")) -> None:
    """Copy the database while it is in use, check the copy, and put it in place."""
    from bot.store.backup import BackupError
    from bot.store.backup import backup as copy

    log_to_stderr()
    try:
        run(copy(settings(token=False).database, file))
    except (BackupError, OSError) as error:
        fail(f"no backup was made: {error}")
    say(f"copied to {file}")


@db_app.command()
def restore(file: Path = typer.Argument(exists=True, dir_okay=False)) -> None:
    """Put a checked copy in the database's place; stop the bot first."""
    from bot.store.backup import BackupError
    from bot.store.backup import restore as put_back

    log_to_stderr()
    try:
        run(put_back(settings(token=False).database, file))
    except (BackupError, OSError) as error:
        fail(f"nothing was restored: {error}")
    say(f"restored from {file}")


@broadcast_app.command("list")
def list_broadcasts(as_json: bool = JSON_OPTION) -> None:
    """Broadcasts that are being sent or paused."""
    log_to_stderr()
    found = _asked(_with_broadcasts(lambda rules: rules.running()))
    if as_json:
        emit([asdict(item) for item in found])
        return
    table(
        ("id", "state", "of", "since"), ((b.id, b.state, b.total, b.confirmed_at) for b in found)
    )


@broadcast_app.command()
def report(broadcast: int, as_json: bool = JSON_OPTION) -> None:
    """What became of one broadcast."""
    log_to_stderr()
    try:
        found = _asked(_with_broadcasts(lambda rules: rules.report(broadcast)))
    except LookupError:
        fail(f"there is no broadcast {broadcast}")
    if as_json:
        emit(asdict(found))
        return
    table(("", ""), ((name, value) for name, value in asdict(found).items()))


@broadcast_app.command()
def pause(broadcast: int) -> None:
    """Hold a broadcast where it is."""
    _change(broadcast, lambda rules: rules.pause(broadcast, OPERATOR), "paused")


@broadcast_app.command()
def resume(broadcast: int) -> None:
    """Go on with a paused broadcast."""
    _change(broadcast, lambda rules: rules.resume(broadcast, OPERATOR), "goes on")


@broadcast_app.command()
def cancel(broadcast: int) -> None:
    """End a broadcast; what is queued is not sent."""
    _change(broadcast, lambda rules: rules.cancel(broadcast, OPERATOR), "cancelled")


@broadcast_app.command()
def retry(
    broadcast: int,
    in_doubt: bool = typer.Option(False, help="Also those that may have arrived."),
) -> None:
    """Queue again what failed; readers who blocked the bot are left alone."""
    _change(
        broadcast,
        lambda rules: rules.retry_failed(broadcast, OPERATOR, in_doubt=in_doubt),
        "queued again",
    )


def _change(broadcast: int, act: Any, done: str) -> None:
    async def known_first(rules: Broadcasts) -> Any:
        return await act(rules) if await rules.find(broadcast) else None

    log_to_stderr("INFO")
    changed = _asked(_with_broadcasts(known_first))
    if changed is None:
        fail(f"there is no broadcast {broadcast}")
    say(done if changed is True else f"{changed} {done}" if changed else "nothing to change")


async def _with_broadcasts(act: Any) -> Any:
    from bot.clock import SystemClock
    from bot.delivery.broadcasts import Broadcasts

    async with _database() as db:
        rules: Broadcasts = Broadcasts(db, SystemClock(), settings(token=False))
        return await act(rules)
