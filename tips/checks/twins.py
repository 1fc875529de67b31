"""Tips that say the same thing in nearly the same words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from rapidfuzz import fuzz, process, utils

from tips.checks.context import Context
from tips.findings import Finding
from tips.models import Tip

# Token-set similarity (0-100) of body and action above which two tips read as one to a
# subscriber: a tip rewritten word for word scores about 81, the closest two of the 366 tips 73.
TWIN_SCORE = 76.0


def twins(context: Context) -> Iterator[Finding]:
    """No two tips resemble each other above the threshold; the later of the two is named."""
    for earlier, later, score in near_twins(context.content.tips, TWIN_SCORE):
        message = f"{score:.0f} % like {earlier.id}"
        remedy = "Give it another angle, or merge the two"
        yield context.finding(later, "twin", message, remedy)


def near_twins(tips: tuple[Tip, ...], threshold: float) -> Iterator[tuple[Tip, Tip, float]]:
    """All pairs of tips more alike than ``threshold`` (0-100), with their similarity."""
    texts = [utils.default_process(f"{tip.body} {tip.action}") for tip in tips]
    scores = process.cdist(texts, texts, scorer=fuzz.token_set_ratio, score_cutoff=threshold)
    for row, column in np.argwhere(np.triu(scores > threshold, 1)).tolist():
        yield tips[row], tips[column], float(scores[row, column])


RULES = (twins,)
