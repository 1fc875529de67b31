"""A message as the index reads it: its words in parts, and its sentence vector."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Self

import yaml

from .model import Floats, Model
from .tokenizer import english_words
from .words import Speller, Synonyms, lines_of, pieces, words_in

Embed = Callable[[str], Floats]


class Part(NamedTuple):
    """One piece of a message."""

    spoken: list[str]  # the words as they were written
    words: list[str]  # corrected, with one name for each thing


class Reading:
    """A message, read once for all that is asked of it. It always has a first part."""

    def __init__(
        self, parts: Sequence[Part], otherwise: Sequence[list[str]], embed: Embed | None
    ) -> None:
        self.parts = parts
        self.otherwise = otherwise
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


class MessageReader:
    """Reads messages for an index: corrects their spelling, gives each thing one name."""

    def __init__(self, speller: Speller, synonyms: Synonyms) -> None:
        self._speller = speller
        self._synonyms = synonyms

    @classmethod
    def load(cls, folder: Path, model: Model) -> Self:
        """The message reader for one language's folder."""
        field = dict(zip(model.field_words.tolist(), model.field_counts.tolist(), strict=True))
        return cls(Speller(field, english_words()), load_synonyms(folder))

    def read(self, text: str, embed: Embed | None = None) -> Reading:
        """The whole message in parts; only so many words of it are corrected."""
        line, otherwise = lines_of(text, self._speller.known)
        spoken = words_of_pieces(line)
        mended = self._speller.mending(word for words in spoken for word in words)
        parts = [Part(words, self._named(words, mended)) for words in spoken]
        return Reading(parts, words_of_pieces(otherwise) if otherwise else [], embed)

    def _named(self, words: Sequence[str], mended: Mapping[str, str]) -> list[str]:
        return self._synonyms.apply([mended.get(word, word) for word in words])


def spoken_parts(text: str) -> tuple[list[list[str]], list[list[str]]]:
    """The words of each part as they were written, and as hidden characters would part them (none
    where nothing is hidden)."""
    line, otherwise = lines_of(text)
    return words_of_pieces(line), words_of_pieces(otherwise) if otherwise else []


def words_of_pieces(line: str) -> list[list[str]]:
    """The words of each part of a normalised line."""
    return [words_in(piece) for piece in pieces(line)]


def load_synonyms(folder: Path) -> Synonyms:
    """The synonyms of a language."""
    groups = yaml.safe_load((folder / "synonyms.yaml").read_text("utf-8"))
    return Synonyms(groups)
