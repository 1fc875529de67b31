"""Finds the answers to a message: mends its words, ranks the questions, or finds none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from .embedder import Embedder, WeightsMissingError
from .features import (
    FeatureExtractor,
    Features,
    Floats,
    Kept,
    first_features,
    in_metric,
    joined,
    logistic_probability,
    rank_probabilities,
)
from .model import Model
from .reading import MessageReader, Reading
from .subjects import NOTHING_AGAINST, Mention, Subject

CONTENT = Path(__file__).parent.parent / "content"
FALLBACK = "en"
SERVICE = "service-"  # how the ids of wishes about the bot itself begin
ASKED_FROM = 0.5  # trust from which a sentence that asks counts more than the story before it
SURE_FROM = 0.65  # trust from which the bot answers without asking back


class Confidence(StrEnum):
    """How much the bot may rely on the first answer."""

    SURE = "sure"
    UNSURE = "unsure"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Hit:
    """The id of an answer or a service, and the share of such hits that are right, 0 to 1."""

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
    gate: float  # the belief below which nothing is answered
    asked: bool  # whether it is a sentence that asks behind a story
    service: bool  # whether the first answer is a service


class Weights(NamedTuple):
    """The weights of ranker, trust and topic: one set with sentence vectors, one without.

    Of all but the ranker there is a row for a first answer that is a question, and one for a
    service.
    """

    rank: Floats
    trust: Floats
    topic: Floats
    gates: Floats

    @classmethod
    def of(cls, model: Model, *, full: bool) -> Self:
        """The set to use."""
        if full:
            return cls(model.rank_full, model.trust_full, model.topic_full, model.gates[0])
        return cls(model.rank_lexical, model.trust_lexical, model.topic_lexical, model.gates[1])


class Search:
    """The index of one language. Loading takes some 0.2 s, a question a few milliseconds."""

    def __init__(self, reader: MessageReader, model: Model, embedder: Embedder | None) -> None:
        self._reader = reader
        self._model = model
        self._extractor = FeatureExtractor(model)
        self._embedder = embedder
        self._services = is_service(model)
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

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of the answers and services that the index was made with."""
        return frozenset(self._model.ids.tolist())

    def read(self, text: str) -> Reading:
        """The message as the index reads it, for callers that ask more than one thing about it."""
        embed = self._embedder.understand if self._embedder else None
        return self._reader.read(text, embed)

    def place(self, reading: Reading) -> Floats | None:
        """Where the message lies among others: those that ask the same lie near, and of length 1;
        None without words or without sentence vectors."""
        vectors = reading.vectors
        if vectors is None:
            return None
        place: Floats = in_metric(vectors[:1], self._model.metric, self._model.metric_bias)[0]
        return place

    def words(self, text: str) -> Sequence[str]:
        """The words of a text, corrected, with one name for each thing."""
        return self._reader.read(text).words

    def find(self, message: str | Reading, limit: int = 3) -> Found:
        """At most ``limit`` answers that fit the message, and as many topics."""
        reading = self.read(message) if isinstance(message, str) else message
        if not reading.words:
            return Found((), Confidence.NONE)
        found = max(self._weighed(reading), key=_sureness)
        topics = self._topics(found.probabilities, limit)
        first = self._first(found.probabilities)
        subject = None if first.startswith(SERVICE) else reading.mention.subject(first)
        if found.on_topic < found.gate or (subject and reading.mention.unknown()):
            return Found((), Confidence.NONE, topics, subject or reading.mention.alone())
        hits = self._hits(found.probabilities, found.trust, limit)
        # "How do I make it quieter?" behind a story is seldom about the bot.
        if found.trust >= SURE_FROM and not (found.asked and found.service):
            return Found(hits, Confidence.SURE, topics)
        return Found(hits, Confidence.UNSURE, topics, subject)

    def _weighed(self, reading: Reading) -> Iterator[Weighed]:
        """What each wording of the message is found to mean."""
        weights = self._weights
        features_of = zip(reading.wordings, self._features(reading), strict=True)
        for number, (words, features) in enumerate(features_of):
            probabilities = rank_probabilities(features, weights.rank)
            kept = kept_of(words, reading.mention, self._first(probabilities))
            told = first_features(features, probabilities, kept)
            service = bool(self._services[int(probabilities.argmax())])
            yield Weighed(
                probabilities,
                logistic_probability(told, weights.topic[int(service)]),
                logistic_probability(told, weights.trust[int(service)]),
                float(weights.gates[int(service)]),
                asked=number > 0,
                service=service,
            )

    def _features(self, reading: Reading) -> list[Features]:
        lexical = [self._extractor.lexical(words) for words in reading.wordings]
        if reading.vectors is None:
            return lexical
        meaning = self._extractor.meaning(reading.vectors)
        return [joined(words, sense) for words, sense in zip(lexical, meaning, strict=True)]

    def _first(self, probabilities: Floats) -> str:
        return str(self._model.ids[int(probabilities.argmax())])

    def _topics(self, probabilities: Floats, limit: int) -> tuple[str, ...]:
        order = np.argsort(-probabilities, kind="stable")
        about_skin = self._model.topics[order[~self._services[order]]]
        return tuple(dict.fromkeys(about_skin.tolist()))[:limit]

    def _hits(self, probabilities: Floats, trust: float, limit: int) -> tuple[Hit, ...]:
        order = np.argsort(-probabilities, kind="stable")[:limit]
        rest = max(1e-6, 1 - float(probabilities[order[0]]))
        hits = [Hit(str(self._model.ids[order[0]]), round(trust, 4))]
        for place in order[1:]:
            share = float(probabilities[place]) / rest * (1 - trust)
            hits.append(Hit(str(self._model.ids[place]), round(min(share, trust), 4)))
        return tuple(hits)


def is_service(model: Model) -> npt.NDArray[np.bool_]:
    """Of each id whether it is a wish about the bot itself."""
    return np.char.startswith(model.ids, SERVICE)


def kept_of(words: Sequence[str], mention: Mention, first: str) -> Kept:
    """What is kept of a message whose first answer is ``first``."""
    against = NOTHING_AGAINST if first.startswith(SERVICE) else mention.against(first)
    return Kept(len(words), against)


def _sureness(found: Weighed) -> tuple[bool, bool, bool, float]:
    """What is asked behind a story counts more than the story, whose vector ends too early; and a
    question more than a wish: "thank you for reading" closes many."""
    answers = found.on_topic >= found.gate
    asked = found.asked and found.trust >= ASKED_FROM
    return answers, asked, not found.service, found.trust


def _embedder(wanted: bool | None) -> Embedder | None:
    if wanted is False:
        return None
    try:
        return Embedder.load()
    except WeightsMissingError:
        if wanted:
            raise
        return None
