"""The rules that the fields of callback data keep to, when built and when read back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from bot.clock import zone_exists

ZONE_SHAPE = re.compile(r"[A-Za-z][A-Za-z0-9_+/-]{1,39}")
SETTINGS_VIEWS = ("main", "hour", "days", "themes", "for", "pause", "language")
AUDIENCES = ("both", "adult", "parent")


@dataclass(frozen=True, slots=True)
class Whole:
    """Rule of a field: a whole number from ``low`` to ``high``."""

    low: int
    high: int

    def read(self, word: str) -> int:
        if not re.fullmatch(r"0|-?[1-9][0-9]{0,18}", word, re.ASCII):
            raise ValueError(word)
        return int(word)

    def check(self, value: object) -> None:
        if type(value) is not int or not self.low <= value <= self.high:
            raise ValueError(f"{value!r} is not from {self.low} to {self.high}")


@dataclass(frozen=True, slots=True)
class Word:
    """Rule of a field: a word of this shape."""

    shape: str

    def read(self, word: str) -> str:
        return word

    def check(self, value: object) -> None:
        if not isinstance(value, str) or not re.fullmatch(self.shape, value, re.ASCII):
            raise ValueError(f"{value!r} is not of the shape {self.shape}")


@dataclass(frozen=True, slots=True)
class Zone:
    """Rule of a field: the name of a zone that exists."""

    def read(self, word: str) -> str:
        return word

    def check(self, value: object) -> None:
        known = isinstance(value, str) and ZONE_SHAPE.fullmatch(value) and zone_exists(value)
        if not known:
            raise ValueError(f"{value!r} is not a time zone")


Rule = Whole | Word | Zone


BigId = Annotated[int, Whole(1, 2**63 - 1)]
Minute = Annotated[int, Whole(0, 1439)]
Page = Annotated[int, Whole(0, 999)]
Switch = Annotated[int, Whole(0, 1)]
TipNumber = Annotated[int, Whole(0, 99_999)]
ThemeBit = Annotated[int, Whole(0, 30)]
Vote = Annotated[int, Whole(-1, 1)]
Slug = Annotated[str, Word(r"[a-z0-9]+(-[a-z0-9]+)*")]
ZoneName = Annotated[str, Zone()]
View = Annotated[str, Word("|".join(SETTINGS_VIEWS))]
AudienceChoice = Annotated[str, Word("|".join(AUDIENCES))]
Link = Annotated[str, Word(r"[A-Za-z0-9_-]{0,55}")]
Language = Annotated[str, Word(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")]
