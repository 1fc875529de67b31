"""Regions that people name instead of a town: islands, states, provinces, peninsulas.

GeoNames' city data, of which the index is made, has none of them, and a town of the same name or
nearly so somewhere else in the world would be taken for what is meant. ``well_known.txt`` is
written by hand: each line is a country (ISO 3166), a time zone, and the names, with other
spellings after "=". A name that stands in several lines is asked about, in their order. Where the
country is "--", the name alone is shown: whose land it is may be what a war is about.

``short_names.txt`` is written by hand, too: what people call a country or a city for short, after
its name. A short name that may mean two cities stands in ``well_known.txt``.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import NamedTuple

from babel import Locale
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.places.folding import fold
from bot.places.place import Place

_REGIONS = Path(__file__).parent / "well_known.txt"
_SHORT = Path(__file__).parent / "short_names.txt"

_SLIPS = {5: 1, 9: 2}  # letters from which so many slips are forgiven


class Region(NamedTuple):
    """A region's label and zone, and the country that it lies in."""

    label: str
    zone: str
    country: str


def full_name(folded: str) -> str:
    """The name of the country or city behind a short form; what is none stays."""
    return _full_names().get(folded, folded)


def by_region(folded: str, within: str = "") -> list[Place]:
    """The well-known regions of this folded name; ``within`` is the folded country after it."""
    found = _names().get(folded, ())
    fitting = [region for region in found if not within or fold(region.label).endswith(within)]
    return [Place(*region) for region in fitting]


def nearly(folded: str) -> list[Place]:
    """The regions whose name was written with a slip or two."""
    slips = max((s for letters, s in _SLIPS.items() if len(folded) >= letters), default=0)
    if not slips or not folded.isascii():
        return []
    near = process.extractOne(
        folded, _names().keys(), scorer=OSA.distance, score_cutoff=slips, processor=None
    )
    # A slip in the first letter makes another name more often than the same.
    return by_region(near[0]) if near and near[0][0] == folded[0] else []


@cache
def _full_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for line in _SHORT.read_text(encoding="utf-8").splitlines():
        name, _, short = line.partition(": ")
        names |= {fold(one): fold(name) for one in short.split(", ")}
    return names


@cache
def _names() -> dict[str, list[Region]]:
    names: dict[str, list[Region]] = defaultdict(list)
    for line in _REGIONS.read_text(encoding="utf-8").splitlines():
        country, zone, rest = line.split(maxsplit=2)
        for entry in rest.split(", "):
            first, *others = entry.split("=")
            region = Region(_label(first, country), zone, "" if country == "--" else country)
            for name in (first, *others):
                names[fold(name)].append(region)
    return dict(names)


def _label(name: str, country: str) -> str:
    return name if country == "--" else f"{name}, {Locale('en').territories[country]}"
