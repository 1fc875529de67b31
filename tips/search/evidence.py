"""What speaks for each question: one row of features a question, the same in training and use."""

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
NEAREST = 4  # wordings of one question that are averaged


@dataclass(frozen=True, slots=True)
class Evidence:
    """Features (Q x F) and how much the linear models see something off topic."""

    features: Floats
    off_topic: Floats  # one figure a linear model
    closest: float  # likeness of the nearest wording, 0 to 1


class Judge:
    """Weighs a message against every question with a model's arrays."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._questions = len(model.ids)
        order = np.argsort(model.owners, kind="stable")
        self._order = order
        self._starts = np.searchsorted(model.owners[order], np.arange(self._questions))
        self._vectors: Floats = model.vectors.astype(np.float32) / np.float32(PACKED)

    def lexical(
        self, words: Sequence[str], *, hide: npt.NDArray[np.bool_] | None = None
    ) -> Evidence:
        """Evidence from words alone; ``hide`` leaves out wordings (used in training)."""
        at, weights = grams.vector(words, self._model.rarity)
        likeness = self._shared_grams(at, weights)
        rows = self._model.lexical[at].astype(np.float32) * self._model.lexical_scale
        margins: Floats = (weights @ rows).astype(np.float32) + self._model.lexical_bias
        return self._gather(likeness, margins, hide)

    def meaning(self, vector: Floats, *, hide: npt.NDArray[np.bool_] | None = None) -> Evidence:
        """Evidence from the sentence vector."""
        margins: Floats = vector @ self._model.meaning + self._model.meaning_bias
        return self._gather(self._vectors @ vector, margins, hide)

    def _shared_grams(self, at: npt.NDArray[np.int64], weights: Floats) -> Floats:
        model = self._model
        likeness = np.zeros(len(model.owners), np.float32)
        for number, weight in zip(at.tolist(), weights.tolist(), strict=True):
            part = slice(model.posting_starts[number], model.posting_starts[number + 1])
            likeness[model.posting_owners[part]] += weight * model.posting_weights[part]
        return likeness

    def _gather(
        self, likeness: Floats, margins: Floats, hide: npt.NDArray[np.bool_] | None
    ) -> Evidence:
        if hide is not None:
            likeness = np.where(hide, np.float32(-1), likeness)
        best, near = self._per_question(likeness)
        logs = margins - np.logaddexp.reduce(margins)
        own = logs[: self._questions]
        columns = (best, near, own, best - best.max(), near - near.max(), own - own.max())
        others = np.array([logs[-1] - own.max()], np.float32)
        return Evidence(np.stack(columns, 1).astype(np.float32), others, float(best.max()))

    def _per_question(self, likeness: Floats) -> tuple[Floats, Floats]:
        ordered = likeness[self._order]
        best = np.empty(self._questions, np.float32)
        near = np.empty(self._questions, np.float32)
        ends = [*self._starts[1:].tolist(), len(ordered)]
        for question, (start, end) in enumerate(zip(self._starts.tolist(), ends, strict=True)):
            part = ordered[start:end]
            best[question] = part.max()
            few = min(NEAREST, len(part))
            near[question] = np.partition(part, len(part) - few)[-few:].mean()
        return best, near


def joined(first: Evidence, second: Evidence) -> Evidence:
    """Both kinds of evidence side by side."""
    return Evidence(
        np.concatenate([first.features, second.features], axis=1),
        np.concatenate([first.off_topic, second.off_topic]),
        second.closest,
    )


def shares(evidence: Evidence, weights: Floats) -> Floats:
    """How the ranker divides its belief among the questions; adds up to 1."""
    scores = evidence.features @ weights
    raised = np.exp(scores - scores.max())
    divided: Floats = (raised / raised.sum()).astype(np.float32)
    return divided


def trust_features(evidence: Evidence, divided: Floats, words: int) -> Floats:
    """What the trust in the first answer rests on."""
    first, second = np.sort(divided)[-2:][::-1]
    return np.array(
        [
            1.0,
            np.log(first + 1e-6),
            np.log(first + 1e-6) - np.log(second + 1e-6),
            *np.clip(evidence.off_topic, -12, 12),
            evidence.closest,
            min(words, 12) / 12,
        ],
        np.float32,
    )


def trust(features: Floats, weights: Floats) -> float:
    """The share of messages like this one whose first answer is right, 0 to 1."""
    return float(1 / (1 + np.exp(-float(features @ weights))))
