"""Commands about the content: ``tips …``, ``faq``, ``calendar``. None needs a token."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.output import JSON_OPTION, beyond_the_image, emit, fail, say, table
from tips.normalise import without_exclamations

if TYPE_CHECKING:
    from tips.library import Library
    from tips.models import Tip
    from tips.search import Search
    from tips.signs import WarningSigns

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = 0b1111111
LANGUAGE_OPTION = typer.Option("en", "--language", help="Language of the content.")

tips_app = typer.Typer(help="The tips: check, stats, number, list, show.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.add_typer(tips_app, name="tips")
    app.command()(faq)
    app.command()(calendar)


def open_library(language: str) -> Library:
    """The library, or one clear line and exit 1."""
    from tips.library import ContentError, load_library

    try:
        return load_library(language)
    except ContentError as error:
        fail(str(error))


@tips_app.command("check")
def check_tips(
    folder: Path | None = typer.Option(
        None, "--dir", exists=True, file_okay=False, help="A content folder of your own."
    ),
    as_json: bool = JSON_OPTION,
) -> None:
    """Check the content against the editorial rules; exit 1 if one is broken."""
    from bot.texts.content import as_subscribers_see_it
    from tips.check import check
    from tips.loading import CONTENT

    with beyond_the_image():
        found = check(folder or CONTENT, render=as_subscribers_see_it)
    if as_json:
        emit([asdict(finding) for finding in found])
    else:
        for finding in found:
            typer.echo(str(finding))
        say(f"{len(found)} findings" if found else "all tips and answers keep to the rules")
    raise typer.Exit(1 if found else 0)


@tips_app.command()
def stats(language: str = LANGUAGE_OPTION, as_json: bool = JSON_OPTION) -> None:
    """How the tips are spread over topics, evidence, seasons and audiences."""
    from tips.check import balance

    rows = balance(open_library(language))
    if as_json:
        emit([asdict(row) for row in rows])
        return
    heads = [field.name for field in fields(rows[0])] if rows else []
    table(heads, (tuple(asdict(row).values()) for row in rows))


@tips_app.command()
def number(language: str = LANGUAGE_OPTION, as_json: bool = JSON_OPTION) -> None:
    """Give every tip that lacks one its number, for life."""
    from tips.findings import ContentError
    from tips.numbering import assign_numbers

    try:
        given = assign_numbers(language=language)
    except ContentError as error:
        fail(str(error))
    if as_json:
        emit([{"id": tip_id, "number": number} for tip_id, number in given.items()])
        return
    for tip_id, number in given.items():
        typer.echo(f"{number}  {tip_id}")
    say(f"{len(given)} tips were given a number")


@tips_app.command("list")
def list_tips(
    language: str = LANGUAGE_OPTION,
    topic: str | None = typer.Option(None, help="Only this topic."),
    as_json: bool = JSON_OPTION,
) -> None:
    """List every tip."""
    library = open_library(language)
    chosen = [tip for tip in library.tips if topic in {None, tip.topic}]
    if as_json:
        emit([as_data(tip, library) for tip in chosen])
        return
    rows = ((t.number, t.id, t.topic, library.evidence_of(t).value, t.title) for t in chosen)
    table(("no.", "id", "topic", "evidence", "title"), rows)


@tips_app.command()
def show(
    tip_id: str = typer.Argument(help="Id or number of the tip."),
    language: str = LANGUAGE_OPTION,
    as_json: bool = JSON_OPTION,
) -> None:
    """Show one tip as subscribers see it, and why it says so."""
    from bot.texts import tip as texts
    from bot.texts.catalogue import translator

    library = open_library(language)
    try:
        tip = library.by_number(int(tip_id)) if tip_id.isdecimal() else library.tip(tip_id)
    except KeyError:
        fail(f"there is no tip {tip_id}; see: gutskin tips list")
    if as_json:
        emit(as_data(tip, library))
        return
    _ = translator(language)
    typer.echo(texts.render(_, tip, library).plain)
    typer.echo("\n" + texts.reasons(_, tip, library).plain)


def as_data(tip: Tip, library: Library) -> dict[str, Any]:
    """A tip as the JSON form gives it; ``rendered`` is Telegram's HTML as it is sent."""
    from bot.texts.catalogue import translator
    from bot.texts.tip import render

    parts = (tip.title, tip.body, tip.action, tip.caution)
    return {
        "id": tip.id,
        "topic": tip.topic,
        "language": library.language,
        "kind": tip.kind.value,
        "evidence": library.evidence_of(tip).value,
        "about": tip.about,
        "claims": list(tip.claims),
        "sources": [source.key for source in library.shown_sources(tip)],
        "season": [season.value for season in tip.season],
        "audience": tip.audience.value,
        "text": "\n".join(part for part in parts if part),
        "rendered": render(translator(library.language), tip, library).html,
    }


def faq(
    question: str | None = typer.Argument(None, help="A question in your own words."),
    batch: Path | None = typer.Option(
        None, exists=True, dir_okay=False, help="One question a line; JSON lines come out."
    ),
    limit: int = typer.Option(3, min=1, max=20, help="Answers at most."),
    language: str = LANGUAGE_OPTION,
    as_json: bool = JSON_OPTION,
) -> None:
    """Answer a question as the bot would."""
    if (question is None) == (batch is None):
        fail("give one question, or --batch FILE", 2)
    from tips.search import Search
    from tips.signs import WarningSigns

    library, search = open_library(language), Search.load(language)
    signs = WarningSigns.load(search=search)
    if batch is not None:
        with batch.open(encoding="utf-8-sig", errors="replace", newline="\n") as lines:
            for line in lines:
                emit(answers_to(line.strip(), library, search, signs, limit), line=True)
        return
    found = answers_to(question or "", library, search, signs, limit)
    if as_json:
        emit(found)
        return
    if found["urgent"]:
        say("A warning sign: subscribers are first told to seek care now.")
    if not found["answers"]:
        say("No good match.")
    for hit in found["answers"]:
        typer.echo(f"{hit['score']:.3f}  {hit['id']}  {hit['question']}")


def answers_to(
    question: str, library: Library, search: Search, signs: WarningSigns, limit: int
) -> dict[str, Any]:
    """The JSON form of what a question gets; best answer first, none where the bot says so."""
    found = search.find(without_exclamations(question), limit=limit)
    hits = () if found.confidence == "none" else found.hits
    return {
        "urgent": signs.match(question) is not None,
        "answers": [
            {
                "id": hit.id,
                "question": library.service_names.get(hit.id) or library.answer(hit.id).question,
                "score": round(float(hit.score), 4),
            }
            for hit in hits
        ],
    }


def calendar(
    at: str = typer.Option(..., "--time", help="Local hour, HH:MM."),
    zone: str = typer.Option(..., help="Time zone, e.g. Europe/Berlin."),
    start: str = typer.Option(..., "--from", help="First local date, YYYY-MM-DD."),
    days: int = typer.Option(7, min=0, max=4000, help="How many local dates."),
    weekdays: str | None = typer.Option(None, help="Only these, e.g. mon,wed."),
    as_json: bool = JSON_OPTION,
) -> None:
    """When the tips of a subscriber with these settings come, in UTC and on their own clock."""
    from bot.subscribers.calendar import upcoming

    try:
        due = upcoming(_minute(at), _zone(zone), _mask(weekdays), _date(start), days)
    except OverflowError:
        fail(f"--from {start}: is too near the end or the beginning of all dates", 2)
    rows = [{"utc": _iso(item.instant_utc), "local": _iso(item.instant_utc, zone)} for item in due]
    if as_json:
        emit(rows)
        return
    table(("UTC", "local"), ((row["utc"], row["local"]) for row in rows))


def _iso(instant: Any, zone: str = "UTC") -> str:
    from zoneinfo import ZoneInfo

    return str(instant.astimezone(ZoneInfo(zone)).isoformat())


def _minute(text: str) -> int:
    from datetime import time

    try:
        read = time.fromisoformat(text)
    except ValueError:
        fail(f"--time {text}: is not an hour; write HH:MM, e.g. 08:30", 2)
    return read.hour * 60 + read.minute


def _zone(name: str) -> str:
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name).key
    except (OSError, ValueError, KeyError):
        fail(f"--zone {name}: is not a time zone; try one like Europe/Berlin", 2)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"--from {text}: is not a date; write YYYY-MM-DD", 2)


def _mask(text: str | None) -> int:
    if text is None:
        return EVERY_DAY
    names = [part.strip().lower()[:3] for part in text.split(",") if part.strip()]
    if not names or not set(names) <= set(WEEKDAYS):
        fail(f"--weekdays {text}: write days like mon,wed", 2)
    return sum(1 << WEEKDAYS.index(name) for name in set(names))
