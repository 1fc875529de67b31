"""The language of a message: by its script where that is enough, else by CLD3 and its words."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from gcld3 import NNetLanguageIdentifier

from tips.search.tokenizer import english_words

from .folding import folded_words

UNKNOWN = "und"  # certainly not English, and more is not known
ENGLISH = "en"
SURE_OF_SCRIPT = 0.9  # CLD3's probability among the languages of a script
FEWEST_LETTERS = 3
LONGEST_READ = 600  # characters


class Bar(NamedTuple):
    """What makes a message in our alphabet certain enough not to be English."""

    probability: float  # CLD3's, at least
    known: float  # of its words that English has, too, at most; names and short words are shared
    common: int  # words that nobody writes English without, at most
    words: int  # at least


ALONE = Bar(0.8, 0.6, 0, 3)
AS_TELEGRAM = Bar(0.4, 0.8, 1, 2)  # where it is the language that the sender's Telegram speaks
COMMON = frozenset(
    {
        "the",
        "a",
        "is",
        "it",
        "my",
        "i",
        "and",
        "or",
        "to",
        "of",
        "for",
        "in",
        "on",
        "with",
        "can",
        "does",
        "what",
        "how",
        "why",
        "when",
        "are",
        "be",
        "this",
        "that",
        "not",
        "his",
        "her",
        "he",
        "she",
        "you",
        "have",
        "has",
        "if",
        "get",
        "from",
        "at",
        "all",
        "any",
        "but",
        "we",
        "they",
        "im",
        "its",
        "dont",
        "cant",
        "too",
        "much",
        "more",
        "skin",
        "itch",
        "itchy",
        "cream",
        "baby",
        "bad",
        "good",
        "after",
        "before",
    }
)
_LATIN = re.compile(r"[a-z\u00c0-\u024f\u1e00-\u1eff]", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_SCRIPTS = {
    "uk": re.compile("[іїєґ]"),
    "ru": re.compile("[\u0400-\u04ff]"),
    "fa": re.compile("[پچژگ]"),
    "ar": re.compile("[\u0600-\u06ff]"),
    "hi": re.compile("[\u0900-\u097f]"),
}


@cache
def _identifier() -> NNetLanguageIdentifier:
    return NNetLanguageIdentifier(min_num_bytes=0, max_num_bytes=4 * LONGEST_READ)


def language_of(line: str, speaks: str | None = None) -> str | None:
    """The code of another language than English; None where it is English or not certain.

    ``speaks`` is the language of the sender's Telegram, which makes it the likelier.
    """
    line = line[:LONGEST_READ]
    letters = _LETTER.findall(line)
    latin = sum(map(bool, map(_LATIN.match, letters)))
    if len(letters) < FEWEST_LETTERS:
        return None
    if latin < len(letters) / 2:
        return _by_script(line)
    return _by_words(line, _base(speaks or ""))


def _by_script(line: str) -> str:
    found = _identifier().FindLanguage(line)
    if found.probability >= SURE_OF_SCRIPT:
        return _base(found.language)
    lowered = line.lower()
    return next((code for code, script in _SCRIPTS.items() if script.search(lowered)), UNKNOWN)


def _by_words(line: str, speaks: str) -> str | None:
    found = _identifier().FindLanguage(line)
    language = _base(found.language)
    bar = AS_TELEGRAM if language == speaks else ALONE
    words = folded_words(line)
    if language == ENGLISH or found.probability < bar.probability or len(words) < bar.words:
        return None
    known = sum(word in english_words() for word in words)
    common = sum(word in COMMON for word in words)
    fits = known <= bar.known * len(words) and common <= bar.common
    return language if fits else None


def _base(code: str) -> str:
    return code.replace("_", "-").partition("-")[0].lower()
