"""What a command says of a broadcast: the file of the message, whom it is for, and when."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from bot.cli.output import FIRST_YEAR, LAST_YEAR, fail, plainly, settings

if TYPE_CHECKING:
    from bot.delivery.audiences import Filter
    from bot.delivery.content import Content
    from bot.delivery.schedules import Schedule

MOST_BYTES = 100_000
"""Of a file; a message has 4096 characters at most."""

FILE = typer.Option(
    ...,
    help="The text in UTF-8, as it is: no markup. Last lines like `Label - https://…`: buttons.",
)
YES = typer.Option(False, "--yes", "-y", help="Do not ask.")


class Late(StrEnum):
    """What becomes of those whose own hour has passed."""

    NEXT_DAY = "next-day"
    SKIP = "skip"


def content_from(file: Path, silent: Literal["night", "always"] = "night") -> Content:
    """What the file says, if that can be sent."""
    from bot.delivery.content import Content, LinkButton, problems_of
    from bot.texts.broadcast import problem_words
    from bot.texts.catalogue import SOURCE_LANGUAGE, translator
    from bot.texts.html import clean
    from bot.texts.link_lines import read_link_lines

    said = read_link_lines(clean(_text(file)).strip())
    links = tuple(LinkButton(label, url) for label, url in said.links)
    content = Content(kind="text", text=said.text, buttons=links, silent=silent)
    problems = problems_of(content)
    if problems:
        _ = translator(SOURCE_LANGUAGE)
        fail(f"{file}: {' '.join(problem_words(_, problem) for problem in problems)}")
    return content


def _text(file: Path) -> str:
    try:
        with file.open("rb") as source:
            read = source.read(MOST_BYTES + 1)
        text = read.decode("utf-8-sig")
    except OSError as error:
        fail(plainly(error))
    except UnicodeDecodeError:
        fail(f"{file}: is not a text in UTF-8")
    if len(read) > MOST_BYTES:
        fail(f"{file}: is much too long for a message")
    if not text.strip():
        fail(f"{file}: is empty; write a line or two first")
    return text


def filter_from(words: str) -> Filter:
    from bot.delivery.audiences import FilterError, parse_filter

    try:
        return parse_filter(words)
    except FilterError as error:
        fail(f"--audience: {error}")


def themes_of(audience: Filter) -> dict[str, int]:
    """The themes that there are, if the audience names one."""
    from tips.library import ContentError, load_library

    if not audience.themes:
        return {}
    try:
        library = load_library(root=settings(token=False).content_dir)
    except ContentError as error:
        fail(str(error))
    return {theme.id: theme.bit for theme in library.themes}


def schedule_from(at: str | None, not_after: str | None, late: Late, *, local: bool) -> Schedule:
    from bot.delivery.schedules import Schedule

    end = _instant("--not-after", not_after) if not_after is not None else None
    if not local:
        if late is not Late.NEXT_DAY:
            fail("--late only says something with --local")
        return Schedule(at=_instant("--at", at) if at is not None else None, not_after=end)
    if at is None:
        fail("--local needs --at: the day and the hour on each subscriber's own clock")
    wall = _wall("--at", at)
    if wall.tzinfo is not None:
        fail(f"--at {at}: with --local it has no offset, as the clock is each subscriber's own")
    minute = wall.hour * 60 + wall.minute
    return Schedule(None, wall.date(), minute, late.value.replace("-", "_"), end)


def _instant(option: str, text: str) -> datetime:
    """The instant by its offset, else by the clock of GUTSKIN_DEFAULT_TIMEZONE."""
    from bot.subscribers.calendar import instant_on

    wall = _wall(option, text)
    if wall.tzinfo is not None:
        return wall
    zone = settings(token=False).default_timezone
    found = instant_on(wall.date(), wall.hour * 60 + wall.minute, zone)
    if found is None:
        fail(f"{option} {text}: that day does not exist in {zone}")
    return found


def _wall(option: str, text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text.strip()) if ":" in text else None
    except ValueError:
        read = None
    if read is None or read.second or read.microsecond:
        fail(f"{option} {text}: is not a day and an hour; write e.g. '2026-12-01 09:00'")
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        fail(f"{option} {text}: is too near the end or the beginning of all dates")
    return read
