"""Reduces the ways to write a name to one: case, accents, punctuation, German umlauts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from tips.normalise import normalise

_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_ACCENTS = re.compile("[\u0300-\u036f]")
_APOSTROPHES = re.compile("['’‘ʻʼ`´]")
_NOT_LETTERS = re.compile(r"[\W_]+")


def fold(name: str) -> str:
    """ "São Paulo" -> "sao paulo"; nothing is left of emoji and punctuation."""
    spelled = unicodedata.normalize("NFKD", normalise(name, hidden=" ").casefold()).translate(
        _LETTERS
    )
    bare = unicodedata.normalize("NFC", _ACCENTS.sub("", spelled))
    return _NOT_LETTERS.sub(" ", _APOSTROPHES.sub("", bare)).strip()


def spellings(name: str) -> Iterator[str]:
    """The folded name, and with its umlauts written out: "köln" is "koln" and "koeln"."""
    yield fold(name)
    written_out = unicodedata.normalize("NFC", name).casefold().translate(_UMLAUTS)
    if written_out != name.casefold():
        yield fold(written_out)
