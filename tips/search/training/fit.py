"""Fits the arrays of an index: linear models, ranker, and calibrated trust."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.svm import LinearSVC

from tips.search import grams
from tips.search.features import FULL_FEATURES, LEXICAL_FEATURES, in_metric
from tips.search.model import PACKED, SEEN, SHARES, Floats, Model, quantised
from tips.search.subjects import Mention
from tips.search.words import NO_HASHES, Hashes, Pairs

Ints = npt.NDArray[np.int64]

TINY = 1e-6
CERTAIN = 4.0  # log odds when nothing spoke against it; no more than 98 %
LIKELIEST = 24  # questions of a message that its right one is told apart from
SHRINK = 0.1  # of what differs within a question, towards the same in all directions
ONCE_IS = 0.5  # a stem seen once of a question is known by two thirds
MOST_WORDINGS = np.iinfo(np.uint16).max
ABSENT = -20.0  # the bias of a class that no message belongs to


@dataclass(frozen=True, slots=True)
class Read:
    """A message after reading: its words, its sentence vectors, its class and its author."""

    words: tuple[str, ...]
    vector: Floats  # by the last layers, side by side
    label: int  # the number of classes - 1 stands for off topic
    author: str
    noisy: bool
    mention: Mention


@dataclass(frozen=True, slots=True)
class Recipe:
    """What training may be told to do differently."""

    lexical_c: float = 1.0
    networks: int = 3
    inside: int = 256  # of each network
    rounds: int = 10
    metric_dimensions: int = 200
    noise: bool = True
    processes: int | None = None  # that fit models side by side; one a core unless it is said


class Vocabulary(NamedTuple):
    """The words of the field, for spelling repair."""

    counts: Mapping[str, int]
    pairs: Pairs
    others: Hashes = NO_HASHES


NO_WORDS = Vocabulary({}, np.zeros(0, np.uint8))


def base_model(
    topics: Mapping[str, str],
    reads: Sequence[Read],
    recipe: Recipe,
    fingerprint: str = "",
    vocabulary: Vocabulary = NO_WORDS,
) -> Model:
    """Everything but ranker and trust, fitted on ``reads``."""
    classes = len(topics)
    clean = sorted((read for read in reads if not read.noisy), key=lambda read: read.label)
    own = [read for read in clean if read.label < classes]
    rarity = grams.rarity_of([read.words for read in own])
    words = sorted(vocabulary.counts)
    blank = np.zeros(0, np.float32)
    return Model(
        fingerprint=np.array([fingerprint]),
        ids=np.array(list(topics)),
        topics=np.array(list(topics.values())),
        field_words=np.array(words),
        field_counts=np.array([vocabulary.counts[word] for word in words], np.int32),
        field_pairs=vocabulary.pairs,
        other_words=vocabulary.others,
        owners=np.array([read.label for read in clean], np.int16),
        **_by_words(reads, clean, rarity, classes, recipe),
        **_by_stems(own, classes),
        **_by_vectors(reads, clean, classes, recipe),
        rank_full=np.zeros(FULL_FEATURES, np.float32),
        rank_lexical=np.zeros(LEXICAL_FEATURES, np.float32),
        trust_full=blank,
        trust_lexical=blank,
        topic_full=blank,
        topic_lexical=blank,
        gates=blank,
    )


def _by_words(
    reads: Sequence[Read], clean: Sequence[Read], rarity: Floats, classes: int, recipe: Recipe
) -> dict[str, Any]:
    words, labels = sparse([read.words for read in reads], rarity), _labels(reads)
    # A looser fit than the default takes half the time and ranks no worse.
    lexical, bias = _linear(
        LinearSVC(C=recipe.lexical_c, tol=0.1, random_state=0), words, labels, classes
    )
    packed, scale = quantised(lexical, axis=0)
    starts, owners, weights = _postings(clean, rarity)
    return {
        "rarity": rarity,
        "lexical": packed,
        "lexical_scale": scale,
        "lexical_bias": bias,
        "posting_starts": starts,
        "posting_owners": owners,
        "posting_weights": weights,
    }


def _by_stems(own: Sequence[Read], classes: int) -> dict[str, Any]:
    """How well each stem is known of each question: after the first few times it says no more."""
    told = [(set(grams.content_stems(read.words)), read.label) for read in own]
    stems = sorted({stem for some, _ in told for stem in some})
    places = {stem: at for at, stem in enumerate(stems)}
    times = np.zeros((len(stems), classes), np.float32)
    for some, label in told:
        for stem in some:
            times[places[stem], label] += 1
    rarity = np.log((1 + len(own)) / (1 + np.append(times.sum(1), 0)))
    seen = np.round(SEEN * times / (times + ONCE_IS))
    return {
        "stems": np.array(stems),
        "stem_rarity": rarity.astype(np.float32),
        "seen": seen.astype(np.uint8),
    }


def _by_vectors(
    reads: Sequence[Read], clean: Sequence[Read], classes: int, recipe: Recipe
) -> dict[str, Any]:
    dense, labels = np.stack([read.vector for read in reads]), _labels(reads)
    metric, metric_bias = metric_of(dense, labels, classes, recipe.metric_dimensions)
    places = in_metric(np.stack([read.vector for read in clean]), metric, metric_bias)
    owners = _labels(clean)
    centres = np.zeros((classes + 1, places.shape[1]), np.float32)
    np.add.at(centres, owners, places)
    return {
        "metric": metric,
        "metric_bias": metric_bias,
        "vectors": np.round(places * PACKED).astype(np.int8),
        "centres": centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), TINY),
        **_by_networks(dense @ metric + metric_bias, labels, classes, recipe),
    }


def _by_networks(places: Floats, labels: Ints, classes: int, recipe: Recipe) -> dict[str, Any]:
    """Networks with one hidden layer whose scores are averaged, which is one wider network."""
    size = np.float32(places.std())
    fitted = [_network(places / size, labels, seed, recipe) for seed in range(recipe.networks)]
    inside = np.concatenate([one.coefs_[0] for one in fitted], axis=1)
    meaning = np.zeros((inside.shape[1], classes + 1), np.float32)
    bias = np.full(classes + 1, ABSENT, np.float32)
    known = fitted[0].classes_
    meaning[:, known] = np.concatenate([one.coefs_[1] for one in fitted]) / len(fitted)
    bias[known] = np.mean([one.intercepts_[1] for one in fitted], axis=0)
    return {
        "inside": inside / size,
        "inside_bias": np.concatenate([one.intercepts_[0] for one in fitted]),
        "meaning": meaning,
        "meaning_bias": bias,
    }


def _network(places: Floats, labels: Ints, seed: int, recipe: Recipe) -> MLPClassifier:
    network = MLPClassifier(
        (recipe.inside,),
        alpha=1.0,
        batch_size=min(256, len(places)),
        learning_rate_init=1.5e-3,
        max_iter=recipe.rounds,
        random_state=seed,
    )
    with warnings.catch_warnings():
        # It is stopped before it knows every message by heart.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return network.fit(places, labels)


def metric_of(
    vectors: Floats, labels: Ints, classes: int, dimensions: int
) -> tuple[Floats, Floats]:
    """A linear map under which messages of one question are near each other, and far from others.

    Linear discriminant analysis: what differs within a question is shrunk, and of the rest the
    directions are kept in which the questions differ most.
    """
    present = np.unique(labels[labels < classes])
    means = np.stack([vectors[labels == label].mean(0) for label in present])
    own = labels < classes
    apart = vectors[own] - means[np.searchsorted(present, labels[own])]
    within = apart.T @ apart / len(apart)
    size = len(within)
    within = within * (1 - SHRINK) + np.eye(size) * SHRINK * np.trace(within) / size
    whitened = np.linalg.cholesky(np.linalg.inv(within))
    middle = means.mean(0)
    directions = np.linalg.svd(((means - middle) @ whitened).T, full_matrices=False)[0]
    metric = (whitened @ directions[:, :dimensions]).astype(np.float32)
    return metric, (-middle @ metric).astype(np.float32)


def ranker(features: Sequence[Floats], labels: Ints, strength: float = 1e-3) -> Floats:
    """Weights under which the right question stands out among all (a conditional logit).

    Of each message the likeliest questions are enough: those far behind hardly weigh.
    """
    whole = np.stack(features)
    scores = whole.sum(2)
    rows = np.arange(len(labels))
    scores[rows, labels] = np.inf
    likeliest = np.argsort(-scores, axis=1)[:, :LIKELIEST]
    stacked = np.take_along_axis(whole, likeliest[:, :, None], axis=1).astype(np.float64)

    def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        scores = stacked @ weights
        logs = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
        gap = np.exp(logs)
        gap[:, 0] -= 1  # the right one stands first
        slope = np.einsum("mq,mqf->f", gap, stacked) / len(labels) + strength * weights
        value = -logs[:, 0].mean() + strength / 2 * float(weights @ weights)
        return float(value), slope

    start = np.full(stacked.shape[2], 0.5)
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x, np.float32)


def logistic(features: Floats, true: npt.NDArray[np.bool_]) -> Floats:
    """Weights of a chance; the first feature is always 1 and carries the intercept."""
    if true.all() or not true.any():
        certain = np.zeros(features.shape[1], np.float32)
        certain[0] = CERTAIN if true.all() else -CERTAIN
        return certain
    spread = features.std(0)
    spread[spread < TINY] = 1.0
    fitted = LogisticRegression(C=1.0, fit_intercept=False, max_iter=5000)
    fitted.fit(features / spread, true)
    return np.asarray(fitted.coef_[0] / spread, np.float32)


def _linear(model: LinearSVC, data: object, labels: Ints, classes: int) -> tuple[Floats, Floats]:
    fitted = model.fit(data, labels)
    weights = np.zeros((fitted.coef_.shape[1], classes + 1), np.float32)
    bias = np.full(classes + 1, ABSENT, np.float32)
    weights[:, fitted.classes_] = fitted.coef_.T
    bias[fitted.classes_] = fitted.intercept_
    return weights, bias


def _labels(reads: Sequence[Read]) -> Ints:
    return np.array([read.label for read in reads], np.int64)


def sparse(messages: Sequence[Sequence[str]], rarity: Floats) -> csr_matrix:
    """The words of messages by buckets."""
    pairs = [grams.vector(words, rarity) for words in messages]
    starts = np.cumsum([0, *(len(at) for at, _ in pairs)])
    return csr_matrix(
        (np.concatenate([w for _, w in pairs]), np.concatenate([a for a, _ in pairs]), starts),
        shape=(len(messages), grams.BUCKETS),
    )


def _postings(
    reads: Sequence[Read], rarity: Floats
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint16], npt.NDArray[np.uint8]]:
    if len(reads) > MOST_WORDINGS:
        raise ValueError(f"{len(reads):,} wordings: an index numbers {MOST_WORDINGS:,}")
    by_bucket = sparse([read.words for read in reads], rarity).tocsc()
    return (
        by_bucket.indptr.astype(np.int32),
        by_bucket.indices.astype(np.uint16),
        np.round(by_bucket.data * SHARES).astype(np.uint8),
    )
