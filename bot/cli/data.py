"""Commands about what is in the database: ``stats``, ``plan``, ``broadcast …``."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from math import ceil
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.database import asked, open_database
from bot.cli.output import JSON_OPTION, emit, fail, log_to_stderr, say, settings, table

if TYPE_CHECKING:
    from bot.delivery.broadcasts import Broadcasts
    from bot.store.values import Figures, Forecast

PERIODS = (1, 7, 30)  # days
OPERATOR = 0  # no Telegram user: the one at the machine

broadcast_app = typer.Typer(
    help="Broadcasts: list, report, pause, resume, cancel, retry.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command()(stats)
    app.command()(plan)
    app.add_typer(broadcast_app, name="broadcast")


def stats(as_json: bool = JSON_OPTION) -> None:
    """Subscribers, deliveries, failures and lateness for 1, 7 and 30 days."""
    log_to_stderr()
    figures = asked(_figures())
    if as_json:
        emit([asdict(item) for item in figures])
        return
    columns = [_column(item) for item in figures]
    rows = ((name, *(column[name] for column in columns)) for name in columns[0])
    table(("", *(f"{days} d" for days in PERIODS)), rows)


async def _figures() -> list[Figures]:
    from bot.clock import SystemClock
    from bot.delivery.stats import Stats

    async with open_database() as db:
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
    forecast = asked(_forecast(start))
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

    async with open_database() as db:
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


@broadcast_app.command("list")
def list_broadcasts(as_json: bool = JSON_OPTION) -> None:
    """Broadcasts that are being sent or paused."""
    log_to_stderr()
    found = asked(_with_broadcasts(lambda rules: rules.running()))
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
        found = asked(_with_broadcasts(lambda rules: rules.report(broadcast)))
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
    changed = asked(_with_broadcasts(known_first))
    if changed is None:
        fail(f"there is no broadcast {broadcast}")
    say(done if changed is True else f"{changed} {done}" if changed else "nothing to change")


async def _with_broadcasts(act: Any) -> Any:
    from bot.clock import SystemClock
    from bot.delivery.broadcasts import Broadcasts

    async with open_database() as db:
        rules: Broadcasts = Broadcasts(db, SystemClock(), settings(token=False))
        return await act(rules)
