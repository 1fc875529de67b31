"""Sentence vectors kept in a file between the runs of training: they cost more than all else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np

from tips.search.embedder import SHA256, Embedder
from tips.search.model import Floats

TOGETHER = 64  # texts that go through the layers of the sentence model side by side


class Vectors:
    """The vectors of texts, each computed once; those of a file are known from the start."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._embedder = Embedder.load()
        self._known: dict[bytes, Floats] = {}
        if path and path.exists():
            with np.load(path, allow_pickle=False) as stored:
                self._known = dict(zip(map(bytes, stored["keys"]), stored["vectors"], strict=True))

    def embed_by_layers(self, texts: Sequence[str]) -> Floats:
        """A row a text, as ``Embedder.embed_by_layers`` has it."""
        new = sorted({text for text in texts if _key(text) not in self._known}, key=len)
        for some in _batches(new):
            self._known.update(
                zip(map(_key, some), self._embedder.embed_by_layers(some), strict=True)
            )
        return np.stack([self._known[_key(text)] for text in texts])

    def keep(self) -> None:
        """Write all that is known into the file, if there is one."""
        if self._path:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            keys = np.array([np.frombuffer(key, np.uint8) for key in self._known])
            np.savez(self._path, keys=keys, vectors=np.stack(list(self._known.values())))


def _key(text: str) -> bytes:
    """Different for every text, and for other weights of the sentence model."""
    return sha256(f"{SHA256} {text}".encode()).digest()


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(texts), TOGETHER):
        yield texts[at : at + TOGETHER]
