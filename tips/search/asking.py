"""The sentences of a long message that ask: what stands before them is the story."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import yaml

from tips.normalise import LONGEST_TEXT

STORY = 24  # words; a sentence vector reads no more of a message, and what it asks may come later
MOST_ASKED = 2  # sentences; each costs a sentence vector
LONGEST_ASKED = 16  # words at the end of a sentence that are read, since some never end one
_BREAK = re.compile(r"(?<=[.!?…。！？])\s+|[\r\n\u2028\u2029]+")
_ASKS = re.compile(r"[?？]")


class Asking:
    """Finds the questions in a message of one language."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        before, begins = _any_of(data["before"]), _any_of(data["begins"])
        self._begins = re.compile(rf"\W*(?:{before}\b\W*)*{begins}\b", re.IGNORECASE)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read how one language's questions begin."""
        return cls(yaml.safe_load((folder / "asking.yaml").read_text("utf-8")))

    def sentences(self, text: str) -> list[str]:
        """The last ones that ask; else the very last, which may ask without saying so."""
        every = [part for part in _BREAK.split(text[:LONGEST_TEXT]) if part.strip()]
        asking = [part for part in every if self._asks(part)][-MOST_ASKED:]
        return asking if len(asking) == MOST_ASKED else list(dict.fromkeys(asking + every[-1:]))

    def _asks(self, sentence: str) -> bool:
        return bool(_ASKS.search(sentence) or self._begins.match(sentence))


def _any_of(beginnings: Sequence[str]) -> str:
    return "(?:" + "|".join(map(re.escape, beginnings)) + ")"
