"""Commands about subscribers: requests that come by letter, and people wrongly given up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

import typer

from bot.cli.database import asked, open_database
from bot.cli.output import (
    BIGGEST_ID,
    JSON_OPTION,
    emit,
    instant,
    log_to_stderr,
    say,
    settings,
    table,
)

if TYPE_CHECKING:
    from bot.subscribers.privacy import Privacy

T = TypeVar("T")
NEGATIVE = {"ignore_unknown_options": True}  # a group's id begins with a minus and is no option
CHAT = typer.Argument(
    min=-BIGGEST_ID, max=BIGGEST_ID, help="The number of their chat, as /export shows it."
)

subscriber_app = typer.Typer(
    help="Requests by letter (export, forget), and who was given up wrongly (revive).",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.add_typer(subscriber_app, name="subscriber")


@subscriber_app.command(context_settings=NEGATIVE)
def export(chat: int = CHAT, as_json: bool = JSON_OPTION) -> None:
    """Everything stored about somebody, table by table; also while the bot runs."""
    log_to_stderr()
    found = asked(_with_privacy(lambda rules: rules.export(chat)))
    if as_json:
        emit(found)
    else:
        cells = (
            (name, column, value)
            for name, rows in found.items()
            for row in rows
            for column, value in row.items()
        )
        table(("table", "column", "value"), cells)
    if not found:
        say(f"nothing is kept about {chat}")


@subscriber_app.command(context_settings=NEGATIVE)
def forget(chat: int = CHAT, as_json: bool = JSON_OPTION) -> None:
    """Erase everything about somebody, as their own /forget does; also while the bot runs."""
    log_to_stderr()
    done = asked(_with_privacy(lambda rules: rules.forget(chat)))
    if as_json:
        emit({"chat_id": chat, "erased": done.erased, "under_way": done.under_way})
    nothing = "nothing else is kept" if done.under_way else "nothing is kept"
    said = "erased; copies made before still hold it" if done.erased else nothing
    say(f"{chat}: {said}")
    for broadcast in done.under_way:
        say(f"broadcast {broadcast} of theirs is under way and stays: let it end, or cancel it")


@subscriber_app.command()
def revive(
    since: str = typer.Option(..., help="Who left at this instant or later (ISO 8601)."),
    reason: str | None = typer.Option(
        None, help="Who left for this reason, also by blocking: not_found, deactivated, blocked."
    ),
    as_json: bool = JSON_OPTION,
) -> None:
    """Bring back people a server that had lost its files called gone; also while the bot runs."""
    log_to_stderr()
    revived = asked(_revive(instant("--since", since), reason))
    if as_json:
        emit({"revived": revived})
    say(f"{len(revived)} subscribers are back as they were")


async def _revive(since: datetime, reason: str | None) -> list[int]:
    from bot.clock import SystemClock
    from bot.subscribers import losses

    async with open_database() as db:
        return await losses.revive(db, SystemClock(), since, reason)


async def _with_privacy(act: Callable[[Privacy], Awaitable[T]]) -> T:
    from bot.clock import SystemClock
    from bot.subscribers.privacy import Privacy
    from tips.library import load_library

    async with open_database() as db:
        home = settings(token=False).default_timezone
        return await act(Privacy(db, SystemClock(), load_library(), home))
