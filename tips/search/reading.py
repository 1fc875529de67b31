"""One message as the index reads it: its words in parts, and its sentence vector."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Self

import yaml

from tips.normalise import readings

from .model import Floats, Model
from .tokenizer import english_words
from .words import Speller, Synonyms, line_of, pieces, words_in

Embed = Callable[[str], Floats]


class Part(NamedTuple):
    """What stands in one piece of a message."""

    spoken: list[str]  # the words as they were written
    words: list[str]  # mended, with one name for each thing


class Reading:
    """A message that is read once, however many ask what it says. Never empty: a first part."""

    def __init__(self, text: str, parts: Sequence[Part], embed: Embed | None) -> None:
        self.parts = parts
        self.otherwise = parted(text)
        """The words of each part, if what cannot be seen parts words; empty where nothing is."""
        self._embed = embed

    @property
    def words(self) -> list[str]:
        """The words of the first part, which an answer is looked for by."""
        return self.parts[0].words

    @cached_property
    def vector(self) -> Floats | None:
        """The sentence vector of the first part; None without words or without the weights."""
        if self._embed is None or not self.words:
            return None
        return self._embed(" ".join(self.words))


class Reader:
    """Reads messages as the index of one language does: spelling mended, one name a thing."""

    def __init__(self, speller: Speller, synonyms: Synonyms) -> None:
        self._speller = speller
        self._synonyms = synonyms

    @classmethod
    def load(cls, folder: Path, model: Model) -> Self:
        """The reader of one language's folder."""
        field = dict(zip(model.field_words.tolist(), model.field_counts.tolist(), strict=True))
        return cls(Speller(field, english_words()), load_synonyms(folder))

    def read(self, text: str) -> list[str]:
        """The words of a message's first part, ready to be compared."""
        return self.parts(text)[0].words

    def parts(self, text: str) -> list[Part]:
        """The whole message in parts; at most so many words are mended in all of them."""
        line = line_of(text, self._speller.known)
        spoken = [words_in(piece) for piece in pieces(line)]
        mended = self._speller.mending(word for words in spoken for word in words)
        return [Part(words, self._named(words, mended)) for words in spoken]

    def _named(self, words: Sequence[str], mended: Mapping[str, str]) -> list[str]:
        return self._synonyms.apply([mended.get(word, word) for word in words])


def spoken_parts(text: str) -> list[list[str]]:
    """The words of each part of a message as they were written."""
    return [words_in(piece) for piece in pieces(line_of(text))]


def parted(text: str) -> list[list[str]]:
    """The words of each part where what cannot be seen parts words; none where nothing is."""
    *_, last = ways = readings(text)
    return [words_in(piece) for piece in pieces(last)] if len(ways) > 1 else []


def load_synonyms(folder: Path) -> Synonyms:
    """The language's other names of things."""
    groups = yaml.safe_load((folder / "synonyms.yaml").read_text("utf-8"))
    return Synonyms(groups)
