"""Warning signs: does a message describe something that cannot wait for an answer?

Two matchers, either is enough: rules that anyone can read and mend, and a model that learned from
people's own descriptions. Recall goes before precision: told once too often to seek care, a
subscriber loses a minute.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, Self

import yaml

from .search.alarm import Alarm
from .search.model import Floats
from .search.reading import Reading, spoken_parts
from .search.search import Search
from .search.words import words_of

CONTENT = Path(__file__).parent / "content"
FALLBACK = "en"
ANY = "_"
UNLESS = "unless"
DOUBT = 4.0  # how far below the alarm's gate a message still is worth reading before others
Beginning = tuple[str, str, bool]


class Suspicion(IntEnum):
    """How much a message sounds like an emergency at first sight."""

    NONE = 0
    SOME = 1
    STRONG = 2


@dataclass(frozen=True, slots=True)
class Advice:
    """What is said first, and the claims it rests on."""

    id: str
    text: str
    claims: tuple[str, ...]


class Phrase(NamedTuple):
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

    @property
    def anchor(self) -> int:
        """The place of its first word that is not just any."""
        return next(at for at, (word, _) in enumerate(self.words) if word != ANY)

    @property
    def beginning(self) -> Beginning:
        """Its first word, the one after it where that is a certain one, and a star or none."""
        (word, starred), *rest = self.words[self.anchor :]
        following, goes_on = rest[0] if rest else (ANY, True)
        return word, ANY if starred or goes_on else following, starred

    def stands_at(self, words: Sequence[str], start: int) -> bool:
        """Whether the phrase begins at this place of a message."""
        return 0 <= start <= len(words) - len(self.words) and all(
            word == ANY or (words[at].startswith(word) if starred else words[at] == word)
            for at, (word, starred) in enumerate(self.words, start)
        )


class Phrases:
    """Named phrases, found by the words that may begin them: what is not there costs nothing."""

    def __init__(self, named: Mapping[str, Iterable[Phrase]]) -> None:
        self._index: dict[Beginning, list[tuple[str, Phrase]]] = {}
        for name, phrases in named.items():
            for phrase in phrases:
                self._index.setdefault(phrase.beginning, []).append((name, phrase))
        starred = {word for word, _, starred in self._index if starred}
        self._lengths = sorted({len(word) for word in starred})
        self._shortest = self._lengths[0] if starred else 0
        self._openings = {word[: self._shortest] for word in starred}

    def places(self, words: Sequence[str]) -> Iterator[tuple[str, range]]:
        """Each place where a phrase stands, with its name."""
        for at, (word, following) in enumerate(pairwise([*words, ""])):
            for beginning in self._beginnings(word, following):
                for name, phrase in self._index.get(beginning, ()):
                    start = at - phrase.anchor
                    if phrase.stands_at(words, start):
                        yield name, range(start, start + len(phrase.words))

    def _beginnings(self, word: str, following: str) -> Iterator[Beginning]:
        yield word, following, False
        yield word, ANY, False
        if word[: self._shortest] in self._openings:
            for length in self._lengths[: bisect_right(self._lengths, len(word))]:
                yield word[:length], ANY, True


class Urgent:
    """The warning signs of one language."""

    def __init__(
        self, data: Mapping[str, Any], *, search: Search | None = None, alarm: Alarm | None = None
    ) -> None:
        self._search = search
        self._alarm = alarm
        self._phrases = Phrases(
            {
                name: [Phrase.of(str(entry)) for entry in entries]
                for name, entries in {**data["things"], UNLESS: data["unless"]}.items()
            }
        )
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

    def match(self, message: str | Reading) -> Advice | None:
        """The gravest advice whose signs the message describes, wherever in it; or None."""
        if isinstance(message, str) and self._search is not None:
            message = self._search.read(message)
        if isinstance(message, str):
            spoken, otherwise = spoken_parts(message)
            heard = set(map(self._by_rules, (*spoken, *otherwise)))
        else:
            heard = set(self._heard_in(message))
        return next((item for item in self.advice if item in heard), None)

    def suspicion(self, text: str) -> Suspicion:
        """How much the message sounds like an emergency, from its words alone.

        It takes no sentence vector and mends no word, so that it can be asked of everything at
        the moment it arrives; rather too much than too little.
        """
        spoken, otherwise = spoken_parts(text)
        if any(map(self._by_rules, (*spoken, *otherwise))):
            return Suspicion.STRONG
        if self._alarm is None:
            return Suspicion.NONE
        margin = max(map(self._alarm.beyond_gate, spoken), default=-math.inf)
        if margin >= 0:
            return Suspicion.STRONG
        return Suspicion.SOME if margin >= -DOUBT else Suspicion.NONE

    def _heard_in(self, reading: Reading) -> Iterator[Advice | None]:
        yield from map(self._by_rules, reading.otherwise)
        for number, part in enumerate(reading.parts):
            # The vector is of the first part alone: it is what costs time, and one is enough.
            yield self._by_rules(part.spoken) or self._by_ear(
                part.words, reading.vector if number == 0 else None
            )

    def _by_rules(self, words: Sequence[str]) -> Advice | None:
        there = self._things_in(words)
        return next(
            (item for item, rules in self._advice if any(there.issuperset(r) for r in rules)), None
        )

    def _things_in(self, words: Sequence[str]) -> set[str]:
        found = list(self._phrases.places(words))
        taken_back = {at for name, place in found if name == UNLESS for at in place}
        return {name for name, place in found if not taken_back.issuperset(place)}

    def _by_ear(self, words: Sequence[str], vector: Floats | None) -> Advice | None:
        kind = self._alarm.kind(words, vector) if self._alarm else None
        return next((item for item, _ in self._advice if item.id == kind), None)
