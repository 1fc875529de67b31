"""The features of each question for a message: the same in training and in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from . import grams
from .model import PACKED, Model

Floats = npt.NDArray[np.float32]

LEXICAL_FEATURES = 6
FULL_FEATURES = 12
TOGETHER = 512  # wordings whose vectors are unfolded at a time
NEAREST = 4  # wordings of one question that are averaged


@dataclass(frozen=True, slots=True)
class Features:
    """A row of features for each question, and what the linear models make of "off topic"."""

    rows: Floats  # Q x F
    off_topic: Floats  # one number a linear model
    closest: float  # likeness of the nearest wording, 0 to 1


class FeatureExtractor:
    """Compares a message with every question, by a model's arrays."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._questions = len(model.ids)
        self._places = _places(model.owners, self._questions)

    def lexical(self, words: Sequence[str]) -> Features:
        """Features from words alone."""
        at, weights = grams.vector(words, self._model.rarity)
        likeness = self._shared_grams(at, weights)
        rows = self._model.lexical[at].astype(np.float32)
        margins: Floats = (weights @ rows) * self._model.lexical_scale + self._model.lexical_bias
        return self._gather(likeness, margins)

    def meaning(self, vector: Floats) -> Features:
        """Features from the sentence vector."""
        margins: Floats = vector @ self._model.meaning + self._model.meaning_bias
        return self._gather(self._likeness(vector), margins)

    def _likeness(self, vector: Floats) -> Floats:
        # Unfolded block by block: to read all of them in four times as many bytes takes longer.
        packed = self._model.vectors
        likeness = np.empty(len(packed), np.float32)
        unfolded = np.empty((TOGETHER, len(vector)), np.float32)
        for at in range(0, len(packed), TOGETHER):
            some = packed[at : at + TOGETHER]
            np.copyto(unfolded[: len(some)], some)
            likeness[at : at + len(some)] = unfolded[: len(some)] @ vector
        return likeness / np.float32(PACKED)

    def _shared_grams(self, at: npt.NDArray[np.int64], weights: Floats) -> Floats:
        model = self._model
        starts, ends = model.posting_starts[at], model.posting_starts[at + 1]
        sizes = ends - starts
        # The places of all postings of these buckets, one behind the other.
        places = np.arange(sizes.sum()) + np.repeat(starts - np.cumsum(sizes) + sizes, sizes)
        shared = np.repeat(weights, sizes) * model.posting_weights[places]
        owners = model.posting_owners[places]
        return np.bincount(owners, shared, len(model.owners)).astype(np.float32)

    def _gather(self, likeness: Floats, margins: Floats) -> Features:
        best, near = self._per_question(likeness)
        logs = margins - np.logaddexp.reduce(margins)
        own = logs[: self._questions]
        columns = (best, near, own, best - best.max(), near - near.max(), own - own.max())
        others = np.array([logs[-1] - own.max()], np.float32)
        return Features(np.stack(columns, 1).astype(np.float32), others, float(best.max()))

    def _per_question(self, likeness: Floats) -> tuple[Floats, Floats]:
        # The place behind the last wording stands for "no such wording".
        padded = np.append(likeness, np.float32(-1))[self._places]
        nearest = -np.partition(-padded, NEAREST, axis=1)[:, :NEAREST]
        there = nearest > -1
        means = np.where(there, nearest, 0).sum(1) / np.maximum(1, there.sum(1))
        return nearest.max(1), means.astype(np.float32)


def _places(owners: npt.NDArray[np.int16], questions: int) -> npt.NDArray[np.int64]:
    """For each question the places of its wordings, filled up to one width."""
    own = [np.flatnonzero(owners == question) for question in range(questions)]
    width = max(NEAREST + 1, *(len(places) for places in own))
    filled = np.full((questions, width), len(owners), np.int64)
    for question, places in enumerate(own):
        filled[question, : len(places)] = places
    return filled


def joined(first: Features, second: Features) -> Features:
    """Both kinds of features side by side."""
    return Features(
        np.concatenate([first.rows, second.rows], axis=1),
        np.concatenate([first.off_topic, second.off_topic]),
        second.closest,
    )


def rank_probabilities(features: Features, weights: Floats) -> Floats:
    """The ranker's probability of each question (a softmax); they add up to 1."""
    scores = features.rows @ weights
    raised = np.exp(scores - scores.max())
    probabilities: Floats = (raised / raised.sum()).astype(np.float32)
    return probabilities


def trust_features(
    features: Features, probabilities: Floats, words: int, against: Floats
) -> Floats:
    """The features of the calibrated trust in the first answer; ``against`` speaks against it."""
    first, second = np.sort(probabilities)[-2:][::-1]
    return np.array(
        [
            1.0,
            np.log(first + 1e-6),
            np.log(first + 1e-6) - np.log(second + 1e-6),
            *np.clip(features.off_topic, -12, 12),
            features.closest,
            min(words, 12) / 12,
            *against,
        ],
        np.float32,
    )


def topic_features(
    features: Features, probabilities: Floats, words: int, against: Floats
) -> Floats:
    """The features of the probability that a message is on topic at all."""
    return np.concatenate(
        [
            trust_features(features, probabilities, words, against),
            features.rows.max(0),
            features.rows[int(probabilities.argmax())],
        ]
    ).astype(np.float32)


def logistic_probability(features: Floats, weights: Floats) -> float:
    """A logistic model's probability, 0 to 1."""
    return float(1 / (1 + np.exp(-float(features @ weights))))
