"""What a message names that we know nothing of: other conditions, animals, ages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import yaml

from .model import Floats
from .words import words_of

OURS = "eczema"  # the name that synonyms give it
ANIMAL = "_"  # stands for any animal in a phrase
NUMBER = "#"  # stands for any number in a phrase
FEATURES = 4
OLDEST = 120  # years; a larger number is no age

NOTHING_AGAINST: Floats = np.zeros(FEATURES, np.float32)

Phrase = tuple[str, ...]


class Subject(StrEnum):
    """What a message may be about that an answer does not fit."""

    CONDITION = "condition"
    ANIMAL = "animal"
    AGE = "age"


class Named(NamedTuple):
    """A subject that a phrase names, and the answers that speak of it."""

    subject: Subject
    answers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Mention:
    """The other subjects that one message names."""

    named: tuple[Named, ...] = ()
    ours: bool = False  # whether eczema is named as well
    patient: bool = False  # whether an animal is what ails
    youngest: int | None = None  # of the ages, in years
    oldest: Mapping[str, int] | None = None

    def against(self, answer: str) -> Floats:
        """What speaks against an answer, as features of 0 or 1."""
        other = self._other(answer) is not None
        return np.array(
            [other and not self.ours, other and self.ours, self.patient, self._too_old(answer)],
            np.float32,
        )

    def subject(self, answer: str) -> Subject | None:
        """What the message is about, where an answer is not."""
        if self.patient:
            return Subject.ANIMAL
        if self._too_old(answer):
            return Subject.AGE
        return self._other(answer)

    def alone(self) -> Subject | None:
        """What else the message is about, where it does not name eczema as well."""
        return self.named[0].subject if self.named and not self.ours else None

    def unknown(self) -> bool:
        """Whether it names a thing that none of our answers speaks of, and not eczema: whatever
        is likest, it fits as little as antibiotics fit "I'm allergic to penicillin"."""
        return not self.ours and any(not one.answers for one in self.named)

    def _other(self, answer: str) -> Subject | None:
        return next((one.subject for one in self.named if answer not in one.answers), None)

    def _too_old(self, answer: str) -> bool:
        limit = (self.oldest or {}).get(answer)
        return limit is not None and self.youngest is not None and self.youngest > limit


class Subjects:
    """The subjects of one language that are not ours."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        conditions, animals, ages = data["conditions"], data["animals"], data["ages"]
        self._animals = {_root(word) for word in animals["words"]}
        self._numbers = {str(word): int(value) for word, value in ages["numbers"].items()}
        self._oldest = {str(name): int(years) for name, years in ages["oldest"].items()}
        self._named = {
            _phrase(word): Named(Subject.CONDITION, frozenset(item.get("answers", ())))
            for item in conditions
            for word in item["words"]
        } | {(ANIMAL,): Named(Subject.ANIMAL, frozenset(animals["answers"]))}
        self._patient = {_phrase(text) for text in animals["patient"]}
        self._ages = {_phrase(text) for text in ages["phrases"]}
        self._stages = {_phrase(text): int(years) for text, years in ages["words"].items()}
        self._known = {*self._named, *self._patient, *self._ages, *self._stages}
        self._longest: dict[str, int] = {}  # of the phrases that begin with a word
        for phrase in self._known:
            self._longest[phrase[0]] = max(self._longest.get(phrase[0], 0), len(phrase))
        self.words = frozenset(
            word for item in conditions for text in item["words"] for word in words_of(text)
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the subjects of one language's folder."""
        return cls(yaml.safe_load((folder / "subjects.yaml").read_text("utf-8")))

    def mention(self, words: Sequence[str], *, ours: bool) -> Mention:
        """What the words name; they are mended, but not yet given one name for each thing."""
        tokens = {word: self._token(word) for word in set(words)}
        found = list(self._phrases_in([tokens[word] for word in words], words))
        ages = [age for phrase, spoken in found for age in self._age(phrase, spoken)]
        return Mention(
            tuple(dict.fromkeys(self._named[p] for p, _ in found if p in self._named)),
            ours,
            any(phrase in self._patient for phrase, _ in found),
            min(ages, default=None),
            self._oldest,
        )

    def _phrases_in(
        self, tokens: Sequence[str], words: Sequence[str]
    ) -> Iterator[tuple[Phrase, Sequence[str]]]:
        for at, token in enumerate(tokens):
            for size in range(1, self._longest.get(token, 0) + 1):
                phrase = tuple(tokens[at : at + size])
                if phrase in self._known:
                    yield phrase, words[at : at + size]

    def _age(self, phrase: Phrase, spoken: Sequence[str]) -> Iterator[int]:
        if phrase in self._stages:
            yield self._stages[phrase]
        elif phrase in self._ages:
            word = spoken[phrase.index(NUMBER)]
            years = int(word) if word.isdecimal() else self._numbers[word]
            if years <= OLDEST:
                yield years

    def _token(self, word: str) -> str:
        if word in self._numbers or (word.isdecimal() and len(word) < 4):
            return NUMBER
        root = _root(word)
        return ANIMAL if root in self._animals else root


def _root(word: str) -> str:
    """The word in the singular; a stem would take scabs for scabies."""
    word = word.removesuffix("'s")
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word if word.endswith(("ss", "is", "us")) or len(word) < 4 else word.removesuffix("s")


def _phrase(text: str) -> Phrase:
    return tuple(word if word in (ANIMAL, NUMBER) else _root(word) for word in _parts(text))


def _parts(text: str) -> Iterator[str]:
    for part in text.split():
        yield from [part] if part in (ANIMAL, NUMBER) else words_of(part)
