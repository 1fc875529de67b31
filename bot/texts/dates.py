"""Reads a day or a span of time as people write it: "Monday", "3 March", "two weeks"."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from functools import cache

from babel import Locale
from babel.dates import get_day_names, get_month_names

LONGEST_DAYS = 365

_COUNTS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "the next": 1,
    "couple": 2,
    "a couple": 2,
    "a couple of": 2,
    "few": 3,
}
_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_COUNTS |= {word: value for value, word in enumerate(_WORDS, 2)} | {"a few": 3, "several": 3}
_UNITS = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365}
_SPAN = re.compile(
    rf"(the )?(next |another |about |at least )*(?P<count>\d{{1,3}}|{'|'.join(_COUNTS)})? ?"
    rf"(?P<unit>{'|'.join(_UNITS)})s?( or so)?"
)
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_NUMBERS = re.compile(r"(?P<day>\d{1,2})[./](?P<month>\d{1,2})\.?([./]?(?P<year>\d{2}|\d{4}))?")
_ORDINAL = r"(?P<day>\d{1,2})(st|nd|rd|th)?"
_YEAR = r"(,? (?P<year>\d{4}))?"
_WEEK_ENDS = re.compile(r"(the rest of the|rest of the|this|over the|the) (week|weekend)")
_MONTH_ENDS = re.compile(r"(the rest of the|rest of the|this) month")
_SMALL_WORDS = re.compile(r"^(on|the|this|coming|by|at|about|around|after) ")


def read_span(words: str) -> int | None:
    """How many days "two weeks" or "a month" are; None for anything else."""
    found = _SPAN.fullmatch(words.strip())
    if found is None or not (found["count"] or re.match(r"(the )?next ", words)):
        return None
    count = found["count"] or "1"
    days = (int(count) if count.isdecimal() else _COUNTS[count]) * _UNITS[found["unit"]]
    return days if 0 < days <= LONGEST_DAYS else None


def read_rest(words: str, today: date) -> date | None:
    """The day after "this week" or "the rest of the month"; None for anything else."""
    if _WEEK_ENDS.fullmatch(words):
        return today + timedelta(days=7 - today.weekday())
    return _first_of_next_month(today) if _MONTH_ENDS.fullmatch(words) else None


def read_until(words: str, today: date, locale: Locale) -> date | None:
    """The day on which a break ends: "until Friday", "for two weeks", "the rest of the month"."""
    span = re.sub(r"^(until|till|til|for|through|before|to) ", "", words)
    days = read_span(span)
    if days is not None:
        return today + timedelta(days=days)
    return read_rest(span, today) or read_day(span, today, locale)


def read_day(words: str, today: date, locale: Locale) -> date | None:
    """The day after today, at most a year ahead, that the words name; None if they name none."""
    said = re.sub(r"^after (the )?weekend$", "next week", words.strip())
    while (bare := _SMALL_WORDS.sub("", said)) != said:
        said = bare
    day = _near(said, today) or _weekday(said, today, locale) or _of_a_month(said, today, locale)
    day = day or _in_digits(said, today)
    return day if day and today < day <= today + timedelta(days=LONGEST_DAYS) else None


def _near(said: str, today: date) -> date | None:
    monday = today + timedelta(days=7 - today.weekday())
    first = _first_of_next_month(today)
    return {
        "tomorrow": today + timedelta(days=1),
        "tmrw": today + timedelta(days=1),
        "day after tomorrow": today + timedelta(days=2),
        "next week": monday,
        "weekend is over": monday,
        "weekend": today + timedelta(days=(5 - today.weekday()) % 7 or 7),
        "end of the week": monday,
        "end of week": monday,
        "next month": first,
        "end of the month": first,
        "end of month": first,
        "christmas": _next(25, 12, None, today),
        "new year": date(today.year + 1, 1, 1),
        "next year": date(today.year + 1, 1, 1),
        "end of the year": date(today.year + 1, 1, 1),
    }.get(said)


def _first_of_next_month(today: date) -> date:
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


def _weekday(said: str, today: date, locale: Locale) -> date | None:
    """ "next Monday" is the one of the next week, where today is no Monday."""
    name, later = said.removeprefix("next "), said.startswith("next ")
    index = weekday_names(locale).get(name.rstrip("."))
    if index is None:
        return None
    ahead = (index - today.weekday()) % 7 or 7
    comes_this_week = today.weekday() < index
    return today + timedelta(days=ahead + (7 if later and comes_this_week else 0))


def _of_a_month(said: str, today: date, locale: Locale) -> date | None:
    months = "|".join(sorted(month_names(locale), key=len, reverse=True))
    for pattern in (
        rf"{_ORDINAL}( of)? (?P<month>{months})\.?{_YEAR}",
        rf"(?P<month>{months})\.? (the )?{_ORDINAL}{_YEAR}",
        rf"(?P<month>{months})(?P<day>)(?P<year>)",
        rf"(start|beginning) of (?P<month>{months})(?P<day>)(?P<year>)",
        rf"{_ORDINAL}(?P<month>)(?P<year>)",
    ):
        found = re.fullmatch(pattern, said)
        if found is None or (not found["month"] and not re.search("[a-z]", said)):
            continue
        month = month_names(locale)[found["month"]] if found["month"] else None
        return _next(int(found["day"] or 1), month, found["year"], today)
    return None


def _in_digits(said: str, today: date) -> date | None:
    found = _ISO.fullmatch(said) or _NUMBERS.fullmatch(said)
    if found is None:
        return None
    day, month = int(found["day"]), int(found["month"])
    if month > 12 >= day:  # as Americans write it
        day, month = month, day
    return _next(day, month, found["year"], today)


def _next(day: int, month: int | None, year: str | None, today: date) -> date | None:
    """The next such day; of the month if none is named, of the year unless one is."""
    if year:
        return _date(int(year) + (2000 if len(year) == 2 else 0), month or 1, day)
    if month is None:
        here = _date(today.year, today.month, day)
        after = _first_of_next_month(today)
        return here if here and here > today else _date(after.year, after.month, day)
    here = _date(today.year, month, day)
    return here if here and here > today else _date(today.year + 1, month, day)


def _date(year: int, month: int, day: int) -> date | None:
    if not (2000 <= year <= 2999 and 1 <= month <= 12):
        return None
    return date(year, month, day) if 1 <= day <= calendar.monthrange(year, month)[1] else None


@cache
def weekday_names(locale: Locale) -> dict[str, int]:
    """Weekdays as they are called in a language and in English, long and short; 0 = Monday."""
    names: dict[str, int] = {}
    for spoken in (Locale("en"), locale):
        for width in ("wide", "abbreviated"):
            for index, name in get_day_names(width, locale=spoken).items():
                names.setdefault(str(name).casefold().rstrip("."), index)
    return names | {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}


@cache
def month_names(locale: Locale) -> dict[str, int]:
    """Months as they are called in a language and in English, long and short; 1 = January."""
    names: dict[str, int] = {}
    for spoken in (Locale("en"), locale):
        for width in ("wide", "abbreviated"):
            for index, name in get_month_names(width, locale=spoken).items():
                names.setdefault(str(name).casefold().rstrip("."), index)
    return names | {"sept": 9}
