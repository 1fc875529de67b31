"""How a source is named: in one short line, or in full with its DOI."""

from __future__ import annotations

import re

from bot.texts import html
from bot.texts.catalogue import Translator
from tips.models import Source

_INITIALS = re.compile(r" [A-Z][A-Za-z]{0,3}$")
_NOTE = re.compile(
    r"\s*\([^()]*(?:not known|quoted by|as republished by|via|copy)[^()]*\)|, quoted by .*"
)
CONTAINER_UNITS = 80
DOI_ADDRESS = "https://doi.org/"


def address(source: Source) -> str | None:
    """Where the source can be read: by DOI where it has one, as that outlives web addresses."""
    return DOI_ADDRESS + source.doi if source.doi else source.url


def _people(source: Source) -> list[str]:
    return [name for name in source.authors if not name.startswith("(")]


def _and_others(_: Translator, names: list[str]) -> str:
    first = _INITIALS.sub("", _NOTE.sub("", names[0]))
    others = len(names) > 1 and names[1:] != [names[0]]
    return _("{name} and others").format(name=first) if others else first


def _year(source: Source) -> str:
    return source.year if source.year.isdigit() else ""


def _container(source: Source) -> str:
    return _NOTE.sub("", source.container).strip()


def short(_: Translator, source: Source) -> html.Html:
    """Author or organisation, year, journal: "Sender and others 2016, PLoS Biology", a link."""
    people = _people(source)
    author = _and_others(_, people) if people else ""
    container = html.clip(_container(source), CONTAINER_UNITS)
    name = " ".join(part for part in (author, _year(source)) if part)
    if container.casefold() == author.casefold():
        container = ""
    words = ", ".join(part for part in (name, container) if part)
    return html.link(words or html.clip(source.title, CONTAINER_UNITS), address(source))


def full(_: Translator, source: Source) -> html.Html:
    """Authors, year, title, journal, and the DOI (or web address) as a link."""
    people = _people(source)
    parts = [
        _and_others(_, people) if people else "",
        _year(source),
        source.title.rstrip("."),
        _container(source),
    ]
    words = html.text(". ".join(dict.fromkeys(part for part in parts if part)) + ". ")
    where = address(source)
    if source.doi:
        return words + html.link(f"doi.org/{source.doi}", where)
    return words + html.link(_("Read it"), where) if where else words
