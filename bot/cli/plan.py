"""``gutskin plan``: how the next day would go, and what would help if it goes badly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import typer

from bot.cli.database import asked, open_database
from bot.cli.output import JSON_OPTION, emit, fail, instant, log_to_stderr, say, settings, table

if TYPE_CHECKING:
    from bot.store.values import Advice, Forecast

MINUTES_A_DAY = 24 * 60
TOLD_IN_WORDS = ("skipped", "advice")


def plan(
    dry_run: bool = typer.Option(False, "--dry-run", help="Forecast, change nothing."),
    at: str | None = typer.Option(None, help="From this instant on (ISO 8601); now if left out."),
    as_json: bool = JSON_OPTION,
) -> None:
    """Forecast the next 24 hours: the busiest minute, and whether the promise holds."""
    if not dry_run:
        fail("only --dry-run is to be had here: the running bot does the planning", 2)
    start = instant("--at", at) if at else None
    log_to_stderr()
    forecast = asked(_forecast(start))
    if as_json:
        emit(asdict(forecast))
        return
    shown = {name: value for name, value in asdict(forecast).items() if name not in TOLD_IN_WORDS}
    table(("", ""), shown.items())
    for line in (*_counted(forecast), *_conclusion(forecast)):
        say(line)


def _counted(forecast: Forecast) -> Iterator[str]:
    for zone, count in forecast.skipped.items():
        yield f"Left out: {count} subscribers whose zone {zone} is not in the time-zone data."
    if forecast.queued_tips or forecast.queued_copies:
        yield (
            f"Waiting already and counted in: {forecast.queued_tips} tips and "
            f"{forecast.queued_copies} messages of running broadcasts."
        )


def _conclusion(forecast: Forecast) -> Iterator[str]:
    """Whether the promise holds; if not, what would help, each tried in the same forecast."""
    if forecast.holds:
        return
    lost = f" and {forecast.too_old:,} would be too old to be sent" if forecast.too_old else ""
    yield (
        "The budget cannot hold the promise: the unluckiest tip would come "
        f"{_span(forecast.longest_wait)} late{lost}."
    )
    if forecast.advice:
        yield "What would help, as the same forecast says of it:"
        for one in forecast.advice:
            yield f"  {_change(one)}: {_result(one)}"
    elif forecast.queued_tips or forecast.queued_copies:
        yield "What waits already has to be sent first."
    if not any(one.holds for one in forecast.advice):
        yield from _hours(forecast)


def _change(one: Advice) -> str:
    named = (f"GUTSKIN_{name.upper()}={value:g}" for name, value in one.settings.items())
    return " and ".join(named)


def _result(one: Advice) -> str:
    if one.holds:
        return "every tip comes in its window"
    lost = f"{one.too_old:,} are still too old" if one.too_old else "none is too old"
    return f"{lost}, the last one comes {_span(one.longest_wait)} late"


def _hours(forecast: Forecast) -> Iterator[str]:
    """No setting keeps the promise: only other hours do."""
    if forecast.busiest_hour is None or not forecast.to_move:
        return
    if forecast.tips > forecast.capacity * MINUTES_A_DAY:
        yield f"In a whole day no more than {forecast.capacity * MINUTES_A_DAY:,.0f} can leave."
        return
    end = forecast.busiest_hour + timedelta(hours=1)
    yield f"  quieter hours for {forecast.to_move:,} subscribers: every tip comes in its window"
    due, room = forecast.busiest_hour_count, forecast.capacity * 60
    yield (
        f"From {forecast.busiest_hour:%H:%M} to {end:%H:%M} UTC {due:,} tips are due "
        f"and {room:,.0f} can leave."
    )


def _span(seconds: float) -> str:
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


async def _forecast(at: datetime | None) -> Forecast:
    from bot.clock import SystemClock
    from bot.delivery.forecast import forecast

    async with open_database() as db:
        return await forecast(db, SystemClock(), settings(token=False), at)
