"""Words of any language made comparable: no case, no marks, plain letters; where clauses begin.

An apostrophe inside a word is dropped ("can't" is "cant") and, as a second reading, parts it
("l'air" is "l air"): which of them a language means is known to its data alone.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from tips.search.words import line_of

# Letters that Unicode does not take apart, and those that people type for one another.
_PLAIN = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l",
        "ı": "i", "ħ": "h", "ə": "e",
        "ـ": "", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ھ": "ه", "ہ": "ه",
        "ँ": "ं",
    }
)  # fmt: skip
# Marks over and under letters; the vowels of Indian scripts are marks, too, and stay.
_MARKS = re.compile("[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
                    "\u06d6-\u06ed\u093c]")  # fmt: skip
_WORD = re.compile("(?:[^\\W_]|[\u0900-\u0963\u0980-\u0e4e])+"
                   "(?:'(?:[^\\W_]|[\u0900-\u0963\u0980-\u0e4e])+)*")  # fmt: skip
# At least five letters, one blank, point, star or dash between any two of them.
_SPELT_OUT = re.compile(r"(?<![^\W_])[^\W\d_](?:[ .*_-][^\W\d_]){4,}(?![^\W_])")
# A mark of its own between two words is a slip of the finger, and ends no clause.
_SENTENCE_END = re.compile(r"[.!?…؟।。\n]")
_CLAUSE_END = re.compile(r"(?<=\S)[.,;:!?…()،؛؟।。]+(?=\s|$)|(?<=\s)[-–—]+(?=\s)|[–—;]|\n")


class Utterance(NamedTuple):
    """Words, the place of each among the words as they were written, and those that begin a
    clause, and a sentence behind the first."""

    words: list[str]
    places: list[int]
    clauses: frozenset[int]
    sentences: frozenset[int] = frozenset()


def fold(line: str) -> str:
    """The line in lower case, without marks, with plain letters."""
    lowered = line.lower()
    if lowered.isascii():
        return lowered
    plain = _MARKS.sub("", unicodedata.normalize("NFD", lowered))
    return unicodedata.normalize("NFC", plain).translate(_PLAIN)


def _unspelt(line: str) -> str:
    """The line with words that are spelt out letter by letter as words."""
    return _SPELT_OUT.sub(lambda found: re.sub(r"[\W_]", "", found[0]), line)


def utterances(line: str) -> list[Utterance]:
    """The words of a normalised line; a second time, parted, if there are apostrophes in it."""
    written: list[str] = []
    clauses: set[int] = set()
    sentences: set[int] = set()
    folded = _unspelt(fold(line))
    ends = ["", *_CLAUSE_END.findall(folded)]
    for end, clause in zip(ends, _CLAUSE_END.split(folded), strict=True):
        clauses.add(len(written))
        sentences |= {len(written)} if _SENTENCE_END.search(end) else set()
        written += _WORD.findall(clause)
    if "'" not in line:
        whole = list(range(len(written)))
        return [Utterance(written, whole, frozenset(clauses), frozenset(sentences))]
    joined = [word.replace("'", "") for word in written]
    places = list(range(len(joined)))
    whole_words = Utterance(joined, places, frozenset(clauses), frozenset(sentences))
    return [whole_words, _parted(written, clauses)]


def _parted(written: list[str], clauses: set[int]) -> Utterance:
    words: list[str] = []
    places: list[int] = []
    begin: set[int] = set()
    for place, word in enumerate(written):
        if place in clauses:
            begin.add(len(words))
        parts = word.split("'") if "'" in word else [word]
        words += parts
        places += [place] * len(parts)
    return Utterance(words, places, frozenset(begin))


def folded_words(text: str) -> list[str]:
    """The words of an entry of the data."""
    if text.isalnum():
        return [fold(text)]
    return utterances(line_of(text))[0].words
