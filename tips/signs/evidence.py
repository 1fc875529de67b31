"""What the classifiers know a message by: named, so that a decision can be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import yaml

from .folding import folded_words
from .language import CONTENT, ENGLISH, SignLanguage, tells_of_the_past
from .phrases import Phrase, Phrases
from .spoken import SignReader, Spoken, Told

CUES = CONTENT / "cues"  # one file a language
OPENING = 3  # words
FEW, MANY = 8, 30  # words
SEEN = 24  # words that a sentence vector surely reaches
PAST = "tells of the past"

Evidence = Mapping[str, float]
"""What holds of a message, by name: 1, or a share of 1."""


class Cues:
    """The words and marks of a language's data that are looked for."""

    def __init__(
        self, opens: Iterable[str], phrases: Phrases[str], marks: Mapping[str, frozenset[str]]
    ) -> None:
        self._opens = frozenset(opens)
        self._phrases = phrases
        self.marks = marks

    @classmethod
    def read(cls, path: Path, marks: Mapping[str, frozenset[str]] | None = None) -> Self:
        """Read them from their file. All of it is words: to YAML, "no" would be none.

        Args:
            marks: those of a language whose file has none.
        """
        data: Any = yaml.load(path.read_text("utf-8"), yaml.CBaseLoader)  # noqa: S506 - text alone
        named = ((name, Phrase.of(e)) for name, found in data["words"].items() for e in found)
        own = {name: frozenset(signs) for name, signs in data.get("marks", {}).items()}
        opens = (word for entry in data.get("opens", ()) for word in folded_words(entry))
        return cls(opens, Phrases(named), own or marks or {})

    def of(self, piece: str, words: Sequence[str]) -> Iterator[str]:
        """The names of those that a part of a message has."""
        yield from {name for name, _ in self._phrases.places(words)}
        yield from (name for name, signs in self.marks.items() if not signs.isdisjoint(piece))
        if not self._opens.isdisjoint(words[:OPENING]):
            yield "opens"


def read_cues(folder: Path = CUES) -> dict[str, Cues]:
    """The cues of every language there is a file of; marks are the English ones in each."""
    english = Cues.read(folder / f"{ENGLISH}.yaml")
    others = (path for path in folder.glob("*.yaml") if path.stem != ENGLISH)
    return {ENGLISH: english, **{path.stem: Cues.read(path, english.marks) for path in others}}


class EvidenceReader:
    """Reads parts of messages for what the classifiers know them by."""

    def __init__(self, reader: SignReader, cues: Mapping[str, Cues]) -> None:
        self._reader = reader
        self._cues = cues

    def names(self, language: SignLanguage, spoken: Spoken) -> set[str]:
        """What is known of a part of a message in this language."""
        told = self._reader.told_in(language, spoken.places)
        advice = language.advice_for(told.things)
        names = self._told(language.code, told, spoken)
        if advice:
            names.add(f"rule {advice.id}")
        if spoken.asks or language.asks(spoken.words):
            names.add("only asks")
        if tells_of_the_past([language], spoken.words):
            names.add(PAST)
        return names

    def in_english(self, spoken: Spoken, words: list[str]) -> Evidence:
        """All that is known of a part of a message in English.

        Args:
            spoken: what it speaks of.
            words: its words, corrected.
        """
        told = self._reader.told_in(self._reader.english, spoken.places)
        advised = (a.id for a in self._reader.advice_in(spoken) if a.language == ENGLISH)
        names = {*self._told(ENGLISH, told, spoken), *(f"rule {name}" for name in advised)}
        if spoken.asks:
            names.add("only asks")
        if len(self._reader.left_of(words)[0]) < len(words):
            names.add("partly taken back")
        size = len(spoken.words)
        sizes = {"few words": min(size, FEW) / FEW, "many words": min(size, MANY) / MANY}
        return {**dict.fromkeys(names, 1.0), **sizes, "longer": float(size > SEEN)}

    def _told(self, code: str, told: Told, spoken: Spoken) -> set[str]:
        """The cues of a part, what it tells of and what it takes back."""
        cues = self._cues.get(code)
        found = cues.of(spoken.written, spoken.words) if cues else ()
        return {
            *(f"cue {name}" for name in found),
            *(f"told {name}" for name in told.things),
            *(f"taken back {name}" for name in told.taken_back),
        }
