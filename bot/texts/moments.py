"""Reads a day with an hour as people write it: "2026-12-01 09:00", "tomorrow at 9"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from babel import Locale

from bot.texts.dates import read_day
from bot.texts.hours import read_hour
from tips.normalise import normalise

_TODAY = re.compile(r"(later )?(today|tonight)")
_ISO_T = re.compile(r"(?<=\d)t(?=\d)")
_BETWEEN = re.compile(r"^(at|on|,)\s+|\s+(at|on)$|,$")


class LocalMoment(NamedTuple):
    """A day, and minutes after its midnight, by somebody's own clock."""

    day: date
    minute: int


def read_moment(typed: str, now: datetime, locale: Locale) -> LocalMoment | None:
    """The day and hour that the words name; ``now`` is as the writer's own clock shows it.

    An hour alone is the next one. None where there is no hour, or no day.
    """
    words = " ".join(_ISO_T.sub(" ", typed.casefold()).split())
    alone = read_hour(words)
    if alone is not None:
        passed = alone <= now.hour * 60 + now.minute
        return LocalMoment(now.date() + timedelta(days=passed), alone)
    if read_day(words, now.date(), locale) is not None:
        return None  # "5 March" is not five o'clock on the first
    found = (_read(day, hour, now.date(), locale) for day, hour in _splits(words.split()))
    return next((moment for moment in found if moment is not None), None)


def _splits(parts: list[str]) -> Iterator[tuple[str, str]]:
    """Every way to part a day from an hour beside it, the shortest hour first."""
    for length in range(1, len(parts)):
        yield _bare(parts[:-length]), _bare(parts[-length:])
        yield _bare(parts[length:]), _bare(parts[:length])


def _bare(parts: list[str]) -> str:
    return _BETWEEN.sub("", " ".join(parts)).strip(" ,")


def _read(day: str, hour: str, today: date, locale: Locale) -> LocalMoment | None:
    minute = read_hour(hour)
    found = _day(day, today, locale) if minute is not None else None
    return LocalMoment(found, minute) if found is not None and minute is not None else None


def _day(words: str, today: date, locale: Locale) -> date | None:
    if _TODAY.fullmatch(words):
        return today
    said = normalise(words) if not re.search(r"\d", words) else words
    here = read_day(said, today - timedelta(days=1), locale)
    if here == today and re.search(r"\d", said):
        return today
    return read_day(said, today, locale) or _written_out(said)


def _written_out(words: str) -> date | None:
    """A whole date, also one that has passed: its writer is told so."""
    try:
        return date.fromisoformat(words)
    except ValueError:
        return None
