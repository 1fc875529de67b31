"""The learned half of the warning signs in other languages than English: one small linear model.

It reads hashed letter groups, words and pairs of words of the folded message, and what is known of
it by name, one by one and in pairs: the things that the rules find in it, and its cues, which mean
the same in every language. It tells the language of a message, and which kind of emergency it is
most like.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import NamedTuple, Self
from zlib import crc32

import numpy as np
import numpy.typing as npt

from tips.search.model import Floats, read_arrays, write_arrays

from .language import CONTENT

PATH = CONTENT / "classifier.npz"
BUCKET_BITS = 15
BUCKETS = 1 << BUCKET_BITS
LETTERS = (3, 4, 5)
NAME_BUCKETS = 1 << 14  # for the names, behind the others
WEIGHT_OF_A_NAME = 0.2
WEIGHT_OF_A_PAIR = 0.2
LIKELIER = 2.0  # how much the language that the sender's Telegram speaks gains on others
_BLANK = ord(" ")
_BASE = np.uint32(0x01000193)  # odd, so that no letter is lost
_SPREAD = np.uint32(0x9E3779B1)  # the golden ratio, as in Knuth's multiplicative hash
_WORD, _PAIR = np.uint32(0x5BD1E995), np.uint32(0x27D4EB2F)

Buckets = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint32]
Features = tuple[Buckets, Floats]


class Likeness(NamedTuple):
    """What a message is most like."""

    kind: str
    margin: float  # by which that kind exceeds "none", from the gate on
    language: str
    names: frozenset[str]  # what is known of it


@dataclass(frozen=True, slots=True)
class SignClassifier:
    """Linear models over hashed features. B buckets, N of names, K kinds and "none", L
    languages."""

    fingerprint: npt.NDArray[np.str_]  # of the content it was trained on
    kinds: npt.NDArray[np.str_]  # K
    languages: npt.NDArray[np.str_]  # L
    rarity: Floats  # B
    kind_weights: npt.NDArray[np.int8]  # (B + N) x (K + 1)
    kind_scale: Floats  # K + 1
    kind_bias: Floats  # K + 1
    language_weights: npt.NDArray[np.int8]  # B x L
    language_scale: Floats  # L
    language_bias: Floats  # L
    gate: Floats  # the margin from which an emergency is heard
    rule_gate: Floats  # and that, from the gate on, under which what rules hear is none

    @classmethod
    def read(cls, path: Path = PATH) -> Self:
        """Read the arrays.

        Raises:
            OSError: when there is no such file.
        """
        return read_arrays(cls, path)

    def write(self, path: Path = PATH) -> None:
        """Write the arrays."""
        write_arrays(self, path)

    def overrules(self, like: Likeness) -> bool:
        """Whether that is none, though a rule says it is an emergency."""
        return like.margin < float(self.rule_gate[0])

    def language(self, found: Features, speaks: str = "") -> str:
        """The likeliest language."""
        at, values = found
        scores = (values @ self.language_weights[at]) * self.language_scale + self.language_bias
        scores = scores + LIKELIER * (self.languages == speaks)
        return str(self.languages[int(np.argmax(scores))])

    def likeness(self, found: Features, names: Iterable[str], language: str) -> Likeness:
        """Which kind of emergency a message in this language is most like."""
        names = frozenset(names)
        at, values = with_names(found, names)
        scores = (values @ self.kind_weights[at]) * self.kind_scale + self.kind_bias
        best = int(np.argmax(scores[:-1]))
        margin = float(scores[best] - scores[-1] - self.gate[0])
        return Likeness(str(self.kinds[best]), margin, language, names)


def features(words: Sequence[str], rarity: Floats) -> Features:
    """Buckets in rising order and their weights, of length 1 together."""
    at, found = np.unique(_buckets(words), return_counts=True)
    weights = (1 + np.log(found)).astype(np.float32) * rarity[at]
    length = float(np.linalg.norm(weights)) or 1.0
    return at, (weights / length).astype(np.float32)


def with_names(found: Features, names: Iterable[str]) -> Features:
    """The features and, behind them, those of what is known by name, alone and in pairs."""
    alone = sorted(set(names))
    grams = [*alone, *(f"{first}+{second}" for first, second in combinations(alone, 2))]
    places = BUCKETS + np.array([crc32(gram.encode()) % NAME_BUCKETS for gram in grams], np.int64)
    weights = np.full(len(grams), WEIGHT_OF_A_PAIR, np.float32)
    weights[: len(alone)] = WEIGHT_OF_A_NAME
    return np.concatenate([found[0], places]), np.concatenate([found[1], weights])


def rarity_of(documents: Sequence[Sequence[str]]) -> Floats:
    """Inverse document frequency per bucket, smoothed."""
    seen = np.zeros(BUCKETS, np.float32)
    for words in documents:
        seen[np.unique(_buckets(words))] += 1
    return (np.log((1 + len(documents)) / (1 + seen)) + 1).astype(np.float32)


def _buckets(words: Sequence[str]) -> Buckets:
    """The buckets of all features, each as often as it occurs; hashed at once, for speed."""
    line = f" {' '.join(words)} ".encode("utf-32-le", "surrogatepass")
    letters = np.frombuffer(line, "<u4").astype(np.uint32)
    blanks = np.flatnonzero(letters == _BLANK)
    whole = _word_hashes(letters, blanks)
    pairs = (whole[:-1] * _BASE + whole[1:]) ^ _PAIR
    hashes = np.concatenate([*_letter_groups(letters), whole ^ _WORD, pairs])
    found: Buckets = ((hashes ^ hashes >> 15) * _SPREAD >> (32 - BUCKET_BITS)).astype(np.int64)
    return found


def _word_hashes(letters: Hashes, blanks: Buckets) -> Hashes:
    """A number for each word, whatever stands before it."""
    lengths = np.diff(blanks)
    places = np.arange(len(letters) - 1) - np.repeat(blanks[:-1], lengths)
    powers = np.cumprod(np.full(int(lengths.max()), _BASE, np.uint32), dtype=np.uint32)
    return np.add.reduceat(letters[:-1] * powers[places], blanks[:-1], dtype=np.uint32)


def _letter_groups(letters: Hashes) -> list[Hashes]:
    """Numbers for the groups of letters within a word, its edges among them."""
    begun = np.cumsum(letters == _BLANK)
    groups = []
    state = np.zeros(len(letters), np.uint32)
    for size in range(1, LETTERS[-1] + 1):
        last = len(letters) - size + 1
        if last <= 0:
            break
        state = state[:last] * _BASE + letters[size - 1 :]
        if size in LETTERS:  # a blank at either end is an edge, one between parts two words
            within = begun[size - 2 : size - 2 + last] == begun[:last]
            groups.append((state * _BASE + np.uint32(size))[within])
    return groups
