"""The trained arrays of one language, read from one small file."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Floats = npt.NDArray[np.float32]
Arrays = TypeVar("Arrays", bound="DataclassInstance")

PACKED = 127.0  # weights are stored in 8 bits, scaled to their largest
SHARES = 255  # a gram's share of a wording
SEEN = 255
STEPPED = (np.int16, np.uint16)  # mostly in rising order, so that steps take half as much


@dataclass(frozen=True, slots=True)
class Model:
    """Arrays by name. Q questions and services, N wordings, B buckets, W stems, D dimensions of
    all sentence vectors of a text, M of the metric, H of a hidden layer, F features.

    Wordings are in the order of their questions, off-topic ones behind them.
    """

    fingerprint: npt.NDArray[np.str_]  # of the content it was trained on
    ids: npt.NDArray[np.str_]  # Q
    topics: npt.NDArray[np.str_]  # Q: the topic each question belongs to
    field_words: npt.NDArray[np.str_]  # the field's vocabulary, for spelling repair
    field_counts: npt.NDArray[np.int32]
    field_pairs: npt.NDArray[np.uint8]  # how often two words stand in a row, by their hash
    other_words: npt.NDArray[np.uint32]  # hashes of the language's other words, in rising order
    owners: npt.NDArray[np.int16]  # N: the question each wording belongs to; Q is "off topic"
    rarity: Floats  # B
    posting_starts: npt.NDArray[np.int32]  # B + 1: where a bucket's postings begin
    posting_owners: npt.NDArray[np.uint16]  # the wording
    posting_weights: npt.NDArray[np.uint8]  # in parts of SHARES
    lexical: npt.NDArray[np.int8]  # B x (Q + 1): a linear model; the last class is "off topic"
    lexical_scale: Floats  # Q + 1
    lexical_bias: Floats  # Q + 1
    stems: npt.NDArray[np.str_]  # W
    stem_rarity: Floats  # W + 1: the last is that of a stem nobody used
    seen: npt.NDArray[np.uint8]  # W x Q: how well a stem is known of a question, in parts of SEEN
    metric: Floats  # D x M: takes a sentence vector to where those of one question are near
    metric_bias: Floats  # M
    vectors: npt.NDArray[np.int8]  # N x M
    centres: Floats  # (Q + 1) x M: the mean wording of a question
    inside: Floats  # M x H: the hidden layer of a network that reads a place in the metric
    inside_bias: Floats  # H
    meaning: Floats  # H x (Q + 1): its last layer
    meaning_bias: Floats  # Q + 1
    rank_full: Floats  # F: weights of the ranker with sentence vectors
    rank_lexical: Floats  # and without
    # From here on a row for a first answer that is a question, and one for a service.
    trust_full: Floats  # weights of the calibrated trust in the first answer
    trust_lexical: Floats
    topic_full: Floats  # weights of the belief that a message is about our field
    topic_lexical: Floats
    gates: Floats  # the belief below which nothing is answered: with vectors, without

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a model.

        Raises:
            OSError: when there is no such file.
        """
        return read_arrays(cls, path)

    def write(self, path: Path) -> None:
        """Write the model; floats take half their size on disk."""
        write_arrays(self, path)


def read_arrays(kind: type[Arrays], path: Path) -> Arrays:
    """A dataclass of arrays from a file.

    Raises:
        OSError: when there is no such file.
    """
    with np.load(path, allow_pickle=False) as stored:
        arrays: dict[str, Any] = {
            field.name: _unpacked(stored[field.name]) for field in fields(kind)
        }
    return kind(**arrays)


def write_arrays(holder: DataclassInstance, path: Path) -> None:
    """A dataclass of arrays into a file."""
    packed = {field.name: _packed(getattr(holder, field.name)) for field in fields(holder)}
    np.savez_compressed(path, allow_pickle=False, **packed)


def quantised(matrix: Floats, axis: int) -> tuple[npt.NDArray[np.int8], Floats]:
    """8-bit numbers and the scale that unfolds them, one a line of the other axis."""
    scale = np.abs(matrix).max(axis=axis) / PACKED
    scale[scale == 0] = 1.0
    divisor = np.expand_dims(scale, axis)
    return np.round(matrix / divisor).astype(np.int8), scale.astype(np.float32)


def _packed(array: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    if array.dtype in STEPPED:
        return np.diff(array, prepend=array.dtype.type(0))
    return array.astype(np.float16) if array.dtype == np.float32 and array.size > 64 else array


def _unpacked(array: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    if array.dtype in STEPPED:
        return np.cumsum(array, dtype=array.dtype)
    return array.astype(np.float32) if array.dtype == np.float16 else array
