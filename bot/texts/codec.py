"""The strict codec between what a button means and the data that it carries.

The wire form is ``<version><kind>[:<field>]…``, at most 64 bytes (Bot API: callback_data, 1-64
bytes). Data that was forged, cut or made by another version reads as None. A button grants no
right: who may do what is decided by the user who tapped.
"""

from __future__ import annotations

from dataclasses import astuple, fields
from functools import cache
from typing import ClassVar

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass

VERSION = "1"
DATA_BYTES = 64  # Bot API: InlineKeyboardButton, callback_data


@dataclass(frozen=True)
class Callback:
    """What a tap means. Building one with a value out of range raises ValueError."""

    __pydantic_config__ = ConfigDict(strict=True)
    kind: ClassVar[str] = ""


@cache
def kinds() -> dict[str, type[Callback]]:
    """Every kind by its two letters."""
    return {cls.kind: cls for cls in Callback.__subclasses__()}


@cache
def _reader(kind: str) -> tuple[TypeAdapter[Callback], list[str]]:
    cls = kinds()[kind]
    return TypeAdapter(cls), [field.name for field in fields(cls)]


def encode(callback: Callback) -> str:
    """The button's data.

    Raises:
        ValueError: when it is longer than Telegram takes (an id over 55 characters).
    """
    data = ":".join([VERSION + callback.kind, *map(str, astuple(callback))])
    if len(data.encode()) > DATA_BYTES:
        raise ValueError(f"{data} is longer than {DATA_BYTES} bytes")
    return data


def decode(data: str) -> Callback | None:
    """What the button says; None for data that this version did not make."""
    head, *words = data.split(":")
    if head[:1] != VERSION or head[1:] not in kinds():
        return None
    adapter, names = _reader(head[1:])
    try:
        callback = adapter.validate_strings(dict(zip(names, words, strict=True)))
        # Pydantic reads "07" and " 7" as 7, too; the bot writes one form alone.
        return callback if encode(callback) == data else None
    except ValueError:
        return None
