"""Phrases of many languages in one index: a message is gone through once for all of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Generic, NamedTuple, Self, TypeVar

from .folding import folded_words

ANY = "_"
Name = TypeVar("Name", bound=Hashable)


class Beginning(NamedTuple):
    """The first certain word of a phrase, how far behind it the next one is, and that one; 0 and
    nothing where there is none. ``length`` is that of a following word that may go on."""

    word: str
    starred: bool
    gap: int
    length: int | None
    following: str


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
        """What it is found by."""
        here = self.anchor
        word, starred = self.words[here]
        later = (
            (at - here, len(other) if goes_on else None, other)
            for at, (other, goes_on) in enumerate(self.words)
            if at > here and other != ANY
        )
        return Beginning(word, starred, *next(later, (0, None, "")))

    def may_stand_among(self, words: AbstractSet[str]) -> bool:
        """Whether these words, in no order, have all that it names in full."""
        return all(word in words for word, starred in self.words if not starred and word != ANY)

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


Following = dict[str, list[Entry[Name]]]


class Phrases(Generic[Name]):
    """Named phrases, found by the words that may begin them: what is not there costs nothing."""

    def __init__(self, named: Iterable[tuple[Name, Phrase]]) -> None:
        self._ways: dict[tuple[str, bool], dict[tuple[int, int | None], Following[Name]]] = {}
        self._furthest = 0
        for name, phrase in named:
            word, starred, gap, length, following = phrase.beginning
            way = self._ways.setdefault((word, starred), {}).setdefault((gap, length), {})
            entry = Entry(name, phrase, phrase.anchor, len(phrase.words))
            way.setdefault(following, []).append(entry)
            self._furthest = max(self._furthest, gap)
        begun = {word for word, starred in self._ways if starred}
        lengths: dict[str, set[int]] = {}
        self._shortest = min(map(len, begun), default=0)
        for word in begun:
            lengths.setdefault(word[: self._shortest], set()).add(len(word))
        self._lengths: Mapping[str, list[int]] = {
            opening: sorted(found) for opening, found in lengths.items()
        }

    def places(self, words: Sequence[str]) -> list[tuple[Name, range]]:
        """Each place where a phrase stands, with its name."""
        ways = {word: self._ways_from(word) for word in set(words)}
        padded = [*words, *[""] * self._furthest]
        return [
            (name, range(at - anchor, at - anchor + size))
            for at, word in enumerate(words)
            for gap, length, begun in ways[word]
            for name, phrase, anchor, size in begun.get(
                padded[at + gap][:length] if gap else "", ()
            )
            if size == 1 or phrase.stands_at(words, at - anchor)
        ]

    def _ways_from(self, word: str) -> list[tuple[int, int | None, Following[Name]]]:
        """How phrases go on that this word may begin: how far behind it, and with which words."""
        forms = [(word, False)]
        opening = word[: self._shortest]
        if opening in self._lengths:
            lengths = self._lengths[opening]
            fitting = lengths[: bisect_right(lengths, len(word))]
            forms += [(word[:length], True) for length in fitting]
        return [
            (*way, following)
            for form in forms
            for way, following in self._ways.get(form, {}).items()
        ]
