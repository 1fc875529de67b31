"""From a message to comparable words: plain letters, mended spelling, one name a thing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from .tokenizer import plain

WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
LONGEST_MESSAGE = 600  # characters; what comes after seldom changes what is meant
SHORTEST_MENDED = 4  # letters; shorter words have too many neighbours
SUFFIXES = ("ations", "ation", "ingly", "edly", "ings", "ness", "ing", "ers", "ies", "ied", "est",
            "ely", "ed", "er", "es", "ly", "s", "y", "e")  # fmt: skip


def words_of(text: str) -> list[str]:
    """Lower-case words without accents; an apostrophe stays inside its word."""
    return WORD.findall(plain(text[:LONGEST_MESSAGE]).replace("’", "'"))


def stem(word: str) -> str:
    """The word without its common English endings; short words stay as they are."""
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word[: -len(suffix)]
    return word


class Speller:
    """Mends a word that nobody knows into the field's nearest word, or leaves it alone."""

    def __init__(self, field: Mapping[str, int], known: Iterable[str]) -> None:
        self._known = frozenset(known) | frozenset(field)
        self._field = {word: count for word, count in field.items() if len(word) >= 3}
        self._choices: Sequence[str] = sorted(self._field)

    def mend(self, word: str) -> str:
        """The nearest field word within one slip (two from eight letters on), most used first."""
        if word in self._known or len(word) < SHORTEST_MENDED or not word.isalpha():
            return word
        slips = 1 if len(word) < 8 else 2
        near = process.extract(
            word, self._choices, scorer=OSA.distance, score_cutoff=slips, limit=8
        )
        if not near:
            return word
        return min(near, key=lambda hit: (hit[1], hit[0][0] != word[0], -self._field[hit[0]]))[0]

    def mend_all(self, words: Iterable[str]) -> list[str]:
        """Each word mended."""
        return [self.mend(word) for word in words]


class Synonyms:
    """Gives each thing one name: neurodermatitis and atopic dermatitis become eczema."""

    def __init__(self, groups: Mapping[str, Sequence[str]]) -> None:
        self._names = {
            tuple(words_of(other)): name for name, others in groups.items() for other in others
        }
        self._longest = max((len(key) for key in self._names), default=0)

    def apply(self, words: Sequence[str]) -> list[str]:
        """The words with every known other name replaced, longest names first."""
        result: list[str] = []
        at = 0
        while at < len(words):
            size = self._match(words, at)
            result.append(self._names[tuple(words[at : at + size])] if size else words[at])
            at += size or 1
        return result

    def _match(self, words: Sequence[str], at: int) -> int:
        for size in range(min(self._longest, len(words) - at), 0, -1):
            if tuple(words[at : at + size]) in self._names:
                return size
        return 0
