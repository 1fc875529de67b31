"""Lexical features: hashed words, word pairs and letter groups, weighted by how rare they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain, pairwise
from zlib import crc32

import numpy as np
import numpy.typing as npt

from .words import stem

Array = npt.NDArray[np.float32]
Buckets = npt.NDArray[np.int64]
Sparse = tuple[Buckets, Array]

BUCKETS = 1 << 15
LETTERS = (3, 4, 5)
SHORT = 150  # letters; below that the arrays cost more than they save
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
    """Stems and pairs of neighbouring stems."""
    stems = [stem(word) for word in words]
    for root in stems:
        yield ("c:" if root in COMMON else "w:") + root
    for first, second in pairwise(stems):
        yield f"p:{first} {second}"


def content_stems(words: Sequence[str]) -> list[str]:
    """Stems of the words that are not common ones."""
    return [stem(word) for word in words if word not in COMMON]


def letter_groups(words: Sequence[str]) -> Iterator[str]:
    """Groups of letters within each word that is not a common one."""
    for word in words:
        if word not in COMMON:
            framed = f"<{word}>"
            for size in LETTERS:
                for at in range(len(framed) - size + 1):
                    yield f"l:{framed[at : at + size]}"


def bucket(gram: str) -> int:
    """A stable number for a gram, the same on every machine."""
    return crc32(gram.encode()) % BUCKETS


def counts(words: Sequence[str]) -> tuple[Buckets, Buckets]:
    """Buckets in rising order, and how often each occurs."""
    framed = "".join(f"<{word}>" for word in words if word not in COMMON)
    if len(framed) < SHORT or not framed.isascii():
        found = Counter(map(bucket, chain(grams(words), letter_groups(words))))
        at = sorted(found)
        return np.array(at, np.int64), np.array([found[one] for one in at], np.int64)
    plain = np.array([bucket(gram) for gram in grams(words)], np.int64)
    return np.unique(np.concatenate([plain, _letter_buckets(framed)]), return_counts=True)


def _letter_buckets(framed: str) -> Buckets:
    """The buckets of all groups of letters; every place of the message is hashed at once."""
    letters = np.frombuffer(framed.encode(), np.uint8)
    words_begun = np.cumsum(letters == ord("<"))
    found = [_hashed(letters, words_begun, size) for size in LETTERS if len(letters) >= size]
    return np.concatenate([*found, np.zeros(0, np.int64)])


def _hashed(letters: npt.NDArray[np.uint8], words_begun: Buckets, size: int) -> Buckets:
    """The buckets of all groups of ``size`` letters that lie within one word."""
    last = len(letters) - size + 1
    state = np.full(last, crc32(b"l:") ^ 0xFFFFFFFF, np.uint32)
    for at in range(size):
        low = (state ^ letters[at : at + last]) & 0xFF
        state = _crc_table()[low] ^ (state >> 8)
    whole = words_begun[:last] == words_begun[size - 1 :]
    found: Buckets = (~state[whole] % BUCKETS).astype(np.int64)
    return found


@cache
def _crc_table() -> npt.NDArray[np.uint32]:
    """What each byte does to a CRC-32 (ISO 3309), as in zlib."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, table >> 1 ^ np.uint32(0xEDB88320), table >> 1)
    return table


def vector(words: Sequence[str], rarity: Array) -> Sparse:
    """Buckets in rising order and their weights, of length 1 together."""
    at, found = counts(words)
    weights = (1 + np.log(found)).astype(np.float32) * rarity[at]
    length = float(np.linalg.norm(weights)) or 1.0
    return at, (weights / length).astype(np.float32)


def rarity_of(documents: Sequence[Sequence[str]]) -> Array:
    """Inverse document frequency per bucket, smoothed."""
    seen = np.zeros(BUCKETS, np.float32)
    for words in documents:
        seen[counts(words)[0]] += 1
    rarity: Array = (np.log((1 + len(documents)) / (1 + seen)) + 1).astype(np.float32)
    return rarity
