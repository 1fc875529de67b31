"""Fits the half of the warning signs that reads words alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from tips.search import grams
from tips.search.alarm import Alarm

from .fit import sparse

FALSE_ALARMS = 0.018  # of ordinary messages, a fifth of which come near an emergency on purpose
WEIGHT_OF_AN_EMERGENCY = 5.0  # a missed one is worse than a false alarm
FOLDS = 5


class Told(NamedTuple):
    """The words of a message, its kind's place (behind the last one of an ordinary message), and
    its author."""

    words: Sequence[str]
    label: int
    author: str


def fit_alarm(kinds: Sequence[str], told: Sequence[Told], fingerprint: str) -> Alarm:
    """Fit it, with the gate that messages of authors it never saw ask for."""
    gate = np.quantile(_held_out_margins(kinds, told), 1 - FALSE_ALARMS)
    return replace(_fitted(kinds, told, fingerprint), gate=np.array([gate], np.float32))


def _fitted(kinds: Sequence[str], told: Sequence[Told], fingerprint: str) -> Alarm:
    rarity = grams.rarity_of([one.words for one in told])
    labels = [one.label for one in told]
    weight = dict.fromkeys(range(len(kinds)), WEIGHT_OF_AN_EMERGENCY) | {len(kinds): 1.0}
    model = LogisticRegression(C=10, class_weight=weight, max_iter=200, tol=1e-3)
    model.fit(sparse([one.words for one in told], rarity), labels)
    return Alarm(
        fingerprint=np.array([fingerprint]),
        kinds=np.array(kinds),
        rarity=rarity,
        words=model.coef_.T.astype(np.float32),
        bias=model.intercept_.astype(np.float32),
        gate=np.zeros(1, np.float32),
    )


def _held_out_margins(kinds: Sequence[str], told: Sequence[Told]) -> list[float]:
    """Margins of the ordinary messages of those who described emergencies, too, under models that
    never saw their author."""
    authors = sorted({one.author for one in told if one.label < len(kinds)})
    margins = []
    for number in range(FOLDS):
        left_out = set(authors[number::FOLDS])
        others = [one for one in told if one.author not in left_out]
        if {one.label for one in others} < {one.label for one in told}:
            continue  # too few authors to leave any out
        model = _fitted(kinds, others, "")
        margins += [
            model.margin(one.words)[0]
            for one in told
            if one.author in left_out and one.label == len(kinds)
        ]
    return margins
