"""What a tip, an answer, a claim and a source are: frozen values, nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

# A number is a bit in every subscriber's row: a slip of the pen must not make the rows megabytes
# long.
MAX_NUMBER = 10_000
MOST_THEMES = 31
EVERY_THEME = (1 << MOST_THEMES) - 1
"""The choice of a subscriber who wants all themes: those that are still to be written, too."""
EVERYDAY_ADVICE = "everyday advice"
"""How ``about`` begins where a tip rests on advice alone."""


class Frozen(BaseModel):
    """A value that nobody changes after it was read."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Evidence(StrEnum):
    """How strong the evidence behind a claim is, strongest first."""

    ESTABLISHED = "established"
    MODERATE = "moderate"
    LIMITED = "limited"
    MIXED = "mixed"
    NONE = "none"

    @property
    def rank(self) -> int:
        """0 for the strongest level, rising as the evidence weakens."""
        return list(Evidence).index(self)

    @classmethod
    def weakest(cls, levels: Iterable[Evidence]) -> Evidence:
        """The level of a text that rests on several claims: its weakest one."""
        return max(levels, key=lambda level: level.rank)


class Season(StrEnum):
    """A season where the subscriber lives; which months it means depends on the hemisphere."""

    SPRING = "spring"
    SUMMER = "summer"
    AUTUMN = "autumn"
    WINTER = "winter"


class Audience(StrEnum):
    """Whom a tip speaks to."""

    EVERYONE = "everyone"
    ADULT = "adult"
    PARENT = "parent"


class Kind(StrEnum):
    """What a tip's action asks of the subscriber."""

    DO = "do"
    """Something for the hands: at the stove, in the bathroom, on a walk."""
    NOTE = "note"
    """Something to write down or to watch."""
    ASK = "ask"
    """A question to a doctor, a pharmacist, a teacher."""
    THINK = "think"
    """A claim or a study to look at."""


class ReviewOutcome(StrEnum):
    """What an independent reviewer said of a text held against its evidence."""

    SUPPORTED = "supported"
    OVERSTATED = "overstated"
    UNSUPPORTED = "unsupported"
    UNSAFE = "unsafe"


class Review(Frozen):
    """What two readers said of a text that neither of them wrote, and when.

    One held it against its claims and the claims against their sources; the other read it aloud
    as a tired person with eczema, or as their parent, on a phone.
    """

    on: date
    outcome: ReviewOutcome
    useful: int = Field(ge=1, le=5)
    easy: int = Field(ge=1, le=5)
    would_do: bool = Field(default=True, description="of a tip: whether the reader would do it")


DUE: Final = "due"
"""Stands in a text that has changed since its readers saw it, until it is read again."""


class Source(Frozen):
    """A publication or public page; shown to subscribers only where ``show`` is true."""

    key: str
    title: Line
    authors: tuple[str, ...] = ()
    year: str = Field(coerce_numbers_to_str=True, description="'n.d.' where the page has no date")
    short: str = Field(default="", description="the author's name where it is a long one")
    container: str = ""
    doi: str | None = None
    pmid: str | None = None
    url: str | None = None
    type: str
    read: str
    show: bool


class Claim(Frozen):
    """The most that may be said on one point, with its caveat."""

    id: Slug
    topic: Slug
    claim: Line
    strength: Evidence
    caveat: str = ""
    practical: tuple[str, ...] = ()
    sources: tuple[str, ...]
    seed: bool = False
    usable: bool = True
    checked: date | None = Field(default=None, description="the day of the second check")


class Tip(Frozen):
    """One short message: what helps and why, and one thing to try today."""

    id: Slug
    number: int = Field(
        ge=0, lt=MAX_NUMBER, description="stable for ever: the bit in a subscriber's seen-set"
    )
    topic: Slug
    title: Line
    body: Line
    action: Line
    kind: Kind
    about: Line = Field(description="what the evidence line grades: 'for itch'")
    caution: Line | None = None
    claims: tuple[Slug, ...] = Field(min_length=1)
    season: tuple[Season, ...] = ()
    audience: Audience = Audience.EVERYONE
    unproven: bool = Field(default=False, description="its message is that something is not shown")
    reviewed: Review | Literal["due"] | None = None

    @property
    def is_advice(self) -> bool:
        """Whether it is harmless everyday care that rests on advice alone and bears no grade."""
        return self.about.startswith(EVERYDAY_ADVICE)


class Answer(Frozen):
    """The answer to one question of the FAQ; its id is the question's id."""

    id: Slug
    topic: Slug
    question: Line
    label: Line | None = Field(default=None, description="the question as a button has room for")
    given: tuple[Line, ...] = Field(description="other wordings that came with the question")
    wordings: tuple[Line, ...] = Field(description="other wordings written by the authors")
    headline: Line = Field(description="the answer in one sentence")
    body: Line
    doctor: Line | None = Field(default=None, description="when to see a doctor")
    details: Line | None = Field(default=None, description="what studies found; folded away")
    claims: tuple[Slug, ...] = Field(min_length=1)
    related: tuple[Slug, ...] = Field(default=(), description="ids of answers to offer next")
    reviewed: Review | Literal["due"] | None = None

    @property
    def name(self) -> str:
        """What a button calls it."""
        return self.label or self.question


class Theme(Frozen):
    """A plain heading subscribers choose by; gathers several of the editors' topics."""

    id: Slug
    bit: int = Field(
        ge=0, lt=MOST_THEMES, description="stable for ever: the bit in a subscriber's choice"
    )
    sign: str = Field(default="", description="one emoji before the theme's name, everywhere")
    topics: tuple[Slug, ...] = Field(min_length=1)


class Question(Frozen):
    """A question that the FAQ has to answer, as the evidence gives it."""

    id: Slug
    question: Line
    variants: tuple[Line, ...]
    topic: Slug
    claims: tuple[Slug, ...] = Field(min_length=1)
    seed: bool = False


class Service(Frozen):
    """What people write about the bot itself; ``name`` is what a button says."""

    id: Annotated[Slug, StringConstraints(pattern="^service-")]
    name: Line


class RetiredTip(Frozen):
    """A withdrawn tip: its id and number are never given again."""

    id: Slug
    number: int = Field(ge=0, lt=MAX_NUMBER)
    on: date
    why: Line


class RetiredAnswer(Frozen):
    """A withdrawn answer: its id is never given again."""

    id: Slug
    on: date
    why: Line


class Retired(Frozen):
    """The ledger of what was withdrawn."""

    tips: tuple[RetiredTip, ...] = ()
    answers: tuple[RetiredAnswer, ...] = ()


class FirstWeek(Frozen):
    """The tips that come first, in order, to who gets them for themselves or for a child."""

    adult: tuple[Slug, ...] = ()
    parent: tuple[Slug, ...] = ()


class Group(Frozen):
    """Topics that together make up a share (0 to 1) of the year."""

    id: Slug
    least: float = Field(ge=0, le=1)
    most: float = Field(ge=0, le=1)
    topics: tuple[Slug, ...] = Field(min_length=1)


class Names(Frozen):
    """What subscribers see in place of the ids of themes and topics, in one language."""

    themes: dict[str, Line]
    topics: dict[str, Line]
