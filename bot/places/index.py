"""The index of place names: a read-only SQLite file, which ``bot/places/build.py`` writes."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import finalize

FILE = Path(__file__).parent / "places.db"
_ROW = "kind, label, zone, country, region, people"


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
        """What the row stands for: a country with several time zones has a row for each."""
        if self.kind in ("country", "region"):
            return (self.kind, self.country, self.region)
        return (self.kind, self.label, self.zone)


class Index:
    """Places by folded name and by language, and the names that typing errors are corrected to.

    Safe to use from any thread.
    """

    def __init__(self, file: Path = FILE) -> None:
        # Immutable: no lock is taken and nothing is written beside it, as in a read-only image.
        uri = f"{file.as_uri()}?mode=ro&immutable=1"
        self._database = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._one_at_a_time = Lock()
        finalize(self, self._database.close)

    def _ask(self, query: str, *given: str) -> list[Any]:
        with self._one_at_a_time:
            return self._database.execute(query, given).fetchall()

    def rows_of(self, folded: str) -> list[Row]:
        """The places with exactly this folded name."""
        found = self._ask(
            f"SELECT {_ROW} FROM name JOIN place USING (number) "  # noqa: S608 - no word from outside
            "WHERE folded = ? ORDER BY number",
            folded,
        )
        return [Row(*columns) for columns in found]

    def common_names(self, letter: str) -> list[str]:
        """The names of larger places that begin with this letter."""
        # As one text: thousands of rows on their own would take three times as long.
        query = "SELECT group_concat(name, char(10)) FROM common WHERE name >= ? AND name < ?"
        [(names,)] = self._ask(query, letter, chr(ord(letter) + 1))
        return sorted(names.split("\n")) if names else []

    def suggested(self, language: str) -> list[Row]:
        """Places where many speak this language (a code such as "de" or "pt-br")."""
        found = self._ask(
            f"SELECT {_ROW} FROM suggestion JOIN place USING (number) "  # noqa: S608 - likewise
            "WHERE language = ? ORDER BY position",
            language,
        )
        return [Row(*columns) for columns in found]

    def areas(self, folded: str) -> set[tuple[str, str]]:
        """Countries and regions behind a short form: "tx" -> {("US", "Texas")}."""
        return set(self._ask("SELECT country, region FROM code WHERE folded = ?", folded))
