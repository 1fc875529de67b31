"""Whom a broadcast is for, as an admin says it: a filter, in words and as a condition.

Words are parts like ``for=child zone=Europe/* theme=skin joined>2026-01-01 active=30
source=leaflet not=12 list=3``, with spaces between. All parts must hold; of several values of one
part (``zone=Europe/*,Africa/*``) any will do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel

from bot.places.emergency import country_of
from bot.store.outbox.wanted import Wanted
from bot.texts.broadcast_audience import audience_words
from bot.texts.catalogue import Translator

Who = Literal["adult", "parent", "both"]
Why = Literal[
    "no_such_part", "twice", "not_a_date", "not_a_number", "no_such_zone", "no_such_country",
    "no_such_theme", "no_such_audience", "no_such_source", "no_such_broadcast", "too_long_ago",
    "no_such_list", "nobody_between",
]  # fmt: skip

ONE_DAY = timedelta(days=1)
MOST_DAYS = 3650
SOURCE = re.compile(r"[A-Za-z0-9_-]{1,64}")
PART = re.compile(r"(for|who|theme|zone|country|joined|active|source|not|list)([=<>])(.+)")
LOOKS_LIKE = re.compile(
    r"\s*([\w-]+[=<>]\S+\s+)*((for|who|theme|zone|country|active|source|not|list)\s*=|joined\s*[=<>])",
    re.IGNORECASE,
)
"""A part with a name that there is, with nothing before it but what is written as parts are."""

WHO: Mapping[str, Who] = {"adult": "adult", "child": "parent", "parent": "parent", "both": "both"}
PARTS = (
    "for=adult, for=child or for=both", "theme=gut", "zone=Europe/*", "country=DE",
    "joined>2026-01-01", "joined<2026-01-01", "active=30", "source=leaflet", "not=12", "list=3",
)  # fmt: skip
"""Every part that there is, each as an example."""

REMEDIES: Mapping[Why, str] = {
    "no_such_part": "there's no part {place}",
    "twice": "{place} is there twice; put its values together, with commas",
    "not_a_date": "{place} needs a date, written like 2026-01-31",
    "not_a_number": "{place} needs a number that makes sense there, such as 30",
    "no_such_zone": "there's no time zone {place}; write zone=Europe/Berlin or zone=Europe/*",
    "no_such_country": "there's no country {place}; write two letters, such as country=DE",
    "no_such_theme": "there's no theme {place}",
    "no_such_audience": "nobody's tips are for {place}; write for=adult, for=child or for=both",
    "no_such_source": "{place} can't be a link's name; letters, digits, _ and - work there",
    "no_such_broadcast": "{place}: no broadcast of that number was sent",
    "too_long_ago": "{place} is over a week old, and who got it isn't kept for longer",
    "no_such_list": "there's no {place}; lists are made in the chat, from a file",
    "nobody_between": "{place} leaves nobody; the first date has to come before the second",
}
"""What is said at the command line; the chat and the page have words of their own."""


class FilterError(ValueError):
    """A filter that cannot be: ``place`` is what is wrong, ``why`` a code, and ``known`` what
    could stand there."""

    def __init__(self, why: Why, place: str, known: Iterable[str] = ()) -> None:
        self.why, self.place, self.known = why, place, tuple(known)
        choice = f"; what works: {', '.join(self.known)}" if self.known else ""
        super().__init__(REMEDIES[why].format(place=place) + choice)


class Filter(BaseModel, frozen=True):
    """An audience: all given parts must hold; of several values of one part any.

    ``joined_after`` and ``joined_before`` leave their own day out (UTC); ``active_days`` are the
    last days, today included, in which somebody wrote or tapped.
    """

    who: tuple[Who, ...] = ()
    themes: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    joined_after: date | None = None
    joined_before: date | None = None
    active_days: int | None = None
    source: str | None = None
    without: tuple[int, ...] = ()
    list_id: int | None = None


def read_filter(stored: str | None) -> Filter:
    """The audience in ``broadcast.filter``."""
    return Filter.model_validate_json(stored) if stored else Filter()


def looks_like_filter(words: str) -> bool:
    """Whether these words mean to be a filter, be there a slip in them; not no words."""
    return LOOKS_LIKE.match(words) is not None


def parse_filter(words: str, themes: Collection[str] | None = None) -> Filter:
    """The filter that these words say; no words: everyone.

    Args:
        themes: those that there are, if that is to be checked at once.

    Raises:
        FilterError: with the place and the remedy.
    """
    given: dict[str, Any] = {}
    for word in words.split():
        found = PART.fullmatch(word)
        read = READERS.get((found[1], found[2])) if found else None
        if found is None or read is None:
            raise FilterError("no_such_part", word, PARTS)
        field, value = _read(read, found)
        if field in given:
            raise FilterError("twice", f"{found[1]}{found[2]}")
        given[field] = value
    made = Filter(**given)
    check(made, themes)
    return made


def _read(read: Reader, found: re.Match[str]) -> tuple[str, Any]:
    try:
        return read(found[3])
    except FilterError:
        raise
    except ValueError:
        why: Why = "not_a_date" if found[1] == "joined" else "not_a_number"
        raise FilterError(why, found[0]) from None


def check(made: Filter, themes: Collection[str] | None = None) -> None:
    """Whether it can be, however it was made.

    Raises:
        FilterError: with the place and the remedy.
    """
    for pattern in made.zones:
        _found(zones_like(pattern), "no_such_zone", pattern)
    for country in made.countries:
        _found(zones_in(country), "no_such_country", country)
    for theme in made.themes if themes is not None else ():
        _found(theme in (themes or ()), "no_such_theme", theme, themes or ())
    if made.source is not None:
        _found(SOURCE.fullmatch(made.source), "no_such_source", made.source)
    if made.active_days is not None:
        _found(0 < made.active_days <= MOST_DAYS, "not_a_number", f"active={made.active_days}")
    if made.joined_after and made.joined_before:
        between = made.joined_before - made.joined_after > ONE_DAY
        _found(between, "nobody_between", f"joined<{made.joined_before}")


def _found(holds: object, why: Why, place: str, known: Iterable[str] = ()) -> None:
    if not holds:
        raise FilterError(why, place, known)


def written(made: Filter) -> str:
    """The words that say this filter; none for everyone."""
    child = {"parent": "child"}
    lists = {
        "for=": [child.get(one, one) for one in made.who],
        "theme=": made.themes,
        "zone=": made.zones,
        "country=": made.countries,
        "joined>": [made.joined_after] if made.joined_after else (),
        "joined<": [made.joined_before] if made.joined_before else (),
        "active=": [made.active_days] if made.active_days is not None else (),
        "source=": [made.source] if made.source is not None else (),
        "not=": made.without,
        "list=": [made.list_id] if made.list_id is not None else (),
    }
    return " ".join(name + ",".join(map(str, values)) for name, values in lists.items() if values)


def said_as(_: Translator, words: str, themes: Mapping[str, str]) -> str:
    """The audience that these words name, as the chat says it; the words themselves where they
    name none (any more)."""
    try:
        return "; ".join(audience_words(_, parse_filter(words), themes))
    except FilterError:
        return words


def resolve(made: Filter, themes: Mapping[str, int]) -> Wanted:
    """What the tables are asked; ``themes`` are their bits by id.

    Raises:
        FilterError: it names something that there is not.
    """
    check(made, themes)
    return Wanted(
        who=made.who,
        themes=sum(1 << themes[theme] for theme in set(made.themes)),
        zones=_zones(made),
        joined_from=_midnight(made.joined_after, ONE_DAY),
        joined_until=_midnight(made.joined_before),
        active_days=made.active_days,
        source=made.source,
        without=made.without,
        list_id=made.list_id,
    )


def _zones(made: Filter) -> tuple[str, ...]:
    """The zones of all patterns, of all countries, or of both where both are given."""
    named = {zone for pattern in made.zones for zone in zones_like(pattern)}
    there = {zone for country in made.countries for zone in zones_in(country)}
    if named and there and not named & there:
        raise FilterError("no_such_zone", ",".join(made.zones), sorted(there))
    return tuple(sorted(named & there if named and there else named | there))


def _midnight(day: date | None, later: timedelta = timedelta()) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC) + later


@cache
def zones_like(pattern: str) -> tuple[str, ...]:
    """The time zones of this name or pattern (``Europe/*``), in any case of letters."""
    wanted = pattern.lower()
    return tuple(sorted(z for z in available_timezones() if fnmatchcase(z.lower(), wanted)))


@cache
def _zones_by_country() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for zone in sorted(available_timezones()):
        country = country_of(zone)
        if country is not None:
            found.setdefault(country, []).append(zone)
    return {country: tuple(zones) for country, zones in found.items()}


def zones_in(country: str) -> tuple[str, ...]:
    """The time zones of a country by its two letters; none where there is no such country."""
    return _zones_by_country().get(country.upper(), ())


Reader = Callable[[str], tuple[str, Any]]
"""Reads the values of a part; ``ValueError`` where they are no numbers, or no date."""


def _values(given: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in given.split(",") if value))


def _who(given: str) -> tuple[str, Any]:
    for one in _values(given):
        _found(one.lower() in WHO, "no_such_audience", one)
    return "who", tuple(dict.fromkeys(WHO[one.lower()] for one in _values(given)))


def _several(field: str, change: Callable[[str], str] = str) -> Reader:
    return lambda given: (field, tuple(change(value) for value in _values(given)))


def _day(field: str) -> Reader:
    return lambda given: (field, date.fromisoformat(given))


def _number(given: str) -> int:
    if not (given.isascii() and given.isdecimal() and len(given) <= 18):
        raise ValueError("no number of a column's")
    return int(given)


def _one_number(field: str) -> Reader:
    return lambda given: (field, _number(given))


def _numbers(field: str) -> Reader:
    return lambda given: (field, tuple(map(_number, _values(given))))


READERS: Mapping[tuple[str, str], Reader] = {
    ("for", "="): _who,
    ("who", "="): _who,
    ("theme", "="): _several("themes", str.lower),
    ("zone", "="): _several("zones"),
    ("country", "="): _several("countries", str.upper),
    ("joined", ">"): _day("joined_after"),
    ("joined", "<"): _day("joined_before"),
    ("active", "="): _one_number("active_days"),
    ("source", "="): lambda given: ("source", given),
    ("not", "="): _numbers("without"),
    ("list", "="): _one_number("list_id"),
}
