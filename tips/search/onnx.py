"""Reads the named weight tables out of an ONNX file, and nothing else in it.

An ONNX file is a protobuf message: model.graph (field 7) holds the tables as ``initializer``
(field 5), each with dims (1), data type (2), name (8) and raw bytes (9); see onnx/onnx.proto.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

GRAPH, INITIALIZER = 7, 5
DIMS, KIND, NAME, RAW = 1, 2, 8, 9
KINDS: dict[int, str] = {1: "<f4", 3: "<i1", 7: "<i8", 9: "?"}
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


def read_weights(content: bytes) -> dict[str, npt.NDArray[np.generic]]:
    """Every table by name, in the order of the file.

    Raises:
        ValueError: when ``content`` is not such a file.
    """
    tables: dict[str, npt.NDArray[np.generic]] = {}
    for field, graph in _fields(memoryview(content)):
        if field == GRAPH and isinstance(graph, memoryview):
            for part, table in _fields(graph):
                if part == INITIALIZER and isinstance(table, memoryview):
                    name, values = _table(table)
                    tables[name] = values
    if not tables:
        raise ValueError("no tables in this file")
    return tables


def _table(message: memoryview) -> tuple[str, npt.NDArray[np.generic]]:
    dims: list[int] = []
    kind, name, raw = 0, "", memoryview(b"")
    for field, value in _fields(message):
        if field == DIMS:
            dims.extend([value] if isinstance(value, int) else _packed(value))
        elif field == KIND and isinstance(value, int):
            kind = value
        elif field == NAME and isinstance(value, memoryview):
            name = bytes(value).decode()
        elif field == RAW and isinstance(value, memoryview):
            raw = value
    return name, np.frombuffer(raw, KINDS[kind]).reshape(dims)


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == VARINT:
            number, at = _varint(message, at)
            yield key >> 3, number
            continue
        if kind == BYTES:
            size, at = _varint(message, at)
        elif kind in {FIXED64, FIXED32}:
            size = 8 if kind == FIXED64 else 4
        else:
            raise ValueError("not a protobuf message")
        yield key >> 3, message[at : at + size]
        at += size


def _packed(values: memoryview) -> Iterator[int]:
    at = 0
    while at < len(values):
        number, at = _varint(values, at)
        yield number


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    result = shift = 0
    while True:
        byte = message[at]
        result |= (byte & 127) << shift
        at += 1
        if byte < 128:
            return result, at
        shift += 7
