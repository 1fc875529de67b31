"""Warning signs: does a message describe something that cannot wait for an answer?

Recall goes before precision: told once too often to seek care, a reader loses a minute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import yaml

from .search.words import words_of

CONTENT = Path(__file__).parent / "content"
FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Advice:
    """What is said first, and the claims it rests on."""

    id: str
    text: str
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row; each may stand for its beginnings only."""

    words: tuple[tuple[str, bool], ...]

    @classmethod
    def of(cls, text: str) -> Self:
        """Read one entry of the data; ``*`` ends a word that may go on."""
        return cls(
            tuple(
                (word, starred)
                for part in text.split()
                for starred in (part.endswith("*"),)
                for word in words_of(part.rstrip("*"))
            )
        )

    def places(self, words: Sequence[str]) -> list[range]:
        """Where in a message the phrase stands."""
        size = len(self.words)
        return [
            range(at, at + size)
            for at in range(len(words) - size + 1)
            if all(
                words[at + i].startswith(word) if starred else words[at + i] == word
                for i, (word, starred) in enumerate(self.words)
            )
        ]


class Urgent:
    """The warning signs of one language."""

    def __init__(self, data: Mapping[str, Any]) -> None:
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
    def load(cls, language: str = FALLBACK) -> Self:
        """Read the warning signs of ``language``; English where there are none of its own."""
        path = CONTENT / language / "urgent.yaml"
        if not path.exists():
            path = CONTENT / FALLBACK / "urgent.yaml"
        return cls(yaml.safe_load(path.read_text("utf-8")))

    @property
    def advice(self) -> tuple[Advice, ...]:
        """Everything that can be said first, gravest first."""
        return tuple(item for item, _ in self._advice)

    def match(self, text: str) -> Advice | None:
        """The gravest advice whose signs the message describes, or None."""
        words = words_of(text)
        taken_back = {
            at for phrase in self._unless for place in phrase.places(words) for at in place
        }
        there = {
            name
            for name, phrases in self._things.items()
            if any(
                not taken_back.issuperset(place)
                for phrase in phrases
                for place in phrase.places(words)
            )
        }
        for item, rules in self._advice:
            if any(there.issuperset(rule) for rule in rules):
                return item
        return None
