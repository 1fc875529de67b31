"""Fits the learned half of the warning signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from tips.search import grams
from tips.search.alarm import Alarm
from tips.search.model import Floats

from .fit import Read, sparse

FALSE_ALARMS = 0.018  # of ordinary messages, most of them near an emergency in their words
WEIGHT_OF_AN_EMERGENCY = 5.0  # a missed one is worse than a false alarm


def fit_alarm(kinds: Sequence[str], reads: Sequence[Read], fingerprint: str) -> Alarm:
    """Fit on messages whose label is a kind's place, or ``len(kinds)`` for an ordinary one."""
    alarm = _fitted(kinds, reads, fingerprint)
    margins = _held_out_margins(kinds, reads)
    return replace(alarm, gates=np.quantile(margins, 1 - FALSE_ALARMS, axis=0).astype(np.float32))


def _fitted(kinds: Sequence[str], reads: Sequence[Read], fingerprint: str) -> Alarm:
    rarity = grams.rarity_of([read.words for read in reads])
    words = sparse(reads, rarity)
    labels = np.array([read.label for read in reads])
    both = hstack([words, csr_matrix(np.stack([read.sense for read in reads]))]).tocsr()
    full, bias_full = _linear(both, labels)
    alone, bias_alone = _linear(words, labels)
    return Alarm(
        fingerprint=np.array([fingerprint]),
        kinds=np.array(kinds),
        rarity=rarity,
        words_full=full[: grams.BUCKETS],
        meaning=full[grams.BUCKETS :],
        bias_full=bias_full,
        words_alone=alone,
        bias_alone=bias_alone,
        gates=np.zeros(2, np.float32),
    )


def _linear(data: csr_matrix, labels: object) -> tuple[Floats, Floats]:
    ordinary = int(np.max(np.asarray(labels)))
    weight = dict.fromkeys(range(ordinary), WEIGHT_OF_AN_EMERGENCY) | {ordinary: 1.0}
    fitted = LogisticRegression(C=10, class_weight=weight, max_iter=200, tol=1e-3).fit(
        data, labels
    )
    return fitted.coef_.T.astype(np.float32), fitted.intercept_.astype(np.float32)


def _held_out_margins(kinds: Sequence[str], reads: Sequence[Read]) -> list[tuple[float, float]]:
    """Margins of each author's ordinary messages under models that never saw that author."""
    margins = []
    for author in sorted({read.author for read in reads if read.label < len(kinds)}):
        others = _fitted(kinds, [read for read in reads if read.author != author], "")
        margins += [
            (others.margin(read.words, read.sense)[0], others.margin(read.words, None)[0])
            for read in reads
            if read.author == author and read.label == len(kinds)
        ]
    return margins
