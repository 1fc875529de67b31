"""Commands about what is in the database: ``stats``, ``ratings``, ``plan``, ``broadcast …``."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.database import asked, open_database
from bot.cli.output import BIGGEST_ID, JSON_OPTION, emit, fail, log_to_stderr, say, settings, table
from bot.cli.plan import plan

if TYPE_CHECKING:
    from bot.delivery.broadcasts import Broadcasts
    from bot.figures import Overview

PERIODS = (1, 7, 30, 365)  # days
BROADCAST = typer.Argument(min=1, max=BIGGEST_ID, help="Its number, as broadcast list tells.")
WHY_NOT = ("obvious", "not_me", "hard", "not_skin")
OPERATOR = 0  # no Telegram user: the one at the machine

broadcast_app = typer.Typer(
    help="Broadcasts: list, report, pause, resume, cancel, retry.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command()(stats)
    app.command()(ratings)
    app.command()(plan)
    app.add_typer(broadcast_app, name="broadcast")


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
    from tips.library import load_library

    async with open_database() as db:
        source = Stats(db, SystemClock(), load_library())
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


@broadcast_app.command("list")
def list_broadcasts(as_json: bool = JSON_OPTION) -> None:
    """Broadcasts that are being sent or paused."""
    log_to_stderr()
    found = asked(_with_broadcasts(lambda rules: rules.running()))
    if as_json:
        emit([item.model_dump() for item in found])
        return
    table(
        ("id", "state", "of", "since"), ((b.id, b.state, b.total, b.confirmed_at) for b in found)
    )


@broadcast_app.command()
def report(broadcast: int = BROADCAST, as_json: bool = JSON_OPTION) -> None:
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
    if found.state == "cancelling":
        say(f"{found.under_way} messages are still on their way: ask again in a minute or two.")


@broadcast_app.command()
def pause(broadcast: int = BROADCAST) -> None:
    """Hold a broadcast where it is."""
    _change(broadcast, lambda rules: rules.pause(broadcast, OPERATOR), "paused")


@broadcast_app.command()
def resume(broadcast: int = BROADCAST) -> None:
    """Go on with a paused broadcast."""
    _change(broadcast, lambda rules: rules.resume(broadcast, OPERATOR), "goes on")


@broadcast_app.command()
def cancel(broadcast: int = BROADCAST) -> None:
    """End a broadcast; what is queued is not sent."""
    _change(broadcast, lambda rules: rules.cancel(broadcast, OPERATOR), "cancelled")


@broadcast_app.command()
def retry(
    broadcast: int = BROADCAST,
    in_doubt: bool = typer.Option(False, help="Also those that may have arrived."),
) -> None:
    """Queue again what failed; subscribers who blocked the bot are left alone."""
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
