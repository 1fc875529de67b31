"""Tips that say the same thing, in nearly the same words or in others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from rapidfuzz import fuzz, process, utils

from tips.checks.context import Context
from tips.findings import Finding
from tips.models import Tip
from tips.search.embedder import Embedder

# Token-set similarity (0-100) of body and action above which two tips read as one to a
# subscriber: a tip rewritten word for word scores about 81, the closest two of the 366 tips 73.
TWIN_SCORE = 76.0
# Cosine of sentence vectors above which two of the tips mean the same to someone who reads both.
SAME_MESSAGE = 0.78


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


def said_again(context: Context) -> Iterator[Finding]:
    """At full size one message comes twice in the year at most, in whatever words."""
    if not context.complete:
        return
    for tip, others in repeated(context.content.tips, SAME_MESSAGE):
        message = f"it says what {' and '.join(other.id for other in others)} say"
        yield context.finding(tip, "message", message, "Say something else, or merge them")


def repeated(tips: tuple[Tip, ...], threshold: float) -> Iterator[tuple[Tip, list[Tip]]]:
    """The tips that two or more others mean, too: sentence vectors nearer than ``threshold``."""
    embedder = Embedder.load()
    vectors = np.array([embedder.embed(f"{tip.title}. {tip.body}") for tip in tips])
    near = vectors @ vectors.T > threshold if len(tips) else np.zeros((0, 0), dtype=bool)
    for row, tip in enumerate(tips):
        others = [tips[column] for column in np.flatnonzero(near[row]) if column != row]
        if len(others) > 1:
            yield tip, others


RULES = (twins, said_again)
