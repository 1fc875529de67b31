"""The trained half of the warning signs that reads words alone: how likely a message describes an
emergency. Before a message is queued, beyond what a sentence vector reaches, and without one."""

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
    """A linear model over words. B buckets, K kinds and "none"."""

    fingerprint: npt.NDArray[np.str_]  # of the content it was trained on
    kinds: npt.NDArray[np.str_]  # K
    rarity: Floats  # B
    words: Floats  # B x (K + 1)
    bias: Floats  # K + 1
    gate: Floats  # the margin from which an alarm is raised

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

    def margin(self, words: Sequence[str]) -> tuple[float, str]:
        """The likeliest kind of emergency, and the margin of its score over that of "none"."""
        at, weights = grams.vector(words, self.rarity)
        scores = weights @ self.words[at] + self.bias
        best = int(np.argmax(scores[:-1]))
        return float(scores[best] - scores[-1]), str(self.kinds[best])

    def beyond_gate(self, words: Sequence[str]) -> float:
        """How far the margin exceeds the one from which an alarm is raised."""
        return self.margin(words)[0] - float(self.gate[0]) if words else -math.inf

    def kind(self, words: Sequence[str]) -> str | None:
        """The kind of emergency the words describe, or None."""
        if not words:
            return None
        margin, kind = self.margin(words)
        return kind if margin >= self.gate[0] else None
