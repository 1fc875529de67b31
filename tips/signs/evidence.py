"""What the classifier knows an English message by: named, so that a decision can be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import yaml

from tips.search import search

from .folding import folded_words
from .language import ENGLISH
from .phrases import Phrase, Phrases
from .spoken import SignReader, Spoken

CUES = "cues.yaml"
OPENING = 3  # words
FEW, MANY = 8, 30  # words
SEEN = 24  # words that a sentence vector surely reaches

Evidence = Mapping[str, float]
"""What holds of a message, by name: 1, or a share of 1."""


class Cues:
    """The words and marks of the data that are looked for."""

    def __init__(
        self, opens: Iterable[str], phrases: Phrases[str], marks: Mapping[str, frozenset[str]]
    ) -> None:
        self._opens = frozenset(opens)
        self._phrases = phrases
        self._marks = marks

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read them from their file. All of it is words: to YAML, "no" would be none."""
        data: Any = yaml.load(path.read_text("utf-8"), yaml.CBaseLoader)  # noqa: S506 - text alone
        named = ((name, Phrase.of(e)) for name, found in data["words"].items() for e in found)
        marks = {name: frozenset(signs) for name, signs in data["marks"].items()}
        return cls((w for e in data["opens"] for w in folded_words(e)), Phrases(named), marks)

    def of(self, piece: str, words: Sequence[str]) -> Iterator[str]:
        """The names of those that a part of a message has."""
        yield from {name for name, _ in self._phrases.places(words)}
        yield from (name for name, signs in self._marks.items() if not signs.isdisjoint(piece))
        if not self._opens.isdisjoint(words[:OPENING]):
            yield "opens"


class EvidenceReader:
    """Reads parts of messages for what the classifier knows them by."""

    def __init__(self, reader: SignReader, cues: Cues) -> None:
        self._reader = reader
        self._cues = cues

    @classmethod
    def read(cls, reader: SignReader) -> Self:
        """With the cues of English."""
        return cls(reader, Cues.read(search.CONTENT / ENGLISH / CUES))

    def of(self, piece: str, spoken: Spoken, words: list[str]) -> Evidence:
        """All that is known of a part of a message.

        Args:
            piece: the part as it was written.
            spoken: what it speaks of.
            words: its words, corrected.
        """
        told = self._reader.told_in(self._reader.english, spoken.places)
        advised = (a.id for a in self._reader.advice_in(spoken) if a.language == ENGLISH)
        names = {
            *(f"cue {name}" for name in self._cues.of(piece, spoken.words)),
            *(f"told {name}" for name in told.things),
            *(f"taken back {name}" for name in told.taken_back),
            *(f"rule {name}" for name in advised),
        }
        if spoken.asks:
            names.add("only asks")
        if len(self._reader.left_of(words)[0]) < len(words):
            names.add("partly taken back")
        size = len(spoken.words)
        sizes = {"few words": min(size, FEW) / FEW, "many words": min(size, MANY) / MANY}
        return {**dict.fromkeys(names, 1.0), **sizes, "longer": float(size > SEEN)}
