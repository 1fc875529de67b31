"""How a source is named: in one short line, or in full with its DOI."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.texts import html
from bot.texts.catalogue import Translator
from tips.models import Source

_INITIALS = re.compile(r" [A-Z][A-Za-z]{0,3}$")
_NOTE = re.compile(
    r"\s*\([^()]*(?:not known|quoted by|as republished by|via|copy)[^()]*\)|, quoted by .*"
)
TITLE_UNITS = 40
IN_FULL = 16
DOI_ADDRESS = "https://doi.org/"


def address(source: Source) -> str | None:
    """Where the source can be read: by DOI where it has one, as that outlives web addresses."""
    return DOI_ADDRESS + source.doi if source.doi else source.url


def _people(source: Source) -> list[str]:
    return [name for name in source.authors if not name.startswith("(")]


def _first(source: Source) -> str:
    """Who wrote it, without initials: a person's name, or the whole of an organisation's."""
    people = _people(source)
    return _INITIALS.sub("", _NOTE.sub("", people[0])) if people else ""


def _and_others(_: Translator, source: Source) -> str:
    first, names = _first(source), _people(source)
    others = len(names) > 1 and names[1:] != [names[0]]
    return _("{name} and others").format(name=first) if others else first


def _year(source: Source) -> str:
    return source.year if source.year.isdigit() else ""


def _container(source: Source) -> str:
    return _NOTE.sub("", source.container).strip()


def short(source: Source) -> html.Html:
    """Who and when: "NICE 2011", "Silverberg 2020"; a link."""
    name = source.short or _first(source) or _container(source)
    words = " ".join(part for part in (name, _year(source)) if part and name)
    return html.link(words or html.clip(source.title, TITLE_UNITS), address(source))


def listed(_: Translator, shown: Sequence[Source]) -> html.Html:
    """The sources in full, a line each, under a heading; empty where there is none to show."""
    if not shown:
        return html.Html()
    lines = [html.text("• ") + full(_, source) for source in shown[:IN_FULL]]
    more = len(shown) - len(lines)
    rest = _.many("and {count} more", "and {count} more", more).format(count=more)
    return html.join([html.bold(_("Sources")), *lines, html.text(rest if more else "")])


def full(_: Translator, source: Source) -> html.Html:
    """Authors, year, title, journal, and the DOI (or web address) as a link."""
    parts = [
        _and_others(_, source),
        _year(source),
        source.title.rstrip("."),
        _container(source),
    ]
    words = html.text(". ".join(dict.fromkeys(part for part in parts if part)) + ". ")
    where = address(source)
    if source.doi:
        return words + html.link(f"doi.org/{source.doi}", where)
    return words + html.link(_("Read it"), where) if where else words
