"""The places to propose to a subscriber of a language before they have named one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from babel.languages import get_territory_language_info

from bot.places.clocks import present_rules
from bot.places.index import Row

PROPOSED = 5
SMALLEST_SHARE = 0.05  # of a country's people, for a clock of its own to be proposed
Clock = tuple[str, str]
"""Country and zone."""
# Where counting speakers alone would propose places that few subscribers of the language live
# in.
CHOSEN = {
    "en": (
        "London, England, United Kingdom",
        "New York City, New York, United States",
        "Chicago, Illinois, United States",
        "Los Angeles, California, United States",
        "Sydney, New South Wales, Australia",
    ),
    "de": ("Berlin, Germany", "Vienna, Austria", "Zürich, Switzerland"),
    "fr": (
        "Paris, France",
        "Brussels, Belgium",
        "Geneva, Switzerland",
        "Montréal, Quebec, Canada",
        "Abidjan, Côte d’Ivoire",
    ),
    "es": (
        "Madrid, Spain",
        "Mexico City, Mexico",
        "Bogotá, Colombia",
        "Buenos Aires, Argentina",
        "Lima, Peru",
    ),
    "ru": (
        "Moscow, Russia",
        "Minsk, Belarus",
        "Yekaterinburg, Russia",
        "Novosibirsk, Russia",
        "Almaty, Kazakhstan",
    ),
    "nl": ("Amsterdam, Netherlands", "Brussels, Belgium"),
    "pt": (
        "São Paulo, Brazil",
        "Lisbon, Portugal",
        "Manaus, Brazil",
        "Luanda, Angola",
        "Maputo, Mozambique",
    ),
    "it": ("Rome, Italy", "Zürich, Switzerland"),
    "uk": ("Kyiv, Ukraine", "Lviv, Ukraine"),
}


def suggested(rows: list[Row]) -> dict[str, list[int]]:
    """Language code ("de", "pt-br") -> numbers of up to five cities, each in its own zone."""
    cities = {row.label: number for number, row in reversed(list(enumerate(rows)))}
    people: dict[Clock, int] = defaultdict(int)
    for row in rows:
        if row.kind == "city":
            people[row.country, row.zone] += row.people
    at_home = _by_country(rows, people)
    speakers = _speakers(rows, at_home, people)
    proposed = {code: _distinct(rows, ranked) for code, ranked in speakers.items()}
    proposed |= {code: [cities[label] for label in labels] for code, labels in CHOSEN.items()}
    regional = {
        f"{code}-{country.lower()}": _distinct(rows, [*numbers[:3], *proposed[code]])
        for country, numbers in at_home.items()
        for code in _official(country)
    }
    return dict(sorted((proposed | regional).items()))


def _by_country(rows: list[Row], people: Mapping[Clock, int]) -> dict[str, list[int]]:
    """The largest city of each of a country's clocks; the clock with the most people first."""
    largest: dict[Clock, int] = {}
    for number, row in enumerate(rows):
        if row.kind == "city":  # cities come largest first
            largest.setdefault((row.country, row.zone), number)
    totals: dict[str, int] = defaultdict(int)
    for (country, _), count in people.items():
        totals[country] += count
    found: dict[str, dict[object, int]] = defaultdict(dict)
    for key in sorted(people, key=lambda key: (-people[key], key)):
        country, zone = key
        if people[key] >= totals[country] * SMALLEST_SHARE:
            found[country].setdefault(present_rules(zone), largest[key])
    return {country: list(numbers.values()) for country, numbers in found.items()}


def _official(country: str) -> dict[str, float]:
    spoken = get_territory_language_info(country)
    return {
        code.replace("_", "-").lower(): float(facts["population_percent"] or 0)
        for code, facts in spoken.items()
        if facts["official_status"]
    }


def _speakers(
    rows: list[Row], at_home: Mapping[str, list[int]], people: Mapping[Clock, int]
) -> dict[str, list[int]]:
    """Each language's cities; those of the country with the most speakers first."""
    counted: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for country, numbers in at_home.items():
        for code, percent in _official(country).items():
            counted[code] += [
                (people[rows[n].country, rows[n].zone] * percent, n) for n in numbers
            ]
    return {
        code: [number for _, number in sorted(found, key=lambda entry: (-entry[0], entry[1]))]
        for code, found in counted.items()
    }


def _distinct(rows: list[Row], numbers: list[int]) -> list[int]:
    zones: dict[str, int] = {}
    for number in numbers:
        zones.setdefault(rows[number].zone, number)
    return list(zones.values())[:PROPOSED]
