"""Warning signs: does a message describe something that cannot wait for an answer?

Two matchers, either is enough: rules that anyone can read and mend, and a model that learned from
people's own descriptions. Recall goes before precision: told once too often to seek care, a reader
loses a minute.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import yaml

from .search.alarm import Alarm
from .search.search import Search
from .search.words import LONGEST_MESSAGE, words_of

CONTENT = Path(__file__).parent / "content"
FALLBACK = "en"
ANY = "_"
SHARED = 150  # characters that two neighbouring pieces of a long message have in common


@dataclass(frozen=True, slots=True)
class Advice:
    """What is said first, and the claims it rests on."""

    id: str
    text: str
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row; ``_`` is any one word, and a starred word may go on."""

    words: tuple[tuple[str, bool], ...]

    @classmethod
    def of(cls, text: str) -> Self:
        """Read one entry of the data; ``*`` ends a word that may go on."""
        return cls(
            tuple(
                (word, starred)
                for part in text.split()
                for starred in (part.endswith("*"),)
                for word in ([ANY] if part == ANY else words_of(part.rstrip("*")))
            )
        )

    def places(self, words: Sequence[str], there: frozenset[str]) -> list[range]:
        """Where in a message the phrase stands; ``there`` are its words, to look up quickly."""
        if any(not (starred or word in there or word == ANY) for word, starred in self.words):
            return []
        size = len(self.words)
        return [
            range(at, at + size)
            for at in range(len(words) - size + 1)
            if all(
                word == ANY
                or (words[at + i].startswith(word) if starred else words[at + i] == word)
                for i, (word, starred) in enumerate(self.words)
            )
        ]


class Urgent:
    """The warning signs of one language."""

    def __init__(
        self, data: Mapping[str, Any], *, search: Search | None = None, alarm: Alarm | None = None
    ) -> None:
        self._search = search
        self._alarm = alarm
        self._things = {
            name: [Phrase.of(str(entry)) for entry in entries]
            for name, entries in data["things"].items()
        }
        self._unless = [Phrase.of(entry) for entry in data["unless"]]
        self._advice = [
            (Advice(item["id"], item["text"], tuple(item["claims"])), item["rules"])
            for item in data["advice"]
        ]

    @classmethod
    def load(cls, language: str = FALLBACK, *, search: Search | None = None) -> Self:
        """Read the warning signs of ``language``; English where there are none of its own.

        Args:
            language: its code.
            search: reads messages for the learned half; without it only the rules are used.
        """
        folder = CONTENT / language
        if not (folder / "urgent.yaml").exists():
            folder = CONTENT / FALLBACK
        alarm = Alarm.read(folder / "alarm.npz") if search else None
        data = yaml.safe_load((folder / "urgent.yaml").read_text("utf-8"))
        return cls(data, search=search, alarm=alarm)

    @property
    def advice(self) -> tuple[Advice, ...]:
        """Everything that can be said first, gravest first."""
        return tuple(item for item, _ in self._advice)

    def match(self, text: str) -> Advice | None:
        """The gravest advice whose signs the message describes, wherever in it; or None."""
        heard = [self._by_rules(words_of(piece)) or self._by_ear(piece) for piece in pieces(text)]
        return next((item for item in self.advice if item in heard), None)

    def _by_rules(self, words: Sequence[str]) -> Advice | None:
        there = self._things_in(words)
        return next(
            (item for item, rules in self._advice if any(there.issuperset(r) for r in rules)), None
        )

    def _things_in(self, words: Sequence[str]) -> set[str]:
        all_words = frozenset(words)
        taken_back = {
            at
            for phrase in self._unless
            for place in phrase.places(words, all_words)
            for at in place
        }
        return {
            name
            for name, phrases in self._things.items()
            if any(
                not taken_back.issuperset(place)
                for phrase in phrases
                for place in phrase.places(words, all_words)
            )
        }

    def _by_ear(self, text: str) -> Advice | None:
        if self._search is None or self._alarm is None:
            return None
        kind = self._alarm.kind(*self._search.sense(text))
        return next((item for item, _ in self._advice if item.id == kind), None)


def pieces(text: str) -> Iterator[str]:
    """A message in parts of the length that is read at once, cut between words.

    Neighbours overlap, so that what stands on a border is whole in one of them.
    """
    start = 0
    while start + LONGEST_MESSAGE < len(text):
        yield text[start : start + LONGEST_MESSAGE]
        beyond = start + LONGEST_MESSAGE - SHARED
        start = text.rfind(" ", start, beyond) + 1 or beyond
    yield text[start:]
