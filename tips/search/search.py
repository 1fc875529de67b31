"""Finds the answers to a message: mends its words, ranks the questions, or finds none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from .embedder import Embedder, WeightsMissingError
from .features import (
    FeatureExtractor,
    Features,
    Floats,
    joined,
    logistic_probability,
    rank_probabilities,
    topic_features,
    trust_features,
)
from .model import Model
from .reading import MessageReader, Reading

CONTENT = Path(__file__).parent.parent / "content"
FALLBACK = "en"
SURE_FROM = 0.65  # trust from which the bot answers without asking back


class Confidence(StrEnum):
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
    """Answers, best first, and empty when nothing fits; the nearest topics, however unlikely."""

    hits: tuple[Hit, ...]
    confidence: Confidence
    topics: tuple[str, ...] = ()


class Weights(NamedTuple):
    """The weights of ranker, trust and topic: one set with sentence vectors, one without."""

    rank: Floats
    trust: Floats
    topic: Floats
    gate: float

    @classmethod
    def of(cls, model: Model, *, full: bool) -> Self:
        """The set to use."""
        if full:
            return cls(model.rank_full, model.trust_full, model.topic_full, float(model.gates[0]))
        return cls(
            model.rank_lexical, model.trust_lexical, model.topic_lexical, float(model.gates[1])
        )


class Search:
    """The index of one language. Loading takes some 0.2 s, a question a few milliseconds."""

    def __init__(self, reader: MessageReader, model: Model, embedder: Embedder | None) -> None:
        self._reader = reader
        self._model = model
        self._extractor = FeatureExtractor(model)
        self._embedder = embedder
        self._weights = Weights.of(model, full=embedder is not None)

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
        return cls(MessageReader.load(folder, model), model, _embedder(embeddings))

    @property
    def embeddings_available(self) -> bool:
        """Whether sentence vectors take part; without them fewer questions are understood."""
        return self._embedder is not None

    def read(self, text: str) -> Reading:
        """The message as the index reads it, for callers that ask more than one thing about it."""
        embed = self._embedder.embed if self._embedder else None
        return self._reader.read(text, embed)

    def find(self, message: str | Reading, limit: int = 3) -> Found:
        """At most ``limit`` answers that fit the message, and as many topics."""
        reading = self.read(message) if isinstance(message, str) else message
        if not reading.words:
            return Found((), Confidence.NONE)
        found = self._features(reading)
        probabilities = rank_probabilities(found, self._weights.rank)
        about = topic_features(found, probabilities, len(reading.words))
        if logistic_probability(about, self._weights.topic) < self._weights.gate:
            return Found((), Confidence.NONE, self._topics(probabilities, limit))
        by_trust = trust_features(found, probabilities, len(reading.words))
        trust = logistic_probability(by_trust, self._weights.trust)
        confidence = Confidence.SURE if trust >= SURE_FROM else Confidence.UNSURE
        return Found(
            self._hits(probabilities, trust, limit), confidence, self._topics(probabilities, limit)
        )

    def _topics(self, probabilities: Floats, limit: int) -> tuple[str, ...]:
        order = np.argsort(-probabilities, kind="stable")
        return tuple(dict.fromkeys(self._model.topics[order].tolist()))[:limit]

    def _features(self, reading: Reading) -> Features:
        lexical = self._extractor.lexical(reading.words)
        if reading.vector is None:
            return lexical
        return joined(lexical, self._extractor.meaning(reading.vector))

    def _hits(self, probabilities: Floats, trust: float, limit: int) -> tuple[Hit, ...]:
        order = np.argsort(-probabilities, kind="stable")[:limit]
        rest = max(1e-6, 1 - float(probabilities[order[0]]))
        hits = [Hit(str(self._model.ids[order[0]]), round(trust, 4))]
        for place in order[1:]:
            share = float(probabilities[place]) / rest * (1 - trust)
            hits.append(Hit(str(self._model.ids[place]), round(min(share, trust), 4)))
        return tuple(hits)


def _embedder(wanted: bool | None) -> Embedder | None:
    if wanted is False:
        return None
    try:
        return Embedder.load()
    except WeightsMissingError:
        if wanted:
            raise
        return None
