"""The index of place names: one compressed file, searched as it lies in memory.

Two sorted texts are kept as bytes and searched by halving, so that a quarter of a million names
cost their own length and not a Python object each. ``bot/places/build.py`` writes the file.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).parent / "places.bin"


@dataclass(frozen=True, slots=True)
class Row:
    """A place: ``kind`` is city, country, region or zone; ``people`` live there (0: unknown)."""

    kind: str
    label: str
    zone: str
    country: str
    region: str
    people: int

    @property
    def entity(self) -> tuple[str, ...]:
        """What the row stands for; a country with several clocks has a row for each."""
        if self.kind in ("country", "region"):
            return (self.kind, self.country, self.region)
        return (self.kind, self.label, self.zone)


class Lines:
    """Lines of a text, each found by its number or, where they are sorted, by its beginning."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == ord("\n"))
        self._ends: NDArray[np.uint32] = ends.astype(np.uint32)

    def __len__(self) -> int:
        return len(self._ends)

    def line(self, number: int) -> bytes:
        """The line with this number, without its end."""
        start = int(self._ends[number - 1]) + 1 if number else 0
        return self._text[start : int(self._ends[number])]

    def first(self, beginning: bytes) -> int:
        """The number of the first line that does not sort before ``beginning``."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self.line(middle) < beginning:
                low = middle + 1
            else:
                high = middle
        return low

    def between(self, low: bytes, high: bytes) -> list[str]:
        """All lines from ``low`` on that sort before ``high``."""
        first, after = self.first(low), self.first(high)
        if first == after:
            return []
        start = int(self._ends[first - 1]) + 1 if first else 0
        return self._text[start : int(self._ends[after - 1])].decode().split("\n")


class Index:
    """Folded names -> places; plus the names worth mending typos to, and places by language."""

    def __init__(self, data: bytes) -> None:
        head, _, body = zlib.decompress(data).partition(b"\n")
        self.head: dict[str, Any] = json.loads(head)
        rows, names, _ = self.head["bytes"]
        self._rows = Lines(body[:rows])
        self._names = Lines(body[rows : rows + names])
        self._common = Lines(body[rows + names :])

    @classmethod
    def load(cls, file: Path = FILE) -> Self:
        """Read the file; some 50 ms and 15 MB."""
        return cls(file.read_bytes())

    @property
    def places(self) -> int:
        """How many places there are."""
        return len(self._rows)

    def rows_of(self, folded: str) -> list[Row]:
        """The places with exactly this folded name."""
        key = folded.encode() + b"\t"
        number = self._names.first(key)
        if number == len(self._names) or not self._names.line(number).startswith(key):
            return []
        numbers = self._names.line(number)[len(key) :].split(b",")
        return [self.row(int(entry)) for entry in numbers]

    def row(self, number: int) -> Row:
        """The place with this number."""
        kind, label, zone, country, region, people = self._rows.line(number).decode().split("\t")
        return Row(kind, label, zone, country, region, int(people))

    def common_names(self, letter: str) -> list[str]:
        """The names of larger places that begin with this letter."""
        return self._common.between(letter.encode(), letter.encode() + b"\xff")

    def suggested(self, language: str) -> list[Row]:
        """Places where many speak this language (a code such as "de" or "pt-br")."""
        return [self.row(number) for number in self.head["languages"].get(language, ())]

    def codes(self, folded: str) -> list[list[str]]:
        """Countries and regions behind a short form: "tx" -> [["US", "Texas"]]."""
        found: list[list[str]] = self.head["codes"].get(folded, [])
        return found
