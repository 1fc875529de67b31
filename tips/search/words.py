"""Makes words comparable: plain letters, corrected spelling, one name a thing."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from zlib import crc32

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from tips.normalise import HIDDEN, normalise, readings_of, without_accents

from .tokenizer import english_words

Pairs = npt.NDArray[np.uint8]
Hashes = npt.NDArray[np.uint32]
NO_HASHES: Hashes = np.zeros(0, np.uint32)

WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
LONGEST_MESSAGE = 600  # characters; what comes after seldom changes what is meant
SHARED = 150  # characters that two neighbouring pieces of a long message have in common
SHORTEST_MENDED = 3  # letters; shorter words have too many neighbours
TWO_SLIPS_FROM = 6  # letters
NEAREST = 12  # neighbours of a word that are looked at, of each length
MOST_MENDED = 20  # different words a message; one with more typing errors is no question
MOST_HIDDEN = 20  # hidden characters in one word; more than that part no words
PAIR_BUCKETS = 1 << 18
# In nats, as found on the training half with slips put in.
UNKNOWN = -4.0  # how likely a word is that nobody has used
SLIP = (0.0, 2.5, 5.2)
BESIDE = 1.5  # what each neighbour's count is worth
SHORT_WORD = 1.5
FIRST_LETTER = 0.3
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
    tokens = line.split(" ")
    resolved = {token: _resolved(token, vocabulary) for token in dict.fromkeys(tokens)}
    return " ".join(map(resolved.__getitem__, tokens))


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


class KnownWords:
    """Words that are no slip: some as they are, many more by their hash alone."""

    def __init__(self, words: Iterable[str], hashed: Hashes = NO_HASHES) -> None:
        self._words = frozenset(words)
        self._hashed = hashed

    def __contains__(self, word: object) -> bool:
        if word in self._words:
            return True
        hashed = np.uint32(crc32(str(word).encode()))
        at = int(np.searchsorted(self._hashed, hashed))
        return at < len(self._hashed) and bool(self._hashed[at] == hashed)


def hashes_of(words: Iterable[str]) -> Hashes:
    """The words' hashes in rising order; four bytes each are enough to know a word again."""
    return np.unique(np.array([crc32(word.encode()) for word in words], np.uint32))


class Speller:
    """Corrects an unknown word to the likeliest word of the field, or leaves it alone.

    A noisy channel: how often a word is used, how often beside its neighbours, and how many slips
    would make it the one that was typed.
    """

    def __init__(
        self,
        field: Mapping[str, int],
        known: Iterable[str],
        pairs: Pairs | None = None,
        others: Hashes = NO_HASHES,
    ) -> None:
        self.known = KnownWords({*known, *field}, others)
        self._field = {
            word: count for word, count in field.items() if len(word) >= SHORTEST_MENDED
        }
        self._pairs = np.zeros(PAIR_BUCKETS, np.uint8) if pairs is None else pairs
        self._by_length: dict[int, list[str]] = {}
        # Most used first: of equally near ones `extract` keeps those that come first.
        for word in sorted(self._field, key=lambda word: (-self._field[word], word)):
            self._by_length.setdefault(len(word), []).append(word)

    def mend(self, word: str, before: str = "", after: str = "") -> str:
        """The likeliest word of the field within one slip (two from six letters on)."""
        if self._is_settled(word):
            return word
        slips = 1 if len(word) < TWO_SLIPS_FROM else 2
        lengths = range(len(word) - slips, len(word) + slips + 1)
        near = [hit for length in lengths for hit in self._near(word, slips, length)]
        found = [(self._likeliness(hit, word, before, after), hit[0]) for hit in near]
        likeliest = max(found, default=(UNKNOWN, word))
        return likeliest[1] if likeliest[0] > UNKNOWN else word

    def mending(self, words: Sequence[str]) -> dict[str, str]:
        """The corrections of the first ``MOST_MENDED`` unknown words."""
        places = {word: at for at, word in reversed(list(enumerate(words)))}
        unsettled = (word for word in dict.fromkeys(words) if not self._is_settled(word))
        framed = ["", *words, ""]
        return {
            word: self.mend(word, framed[places[word]], framed[places[word] + 2])
            for word in islice(unsettled, MOST_MENDED)
        }

    def _is_settled(self, word: str) -> bool:
        return word in self.known or len(word) < SHORTEST_MENDED or not word.isalpha()

    def _near(self, word: str, slips: int, length: int) -> list[tuple[str, int, int]]:
        choices: Sequence[str] = self._by_length.get(length, ())
        return process.extract(
            word, choices, scorer=OSA.distance, score_cutoff=slips, limit=NEAREST
        )

    def _likeliness(self, hit: tuple[str, int, int], word: str, before: str, after: str) -> float:
        found, slips, _place = hit
        beside = math.log1p(self._pairs[pair_bucket(before, found)])
        beside += math.log1p(self._pairs[pair_bucket(found, after)])
        short = SHORT_WORD if len(word) == SHORTEST_MENDED else 0.0
        first = FIRST_LETTER if found[0] != word[0] else 0.0
        return math.log(self._field[found]) + BESIDE * beside - SLIP[slips] - short - first


def pair_bucket(first: str, second: str) -> int:
    """A stable number for two words in a row."""
    return crc32(f"{first} {second}".encode()) % PAIR_BUCKETS


def pairs_of(documents: Iterable[Sequence[str]]) -> Pairs:
    """How often two words stand in a row; once is chance, and counts as never."""
    counted = Counter(pair for words in documents for pair in pairwise(words))
    pairs = np.zeros(PAIR_BUCKETS, np.uint8)
    for (first, second), count in counted.items():
        if count > 1:
            at = pair_bucket(first, second)
            pairs[at] = max(pairs[at], min(count, 255))
    return pairs


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
