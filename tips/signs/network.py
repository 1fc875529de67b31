"""Fits the networks of the English classifier: plain gradient descent in numpy, so that training
needs no more than the search does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Parameters = dict[str, Floats]

TINY = 1e-8
FIRST, SECOND = 0.9, 0.98  # how long Adam remembers slopes, and their squares
WARM = 50  # steps until the rate is reached
LAST = 0.02  # of the rate, at the end


@dataclass(frozen=True, slots=True)
class Recipe:
    """What fitting may be told to do differently."""

    detectors: int = 48
    inside: int = 32
    rounds: int = 24
    together: int = 128
    rate: float = 2e-3
    dropped: float = 0.2  # of detectors and evidence, so that none is relied on alone
    blurred: float = 0.1  # of a piece's dimensions
    decay: float = 0.02


class Batch(NamedTuple):
    """Some messages. N of them, with P pieces together."""

    pieces: Floats  # P x D, one message's behind another's
    starts: Ints  # N
    sizes: Ints  # N
    evidence: Floats  # N x E
    words: Any  # N x B, sparse
    labels: Ints  # N
    weights: Floats  # N


class Messages(NamedTuple):
    """All messages to learn from."""

    pieces: Sequence[Floats]
    evidence: Floats
    words: Any
    labels: Ints
    weights: Floats

    def some(self, at: Ints) -> Batch:
        """Those at these places."""
        chosen = [self.pieces[place] for place in at]
        sizes = np.array([len(one) for one in chosen])
        starts = np.cumsum(sizes) - sizes
        whole = np.concatenate(chosen)
        rest = self.evidence[at], self.words[at], self.labels[at], self.weights[at]
        return Batch(whole, starts, sizes, *rest)


class Pass(NamedTuple):
    """What a network makes of some messages, layer by layer."""

    found: Floats  # P x H: each detector at each piece
    known: Floats  # N x (H + E): the strongest pieces, and the evidence
    kept: Floats  # N x (H + E): 0 where dropped
    inside: Floats  # N x M
    scores: Floats  # N x (K + 1)


def fit(messages: Messages, at: Ints, recipe: Recipe, seed: int) -> Parameters:
    """The parameters of a network fitted on the messages at these places."""
    chance = np.random.default_rng(seed)
    parameters = _begun(messages, recipe, chance)
    slopes = {name: np.zeros_like(one) for name, one in parameters.items()}
    squares = {name: np.zeros_like(one) for name, one in parameters.items()}
    steps = recipe.rounds * -(-len(at) // recipe.together)
    for step, some in enumerate(_batches(at, recipe, chance), 1):
        batch = messages.some(some)
        kept = chance.random(batch.pieces.shape[1]) >= recipe.blurred
        batch = batch._replace(pieces=batch.pieces * np.float32(kept / (1 - recipe.blurred)))
        found = forward(parameters, batch, recipe.dropped, chance)
        rate = recipe.rate * min(1.0, step / WARM) * max(LAST, 1 - step / steps)
        for name, slope in gradient(parameters, batch, found).items():
            slopes[name] += (1 - FIRST) * (slope - slopes[name])
            squares[name] += (1 - SECOND) * (slope * slope - squares[name])
            mean = slopes[name] / (1 - FIRST**step)
            spread = np.sqrt(squares[name] / (1 - SECOND**step)) + TINY
            shrink = 0.0 if name.endswith("bias") else recipe.decay
            parameters[name] -= np.float32(rate) * (mean / spread + shrink * parameters[name])
    return parameters


def scores(parameters: Parameters, messages: Messages, at: Ints, together: int = 256) -> Floats:
    """What a network says of the messages at these places."""
    parts = [messages.some(at[i : i + together]) for i in range(0, len(at), together)]
    return np.concatenate([forward(parameters, part).scores for part in parts])


def forward(
    parameters: Parameters,
    batch: Batch,
    dropped: float = 0.0,
    chance: np.random.Generator | None = None,
) -> Pass:
    """One pass; with ``chance``, some of what is known is dropped."""
    p = parameters
    found = np.maximum(batch.pieces @ p["detectors"] + p["detectors_bias"], 0)
    strongest = np.maximum.reduceat(found, batch.starts, axis=0)
    known = np.concatenate([strongest, batch.evidence], axis=1)
    kept = np.ones_like(known)
    if chance is not None:
        kept = ((chance.random(known.shape) >= dropped) / (1 - dropped)).astype(np.float32)
    inside = np.maximum(known * kept @ p["layer"] + p["layer_bias"], 0)
    sums = inside @ p["out"] + p["bias"] + batch.words @ p["words"]
    return Pass(found, known, kept, inside, sums)


def gradient(p: Mapping[str, Floats], batch: Batch, found: Pass) -> Parameters:
    """How the loss (weighted cross entropy) changes with each parameter."""
    gap = np.exp(found.scores - found.scores.max(1, keepdims=True))
    gap /= gap.sum(1, keepdims=True)
    gap[np.arange(len(gap)), batch.labels] -= 1
    gap *= (batch.weights / batch.weights.sum())[:, None]
    inside = gap @ p["out"].T * (found.inside > 0)
    known = inside @ p["layer"].T * found.kept
    size = p["detectors"].shape[1]
    strongest = np.repeat(found.known[:, :size], batch.sizes, axis=0)
    hit = (found.found == strongest) & (found.found > 0)
    pieces = np.where(hit, np.repeat(known[:, :size], batch.sizes, axis=0), np.float32(0))
    return {
        "detectors": batch.pieces.T @ pieces,
        "detectors_bias": pieces.sum(0),
        "layer": (found.known * found.kept).T @ inside,
        "layer_bias": inside.sum(0),
        "out": found.inside.T @ gap,
        "bias": gap.sum(0),
        "words": np.asarray(batch.words.T @ gap, np.float32),
    }


def _begun(messages: Messages, recipe: Recipe, chance: np.random.Generator) -> Parameters:
    dimensions, evidence = messages.pieces[0].shape[1], messages.evidence.shape[1]
    kinds = int(messages.labels.max()) + 1
    known = recipe.detectors + evidence

    def some(rows: int, columns: int, gain: float) -> Floats:
        drawn = chance.normal(0, (gain / rows) ** 0.5, (rows, columns))
        return drawn.astype(np.float32)

    return {
        "detectors": some(dimensions, recipe.detectors, 2),
        "detectors_bias": np.zeros(recipe.detectors, np.float32),
        "layer": some(known, recipe.inside, 2),
        "layer_bias": np.zeros(recipe.inside, np.float32),
        "out": some(recipe.inside, kinds, 1),
        "bias": np.zeros(kinds, np.float32),
        "words": np.zeros((messages.words.shape[1], kinds), np.float32),
    }


def _batches(at: Ints, recipe: Recipe, chance: np.random.Generator) -> Iterator[Ints]:
    for _ in range(recipe.rounds):
        order = chance.permutation(at)
        for start in range(0, len(order), recipe.together):
            yield order[start : start + recipe.together]
