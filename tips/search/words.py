"""Makes words comparable: plain letters, corrected spelling, one name a thing."""

from __future__ import annotations

import heapq
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from rapidfuzz import process
from rapidfuzz.distance import OSA

from tips.normalise import HIDDEN, normalise, readings_of, without_accents

from .tokenizer import english_words

WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
LONGEST_MESSAGE = 600  # characters; what comes after seldom changes what is meant
SHARED = 150  # characters that two neighbouring pieces of a long message have in common
SHORTEST_MENDED = 4  # letters; shorter words have too many neighbours
NEAREST = 8  # neighbours of a word that are looked at
MOST_MENDED = 32  # different words a message; one with more typing errors is no question
MOST_HIDDEN = 20  # hidden characters in one word; more than that part no words
ENDING = re.compile(
    "(.{3,}?)(?:ations|ation|ingly|edly|ings|ness|ing|ers|ies|ied|est|ely|ed|er|es|ly|s|y|e)"
)


def words_of(text: str) -> list[str]:
    """The lower-case words of a message's beginning, without accents; apostrophes stay inside."""
    return words_in(line_of(text)[:LONGEST_MESSAGE])


def words_in(line: str) -> list[str]:
    """The words of a normalised line."""
    return WORD.findall(without_accents(line.lower()))


def line_of(text: str, known: Container[str] | None = None) -> str:
    """The text on one line, with nothing hidden in it.

    Args:
        known: words that tell whether something hidden between two letters joins or parts them;
            the common English ones if not given.
    """
    return _seen(normalise(text, hidden=HIDDEN), known)


def lines_of(text: str, known: Container[str] | None = None) -> tuple[str, str]:
    """The line of the text, and the text it hides if every hidden character parts two words."""
    line = normalise(text, hidden=HIDDEN)
    _joined, *parted = readings_of(line)
    return _seen(line, known), "".join(parted)


def _seen(line: str, known: Container[str] | None) -> str:
    if HIDDEN not in line:
        return line
    vocabulary = english_words() if known is None else known
    return " ".join(_resolved(token, vocabulary) for token in line.split(" "))


def pieces(line: str) -> Iterator[str]:
    """A normalised message in parts as long as is read at once, cut between words.

    Neighbours overlap, so that a phrase on the border is whole in one of them.
    """
    start = 0
    while start + LONGEST_MESSAGE < len(line):
        yield line[start : start + LONGEST_MESSAGE]
        beyond = start + LONGEST_MESSAGE - SHARED
        start = line.rfind(" ", start, beyond) + 1 or beyond
    yield line[start:]


def _resolved(token: str, known: Container[str]) -> str:
    """The token split at hidden characters if only its parts are words, else whole."""
    if HIDDEN not in token:
        return token
    whole = token.replace(HIDDEN, "")
    if token.count(HIDDEN) > MOST_HIDDEN or _is_known(whole, known):
        return whole
    parts = token.split(HIDDEN)
    return " ".join(parts) if all(_is_known(part, known) for part in parts) else whole


def _is_known(token: str, known: Container[str]) -> bool:
    """Whether all words of a token are known, or begin with one that is: "can't"."""
    beginnings = (word.partition("'")[0] for word in words_in(token))
    return all(len(word) == 1 or word in known for word in beginnings)


def stem(word: str) -> str:
    """The word without its common English endings; short words stay as they are."""
    found = ENDING.fullmatch(word)
    return found[1] if found else word


class Speller:
    """Corrects an unknown word to the nearest word of the field, or leaves it alone."""

    def __init__(self, field: Mapping[str, int], known: Iterable[str]) -> None:
        self.known = frozenset(known) | frozenset(field)
        self._field = {word: count for word, count in field.items() if len(word) >= 3}
        self._by_length: dict[int, list[str]] = {}
        for word in sorted(self._field):
            self._by_length.setdefault(len(word), []).append(word)

    def mend(self, word: str) -> str:
        """The nearest field word within one edit (two from eight letters), most used first."""
        if self._is_settled(word):
            return word
        slips = 1 if len(word) < 8 else 2
        lengths = range(len(word) - slips, len(word) + slips + 1)
        near = [hit for length in lengths for hit in self._near(word, slips, length)]
        if not near:
            return word
        nearest = heapq.nsmallest(NEAREST, near, key=lambda hit: (hit[1], hit[0]))
        return min(nearest, key=lambda hit: (hit[1], hit[0][0] != word[0], -self._field[hit[0]]))[
            0
        ]

    def mending(self, words: Iterable[str]) -> dict[str, str]:
        """The corrections of the first ``MOST_MENDED`` unknown words."""
        unsettled = (word for word in dict.fromkeys(words) if not self._is_settled(word))
        return {word: self.mend(word) for word in islice(unsettled, MOST_MENDED)}

    def _is_settled(self, word: str) -> bool:
        return word in self.known or len(word) < SHORTEST_MENDED or not word.isalpha()

    def _near(self, word: str, slips: int, length: int) -> list[tuple[str, int, int]]:
        choices: Sequence[str] = self._by_length.get(length, ())
        return process.extract(
            word, choices, scorer=OSA.distance, score_cutoff=slips, limit=NEAREST
        )


class Synonyms:
    """Gives each thing one name: neurodermatitis and atopic dermatitis become eczema."""

    def __init__(self, groups: Mapping[str, Sequence[str]]) -> None:
        self._names = {
            tuple(words_of(other)): name for name, others in groups.items() for other in others
        }
        self.words = frozenset(word for name in self._names for word in name)
        self._longest: dict[str, int] = {}  # of the names that begin with a word
        for name in self._names:
            self._longest[name[0]] = max(self._longest.get(name[0], 0), len(name))

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
        longest = self._longest.get(words[at], 0)
        for size in range(min(longest, len(words) - at), 0, -1):
            if tuple(words[at : at + size]) in self._names:
                return size
        return 0
