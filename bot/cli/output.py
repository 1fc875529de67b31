"""What commands print: data on standard output, everything else on standard error."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from bot.config import Settings

Result = TypeVar("Result")
JSON_OPTION = typer.Option(False, "--json", help="Print data as JSON and nothing else.")
FIRST_YEAR, LAST_YEAR = 1970, 9000
BAD_SETTINGS = 2
BIGGEST_ID = 2**63 - 1  # the largest a column holds
CRASHED = "ended by a fault of its own: please report it"
NO_TOKEN = "000:not-a-token-at-all--"  # noqa: S105 - only has the shape of one


def emit(value: Any, *, line: bool = False) -> None:
    """Print ``value`` as JSON: indented, or on one line for a stream of them."""
    indent = None if line else 2
    typer.echo(json.dumps(value, ensure_ascii=False, indent=indent, default=_plain))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table that stays readable when piped."""
    from rich.console import Console
    from rich.table import Table

    shown = Table(*heads, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        shown.add_row(*(str(cell) for cell in row))
    Console(soft_wrap=True, markup=False, highlight=False).print(shown)


def instant(option: str, text: str) -> datetime:
    """The instant given for ``option``; ends the command if it is none."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        fail(f"{option} {text}: is not an instant; write e.g. 2026-03-29T07:00:00+00:00", 2)
    if read.tzinfo is None:
        fail(f"{option} {text}: lacks its offset from UTC; write e.g. {text}+00:00", 2)
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        fail(f"{option} {text}: is too near the end or the beginning of all dates", 2)
    return read


def say(words: str) -> None:
    """Print a line for people on standard error."""
    typer.echo(words, err=True)


def complain(words: str) -> None:
    """Say why the bot does not run, in the form of its log: another program may read it."""
    if _style() == "text":
        say(words)
        return
    import structlog

    from bot.logs import configure

    configure("INFO", "json")
    structlog.get_logger("gutskin").error(words)


def _style() -> Literal["text", "json"]:
    """The form of the log, also where the settings cannot be read."""
    return "json" if os.environ.get("GUTSKIN_LOG_FORMAT", "").lower() == "json" else "text"


def crashed(error: BaseException) -> None:
    """Log an unexpected exception without its text, which may hold secrets."""
    import structlog

    from bot.logs import configure

    configure("INFO", _style())
    structlog.get_logger("gutskin").critical(CRASHED, exc_info=error)


def fail(words: str, code: int = 1) -> NoReturn:
    """End with one clear line.

    Raises:
        typer.Exit: always, with ``code``.
    """
    say(words)
    raise typer.Exit(code)


@contextmanager
def beyond_the_image() -> Iterator[None]:
    """Import a module whose packages only a clone has: the image has what ``run`` needs.

    Raises:
        typer.Exit: with 1, after one clear line, where a package is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        fail(
            f"this needs {error.name}, which isn't installed here: "
            "use a clone, where `make demo` brings all of it into .venv"
        )


def plainly(error: Exception) -> str:
    """An exception's message, without errno and quotes."""
    if not isinstance(error, OSError) or error.strerror is None:
        return str(error)
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror


def settings(*, token: bool = True, tell: Callable[[str], None] = say) -> Settings:
    """The settings; with ``token`` false it may be missing, as for a look at the database.

    Raises:
        typer.Exit: with 2, after one line for each setting that is missing or malformed.
    """
    from bot.config import SettingsError, load_settings

    given = os.environ.get("GUTSKIN_TOKEN", "").strip()
    stand_in = {} if token or given else {"token": NO_TOKEN}
    try:
        return load_settings(**stand_in)
    except SettingsError as error:
        for line in error.lines:
            tell(line)
        raise typer.Exit(BAD_SETTINGS) from None


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end, on uvloop where it exists."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def log_to_stderr(level: str = "WARNING") -> None:
    """Logging for commands that print data: warnings only, off standard output."""
    from bot.logs import configure

    configure(level, stream=sys.stderr)
