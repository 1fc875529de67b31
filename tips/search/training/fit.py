"""Fits the arrays of an index: linear models, ranker, and calibrated trust."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from tips.search import grams
from tips.search.features import FULL_FEATURES, LEXICAL_FEATURES
from tips.search.model import Floats, Model, quantised
from tips.search.subjects import Mention

Ints = npt.NDArray[np.int64]

TINY = 1e-6
CERTAIN = 4.0  # log odds when nothing spoke against it; no more than 98 %
ABSENT = -20.0  # the bias of a class that no message belongs to


@dataclass(frozen=True, slots=True)
class Read:
    """A message after reading: its words, its sentence vector, its class and its author."""

    words: tuple[str, ...]
    vector: Floats
    label: int  # the number of classes - 1 stands for off topic
    author: str
    noisy: bool
    mention: Mention


@dataclass(frozen=True, slots=True)
class Recipe:
    """What training may be told to do differently."""

    lexical_c: float = 0.5
    meaning_c: float = 10.0
    noise: bool = True


def base_model(
    topics: Mapping[str, str], reads: Sequence[Read], fingerprint: str, recipe: Recipe
) -> Model:
    """Everything but ranker and trust, fitted on ``reads``."""
    ids = list(topics)
    classes = len(ids)
    clean = [read for read in reads if read.label < classes and not read.noisy]
    rarity = grams.rarity_of([read.words for read in clean])
    words = sparse(reads, rarity)
    lexical, lexical_bias = _linear(LinearSVC(C=recipe.lexical_c), words, _labels(reads), classes)
    dense = np.stack([read.vector for read in reads])
    likely = LogisticRegression(C=recipe.meaning_c, max_iter=100, tol=1e-3)
    meaning, meaning_bias = _linear(likely, dense, _labels(reads), classes)
    packed, scale = quantised(lexical, axis=0)
    starts, owners, weights = _postings(clean, rarity)
    field = Counter(word for read in clean for word in read.words)
    vocabulary = sorted(field)
    blank = np.zeros(0, np.float32)
    return Model(
        fingerprint=np.array([fingerprint]),
        ids=np.array(ids),
        topics=np.array(list(topics.values())),
        field_words=np.array(vocabulary),
        field_counts=np.array([field[word] for word in vocabulary], np.int32),
        owners=np.array([read.label for read in clean], np.int16),
        rarity=rarity,
        posting_starts=starts,
        posting_owners=owners,
        posting_weights=weights,
        lexical=packed,
        lexical_scale=scale,
        lexical_bias=lexical_bias,
        vectors=np.round(np.stack([read.vector for read in clean]) * 127).astype(np.int8),
        meaning=meaning,
        meaning_bias=meaning_bias,
        rank_full=np.zeros(FULL_FEATURES, np.float32),
        rank_lexical=np.zeros(LEXICAL_FEATURES, np.float32),
        trust_full=blank,
        trust_lexical=blank,
        topic_full=blank,
        topic_lexical=blank,
        gates=blank,
    )


def ranker(features: Sequence[Floats], labels: Ints, strength: float = 1e-3) -> Floats:
    """Weights under which the right question stands out among all (a conditional logit)."""
    stacked = np.stack(features).astype(np.float64)

    def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        scores = stacked @ weights
        logs = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
        rows = np.arange(len(labels))
        gap = np.exp(logs)
        gap[rows, labels] -= 1
        slope = np.einsum("mq,mqf->f", gap, stacked) / len(labels) + strength * weights
        value = -logs[rows, labels].mean() + strength / 2 * float(weights @ weights)
        return float(value), slope

    start = np.full(stacked.shape[2], 0.5)
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x, np.float32)


def logistic(features: Floats, true: npt.NDArray[np.bool_], *, balanced: bool) -> Floats:
    """Weights of a chance; the first feature is always 1 and carries the intercept."""
    if true.all() or not true.any():
        certain = np.zeros(features.shape[1], np.float32)
        certain[0] = CERTAIN if true.all() else -CERTAIN
        return certain
    spread = features.std(0)
    spread[spread < TINY] = 1.0
    weight = "balanced" if balanced else None
    fitted = LogisticRegression(C=1.0, fit_intercept=False, max_iter=5000, class_weight=weight)
    fitted.fit(features / spread, true)
    return np.asarray(fitted.coef_[0] / spread, np.float32)


def _linear(
    model: LinearSVC | LogisticRegression, data: object, labels: Ints, classes: int
) -> tuple[Floats, Floats]:
    fitted = model.fit(data, labels)
    weights = np.zeros((fitted.coef_.shape[1], classes + 1), np.float32)
    bias = np.full(classes + 1, ABSENT, np.float32)
    weights[:, fitted.classes_] = fitted.coef_.T
    bias[fitted.classes_] = fitted.intercept_
    return weights, bias


def _labels(reads: Sequence[Read]) -> Ints:
    return np.array([read.label for read in reads], np.int64)


def sparse(reads: Sequence[Read], rarity: Floats) -> csr_matrix:
    """Messages by buckets."""
    pairs = [grams.vector(read.words, rarity) for read in reads]
    starts = np.cumsum([0, *(len(at) for at, _ in pairs)])
    return csr_matrix(
        (np.concatenate([w for _, w in pairs]), np.concatenate([a for a, _ in pairs]), starts),
        shape=(len(reads), grams.BUCKETS),
    )


def _postings(
    reads: Sequence[Read], rarity: Floats
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int16], Floats]:
    by_bucket = sparse(reads, rarity).tocsc()
    return (
        by_bucket.indptr.astype(np.int32),
        by_bucket.indices.astype(np.int16),
        by_bucket.data.astype(np.float32),
    )
