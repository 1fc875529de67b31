"""Frozen values that rules and reports make of rows. Every instant is aware and in UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

ALL_WEEKDAYS = 0b1111111
"""Every day chosen; bit 0 is Monday."""

EXPECTABLE = ("audience", "zone", "hour", "day", "themes", "question")
"""What a subscriber's next typed message may answer."""

NOBODY = 0
"""Whose a finished broadcast is once its admin is erased; no Telegram user has this number."""

LEFT_REASONS = ("blocked", "kicked", "deactivated", "not_found", "not_started")
"""Reasons of a refusal that mean that the chat is lost, not that the message was bad."""

FORBIDDING = ("no_rights", "topic_closed", "forbids_voice", "forbids_strangers", "asks_payment")
"""Reasons of what a subscriber, or whoever runs their group, forbids."""

OWN_REASONS = (*LEFT_REASONS, *FORBIDDING, "gone", "too_late")
"""Reasons that are the subscriber's own, and say nothing of the message: those, and that a message
to correct is gone, or too old to delete."""


class UnknownSubscriberError(LookupError):
    """No such subscriber (never arrived, or everything about them was erased)."""


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A subscriber's next tip: the instant in UTC and as the subscriber's own clock shows it.

    With a spread window the tip comes "about" then: up to ``Settings.spread_minutes`` later.
    """

    at: datetime
    local: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Vote:
    """What a vote did. ``ask_drop_theme`` names a topic that the subscriber keeps turning down."""

    vote: int
    changed: bool
    ask_drop_theme: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """What a subscriber said of a tip: their vote (+1, -1, 0 for none), why not, if it is kept."""

    vote: int
    saved: bool
    why_not: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Where a broadcast stands: its recipients, each counted once, are ``total`` together.

    ``failed`` counts by reason, of which ``own`` are the subscribers' own settings; ``queued``
    includes the ``under_way``. ``state`` is the broadcast's, or ``cancelling`` for one that was
    cancelled while messages are under way. ``left`` is how many of the ``cancelled`` had left
    before it was their turn; ``failed_again`` and ``doubt_again`` are how many of those that
    failed, or are in doubt, can be sent again.
    """

    total: int
    sent: int
    blocked: int
    failed: dict[str, int]
    in_doubt: int
    too_old: int
    cancelled: int
    queued: int
    under_way: int
    left: int
    failed_again: int
    doubt_again: int
    state: str

    @property
    def own(self) -> dict[str, int]:
        """Failures that say nothing of the message: what a subscriber, or their group, forbids."""
        return {reason: rows for reason, rows in self.failed.items() if reason in FORBIDDING}


@dataclass(frozen=True, slots=True)
class Advice:
    """Settings to change, and how the same day would go with them."""

    settings: dict[str, float]
    longest_wait: float
    too_old: int
    holds: bool


@dataclass(frozen=True, slots=True)
class Forecast:
    """How the 24 hours after ``start`` would go at the operator's rate.

    ``longest_wait`` is the seconds that the latest of those sent waits past its due instant;
    ``holds`` is false when that is more than a minute; ``capacity`` is tips a minute.
    ``busiest_hour`` is when most are due within sixty minutes. ``to_move`` are subscribers who
    would have to choose quieter hours for the promise to hold, with all settings as they are;
    ``spread_needed`` is the window, in minutes, that would do by itself (None: none would), and
    ``advice`` what would help, each tried. ``queued_tips`` and ``queued_copies``
    (messages of running broadcasts) are in the outbox already and were taken into account.
    ``skipped`` are subscribers without a tip, by their zone, which is not in the time-zone data.
    """

    start: datetime
    tips: int
    busiest_minute: datetime | None
    busiest_count: int
    capacity: float
    longest_wait: float
    too_old: int
    spread_needed: float | None
    queued_tips: int
    queued_copies: int
    holds: bool
    busiest_hour: datetime | None = None
    busiest_hour_count: int = 0
    to_move: int = 0
    advice: tuple[Advice, ...] = ()
    skipped: dict[str, int] = field(default_factory=dict)
