"""Commands that run the bot: ``run``, ``demo``, ``doctor``."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bot.cli.output import (
    JSON_OPTION,
    beyond_the_image,
    complain,
    emit,
    fail,
    plainly,
    run,
    settings,
)
from bot.cli.starting import still_starting

if TYPE_CHECKING:
    from bot.cli.demo import Demo
    from bot.config import Settings


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command(name="run")(run_bot)
    app.command()(demo)
    app.command()(doctor)


def run_bot() -> None:
    """Run the bot until it is told to stop."""
    from bot.logs import configure

    chosen = settings(tell=complain)
    configure(chosen.log_level, chosen.log_format)
    code = run(_run(chosen))
    raise typer.Exit(code)


async def _run(chosen: Settings) -> int:
    from telegram.error import TelegramError

    from bot.app import build
    from bot.services import StartError
    from bot.store.troubles import DATABASE_ERRORS, cannot_be_used

    try:
        return await build(chosen).run()
    except StartError as error:
        complain(f"gutskin cannot start: {error}")
    except DATABASE_ERRORS as error:
        complain(f"gutskin cannot start: {cannot_be_used(error)}")
    except TelegramError:
        complain("gutskin cannot start: Telegram cannot be reached; see: gutskin doctor")
    return 1


def demo(
    keep: Path | None = typer.Option(None, file_okay=False, help="Keep the data in this folder."),
    port: int = typer.Option(0, min=0, max=65535, help="Port of the page; 0: a free one."),
    script: Path | None = typer.Option(
        None, exists=True, dir_okay=False, help="Play this script instead of opening the page."
    ),
    no_browser: bool = typer.Option(False, "--no-browser", help="Only print the address."),
) -> None:
    """The bot with an embedded Telegram and a chat page: no account, no token, no network."""
    with still_starting() as started:
        with beyond_the_image():
            from bot.cli import demo as room

        shown = room.Demo(keep=keep, port=port, on_start=started)
        raise typer.Exit(_shown(shown, script, open_browser=not no_browser))


def _shown(shown: Demo, script: Path | None, *, open_browser: bool) -> int:
    """Play the script, or serve the page; the exit code."""
    from bot.logs import configure
    from bot.services import StartError

    configure("WARNING")
    try:
        if script is not None:
            return run(shown.play(script))
        return run(shown.show(open_browser=open_browser))
    except asyncio.CancelledError:
        # The exit code of shells. typer does the same for Ctrl-C.
        return 128 + signal.SIGTERM
    except StartError as error:
        fail(f"the demo cannot start: {error}")
    except OSError as error:
        fail(f"the demo cannot start: {plainly(error)}")


def doctor(as_json: bool = JSON_OPTION) -> None:
    """Check token, database, migrations, content, clock and time-zone data."""
    from bot.cli.doctor import examine
    from bot.logs import configure

    chosen = settings()
    configure("ERROR")
    findings = run(examine(chosen))
    if as_json:
        emit([item._asdict() for item in findings])
    else:
        for item in findings:
            typer.echo(f"{'ok ' if item.ok else 'bad'}  {item.what}: {item.found}")
            if item.remedy and not item.ok:
                typer.echo(f"     {item.remedy}")
    raise typer.Exit(0 if all(item.ok for item in findings) else 1)
