"""Phrases of many languages in one index: a message is gone through once for all of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Generic, NamedTuple, Self, TypeVar

from .folding import folded_words

ANY = "_"
Beginning = tuple[str, str, bool]
Name = TypeVar("Name", bound=Hashable)


class Phrase(NamedTuple):
    """Words in a row; ``_`` is any one word, and a starred word may go on."""

    words: tuple[tuple[str, bool], ...]

    @classmethod
    def of(cls, text: str) -> Self:
        """Read one entry of the data; ``*`` ends a word that may go on.

        Raises:
            ValueError: it has no word of its own.
        """
        words = tuple(
            (word, starred and number == last)
            for part in text.split()
            for starred in (part.endswith("*"),)
            for found in ([ANY] if part == ANY else folded_words(part.rstrip("*")),)
            for last in (len(found) - 1,)
            for number, word in enumerate(found)
        )
        if all(word == ANY for word, _ in words):
            raise ValueError(f"an entry has no word: {text!r}")
        return cls(words)

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


class Entry(NamedTuple, Generic[Name]):
    """A phrase in the index; of a single word, nothing more is to be compared."""

    name: Name
    phrase: Phrase
    anchor: int
    length: int


class Phrases(Generic[Name]):
    """Named phrases, found by the words that may begin them: what is not there costs nothing."""

    def __init__(self, named: Iterable[tuple[Name, Phrase]]) -> None:
        self._index: dict[Beginning, list[Entry[Name]]] = {}
        for name, phrase in named:
            self._index.setdefault(phrase.beginning, []).append(
                Entry(name, phrase, phrase.anchor, len(phrase.words))
            )
        starred = {word for word, _, starred in self._index if starred}
        lengths: dict[str, set[int]] = {}
        self._shortest = min(map(len, starred), default=0)
        for word in starred:
            lengths.setdefault(word[: self._shortest], set()).add(len(word))
        self._lengths: Mapping[str, list[int]] = {
            opening: sorted(found) for opening, found in lengths.items()
        }

    def places(self, words: Sequence[str]) -> list[tuple[Name, range]]:
        """Each place where a phrase stands, with its name."""
        pairs = list(pairwise([*words, ""]))
        entries = {
            pair: [e for begun in self._beginnings(*pair) for e in self._index[begun]]
            for pair in set(pairs)
        }
        return [
            (name, range(at - anchor, at - anchor + length))
            for at, pair in enumerate(pairs)
            for name, phrase, anchor, length in entries[pair]
            if length == 1 or phrase.stands_at(words, at - anchor)
        ]

    def _beginnings(self, word: str, following: str) -> list[Beginning]:
        found = [(word, following, False), (word, ANY, False)]
        opening = word[: self._shortest]
        if opening in self._lengths:
            lengths = self._lengths[opening]
            fitting = lengths[: bisect_right(lengths, len(word))]
            found += [(word[:length], ANY, True) for length in fitting]
        return [beginning for beginning in found if beginning in self._index]
