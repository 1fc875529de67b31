"""The figures by day as a file for spreadsheets: numbers and dates alone, no words of anybody."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from operator import attrgetter
from typing import NamedTuple, TypeAlias

from bot.figures import Period

Value: TypeAlias = int | float | date | None

OUTCOMES = {
    "sent": "that Telegram took",
    "failed": "that Telegram refused",
    "in_doubt": "of which nobody knows whether they arrived",
    "too_old": "that were too late to be sent",
    "cancelled": "that were called off before they were sent",
}
WAYS_TO_LEAVE = {
    "stopped": "by unsubscribing",
    "blocked": "by blocking the bot",
    "gone": "because their account is no more",
    "erased": "by having everything erased",
}


class Column(NamedTuple):
    """A column of the file: its name, what it holds, and where that comes from."""

    name: str
    about: str
    of: Callable[[Period], Value]


def _plain(name: str, about: str, path: str) -> Column:
    return Column(name, about, attrgetter(path))


def _parts(name: str, about: str, path: str, parts: Mapping[str, str]) -> Iterator[Column]:
    for part, how in parts.items():
        yield Column(f"{name}_{part}", f"{about} {how}", partial(_part, path, part))


def _part(path: str, part: str, day: Period) -> int:
    counts: Mapping[str, int] = getattr(day, path)
    return counts.get(part, 0)


COLUMNS: tuple[Column, ...] = (
    _plain("day", "the day, in UTC", "first"),
    _plain("subscribers", "subscribers at its end", "subscribers"),
    _plain("joined", "people who subscribed", "joined"),
    _plain("returned", "people who came back after leaving", "returned"),
    _plain("left", "subscribers who left", "left"),
    *_parts("left", "those of them who left", "left_how", WAYS_TO_LEAVE),
    *_parts("tips", "daily tips", "tips", OUTCOMES),
    *_parts("broadcasts", "messages of broadcasts", "broadcasts", OUTCOMES),
    _plain(
        "late_half", "seconds after its hour within which half of the tips came", "lateness.p50"
    ),
    _plain("late_most", "the same of 95 in 100 tips", "lateness.p95"),
    _plain("tips_up", "thumbs up for tips, less those taken back", "tip_votes.up"),
    _plain("tips_down", "thumbs down for tips, likewise", "tip_votes.down"),
    _plain("answers_up", "thumbs up for answers", "answer_votes.up"),
    _plain("answers_down", "thumbs down for answers", "answer_votes.down"),
    _plain("answers_missed", "answers that were not what was asked", "misses"),
    _plain("questions_answered", "questions with a sure answer", "questions.answered"),
    _plain("questions_unsure", "questions with some answers to choose from", "questions.unsure"),
    _plain("questions_unanswered", "questions without an answer", "questions.unanswered"),
)


def as_csv(days: Iterable[Period]) -> bytes:
    """A line for each day, the oldest first; as RFC 4180 has it.

    A cell is a date, a number that is not below 0, or empty, so no program takes one for a
    formula.
    """
    file = io.StringIO(newline="")
    rows = csv.writer(file)
    rows.writerow(column.name for column in COLUMNS)
    rows.writerows([_cell(column.of(day)) for column in COLUMNS] for day in days)
    return file.getvalue().encode()


def _cell(value: Value) -> str:
    if value is None:
        return ""
    return f"{value:.1f}" if isinstance(value, float) else str(value)
