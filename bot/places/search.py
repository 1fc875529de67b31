"""Finds the places that a typed name may mean: offline, tolerant of errors, never a wild guess."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.places.abbreviations import by_abbreviation, by_offset
from bot.places.folding import fold
from bot.places.index import Index, Row
from bot.places.locate import Locator
from bot.places.place import Match, Place
from bot.places.well_known import by_region, full_name, nearly
from tips.normalise import readings

LONGEST = 80  # characters; no place needs more
CLEAR_LEAD = 10  # a place with so many times the inhabitants of another is the one meant
MENDED_LEAD = 5  # the same for a name that had to be corrected
BIG_CITY = 500_000  # inhabitants from which a short word means a place that is nearly called so
OWN_NAME = 250_000  # the same where it is nearly what the place is called today
NAMESAKE = 150_000  # inhabitants from which a town of a region's name may be meant as well
LEADS = (
    "i am in",
    "i m in",
    "we are in",
    "were in",
    "we live in",
    "i moved to",
    "i am from",
    "im from",
    "from",
    "same as",
    "its",
    "it is",
    "the",
    "island of",
    "isle of",
    "state of",
    "province of",
    "somewhere in",
    "i live in",
    "im in",
    "in",
    "near",
    "close to",
    "city of",
    "ich wohne in",
    "ich bin in",
    "bei",
    "nahe",
    "vivo en",
    "en",
    "jhabite a",
    "moro em",
    "just",
    "only",
    "simply",
    "currently",
    "living",
    "based",
    "here",
    "still",
    "well",
    "good old",
    "sunny",
    "rainy",
    "lovely",
    "beautiful",
)
ENDS = (
    "please",
    "bitte",
    "thanks",
    "thank you",
    "time",
    "time zone",
    "timezone",
    "city",
    "island",
    "islands",
    "region",
    "area",
    "now",
    "right now",
    "at the moment",
    "for now",
    "these days",
    "currently",
    "here",
    "actually",
    "obviously",
    "of course",
    "baby",
    "mate",
    "love",
    "innit",
    "lol",
    "haha",
    "yeah",
    "pls",
    "thx",
    "ta",
)
_SMALL_WORDS = re.compile(rf"(({'|'.join(LEADS)}) )*(?P<name>.+?)( ({'|'.join(ENDS)}))*")
TOO_WIDE = frozenset({"africa", "asia", "europe", "north america", "south america", "eu"})


class Places:
    """Finds places by name and by location. Everything is read when it is first needed."""

    def __init__(self) -> None:
        self._locator = Locator()

    @classmethod
    def load(cls) -> Places:
        """Cheap: the index is opened at the first search."""
        return cls()

    @cached_property
    def _index(self) -> Index:
        return Index()

    def find(self, text: str, limit: int = 5) -> list[Place]:
        """The places that match, likeliest first; one if it is clear, none if nothing matches.

        Of more than ``limit``, no zone is left out for a second place in another.
        """
        return list(self.match(text, limit).places)

    def match(self, text: str, limit: int = 5, *, mend: bool = True) -> Match:
        """The same, with what tells whether to ask; slips are mended unless ``mend`` is false."""
        said = [words for words in readings(text) if len(words) <= LONGEST]
        said = [words for words in said if _without(fold(words)) not in TOO_WIDE]
        for find, named in ((self._named, True), (self._misspelt, False))[: 1 + mend]:
            found = next(filter(None, map(find, said)), [])
            if found:
                return Match(tuple(_cut(found, limit)), named)
        return Match()

    def _named(self, text: str) -> list[Place]:
        folded = full_name(fold(text))
        fixed = by_offset(text) or by_abbreviation(folded)
        if fixed or len(folded) < 2:
            return fixed
        return (
            self._region(text, folded)
            or self._ranked(folded)
            or self._qualified(text, folded)
            or self._without_small_words(folded)
        )

    def _region(self, text: str, folded: str) -> list[Place]:
        """A well-known region; beside it a large town of the same name in another zone."""
        name, _, country = text.partition(",")
        found = by_region(folded) or by_region(fold(name), fold(country) if country else "")
        if not found or country:
            return found
        zones, names = {place.zone for place in found}, {_name(place.label) for place in found}
        rows = [row for row in self._index.rows_of(folded) if row.kind == "city"]
        big = [
            row
            for row in rows
            if row.people >= NAMESAKE and row.zone not in zones and _name(row.label) in names
        ]
        return [*found, *_distinct(sorted(big, key=_weight, reverse=True)[:1])]

    def _misspelt(self, text: str) -> list[Place]:
        folded = _without(fold(text))
        return nearly(folded) or self._mended(folded)

    def at(self, lat: float, lon: float) -> str | None:
        """The time zone at a location; None at sea or for invalid coordinates."""
        return self._locator.zone_at(lat, lon)

    def suggest(self, language_code: str | None, otherwise: str | None = None) -> list[Place]:
        """Up to five places for a subscriber of this language.

        For an unknown language, the zone ``otherwise`` comes first, then the places for English.
        """
        code = (language_code or "").replace("_", "-").lower()
        for known in (code, code.partition("-")[0]):
            if rows := self._index.suggested(known):
                return [_place(row) for row in rows]
        first = [place for place in self.find(otherwise or "") if place.zone == otherwise][:1]
        return [*first, *map(_place, self._index.suggested("en"))][:5]

    def _ranked(self, folded: str) -> list[Place]:
        return _clearest(self._index.rows_of(folded), {folded})

    def _qualified(self, text: str, folded: str) -> list[Place]:
        """ "Paris, Texas", "london ontario": a name with what tells it from its namesakes."""
        parts = [part for part in map(fold, text.split(",")) if part]
        words = folded.split()
        halves = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
        splits = [(parts[0], parts[1:]), (parts[-1], parts[:-1])] if len(parts) > 1 else []
        splits += [(name, [area]) for name, area in reversed(halves)]
        splits += [(name, [area]) for area, name in halves]
        for name, others in splits:
            rows = self._inside(self._index.rows_of(name), others)
            if rows:
                return _distinct(sorted(rows, key=_weight, reverse=True))
        # After the comma there may be a district or an error; the name alone still helps.
        return self._ranked(parts[0]) if len(parts) > 1 else []

    def _inside(self, rows: Iterable[Row], others: Sequence[str]) -> list[Row]:
        known = [area for area in map(self._areas, others) if area]
        if not known:
            return []
        return [
            row
            for row in rows
            if row.kind == "city" and all(_lies_in(row, areas) for areas in known)
        ]

    def _areas(self, folded: str) -> set[tuple[str, str]]:
        rows = self._index.rows_of(folded)
        areas = {(row.country, row.region) for row in rows if row.kind in ("country", "region")}
        return areas | self._index.areas(folded)

    def _without_small_words(self, folded: str) -> list[Place]:
        bare = full_name(_without(folded))
        if bare == folded:
            return []
        return (
            by_abbreviation(bare)
            or self._region(bare, bare)
            or self._ranked(bare)
            or self._qualified(bare, bare)
        )

    def _mended(self, folded: str) -> list[Place]:
        """The places whose name is one edit away from what was typed; two from nine letters on."""
        if len(folded) < 5 or not folded.isascii():
            return []
        slips = 1 if len(folded) < 9 else 2
        names = [
            name
            for first in sorted({folded[0], folded[1]})
            for name in self._index.common_names(first)
        ]
        near = process.extract(
            folded, names, scorer=OSA.distance, score_cutoff=slips, limit=20, processor=None
        )
        if not near:
            return []
        least = min(distance for _, distance, _ in near)
        nearest = [name for name, distance, _ in near if distance == least]
        found = (row for name in nearest for row in self._index.rows_of(name))
        rows = list(dict.fromkeys(found))  # in order, unlike a set
        if len(folded) < 7:
            # Many short words are one edit away from some town: only a large one may be meant.
            rows = [row for row in rows if row.people >= _least_people(row, nearest)]
        return _clearest(rows, nearest, lead=MENDED_LEAD)


def _without(folded: str) -> str:
    """A folded name without the small words around it."""
    found = _SMALL_WORDS.fullmatch(folded)
    return found["name"] if found else folded


def _least_people(row: Row, nearest: Collection[str]) -> int:
    return OWN_NAME if _has_own_name(row, nearest) else BIG_CITY


def _has_own_name(row: Row, names: Collection[str]) -> bool:
    """Whether a place is called so today, and not only elsewhere or in former times."""
    return fold(_name(row.label)) in names


def _clearest(rows: Sequence[Row], names: Collection[str], lead: int = CLEAR_LEAD) -> list[Place]:
    """The places worth offering: those without a much larger namesake."""
    people: dict[tuple[str, ...], float] = defaultdict(float)
    for row in rows:
        people[row.entity] += _weight(row) * (3 if _has_own_name(row, names) else 1)
    least = max(people.values(), default=0) / lead
    kept = [row for row in rows if people[row.entity] >= least]
    kept.sort(key=lambda row: (people[row.entity], _weight(row)), reverse=True)
    if not kept:
        return []
    if len({row.zone for row in kept}) == 1:
        return [_place(kept[0])]
    return _distinct(kept)


def _name(label: str) -> str:
    return label.partition(",")[0]


def _weight(row: Row) -> int:
    return max(1, row.people)


def _lies_in(row: Row, areas: set[tuple[str, str]]) -> bool:
    return bool({(row.country, ""), (row.country, row.region)} & areas)


def _distinct(rows: Iterable[Row]) -> list[Place]:
    """One place for each zone of a country's region."""
    kept: dict[tuple[str, str, str], Row] = {}
    for row in rows:
        kept.setdefault((row.country, row.region, row.zone), row)
    return [_place(row) for row in kept.values()]


def _cut(found: list[Place], limit: int) -> list[Place]:
    firsts = {place.zone: place for place in reversed(found)}.values()
    # Five places of one zone would make that zone look certain.
    kept = sorted(found, key=lambda place: place not in firsts)[:limit]
    return [place for place in found if place in kept]


def _place(row: Row) -> Place:
    return Place(row.label, row.zone, row.country)
