"""A message as the index reads it: its words in parts, what it asks, what else it names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Self

import yaml

from .asking import LONGEST_ASKED, STORY, Asking
from .embedder import Understood
from .model import Floats, Model
from .subjects import OURS, Mention, Subjects
from .tokenizer import english_words
from .words import NO_HASHES, Hashes, Pairs, Speller, Synonyms, line_of, lines_of, pieces, words_in

Embed = Callable[[Sequence[str]], Understood]


class Part(NamedTuple):
    """One piece of a message."""

    spoken: list[str]  # the words as they were written
    words: list[str]  # corrected, with one name for each thing


class Reading:
    """A message, read once for all that is asked of it. It always has a first part."""

    def __init__(
        self,
        parts: Sequence[Part],
        lines: tuple[str, str],
        asked: Sequence[list[str]],
        mention: Mention,
        embed: Embed | None,
    ) -> None:
        self.parts = parts
        self.lines = lines
        """The message on one line, and as it reads if what cannot be seen parts words ("" where
        nothing is hidden)."""
        self.wordings = [parts[0].words, *asked]
        """The words that an answer is looked for by: of the first part, and of each question
        behind a story."""
        self.mention = mention
        self._embed = embed

    @property
    def words(self) -> list[str]:
        """The words of the first part."""
        return self.wordings[0]

    @property
    def vectors(self) -> Floats | None:
        """A row a wording: its sentence vectors side by side (see ``Embedder.embed_by_layers``);
        None without words or without the weights."""
        return self._understood and self._understood.vectors

    @property
    def pieces(self) -> Floats | None:
        """The pieces of the first part (see ``Understood``); None as ``vectors`` is."""
        return self._understood and self._understood.pieces

    @cached_property
    def _understood(self) -> Understood | None:
        if self._embed is None or not self.words:
            return None
        return self._embed([" ".join(words) for words in self.wordings])


class MessageReader:
    """Reads messages for an index: corrects their spelling, gives each thing one name."""

    def __init__(
        self, speller: Speller, synonyms: Synonyms, subjects: Subjects, asking: Asking
    ) -> None:
        self._speller = speller
        self._synonyms = synonyms
        self._subjects = subjects
        self._asking = asking

    @classmethod
    def load(cls, folder: Path, model: Model) -> Self:
        """The message reader for one language's folder."""
        field = dict(zip(model.field_words.tolist(), model.field_counts.tolist(), strict=True))
        return cls.of(folder, field, model.field_pairs, model.other_words)

    @classmethod
    def of(
        cls,
        folder: Path,
        field: Mapping[str, int],
        pairs: Pairs | None = None,
        others: Hashes = NO_HASHES,
    ) -> Self:
        """The message reader for one language's folder.

        Args:
            folder: where the language's content lies.
            field: how often each word of the field is used.
            pairs: how often two of them stand in a row.
            others: hashes of other words of the language, which are not mended either.
        """
        synonyms, subjects = load_synonyms(folder), Subjects.load(folder)
        # Names of other subjects are words, too, that a slip may hide; other names of our own
        # things are known, or "itches" would be mended to "inches".
        known = english_words() | synonyms.words
        speller = Speller({**dict.fromkeys(subjects.words, 1), **field}, known, pairs, others)
        return cls(speller, synonyms, subjects, Asking.load(folder))

    def read(self, text: str, embed: Embed | None = None) -> Reading:
        """The whole message in parts; only so many words of it are corrected."""
        line, otherwise = lines_of(text, self._speller.known)
        spoken = words_of_pieces(line)
        mended = self._speller.mending([word for words in spoken for word in words])
        parts = [Part(words, self._named(words, mended)) for words in spoken]
        asked = [self._named(words, mended) for words in self._asked(text, spoken)]
        return Reading(parts, (line, otherwise), asked, self._mention(parts, mended), embed)

    def _asked(self, text: str, spoken: Sequence[Sequence[str]]) -> list[list[str]]:
        if sum(map(len, spoken)) <= STORY:
            return []
        lines = (line_of(part, self._speller.known) for part in self._asking.sentences(text))
        return [words for line in lines if (words := words_in(line)[-LONGEST_ASKED:])]

    def _mention(self, parts: Sequence[Part], mended: Mapping[str, str]) -> Mention:
        spoken = [mended.get(word, word) for part in parts for word in part.spoken]
        return self._subjects.mention(spoken, ours=any(OURS in part.words for part in parts))

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
