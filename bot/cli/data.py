"""Commands about what is in the database: ``stats``, ``ratings``, ``plan``."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.database import asked, open_database
from bot.cli.output import JSON_OPTION, emit, fail, log_to_stderr, settings, table
from bot.cli.plan import plan

if TYPE_CHECKING:
    from bot.figures import Overview

PERIODS = (1, 7, 30, 365)  # days
WHY_NOT = ("obvious", "not_me", "hard", "not_skin")


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command()(stats)
    app.command()(ratings)
    app.command()(plan)


def stats(as_json: bool = JSON_OPTION) -> None:
    """Subscribers, deliveries, ratings, questions and reach: today and in 7, 30 and 365 days."""
    log_to_stderr()
    figures = [_flat(overview) for overview in asked(_overviews())]
    if as_json:
        emit(figures)
        return
    columns = [_column(item) for item in figures]
    rows = ((name, *(column[name] for column in columns)) for name in columns[0])
    table(("", *(f"{days} d" for days in PERIODS)), rows)


def ratings(
    days: int = typer.Option(90, min=1, max=3650, help="Of the last so many days."),
    as_json: bool = JSON_OPTION,
) -> None:
    """For editors: tips by thumbs down, and why they were not for somebody."""
    log_to_stderr()
    counted = asked(_ratings(days))
    if as_json:
        emit(counted)
        return
    heads = ("tip", "up", "down", *WHY_NOT)
    table(heads, (tuple(row[head] for head in heads) for row in counted))


async def _ratings(days: int) -> list[dict[str, Any]]:
    from bot.clock import SystemClock
    from bot.store.queries.feedback import tip_ratings

    async with open_database() as db, db.read() as session:
        found = await tip_ratings(session, SystemClock().now() - timedelta(days=days))
    nothing = dict.fromkeys(("up", "down", *WHY_NOT), 0)
    rows: list[dict[str, Any]] = [{"tip": tip, **nothing, **row} for tip, row in found.items()]
    return sorted(rows, key=lambda row: (-row["down"], row["tip"]))


async def _overviews() -> list[Overview]:
    from bot.clock import SystemClock
    from bot.delivery.stats import Stats
    from tips.library import ContentError, load_library

    try:
        library = load_library(root=settings(token=False).content_dir)
    except ContentError as error:
        fail(str(error))
    async with open_database() as db:
        source = Stats(db, SystemClock(), library)
        return [await source.overview(days) for days in PERIODS]


def _flat(overview: Overview) -> dict[str, Any]:
    """The figures of now and of the span as one object; its names stay from version to version."""
    now, total = overview.now, overview.total
    return {
        "days": overview.days,
        "subscribers": now.subscribers,
        "active": now.active,
        "paused": now.paused,
        "stopped": now.stopped,
        "blocked": now.blocked,
        "new": total.joined,
        "returned": total.returned,
        "left": total.left,
        "left_how": total.left_how,
        "tips": total.tips,
        "broadcasts": total.broadcasts,
        "failures": total.failures,
        "doubts": total.doubts,
        "lateness": total.lateness._asdict(),
        "tip_votes": total.tip_votes,
        "answer_votes": total.answer_votes,
        "misses": total.misses,
        "questions": total.questions._asdict(),
        "themes": {theme.id: theme.votes for theme in overview.themes},
        "best": {tip.id: tip.votes for tip in overview.best},
        "worst": {tip.id: tip.votes for tip in overview.worst},
        "reach": {str(one.id): (one.reached, one.total) for one in overview.broadcasts},
        "sources": overview.sources,
    }


def _column(item: dict[str, Any]) -> dict[str, object]:
    shown: dict[str, object] = {}
    for name, value in item.items():
        if name == "lateness":
            shown |= {"late p50 (s)": value["p50"], "late p95 (s)": value["p95"]}
        elif isinstance(value, dict):
            told = (f"{key} {_cell(one)}" for key, one in value.items())
            shown[name] = ", ".join(told) or "-"
        elif name != "days":
            shown[name] = _cell(value)
    return shown


def _cell(value: object) -> object:
    return " / ".join(map(str, value)) if isinstance(value, tuple) else value
