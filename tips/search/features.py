"""The features of each question for a message: the same in training and in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from . import grams
from .model import PACKED, SEEN, SHARES, Model

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

LEXICAL_FEATURES = 4
FULL_FEATURES = 8
TOGETHER = 512  # wordings whose vectors are unfolded at a time
NEAREST = 4  # wordings of one question that are averaged
FEW_WORDS = 12
MANY_WORDS = 30


@dataclass(frozen=True, slots=True)
class Features:
    """A row of features for each question, and one for "off topic"."""

    rows: Floats  # Q x F
    off_topic: Floats  # F


class Kept(NamedTuple):
    """What was kept of a message for the question whether its first answer is right."""

    words: int
    against: Floats


class FeatureExtractor:
    """Compares a message with every question, by a model's arrays."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._questions = len(model.ids)
        self._places = _places(model.owners, self._questions)
        # Wordings are in the order of their questions, off-topic ones at the end.
        self._off_topic = int(np.searchsorted(model.owners, self._questions))
        self._stems = {stem: at for at, stem in enumerate(model.stems.tolist())}

    def lexical(self, words: Sequence[str]) -> Features:
        """Features from words alone."""
        model = self._model
        at, weights = grams.vector(words, model.rarity)
        rows = model.lexical[at].astype(np.float32)
        margins: Floats = (weights @ rows) * model.lexical_scale + model.lexical_bias
        best, near = self._per_question(self._shared_grams(at, weights)[None])
        return _features(margins, best[0], near[0], self._covered(words))

    def meaning(self, vectors: Floats) -> list[Features]:
        """Features from the sentence vectors of some messages."""
        model = self._model
        far = vectors @ model.metric + model.metric_bias
        inside = np.maximum(far @ model.inside + model.inside_bias, 0)
        margins = inside @ model.meaning + model.meaning_bias
        places = in_metric(vectors, model.metric, model.metric_bias)
        best, near = self._per_question(self._likeness(places))
        centres = places @ model.centres.T
        return [_features(*one) for one in zip(margins, best, near, centres, strict=True)]

    def _likeness(self, places: Floats) -> Floats:
        # Unfolded block by block: to read all of them in four times as many bytes takes longer.
        packed = self._model.vectors
        likeness = np.empty((len(places), len(packed)), np.float32)
        unfolded = np.empty((TOGETHER, places.shape[1]), np.float32)
        for at in range(0, len(packed), TOGETHER):
            some = packed[at : at + TOGETHER]
            np.copyto(unfolded[: len(some)], some)
            likeness[:, at : at + len(some)] = places @ unfolded[: len(some)].T
        likeness /= np.float32(PACKED)
        return likeness

    def _shared_grams(self, at: Ints, weights: Floats) -> Floats:
        model = self._model
        starts, ends = model.posting_starts[at], model.posting_starts[at + 1]
        sizes = ends - starts
        # The places of all postings of these buckets, one behind the other.
        places = np.arange(sizes.sum()) + np.repeat(starts - np.cumsum(sizes) + sizes, sizes)
        shared = np.repeat(weights / np.float32(SHARES), sizes) * model.posting_weights[places]
        owners = model.posting_owners[places]
        return np.bincount(owners, shared, len(model.owners)).astype(np.float32)

    def _per_question(self, likeness: Floats) -> tuple[Floats, Floats]:
        """Of each question, "off topic" last: the nearest wording, and the mean of a few."""
        # The place behind the last wording stands for "no such wording".
        none = np.full((len(likeness), 1), -1, np.float32)
        own = np.concatenate([likeness, none], axis=1)[:, self._places]
        strange = likeness[:, None, self._off_topic :]
        filled = np.full((len(likeness), 1, NEAREST + 1), -1, np.float32)
        both = [_nearest(own), _nearest(np.concatenate([strange, filled], axis=2))]
        nearest = np.concatenate(both, axis=1)
        there = nearest > -1
        means = np.where(there, nearest, 0).sum(2) / np.maximum(1, there.sum(2))
        return nearest.max(2), means.astype(np.float32)

    def _covered(self, words: Sequence[str]) -> Floats:
        """How much of what a message says has been said of each question, rare words first."""
        stems = dict.fromkeys(grams.content_stems(words))
        at = [self._stems[stem] for stem in stems if stem in self._stems]
        weights = self._model.stem_rarity[at]
        whole = float(weights.sum()) + (len(stems) - len(at)) * float(self._model.stem_rarity[-1])
        covered: Floats = weights @ self._model.seen[at].astype(np.float32)
        covered /= np.float32(SEEN * max(whole, 1e-6))
        return np.append(covered, np.float32(0))


def in_metric(vectors: Floats, metric: Floats, bias: Floats) -> Floats:
    """Sentence vectors where those of one question are near, each of length 1."""
    places = vectors @ metric + bias
    length = np.linalg.norm(places, axis=1, keepdims=True)
    scaled: Floats = places / np.maximum(length, np.float32(1e-9))
    return scaled.astype(np.float32)


def _features(margins: Floats, best: Floats, near: Floats, last: Floats) -> Features:
    logs = margins - np.logaddexp.reduce(margins)
    columns = np.stack([logs, best, near, last], 1).astype(np.float32)
    return Features(columns[:-1], columns[-1])


def _nearest(likeness: Floats) -> Floats:
    nearest: Floats = -np.partition(-likeness, NEAREST, axis=-1)[..., :NEAREST]
    return nearest


def _places(owners: npt.NDArray[np.int16], questions: int) -> Ints:
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
    )


def rank_probabilities(features: Features, weights: Floats) -> Floats:
    """The ranker's probability of each question (a softmax); they add up to 1."""
    scores = features.rows @ weights
    raised = np.exp(scores - scores.max())
    probabilities: Floats = (raised / raised.sum()).astype(np.float32)
    return probabilities


def first_features(features: Features, probabilities: Floats, kept: Kept) -> Floats:
    """The features of the first answer's belief and trust: is it on topic, and is it right."""
    second, first = np.argsort(probabilities)[-2:]
    likely, next_likely = np.log(probabilities[[first, second]] + 1e-6)
    best = features.rows[first]
    told = [
        1.0,
        likely,
        likely - next_likely,
        min(kept.words, FEW_WORDS) / FEW_WORDS,
        min(kept.words, MANY_WORDS) / MANY_WORDS,
    ]
    parts = [
        best,
        best - features.rows[second],
        features.rows.max(0),
        features.off_topic,
        best - features.off_topic,
        kept.against,
    ]
    return np.concatenate([np.array(told, np.float32), *parts]).astype(np.float32)


def logistic_probability(features: Floats, weights: Floats) -> float:
    """A logistic model's probability, 0 to 1."""
    return float(1 / (1 + np.exp(-float(features @ weights))))
