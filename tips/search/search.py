"""Finding the answer: mend the words, gather evidence, rank, and refuse honestly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import yaml

from . import evidence
from .embedder import Embedder, WeightsMissingError
from .evidence import Evidence, Judge
from .model import Model
from .tokenizer import Tokenizer
from .words import Speller, Synonyms, words_of

CONTENT = Path(__file__).parent.parent / "content"
FALLBACK = "en"
SURE_FROM = 0.65  # share of right answers from which the bot answers without asking back


class Verdict(StrEnum):
    """How much the bot may rely on the first answer."""

    SURE = "sure"
    UNSURE = "unsure"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Hit:
    """An answer's id and the share of such hits that are right, 0 to 1."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """Answers, best first; empty when nothing fits."""

    hits: tuple[Hit, ...]
    verdict: Verdict


class Weights(NamedTuple):
    """The last steps' weights: one set with sentence vectors, one without."""

    rank: evidence.Floats
    trust: evidence.Floats
    topic: evidence.Floats
    gate: float

    @classmethod
    def of(cls, model: Model, *, full: bool) -> Self:
        """The set that fits what is installed."""
        if full:
            return cls(model.rank_full, model.trust_full, model.topic_full, float(model.gates[0]))
        return cls(
            model.rank_lexical, model.trust_lexical, model.topic_lexical, float(model.gates[1])
        )


class Search:
    """The index of one language. Loading takes some 0.2 s, a question a few milliseconds."""

    def __init__(self, reader: Reader, model: Model, embedder: Embedder | None) -> None:
        self._reader = reader
        self._model = model
        self._judge = Judge(model)
        self._embedder = embedder
        self._weights = Weights.of(model, full=embedder is not None)
        self._last: tuple[str, list[str], evidence.Floats | None] | None = None

    @classmethod
    def load(cls, language: str = FALLBACK, *, embeddings: bool | None = None) -> Self:
        """Read the index of ``language``.

        Args:
            language: its code; one without an index of its own falls back to English.
            embeddings: True demands sentence vectors, False leaves them out, None takes them
                where they are installed.

        Raises:
            WeightsMissingError: when ``embeddings`` is True and the weights are not there.
        """
        folder = CONTENT / language
        if not (folder / "search.npz").exists():
            folder = CONTENT / FALLBACK
        model = Model.read(folder / "search.npz")
        return cls(Reader.load(folder, model), model, _embedder(embeddings))

    @property
    def embeddings_available(self) -> bool:
        """Whether sentence vectors take part; without them fewer questions are understood."""
        return self._embedder is not None

    def sense(self, text: str) -> tuple[list[str], evidence.Floats | None]:
        """The message's words as the index reads them, and its sentence vector if there is one."""
        # A message is first checked for warning signs, then looked up: one reading serves both.
        if self._last is None or self._last[0] != text:
            self._last = (text, *self._read(text))
        return self._last[1:]

    def _read(self, text: str) -> tuple[list[str], evidence.Floats | None]:
        words = self._reader.read(text)
        if self._embedder is None or not words:
            return words, None
        return words, self._embedder.embed(" ".join(words))

    def find(self, text: str, limit: int = 3) -> Found:
        """The answers that fit ``text``, at most ``limit`` of them."""
        words, vector = self.sense(text)
        if not words:
            return Found((), Verdict.NONE)
        found = self._weigh(words, vector)
        divided = evidence.shares(found, self._weights.rank)
        about = evidence.topic_features(found, divided, len(words))
        if evidence.chance(about, self._weights.topic) < self._weights.gate:
            return Found((), Verdict.NONE)
        features = evidence.trust_features(found, divided, len(words))
        believed = evidence.chance(features, self._weights.trust)
        verdict = Verdict.SURE if believed >= SURE_FROM else Verdict.UNSURE
        return Found(self._hits(divided, believed, limit), verdict)

    def nearest_topics(self, text: str, n: int = 3) -> tuple[str, ...]:
        """The topics of the nearest answers, however unlikely these are; nearest first."""
        words, vector = self.sense(text)
        if not words:
            return ()
        divided = evidence.shares(self._weigh(words, vector), self._weights.rank)
        order = np.argsort(-divided, kind="stable")
        return tuple(dict.fromkeys(self._model.topics[order].tolist()))[:n]

    def _weigh(self, words: Sequence[str], vector: evidence.Floats | None) -> Evidence:
        lexical = self._judge.lexical(words)
        if vector is None:
            return lexical
        return evidence.joined(lexical, self._judge.meaning(vector))

    def _hits(self, divided: evidence.Floats, believed: float, limit: int) -> tuple[Hit, ...]:
        order = np.argsort(-divided, kind="stable")[:limit]
        rest = max(1e-6, 1 - float(divided[order[0]]))
        hits = [Hit(str(self._model.ids[order[0]]), round(believed, 4))]
        for place in order[1:]:
            share = float(divided[place]) / rest * (1 - believed)
            hits.append(Hit(str(self._model.ids[place]), round(min(share, believed), 4)))
        return tuple(hits)


class Reader:
    """Reads a message as the index does: spelling mended, one name a thing."""

    def __init__(self, speller: Speller, synonyms: Synonyms) -> None:
        self._speller = speller
        self._synonyms = synonyms

    @classmethod
    def load(cls, folder: Path, model: Model) -> Self:
        """The reader of one language's folder."""
        field = dict(zip(model.field_words.tolist(), model.field_counts.tolist(), strict=True))
        return cls(Speller(field, Tokenizer.load().whole_words()), load_synonyms(folder))

    def read(self, text: str) -> list[str]:
        """The message's words, ready to be compared."""
        return self._synonyms.apply(self._speller.mend_all(words_of(text)))


def load_synonyms(folder: Path) -> Synonyms:
    """The language's other names of things."""
    groups = yaml.safe_load((folder / "synonyms.yaml").read_text("utf-8"))
    return Synonyms(groups)


def _embedder(wanted: bool | None) -> Embedder | None:
    if wanted is False:
        return None
    try:
        return Embedder.load()
    except WeightsMissingError:
        if wanted:
            raise
        return None
