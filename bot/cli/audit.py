"""``gutskin audit``: what admins did."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
import typer

from bot.cli.database import asked, open_database
from bot.cli.output import JSON_OPTION, emit, instant, log_to_stderr, table

if TYPE_CHECKING:
    from bot.store.admin_models import AuditRead

HEADS = ("id", "at", "actor", "act", "subject", "before", "after")


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command()(audit)


def audit(
    limit: int = typer.Option(100, min=1, max=1_000_000, help="At most so many entries."),
    since: str | None = typer.Option(None, help="Only from this instant on, with its offset."),
    as_json: bool = JSON_OPTION,
) -> None:
    """What admins did, newest first: who (0: at this machine, or erased), when, what changed."""
    log_to_stderr()
    found = asked(_entries(limit, instant("--since", since) if since is not None else None))
    if as_json:
        emit([_plain(entry) for entry in found])
    else:
        table(HEADS, (_row(entry) for entry in found))


async def _entries(limit: int, since: datetime | None) -> list[AuditRead]:
    from bot.admins.audit import Audit
    from bot.clock import SystemClock

    async with open_database() as db:
        return await Audit(db, SystemClock()).entries(limit, since=since)


def _plain(entry: AuditRead) -> dict[str, Any]:
    read = {name: _read(getattr(entry, name)) for name in ("before", "after")}
    return {name: getattr(entry, name) for name in HEADS} | read


def _read(written: str | None) -> Any:
    return orjson.loads(written) if written is not None else None


def _row(entry: AuditRead) -> tuple[object, ...]:
    return tuple("" if (value := getattr(entry, name)) is None else value for name in HEADS)
