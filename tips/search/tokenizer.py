"""WordPiece as BERT's uncased models expect it: lower case, no accents, longest piece first."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from tips.normalise import normalise, without_accents

WORD_OR_MARK = re.compile(r"\w+|[^\w\s]")
LONGEST_WORD = 100  # letters; the reference tokenizer gives up on longer words, too


@cache
def _vocabulary() -> dict[str, int]:
    lines = files(__package__).joinpath("vocab.txt").read_text("utf-8").split("\n")
    return {piece: number for number, piece in enumerate(lines) if piece}


class Tokenizer:
    """Turns a text into the ids of the model's vocabulary."""

    def __init__(self, vocabulary: dict[str, int]) -> None:
        self._ids = vocabulary
        self._unknown = vocabulary["[UNK]"]
        self._first, self._last = vocabulary["[CLS]"], vocabulary["[SEP]"]

    @classmethod
    def load(cls) -> Tokenizer:
        """Read the vocabulary that lies beside this file (MiniLM's, Apache-2.0)."""
        return cls(_vocabulary())

    def encode(self, text: str, *, longest: int) -> list[int]:
        """Ids with the start and end marks, at most ``longest`` of them."""
        pieces: list[int] = []
        for word in WORD_OR_MARK.findall(plain(text).replace("_", " _ ")):
            pieces.extend(self._pieces(word))
            if len(pieces) >= longest - 2:
                break
        return [self._first, *pieces[: longest - 2], self._last]

    def _pieces(self, word: str) -> list[int]:
        if len(word) > LONGEST_WORD:
            return [self._unknown]
        found: list[int] = []
        start = 0
        while start < len(word):
            end = self._longest_piece(word, start)
            if end == start:
                return [self._unknown]
            found.append(self._ids[word[start:end] if start == 0 else "##" + word[start:end]])
            start = end
        return found

    def _longest_piece(self, word: str, start: int) -> int:
        mark = "##" if start else ""
        for end in range(len(word), start, -1):
            if mark + word[start:end] in self._ids:
                return end
        return start


@cache
def english_words() -> frozenset[str]:
    """Common English words: the vocabulary's entries that are not the rest of a word."""
    return frozenset(piece for piece in _vocabulary() if piece.isalpha() and len(piece) > 1)


def plain(text: str) -> str:
    """Normalised text in lower case without accents."""
    return without_accents(normalise(text).lower())
