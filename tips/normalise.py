"""Text as it was meant: one form of each letter, single blanks, and nothing that cannot be seen.

Whatever reads what people write reads it through here (warning signs, the search, commands, hours,
places), so that a line break, a full-width letter or a zero-width character never makes two of
them disagree about the same words.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST_TEXT = 8192  # characters that are read; Telegram sends at most 4096 (Bot API: sendMessage)
MOST_MARKS = 4  # accents on one letter; sorting thousands of them takes quadratic time
HIDDEN = "\u200b"

# Cc, Zs, Zl and Zp, and letters that look like a blank. Ranges, since `re` has no categories; a
# test holds them against the Unicode data of the Python that runs it.
_BLANK = (
    "\x00-\x20\x7f-\xa0\u115f\u1160\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000"
    "\u3164\uffa0"
)
# Cf, and marks that only change how their neighbour looks.
_UNSEEN = (
    "\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000110bd\U000110cd"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_SEPARATORS = re.compile(f"[{_BLANK}]+")
_HIDDEN = re.compile(f"[{_UNSEEN}]+")
_MANY_SIGNS = re.compile(rf"[^\w\s\x00-\x7f]{{{MOST_MARKS},}}")
_EXCLAMATIONS = re.compile(
    r"\s*(?:(?:oh (?:no|dear|my (?:days|word|lord))|my (?:god|gosh|goodness)|omf?g+|omgosh|gosh|"
    r"a+r*gh+|a+h+|u+r*gh+|o+h+|wow|blimey|crikey|jee+z|yikes|pff+|phew|h+m+|good grief|"
    r"bloody hell|damn|ffs|lol)[\s,.!…]+)+(?=\w)",
    re.IGNORECASE,
)
_FIRST_WORD = re.compile(f"[{_BLANK}{_UNSEEN}]*[^{_BLANK}]*[{_BLANK}{_UNSEEN}]*")
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘‛`´ʻʼ′＇", "'"))


def normalise(text: str, *, hidden: str = "") -> str:
    """The text in one line, with compatible letters as plain ones; case and accents stay.

    Reads at most ``LONGEST_TEXT`` characters, and gives no more than that.

    Args:
        hidden: what stands for a run of characters that cannot be seen. They may join the letters
            at their sides (a soft hyphen) or part them (a zero-width space).
    """
    plain = text[:LONGEST_TEXT]
    if not plain.isascii():
        plain = _MANY_SIGNS.sub(_few_marks, plain.translate(_APOSTROPHES))
        plain = unicodedata.normalize("NFKC", plain)
        plain = _HIDDEN.sub(hidden, plain[:LONGEST_TEXT])
    else:
        plain = plain.replace("`", "'")
    return _SEPARATORS.sub(" ", plain).strip(" ")[:LONGEST_TEXT]


def readings(text: str) -> tuple[str, ...]:
    """What the text may say: one line, or two where something hidden joins words or parts them."""
    return readings_of(normalise(text, hidden=HIDDEN))


def readings_of(line: str) -> tuple[str, ...]:
    """What a normalised line may say in which ``HIDDEN`` stands for what cannot be seen."""
    if HIDDEN not in line:
        return (line,)
    joined = line.replace(HIDDEN, "")
    parted = _SEPARATORS.sub(" ", line.replace(HIDDEN, " ")).strip(" ")
    return (joined,) if joined == parted else (joined, parted)


def without_exclamations(text: str) -> str:
    """The text without "omg", "oh my god" or "argh" before what it says: no more than a sigh, and
    easily taken for a word of the field (a dose in mg)."""
    found = _EXCLAMATIONS.match(text)
    return text[found.end() :] if found else text


def after_first_word(text: str) -> int:
    """Where, in the text as it was written, its second word begins; its length if it has none."""
    found = _FIRST_WORD.match(text)
    return found.end() if found else 0


def without_accents(text: str) -> str:
    """The text without the marks on its letters."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(char for char in decomposed if unicodedata.category(char) != "Mn")


def _few_marks(signs: re.Match[str]) -> str:
    """The signs with at most ``MOST_MARKS`` combining ones in a row."""
    kept: list[str] = []
    marks = 0
    for char in signs[0]:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= MOST_MARKS:
            kept.append(char)
    return "".join(kept)
