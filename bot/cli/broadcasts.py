"""``gutskin broadcast …``: what becomes of broadcasts; ``composing`` sends and edits them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.database import asked, open_database
from bot.cli.output import BIGGEST_ID, JSON_OPTION, emit, fail, log_to_stderr, say, settings, table

if TYPE_CHECKING:
    from bot.delivery.broadcasts import Broadcasts
    from bot.store.outbox_models import BroadcastRead

BROADCAST = typer.Argument(min=1, max=BIGGEST_ID, help="Its number, as broadcast list tells.")
OPERATOR = 0  # no Telegram user: the one at the machine
AS_STORED = (
    "id", "kind", "corrects", "state", "pause_reason", "admin_id", "approved_by", "total",
    "created_at", "confirmed_at", "finished_at", "send_at", "local_date", "late", "not_after",
)  # fmt: skip

broadcast_app = typer.Typer(
    help="Broadcasts: send, list, show, edit, recall, report, pause, resume, cancel, retry.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.add_typer(broadcast_app, name="broadcast")


@broadcast_app.command("list")
def list_broadcasts(as_json: bool = JSON_OPTION) -> None:
    """Broadcasts that are being sent or paused, and those that wait for their time or a yes."""
    log_to_stderr()
    found = asked(_under_way())
    if as_json:
        emit([item.model_dump() for item in found])
        return
    rows = ((b.id, b.state, b.total, b.confirmed_at or "-", b.send_at or "-") for b in found)
    table(("id", "state", "of", "since", "begins"), rows)


async def _under_way() -> list[BroadcastRead]:
    async with open_rules() as rules:
        return [*await rules.running(), *await rules.scheduled(), *await rules.waiting()]


@broadcast_app.command()
def show(broadcast: int = BROADCAST, as_json: bool = JSON_OPTION) -> None:
    """What one broadcast says, for whom, and when."""
    log_to_stderr()
    told = _told(asked(find(broadcast)))
    if as_json:
        emit(told)
        return
    told["buttons"] = ", ".join(f"{b['label']} - {b['url']}" for b in told["buttons"])
    table(("", ""), ((name, value) for name, value in told.items() if value not in (None, "")))


async def find(broadcast: int) -> BroadcastRead:
    """The broadcast of this number, or one clear line and exit 1."""
    async with open_rules() as rules:
        return await found_in(rules, broadcast)


def _told(broadcast: BroadcastRead) -> dict[str, Any]:
    """A broadcast as the JSON form gives it; its names stay from version to version."""
    from bot.delivery.audiences import read_filter, written
    from bot.delivery.content import read_content

    content = read_content(broadcast.content) if broadcast.content else None
    minute = broadcast.local_minute
    return {
        **{name: getattr(broadcast, name) for name in AS_STORED},
        "local_hour": None if minute is None else f"{minute // 60:02}:{minute % 60:02}",
        "audience": written(read_filter(broadcast.filter)) or broadcast.audience,
        "text": content.text if content else None,
        "silent": content.silent if content else None,
        "buttons": [button._asdict() for button in content.buttons] if content else [],
    }


@broadcast_app.command()
def report(broadcast: int = BROADCAST, as_json: bool = JSON_OPTION) -> None:
    """What became of one broadcast."""
    log_to_stderr()
    try:
        found = asked(_report(broadcast))
    except LookupError:
        fail(f"there is no broadcast {broadcast}")
    if as_json:
        emit(asdict(found))
        return
    table(("", ""), ((name, value) for name, value in asdict(found).items()))
    if found.state == "cancelling":
        say(f"{found.under_way} messages are still on their way: ask again in a minute or two.")


async def _report(broadcast: int) -> Any:
    async with open_rules() as rules:
        return await rules.report(broadcast)


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
    log_to_stderr("INFO")
    changed = asked(_on_known(broadcast, act))
    say(done if changed is True else f"{changed} {done}" if changed else "nothing to change")


async def _on_known(broadcast: int, act: Any) -> Any:
    async with open_rules() as rules:
        await found_in(rules, broadcast)
        return await act(rules)


async def found_in(rules: Broadcasts, broadcast: int) -> BroadcastRead:
    """The broadcast of this number, or one clear line and exit 1."""
    found = await rules.find(broadcast)
    if found is None:
        fail(f"there is no broadcast {broadcast}")
    return found


@asynccontextmanager
async def open_rules(themes: dict[str, int] | None = None) -> AsyncIterator[Broadcasts]:
    """The rules on the database of the settings; ``themes`` are those that filters may name."""
    from bot.clock import SystemClock
    from bot.delivery.broadcasts import Broadcasts

    async with open_database() as db:
        yield Broadcasts(db, SystemClock(), settings(token=False), themes=themes or {})
