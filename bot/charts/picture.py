"""What a picture shows, in words and numbers; how it looks is the business of ``drawing``.

Above each panel stand its subject, small, and a title that says what it shows, so that nothing has
to be looked up: words in the tone of a line or of bars name it, where other charts have a legend.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

Tone: TypeAlias = Literal["plain", "quiet", "first", "second"]
"""``first`` is the tone of a line, of bars upwards and of shares; ``second`` of bars downwards."""


class Words(NamedTuple):
    """Some words of a title in one tone."""

    text: str
    tone: Tone = "plain"


Title: TypeAlias = tuple[Words, ...]


class Ends(NamedTuple):
    """What is written below the first and the last step."""

    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line through ``values`` (None: a gap), with what its first and last point are called.

    It stands on 0 where ``from_zero`` says so, else on little less than its lowest point.
    """

    subject: str
    title: Title
    values: tuple[float | None, ...]
    ends: Ends
    labels: Ends
    from_zero: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """Two bars a step, one upwards and one downwards; the highest and the lowest are numbered."""

    subject: str
    title: Title
    up: tuple[int, ...]
    down: tuple[int, ...]
    ends: Ends


class Share(NamedTuple):
    """A row: its name, a part of a whole from 0 to 1, and that in words."""

    name: str
    share: float
    told: str


@dataclass(frozen=True, slots=True)
class Shares:
    """Bars from left to right, one a row."""

    subject: str
    title: Title
    rows: tuple[Share, ...]


class Note(NamedTuple):
    """A line of a list: a short figure and what it is of."""

    figure: str
    words: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Notes:
    """A list of lines."""

    subject: str
    title: Title
    lines: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Nothing:
    """A panel that has nothing to show yet, and says so."""

    subject: str
    title: Title


Panel: TypeAlias = Line | Bars | Shares | Notes | Nothing


class Head(NamedTuple):
    """The figures of now: a word for that, the one that counts, and the others."""

    when: str
    figure: str
    rest: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The figures of now, and below them, set apart, those of a span.

    A row has one panel or two, side by side.
    """

    head: Head
    span: str
    dates: str
    rows: tuple[tuple[Panel, ...], ...]
