"""Finding the answer: mend the words, gather evidence, rank, and refuse honestly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from . import evidence
from .embedder import Embedder, WeightsMissingError
from .evidence import Evidence, Judge
from .model import Model
from .reading import MessageReader, Reading
from .subjects import Subject

CONTENT = Path(__file__).parent.parent / "content"
FALLBACK = "en"
SURE_FROM = 0.65  # share of right answers from which the bot answers without asking back


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

    divided: evidence.Floats  # belief by question; adds up to 1
    on_topic: float  # how likely it is about our field at all
    believed: float  # how likely the first answer is right


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

    def __init__(self, reader: MessageReader, model: Model, embedder: Embedder | None) -> None:
        self._reader = reader
        self._model = model
        self._judge = Judge(model)
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
        """The message as the index reads it, for whoever asks more than one thing about it."""
        embed = self._embedder.embed_all if self._embedder else None
        return self._reader.read(text, embed)

    def find(self, message: str | Reading, limit: int = 3) -> Found:
        """At most ``limit`` answers that fit the message, and as many topics."""
        reading = self.read(message) if isinstance(message, str) else message
        if not reading.words:
            return Found((), Confidence.NONE)
        found = max(self._weighed(reading), key=self._sureness)
        topics = self._topics(found.divided, limit)
        subject = reading.mention.subject(self._first(found.divided))
        if found.on_topic < self._weights.gate:
            return Found((), Confidence.NONE, topics, subject or reading.mention.alone())
        hits = self._hits(found.divided, found.believed, limit)
        if found.believed >= SURE_FROM:
            return Found(hits, Confidence.SURE, topics)
        return Found(hits, Confidence.UNSURE, topics, subject)

    def _weighed(self, reading: Reading) -> Iterator[Weighed]:
        """What each wording of the message is found to mean."""
        for at, words in enumerate(reading.wordings):
            found = self._evidence(words, None if reading.vectors is None else reading.vectors[at])
            divided = evidence.shares(found, self._weights.rank)
            against = reading.mention.against(self._first(divided))
            about = evidence.topic_features(found, divided, len(words), against)
            trusted = evidence.trust_features(found, divided, len(words), against)
            yield Weighed(
                divided,
                evidence.chance(about, self._weights.topic),
                evidence.chance(trusted, self._weights.trust),
            )

    def _sureness(self, found: Weighed) -> tuple[bool, float]:
        return found.on_topic >= self._weights.gate, found.believed

    def _first(self, divided: evidence.Floats) -> str:
        return str(self._model.ids[int(divided.argmax())])

    def _topics(self, divided: evidence.Floats, limit: int) -> tuple[str, ...]:
        order = np.argsort(-divided, kind="stable")
        return tuple(dict.fromkeys(self._model.topics[order].tolist()))[:limit]

    def _evidence(self, words: Sequence[str], vector: evidence.Floats | None) -> Evidence:
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


def _embedder(wanted: bool | None) -> Embedder | None:
    if wanted is False:
        return None
    try:
        return Embedder.load()
    except WeightsMissingError:
        if wanted:
            raise
        return None
