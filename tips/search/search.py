"""Finds the answers to a message: mends its words, ranks the questions, or finds none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from .subjects import Subject

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
    subject: Subject | None = None
    """What else the message names, where the first answer does not fit it and is not sure."""


class Weighed(NamedTuple):
    """What one wording of a message is found to mean."""

    probabilities: Floats  # of each question; they add up to 1
    on_topic: float  # how likely it is about our field at all
    trust: float  # how likely the first answer is right


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
        embed = self._embedder.embed_all if self._embedder else None
        return self._reader.read(text, embed)

    def words(self, text: str) -> Sequence[str]:
        """The words of a text, corrected, with one name for each thing."""
        return self._reader.read(text).words

    def find(self, message: str | Reading, limit: int = 3) -> Found:
        """At most ``limit`` answers that fit the message, and as many topics."""
        reading = self.read(message) if isinstance(message, str) else message
        if not reading.words:
            return Found((), Confidence.NONE)
        found = max(self._weighed(reading), key=self._sureness)
        topics = self._topics(found.probabilities, limit)
        subject = reading.mention.subject(self._first(found.probabilities))
        if found.on_topic < self._weights.gate:
            return Found((), Confidence.NONE, topics, subject or reading.mention.alone())
        hits = self._hits(found.probabilities, found.trust, limit)
        if found.trust >= SURE_FROM:
            return Found(hits, Confidence.SURE, topics)
        return Found(hits, Confidence.UNSURE, topics, subject)

    def _weighed(self, reading: Reading) -> Iterator[Weighed]:
        """What each wording of the message is found to mean."""
        for at, words in enumerate(reading.wordings):
            found = self._features(words, None if reading.vectors is None else reading.vectors[at])
            probabilities = rank_probabilities(found, self._weights.rank)
            against = reading.mention.against(self._first(probabilities))
            about = topic_features(found, probabilities, len(words), against)
            by_trust = trust_features(found, probabilities, len(words), against)
            yield Weighed(
                probabilities,
                logistic_probability(about, self._weights.topic),
                logistic_probability(by_trust, self._weights.trust),
            )

    def _sureness(self, found: Weighed) -> tuple[bool, float]:
        return found.on_topic >= self._weights.gate, found.trust

    def _first(self, probabilities: Floats) -> str:
        return str(self._model.ids[int(probabilities.argmax())])

    def _topics(self, probabilities: Floats, limit: int) -> tuple[str, ...]:
        order = np.argsort(-probabilities, kind="stable")
        return tuple(dict.fromkeys(self._model.topics[order].tolist()))[:limit]

    def _features(self, words: Sequence[str], vector: Floats | None) -> Features:
        lexical = self._extractor.lexical(words)
        if vector is None:
            return lexical
        return joined(lexical, self._extractor.meaning(vector))

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
