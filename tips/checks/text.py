"""Measures of plain English: sentences, words, UTF-16 units and the reading grade."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SENTENCE_END = re.compile(r"(?<=[.!?])['\")]?\s+(?=['\"(]?[A-Z0-9])|\n\s*\n")
_WORD = re.compile(r"[A-Za-zÀ-ÿ]+(?:'[A-Za-z]+)*")
_COUNTED = re.compile(r"[A-Za-zÀ-ÿ0-9]+(?:['.,][A-Za-zÀ-ÿ0-9]+)*")
_VOWELS = re.compile(r"[aeiouy]+")
# Two vowels in a row that are spoken apart, as in "di-et", "re-act", "i-de-al", "flu-ent" ...
_APART = re.compile(
    r"i[aou]|ie[nt]|iu|eo|ua|uou|uu|uen|oe[mtx]|[aeiouy]ing|ea(?:ct|lit)|(?<=d)eal$|eou|uity"
)
# ... and the same letters spoken as one, as in "ques-tion", "pa-tient", "lan-guage", "gor-geous".
_TOGETHER = re.compile(
    r"[tcsgx]i(?:o|a|en)|sh?ion|[ln]ion|gua|rsua|geo|frien|geou|uous(?=ly)|tiou|eous"
)
_SILENT_E = re.compile(r"(?<=[^aeiouy])e(?=(?:ly|ful|less|ment|s)?$)")
_SPOKEN_E = re.compile(r"[^aeiouylr]les?$|(?:[sxzcg]|ch|sh)es$|elless$")
_SILENT_ED = re.compile(r"(?<=[^aeiouytd])ed$")
_SPOKEN_ED = re.compile(r"[^aeiouylrw]led$")
# Words of the field and other frequent ones that the patterns get wrong.
_KNOWN_BY_COUNT = {
    1: "clothes",
    2: (
        "acre before being business caffeine cement centre centres chocolate create creates "
        "doing evening evenings every fibre fibres fluid fluids going guideline guidelines "
        "homemade household hundred hygiene lifestyle lifetime litre litres maybe metre "
        "metres naive people protein proteins ruin safety science someone something sometimes "
        "somewhere sunscreen theatre themselves therefore wholegrain wholemeal"
    ),
    3: (
        "area areas average breastfeeding cereal cereals coeliac created diary different "
        "dioxide eczema element everyday everyone everything idea ideas recipe recipes "
        "sciences scientist scientists several somebody whatever"
    ),
    4: "microbiome nevertheless",
    5: "associated association microbiota simultaneous",
}
_KNOWN = {word: count for count, known in _KNOWN_BY_COUNT.items() for word in known.split()}


def utf16_units(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def sentences(text: str) -> list[str]:
    """The sentences of a text, without the spaces around them."""
    return [part.strip() for part in _SENTENCE_END.split(text) if part and part.strip()]


def words(text: str) -> list[str]:
    """The words of a text without numbers; a hyphen parts two words."""
    return _WORD.findall(text)


def count_words(text: str) -> int:
    """How many words a subscriber would count, numbers included."""
    return len(_COUNTED.findall(text))


def syllables(word: str) -> int:
    """Roughly how many syllables an English word has; at least one."""
    word = word.lower().removesuffix("'s").replace("'", "")
    if word in _KNOWN:
        return _KNOWN[word]
    spoken = word.replace("qu", "qw")
    if not _SPOKEN_E.search(spoken):
        spoken = _SILENT_E.sub("", spoken)
    if not _SPOKEN_ED.search(spoken):
        spoken = _SILENT_ED.sub("d", spoken)
    apart = len(_APART.findall(spoken)) - len(_TOGETHER.findall(spoken))
    return max(len(_VOWELS.findall(spoken)) + max(apart, 0), 1)


def reading_grade(text: str) -> float:
    """The Flesch-Kincaid grade: 0.39 words a sentence + 11.8 syllables a word - 15.59.

    Numbers count as words of one syllable. Weights: Kincaid et al., Research Branch Report
    8-75, Naval Technical Training Command, 1975.
    """
    counted = _COUNTED.findall(text)
    if not counted:
        return 0.0
    spoken = sum(syllables(word) for word in counted)
    return 0.39 * len(counted) / len(sentences(text)) + 11.8 * spoken / len(counted) - 15.59


def phrase_pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of the phrases as whole words; ``*`` stands for any letters."""
    # An empty list must match nothing, and "" would match everywhere.
    alternatives = [r"\s+".join(map(_loose, phrase.split())) for phrase in phrases] or [r"(?!)"]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(alternatives)})(?![\w-])", re.IGNORECASE)


def _loose(word: str) -> str:
    return re.escape(word).replace(r"\*", r"[\w'-]*")
