"""Reads an hour that someone typed: "07:15", "7am", "8.30", "half past" is not among them."""

from __future__ import annotations

import re

from tips.normalise import readings

LONGEST = 40  # characters; no hour takes more

_TYPED = re.compile(
    r"(?:at|um|à|a las|alle|kl\.?|~)?\s*"
    r"(?P<hour>\d{1,2})"
    r"(?:\s*(?:[:.,h']|uhr)\s*(?P<minute>\d{2})?|(?P<joined>\d{2}))?"
    r"\s*(?P<half>a\.?m\.?|p\.?m\.?)?"
    r"\s*(?:uhr|o'?clock|h|hrs?|hours?)?\s*\.?",
    re.IGNORECASE,
)
_WORDS = {"midnight": 0, "noon": 720, "midday": 720}


def read_hour(typed: str) -> int | None:
    """Minutes after midnight, or None when this is no hour of the day. 24:00 is midnight."""
    hours = (_read(words.lower()) for words in readings(typed) if len(words) <= LONGEST)
    return next((minute for minute in hours if minute is not None), None)


def _read(words: str) -> int | None:
    if words in _WORDS:
        return _WORDS[words]
    found = _TYPED.fullmatch(words)
    if found is None:
        return None
    hour = int(found["hour"])
    minute = int(found["minute"] or found["joined"] or 0)
    return _minutes(hour, minute, found["half"])


def _minutes(hour: int, minute: int, half: str | None) -> int | None:
    if half is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    elif (hour, minute) == (24, 0):
        hour = 0
    return hour * 60 + minute if hour < 24 and minute < 60 else None
