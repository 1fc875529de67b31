"""The tables about subscribers, and what queries hand out of them: frozen values, not live rows.

What table and value have in common is declared once, in a ``…Fields`` class that both share.
Constraints are named, so that migrations can change them.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, NamedTuple

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlmodel import Field, SQLModel

from bot.store.types import BigId, NumberSet, UTCDateTime, one_of
from bot.store.values import ALL_WEEKDAYS

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

SUBSCRIBER_STATES = ("new", "active", "paused", "stopped", "blocked", "gone")


class Table(SQLModel):
    """What every table shares."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)


def subscriber_key(*, primary: bool = True) -> Column[int]:
    """A subscriber's chat id that follows them: erased with them, moved with them."""
    parent = ForeignKey("subscriber.chat_id", ondelete="CASCADE", onupdate="CASCADE")
    return Column("chat_id", BigInteger, parent, primary_key=primary, nullable=False)


class RotationFields(Table):
    """Which tips a subscriber has had; it changes with every tip.

    ``seat`` says where the row lies: where their subscription's does, and below all seats before
    there is one.
    """

    seat: int = Field(sa_column=Column(BigId, primary_key=True, autoincrement=False))
    seen: int = Field(default=0, sa_type=NumberSet, sa_column_kwargs={"nullable": False})
    recent: bytes = Field(default=b"", sa_type=LargeBinary)
    last_topic: str | None = Field(default=None, max_length=64)
    last_number: int | None = None


class SubscriberFields(Table):
    """A subscriber and their settings."""

    chat_id: int = Field(
        sa_type=BigId, primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    state: str = Field(max_length=8)
    language: str = Field(max_length=16)
    zone: str | None = Field(default=None, max_length=64)
    themes: int = Field(sa_type=BigInteger)
    audience: str = Field(default="both", max_length=8)
    put_off: str | None = Field(default=None, max_length=1024)
    paused_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    pause_ended: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    quiet: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    announcements: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    active_on: date | None = None
    seed: int = Field(sa_type=BigInteger)
    refused_days: int = Field(
        default=0, sa_type=SmallInteger, sa_column_kwargs={"server_default": "0"}
    )
    local_minute: int | None = Field(default=None, sa_type=SmallInteger)
    weekdays: int = Field(default=ALL_WEEKDAYS, sa_type=SmallInteger)
    source: str | None = Field(default=None, max_length=64)
    created_at: datetime = Field(sa_type=UTCDateTime)
    consent_version: str | None = Field(default=None, max_length=64)
    consent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    expecting: str | None = Field(default=None, max_length=16)
    refused_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Subscriber(SubscriberFields, table=True):
    """The table of subscribers; ``state_before`` is what they were when they left, for
    ``left_reason``.

    ``themes`` has a bit for each that they want, and every bit there can be if they want all, new
    ones included. ``joined_after`` is how many broadcasts had been confirmed when they last
    became active; ``refused_days`` counts days on which Telegram knew no such chat.
    """

    __table_args__ = (
        CheckConstraint(one_of("state", *SUBSCRIBER_STATES), name="state"),
        CheckConstraint("local_minute BETWEEN 0 AND 1439", name="local_minute"),
        CheckConstraint("weekdays BETWEEN 1 AND 127", name="weekdays"),
        CheckConstraint(one_of("audience", "both", "adult", "parent"), name="audience"),
        Index(None, "state", "chat_id"),
        Index(
            None,
            "paused_until",
            sqlite_where=text("paused_until IS NOT NULL"),
            postgresql_where=text("paused_until IS NOT NULL"),
        ),
    )

    state_before: str | None = Field(default=None, max_length=8)
    joined_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    joined_after: int = Field(
        default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"}
    )
    left_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    left_reason: str | None = Field(default=None, max_length=16)


class Rotation(RotationFields, table=True):
    """The table of what subscribers have had; each has one row, made with theirs.

    It is written for every tip that arrives. In the order of seats those who are sent together lie
    together, so that a group of outcomes changes a few pages instead of one for each of them.
    """

    __table_args__ = (UniqueConstraint("chat_id"),)

    chat_id: int = Field(sa_column=subscriber_key(primary=False))


class Recipient(NamedTuple):
    """A subscriber as far as choosing and sending a tip goes: the fewest columns, and no model,
    since one is read for every tip.

    What they mean is said in :class:`SubscriberRead`.
    """

    chat_id: int
    state: str
    language: str
    zone: str | None
    themes: int
    audience: str
    put_off: str | None
    paused_until: datetime | None
    pause_ended: bool
    quiet: bool
    seed: int
    refused_days: int
    seat: int
    seen: int
    recent: bytes
    last_topic: str | None
    last_number: int | None


class SubscriberRead(SubscriberFields, RotationFields):
    """A subscriber and their settings, frozen. Every instant is aware and in UTC.

    ``zone`` is None where none was given, and where the one that was given is no longer in the
    time-zone data. ``seen`` is the bitmap over tip numbers, ``recent`` are the numbers of those
    sent last, as ``tips.rotation`` keeps them.

    ``state`` is one of ``new`` (settings incomplete), ``active``, ``paused``, ``stopped``,
    ``blocked`` (refuses the bot, settings kept) and ``gone`` (the account no longer exists).
    ``local_minute`` counts from local midnight; ``weekdays`` has bit 0 for Monday; ``themes`` is
    the mask of ``tips`` themes (``EVERY_THEME``: all, new ones included); ``paused_until`` is
    ``None`` for a pause without end; ``pause_ended`` says that one ended by itself, and that no
    tip has said so yet; ``quiet`` that tips come without a sound;
    ``announcements`` that broadcasts come; ``active_on`` is the last day (UTC) on which they wrote
    or tapped; ``put_off`` is what comes last
    because of what they said of a tip, as ``tips.reactions`` writes it. ``changed`` tells whether
    the rule that returned this value changed anything (the second of two taps does not).
    """

    model_config = {"frozen": True}

    changed: bool = False

    @property
    def recipient(self) -> Recipient:
        """What choosing a tip asks of them."""
        return Recipient(**{name: getattr(self, name) for name in Recipient._fields})

    @property
    def zone_lost(self) -> bool:
        """There were to be tips, but the zone has left the data: they have to be asked for one."""
        return self.zone is None and self.state in ("active", "paused")

    @property
    def subscribed(self) -> bool:
        """Zone and hour are known and the subscriber has not left."""
        complete = self.zone is not None and self.local_minute is not None
        return complete and self.state in ("active", "paused")


class Slot(Table, table=True):
    """Subscribers of one zone and local minute; ``next_at`` is their next instant, a cache.

    ``cursor`` is the last subscription planned for that instant, so that a crash resumes there.
    """

    __table_args__ = (UniqueConstraint("zone", "local_minute"), Index(None, "next_at"))

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True))
    zone: str = Field(max_length=64)
    local_minute: int = Field(sa_type=SmallInteger)
    next_at: datetime = Field(sa_type=UTCDateTime)
    next_date: date
    cursor: int = Field(default=0, sa_type=BigInteger)


class Subscription(Table, table=True):
    """A subscriber's daily tip: which slot they are in, and their own filters.

    The id is a *seat*: ``slot_id * 2**40`` and a place in the slot, so that whoever is planned
    together lies together, here and in the outbox, however far apart they signed up. It changes
    with the slot, and the subscriber's tips in the outbox follow.

    No instant before ``snoozed_until`` (also set when a slot is joined, so that an instant
    already past is not caught up) and no local date before ``not_before`` counts. ``spread``
    (0..65535) is the subscriber's fixed place in the operator's window; seats are in its order.
    """

    __table_args__ = (
        UniqueConstraint("chat_id", "kind"),
        CheckConstraint(one_of("kind", "tip"), name="kind"),
        CheckConstraint(one_of("state", "active", "off"), name="state"),
        CheckConstraint("spread BETWEEN 0 AND 65535", name="spread"),
        CheckConstraint("id / 1099511627776 = slot_id", name="seat"),
        Index(None, "slot_id"),
    )

    id: int | None = Field(
        default=None, sa_column=Column(BigId, primary_key=True, autoincrement=False)
    )
    chat_id: int = Field(sa_column=subscriber_key(primary=False))
    kind: str = Field(default="tip", max_length=8)
    slot_id: int = Field(sa_column=Column(BigInteger, ForeignKey("slot.id"), nullable=False))
    state: str = Field(max_length=8)
    weekdays: int = Field(sa_type=SmallInteger)
    snoozed_until: datetime = Field(sa_type=UTCDateTime)
    not_before: date
    spread: int = Field(sa_type=Integer)


class Saved(Table, table=True):
    """A tip that a subscriber keeps."""

    chat_id: int = Field(sa_column=subscriber_key())
    tip_id: str = Field(primary_key=True, max_length=64)
    at: datetime = Field(sa_type=UTCDateTime)


class TipVoteFields(Table):
    """A subscriber's thumb on a tip."""

    chat_id: int = Field(sa_column=subscriber_key())
    tip_id: str = Field(primary_key=True, max_length=64)
    vote: int = Field(sa_type=SmallInteger)
    at: datetime = Field(sa_type=UTCDateTime)
    why_not: str | None = Field(default=None, max_length=16)


class TipVote(TipVoteFields, table=True):
    """The table of thumbs on tips."""

    __tablename__ = "tip_vote"
    __table_args__ = (
        CheckConstraint("vote IN (-1, 1)", name="vote"),
        # The reasons of all tips are counted from it alone, however many thumbs there are.
        Index(
            "ix_tip_vote_why_not",
            "tip_id",
            "why_not",
            "at",
            sqlite_where=text("why_not IS NOT NULL"),
            postgresql_where=text("why_not IS NOT NULL"),
        ),
    )


class TipVoteRead(TipVoteFields):
    """A subscriber's thumb on a tip, frozen."""

    model_config = {"frozen": True}


class TipTally(Table, table=True):
    """The table of a day's thumbs on a tip, less those taken back; ``day`` is its midnight (UTC).

    By tip first, so that a span is summed up without sorting.
    """

    __tablename__ = "tip_tally"
    __table_args__ = ({"sqlite_with_rowid": False},)

    tip_id: str = Field(primary_key=True, max_length=64)
    day: datetime = Field(sa_column=Column(UTCDateTime, primary_key=True))
    up: int = Field(sa_type=BigInteger)
    down: int = Field(sa_type=BigInteger)


class AnswerVote(Table, table=True):
    """A subscriber's thumb on an answer of the FAQ."""

    __tablename__ = "answer_vote"
    __table_args__ = (CheckConstraint("vote IN (-1, 1)", name="vote"),)

    chat_id: int = Field(sa_column=subscriber_key())
    answer_id: str = Field(primary_key=True, max_length=64)
    vote: int = Field(sa_type=SmallInteger)
    at: datetime = Field(sa_type=UTCDateTime)


class Miss(Table, table=True):
    """An answer that was not what the subscriber had asked; the words are not kept."""

    chat_id: int = Field(sa_column=subscriber_key())
    answer_id: str = Field(primary_key=True, max_length=64)
    at: datetime = Field(sa_type=UTCDateTime)
