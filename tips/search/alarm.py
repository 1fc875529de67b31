"""The trained half of the warning signs: how likely a message describes an emergency."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from . import grams
from .model import Floats, read_arrays, write_arrays


@dataclass(frozen=True, slots=True)
class Alarm:
    """Linear models over words and vector. B buckets, D dimensions, K kinds and "none"."""

    fingerprint: npt.NDArray[np.str_]  # of the content it was trained on
    kinds: npt.NDArray[np.str_]  # K
    rarity: Floats  # B
    words_full: Floats  # B x (K + 1): beside the sentence vector
    meaning: Floats  # D x (K + 1)
    bias_full: Floats  # K + 1
    words_alone: Floats  # B x (K + 1): without sentence vectors
    bias_alone: Floats
    gates: Floats  # the margin from which an alarm is raised: with vectors, without

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the arrays.

        Raises:
            OSError: when there is no such file.
        """
        return read_arrays(cls, path)

    def write(self, path: Path) -> None:
        """Write the arrays."""
        write_arrays(self, path)

    def margin(self, words: Sequence[str], vector: Floats | None) -> tuple[float, str]:
        """The likeliest kind of emergency, and the margin of its score over that of "none"."""
        at, weights = grams.vector(words, self.rarity)
        if vector is None:
            scores = weights @ self.words_alone[at] + self.bias_alone
        else:
            scores = weights @ self.words_full[at] + vector @ self.meaning + self.bias_full
        best = int(np.argmax(scores[:-1]))
        return float(scores[best] - scores[-1]), str(self.kinds[best])

    def beyond_gate(self, words: Sequence[str]) -> float:
        """How far the margin of the words alone exceeds the one from which an alarm is raised."""
        return self.margin(words, None)[0] - float(self.gates[1]) if words else -math.inf

    def kind(self, words: Sequence[str], vector: Floats | None) -> str | None:
        """The kind of emergency the message describes, or None."""
        if not words:
            return None
        margin, kind = self.margin(words, vector)
        return kind if margin >= self.gates[0 if vector is not None else 1] else None
