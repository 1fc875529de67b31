"""The plain words with which people ask for an end in other languages: "Hör auf", "basta"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from bot.places.folding import spellings
from tips.normalise import normalise

WORDS = Path(__file__).parent / "stop_words.yaml"
LONGEST = 60  # characters


def stop_language(words: str, speaks: str | None = None, *, own: bool = False) -> str | None:
    """The code of the language in which the words ask for an end and say nothing else; or None.

    Of several it is the one that the sender's Telegram ``speaks``, if that is among them; ``own``
    leaves all others out, as where a place is asked for: "dur" is one, but not to a Turk.
    """
    if len(words) > LONGEST:
        return None
    said = next(spellings(normalise(words)))
    codes = [
        code
        for code, there in _courtesies().items()
        if not _of(code).isdisjoint(_shortened(said, there))
    ]
    spoken = (speaks or "").replace("_", "-").partition("-")[0].lower()
    if spoken in codes:
        return spoken
    return None if own else next(iter(codes), None)


def _shortened(said: str, courtesies: frozenset[str]) -> set[str]:
    """The words, and what is left of them without any courtesies at either end."""
    found: set[str] = set()
    left = {said}
    while left:
        found |= left
        left = {
            shorter
            for one in left
            for each in courtesies
            for shorter in (one.removeprefix(f"{each} "), one.removesuffix(f" {each}"))
        } - found
    return found


def _of(code: str) -> frozenset[str]:
    return _folded("words")[code]


def _courtesies() -> Mapping[str, frozenset[str]]:
    return _folded("beside")


@cache
def _folded(part: str) -> dict[str, frozenset[str]]:
    data = yaml.load(WORDS.read_text(encoding="utf-8"), yaml.CBaseLoader)  # noqa: S506 - text alone
    found: dict[str, set[str]] = defaultdict(set)
    for code, parts in data.items():
        for phrase in parts[part]:
            found[code].update(spellings(phrase))
    return {code: frozenset(phrases) for code, phrases in found.items()}
