"""The strict codec between what a button means and the data that it carries.

The wire form is ``<version><kind>[:<field>]…``, at most 64 bytes (Bot API: callback_data, 1-64
bytes). Whatever was forged, cut or made by another version reads as None. Nothing here grants a
right: who may do what is decided from the user who tapped.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from functools import cache
from typing import ClassVar, get_type_hints

from bot.texts import fields as form

VERSION = "1"
DATA_BYTES = 64  # Bot API: InlineKeyboardButton, callback_data


@dataclass(frozen=True)
class Callback:
    """What a tap tells the bot. Building one with a value out of range raises ValueError."""

    kind: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for rule, value in zip(_rules(self.kind), astuple(self), strict=True):
            rule.check(value)


@cache
def kinds() -> dict[str, type[Callback]]:
    """Every kind by its two letters."""
    return {cls.kind: cls for cls in Callback.__subclasses__()}


@cache
def _rules(kind: str) -> tuple[form.Rule, ...]:
    cls = kinds()[kind]
    hints = get_type_hints(cls, include_extras=True)
    return tuple(hints[name].__metadata__[0] for name in (field.name for field in fields(cls)))


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
    cls = kinds().get(head[1:])
    if head[:1] != VERSION or cls is None:
        return None
    rules = _rules(cls.kind)
    if len(words) != len(rules):
        return None
    try:
        callback = cls(*(rule.read(word) for rule, word in zip(rules, words, strict=True)))
        return callback if encode(callback) == data else None
    except (ValueError, UnicodeError):
        return None
