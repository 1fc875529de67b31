"""The figures of a span of days, as values: texts, pictures, files and pages are made of them.

Days are those of UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple


class Lateness(NamedTuple):
    """Seconds from due to sent: median, 95th percentile, and counts per upper bound."""

    p50: float | None
    p95: float | None
    histogram: tuple[tuple[float, int], ...]


class Votes(NamedTuple):
    """Thumbs up and down, those taken back left out."""

    up: int
    down: int

    @property
    def total(self) -> int:
        return self.up + self.down

    @property
    def share(self) -> float:
        """Which part of them is up, from 0 to 1; 0 where there is none."""
        return self.up / self.total if self.total else 0.0


class Rated(NamedTuple):
    """A tip or a theme, by its id, and what people thought of it."""

    id: str
    votes: Votes


class Questions(NamedTuple):
    """Questions in people's own words: those that got an answer, a choice of some, or none."""

    answered: int
    unsure: int
    unanswered: int

    @property
    def total(self) -> int:
        return sum(self)

    @property
    def replied(self) -> int:
        """Those that got an answer, or a choice of some."""
        return self.answered + self.unsure


class Reach(NamedTuple):
    """A broadcast: when it was confirmed, for how many, and how many of them got it."""

    id: int
    confirmed_at: datetime
    total: int
    reached: int

    @property
    def share(self) -> float:
        """Which part of them got it, from 0 to 1."""
        return self.reached / self.total if self.total else 0.0


class Standing(NamedTuple):
    """How many people are in each state now; ``unfinished`` never completed a subscription."""

    active: int
    paused: int
    stopped: int
    blocked: int
    gone: int
    unfinished: int

    @property
    def subscribers(self) -> int:
        """Those who get tips, now or after a break."""
        return self.active + self.paused


@dataclass(frozen=True, slots=True)
class Period:
    """What was counted from the ``first`` day to the ``last``, both included.

    ``subscribers`` is how many there were at its end. ``left_how`` tells some of those who left
    apart: ``stopped``, ``blocked``, ``gone``, ``erased``. ``tips`` and ``broadcasts`` count
    messages by what became of them, ``failures`` by reason; ``misses`` are answers that were not
    what was asked.
    """

    first: date
    last: date
    subscribers: int
    joined: int
    returned: int
    left: int
    left_how: Mapping[str, int]
    tips: Mapping[str, int]
    broadcasts: Mapping[str, int]
    failures: Mapping[str, int]
    doubts: int
    lateness: Lateness
    tip_votes: Votes
    answer_votes: Votes
    misses: int
    questions: Questions

    @property
    def came(self) -> int:
        """How many joined, or came back."""
        return self.joined + self.returned

    @property
    def tips_sent(self) -> int:
        """How many tips arrived."""
        return self.tips.get("sent", 0)

    @property
    def tips_missed(self) -> int:
        """How many tips certainly did not arrive."""
        return self.tips.get("failed", 0) + self.tips.get("too_old", 0)

    @property
    def gained(self) -> int:
        """By how many subscribers there are more at the end; less than 0 for fewer."""
        return self.came - self.left

    @property
    def subscribers_before(self) -> int:
        """How many subscribers there were when it began."""
        return max(0, self.subscribers - self.gained)


@dataclass(frozen=True, slots=True)
class Overview:
    """The figures of now, and those of today and the days before it: ``days`` in all.

    ``steps`` are these days, or weeks where they are many, from the first with figures on, and a
    week at least; ``total`` is all of them. ``themes`` are in the order of the library, with
    thumbs or without; ``best`` and ``worst`` are tips with enough thumbs; ``broadcasts`` are those
    confirmed in these days, the newest first; ``sources`` count whoever came by a link.
    """

    days: int
    at: datetime
    now: Standing
    total: Period
    steps: tuple[Period, ...]
    themes: tuple[Rated, ...]
    best: tuple[Rated, ...]
    worst: tuple[Rated, ...]
    broadcasts: tuple[Reach, ...]
    sources: Mapping[str, int]
