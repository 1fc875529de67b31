"""Lexical features: hashed words, word pairs and letter groups, weighted by how rare they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from zlib import crc32

import numpy as np
import numpy.typing as npt

from .words import stem

Array = npt.NDArray[np.float32]
Sparse = tuple[npt.NDArray[np.int64], Array]

BUCKETS = 1 << 15
LETTERS = (3, 4, 5)
COMMON = frozenset(
    re.findall(
        r"\S+",
        """a an and are as at be but by can could did do does for from get got had has have he her
        him his how i i'm i've if in is it it's its just me my of on or our she so than that the
        their them then there they this to was we were what when which who will with would you
        your""",
    )
)


def grams(words: Sequence[str]) -> Iterator[str]:
    """Stems, pairs of neighbouring stems and groups of letters within each word."""
    stems = [stem(word) for word in words]
    for root in stems:
        yield ("c:" if root in COMMON else "w:") + root
    for first, second in pairwise(stems):
        yield f"p:{first} {second}"
    for word in words:
        if word not in COMMON:
            framed = f"<{word}>"
            for size in LETTERS:
                for at in range(len(framed) - size + 1):
                    yield f"l:{framed[at : at + size]}"


def bucket(gram: str) -> int:
    """A stable number for a gram, the same on every machine."""
    return crc32(gram.encode()) % BUCKETS


def counts(words: Sequence[str]) -> Counter[int]:
    """How often each bucket occurs."""
    return Counter(bucket(gram) for gram in grams(words))


def vector(words: Sequence[str], rarity: Array) -> Sparse:
    """Buckets in rising order and their weights, of length 1 together."""
    found = counts(words)
    at = np.array(sorted(found), np.int64)
    weights = np.array([1 + np.log(found[b]) for b in at.tolist()], np.float32) * rarity[at]
    length = float(np.linalg.norm(weights)) or 1.0
    return at, (weights / length).astype(np.float32)


def rarity_of(documents: Sequence[Sequence[str]]) -> Array:
    """Inverse document frequency per bucket, smoothed."""
    seen = np.zeros(BUCKETS, np.float32)
    for words in documents:
        seen[list(counts(words))] += 1
    rarity: Array = (np.log((1 + len(documents)) / (1 + seen)) + 1).astype(np.float32)
    return rarity
