"""The classifier of English warning signs: is something wrong here and now, or does it sound so?

It reads a message in three ways and adds up what they say for each kind of emergency and for
"none": its words, by a linear model; *detectors*, each of which looks for one thing in every piece
of the message as the sentence model understands it among its neighbours ("swollen" in "his lips
are swollen" is another piece than in "not swollen"), and of which the strongest piece counts; and
the named evidence, which a small layer weighs together with the detectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from tips.search import grams, search
from tips.search.model import Floats, read_arrays, write_arrays

from .evidence import Evidence
from .language import ENGLISH

SUSPECTED = 2.0  # how far below its gate another's word is enough
PATH = search.CONTENT / ENGLISH / "signs.npz"


class Prediction(NamedTuple):
    """What a message is most like."""

    kind: str
    margin: float  # log odds of an emergency of any kind against none


@dataclass(frozen=True)
class EnglishClassifier:
    """Several small networks whose sums are averaged. S networks, D dimensions of a piece, H
    detectors, E evidence, M in the layer, B buckets, K kinds and "none"."""

    fingerprint: npt.NDArray[np.str_]  # of the content it was trained on
    kinds: npt.NDArray[np.str_]  # K
    names: npt.NDArray[np.str_]  # E
    rarity: Floats  # B
    words: npt.NDArray[np.int8]  # B x (K + 1)
    words_scale: Floats  # K + 1
    detectors: npt.NDArray[np.int8]  # D x (S * H)
    detectors_scale: Floats  # S * H
    detectors_bias: Floats  # S * H
    layer: Floats  # S x (H + E) x M
    layer_bias: Floats  # S x M
    out: Floats  # S x M x (K + 1)
    bias: Floats  # K + 1
    gate: Floats  # 1: the margin from which it hears
    rule_gates: Floats  # K: that under which it overrules what rules advise about this kind

    @classmethod
    def read(cls, path: Path = PATH) -> Self:
        """Read the arrays.

        Raises:
            OSError: when there is no such file.
        """
        return read_arrays(cls, path)

    def write(self, path: Path = PATH) -> None:
        """Write the arrays."""
        write_arrays(self, path)

    def hears(self, prediction: Prediction, by: float = 0.0) -> bool:
        """Whether that is an emergency, though no rule says so, and by so much."""
        return prediction.margin >= float(self.gate[0]) + by

    def suspects(self, prediction: Prediction) -> bool:
        """Whether it would hear that if somebody else did, too."""
        return self.hears(prediction, by=-SUSPECTED)

    def overrules(self, prediction: Prediction, kind: str) -> bool:
        """Whether that is none, though a rule says it is of this kind."""
        return prediction.margin < self._rule_gates.get(kind, -np.inf)

    def predict(self, words: Sequence[str], pieces: Floats, evidence: Evidence) -> Prediction:
        """What a message is most like.

        Args:
            words: its words.
            pieces: each of its pieces, by the last two layers of the sentence model.
            evidence: what else is known of it; names that nothing was learned of do not count.
        """
        scores = self._by_words(words) + self._by_pieces(pieces, evidence) + self.bias
        kinds = scores[:-1]
        margin = float(np.logaddexp.reduce(kinds) - scores[-1])
        return Prediction(str(self.kinds[int(kinds.argmax())]), margin)

    def _by_words(self, words: Sequence[str]) -> Floats:
        at, weights = grams.vector(words, self.rarity)
        sums: Floats = (weights @ self.words[at]) * self.words_scale
        return sums

    def _by_pieces(self, pieces: Floats, evidence: Evidence) -> Floats:
        found = np.maximum(pieces @ self._detectors + self.detectors_bias, 0).max(0)
        told = np.array([evidence.get(name, 0.0) for name in self._names], np.float32)
        networks = len(self.layer)
        known = np.concatenate(
            [found.reshape(networks, -1), np.broadcast_to(told, (networks, len(told)))], axis=1
        )
        inside = np.maximum(np.einsum("si,sim->sm", known, self.layer) + self.layer_bias, 0)
        sums: Floats = np.einsum("sm,smk->k", inside, self.out) / np.float32(networks)
        return sums

    @cached_property
    def _detectors(self) -> Floats:
        unfolded: Floats = self.detectors.astype(np.float32) * self.detectors_scale
        return unfolded

    @cached_property
    def _rule_gates(self) -> dict[str, float]:
        return dict(zip(self.kinds.tolist(), self.rule_gates.tolist(), strict=True))

    @cached_property
    def _names(self) -> list[str]:
        names: list[str] = self.names.tolist()
        return names
