"""The tables of sending: deliveries, broadcasts, updates, flood waits, heartbeats, counters."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlmodel import Field

from bot.store.models import Table, subscriber_key
from bot.store.types import BigId, UTCDateTime, one_of

DELIVERY_STATES = ("queued", "leased", "sent", "failed", "in_doubt", "too_old", "cancelled")
FINAL_STATES = ("sent", "failed", "in_doubt", "too_old", "cancelled")
WAITING = ("waiting", "scheduled")
"""A broadcast in one of these is confirmed and has not begun."""

NOT_BEGUN = ("draft", *WAITING)
"""A broadcast in one of these is still to begin: nobody has been sent anything of it."""

BROADCAST_STATES = (*NOT_BEGUN, "sending", "paused", "done", "cancelled")
BROADCAST_KINDS = ("message", "edit", "recall")
PAUSE_REASONS = ("admin", "failures", "correction")


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class BroadcastFields(Table):
    """An admin's message to many."""

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True))
    admin_id: int = Field(sa_type=BigInteger)
    source_chat_id: int = Field(sa_type=BigInteger)
    source_message_id: int = Field(sa_type=BigInteger)
    state: str = Field(default="draft", max_length=10)
    audience: str = Field(default="active", max_length=16)
    created_at: datetime = Field(sa_type=UTCDateTime)
    confirmed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    not_after: datetime | None = Field(default=None, sa_type=UTCDateTime)
    total: int = Field(default=0, sa_type=BigInteger)
    cursor: int | None = Field(default=None, sa_type=BigInteger)
    frozen: bool = False
    pause_reason: str | None = Field(default=None, max_length=10)
    progress_chat_id: int | None = Field(default=None, sa_type=BigInteger)
    progress_message_id: int | None = Field(default=None, sa_type=BigInteger)
    ordinal: int | None = Field(default=None, sa_type=BigInteger)
    shown_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    shown_audience: int = Field(
        default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"}
    )
    shown_stars: float = Field(default=0.0, sa_column_kwargs={"server_default": "0"})
    reported_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    kind: str = Field(
        default="message", max_length=8, sa_column_kwargs={"server_default": "message"}
    )
    corrects: int | None = Field(default=None, sa_type=BigInteger)
    content: str | None = Field(default=None, sa_type=Text)
    filter: str | None = Field(default=None, sa_type=Text)
    wanted: str | None = Field(default=None, sa_type=Text)
    send_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    local_date: date | None = None
    local_minute: int | None = Field(default=None, sa_type=SmallInteger)
    late: str | None = Field(default=None, max_length=8)
    approved_by: int | None = Field(default=None, sa_type=BigInteger)
    media_group: str | None = Field(default=None, max_length=64)


class Broadcast(BroadcastFields, table=True):
    """The table of broadcasts."""

    __table_args__ = (
        CheckConstraint(one_of("state", *BROADCAST_STATES), name="state"),
        CheckConstraint(one_of("pause_reason", *PAUSE_REASONS), name="pause_reason"),
        CheckConstraint(one_of("kind", *BROADCAST_KINDS), name="kind"),
        CheckConstraint(one_of("late", "next_day", "skip"), name="late"),
    )


class BroadcastRead(BroadcastFields):
    """An admin's message to many, frozen. ``total`` is the audience counted at confirmation.

    ``state``: ``draft``, ``waiting`` (for a second admin's approval), ``scheduled``, ``sending``,
    ``paused``, ``done`` or ``cancelled``; ``pause_reason`` is ``admin``, ``failures`` or
    ``correction`` while paused. ``ordinal`` is its place in the order of confirmation.

    ``kind`` is ``message``, or ``edit`` or ``recall`` of the broadcast that it ``corrects``; below
    0 that is a tip (``bot.store.outbox.corrections.of_tip``). A draft of a message ``corrects``
    the one that waits and whose place it is to take.
    ``content`` is what is sent, as JSON (None: a copy of the admin's message as it is);
    ``filter`` is the audience as its admin said it, as JSON (None: everyone), and ``wanted`` what
    the tables are asked for it. It begins at ``send_at``, or at each
    subscriber's ``local_minute`` of ``local_date``; ``late`` says what becomes of those whose
    minute has passed (``next_day``, ``skip``). ``media_group`` is Telegram's number of the album
    whose messages a draft gathers.
    Its rows are being made until it is ``frozen``; ``cursor`` is the last chat that has one. A
    draft's admin was shown ``shown_audience`` and ``shown_stars`` at ``shown_at``, and whoever
    moved one that waits at ``shown_at``; the last report reached them at ``reported_at``.
    """

    model_config = {"frozen": True}  # noqa: RUF012 (how pydantic is told)

    id: int

    @property
    def is_correction(self) -> bool:
        """It changes or deletes messages that arrived, and is none itself."""
        return self.kind != "message"

    @property
    def can_be_replaced(self) -> bool:
        """A draft can take its place: it waits, and is no correction."""
        return self.state in WAITING and not self.is_correction

    def can_be_rewritten_by(self, admin_id: int) -> bool:
        """This admin can change all of it in one step: it is a draft of theirs, it says something,
        and no card of it stands in a chat, which would go on saying what it said."""
        says_something = self.state == "draft" and self.kind != "recall"
        return says_something and self.admin_id == admin_id and self.progress_message_id is None

    @property
    def last_shown(self) -> datetime:
        """When an admin was shown it last who could change it, or did; another instant stands for
        another state of it."""
        return self.shown_at or self.created_at

    @property
    def replaces(self) -> int | None:
        """The one that waits and whose place this draft is to take; None for others."""
        return None if self.is_correction else self.corrects


class SegmentFields(Table):
    """An audience with a name; ``filter`` is JSON as a broadcast's."""

    name: str = Field(primary_key=True, max_length=40)
    filter: str = Field(sa_type=Text)
    made_by: int = Field(sa_type=BigInteger)
    made_at: datetime = Field(sa_type=UTCDateTime)


class Segment(SegmentFields, table=True):
    """The table of saved audiences."""


class SegmentRead(SegmentFields):
    """An audience with a name, frozen."""

    model_config = {"frozen": True}  # noqa: RUF012 (how pydantic is told)


class Listed(Table, table=True):
    """A subscriber of a list that an admin handed in as a file; filters name the list."""

    list_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    chat_id: int = Field(sa_column=subscriber_key())


class Delivery(Table, table=True):
    """One message for one subscriber: a row before it is a request.

    ``due_at`` is the promise that lateness is measured against, ``ready_at`` when it may be
    (re)tried, ``not_after`` when it is too old; ``begun`` that a broadcast's message may have left
    under its present lease. ``content`` is a tip's number, or the message that a correction
    changes; ``album`` names the messages behind the first of an album, with commas between. No
    foreign key leads to the subscriber: checking it would fetch a scattered page per planned row;
    erasing and moving a subscriber name these rows.
    """

    __table_args__ = (
        CheckConstraint(one_of("kind", "tip", "broadcast"), name="kind"),
        CheckConstraint(one_of("state", *DELIVERY_STATES), name="state"),
        # By date first: a tick's rows then lie side by side instead of all over the index.
        Index(
            "uq_delivery_day",
            "local_date",
            "subscription_id",
            unique=True,
            **_where("subscription_id IS NOT NULL"),
        ),
        Index(
            "uq_delivery_recipient",
            "broadcast_id",
            "chat_id",
            unique=True,
            **_where("broadcast_id IS NOT NULL"),
        ),
        Index("ix_delivery_queue", "broadcast_id", "ready_at", **_where("state = 'queued'")),
        Index("ix_delivery_lease", "lease_until", **_where("state = 'leased'")),
    )

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True))
    kind: str = Field(max_length=9)
    subscription_id: int | None = Field(default=None, sa_type=BigInteger)
    broadcast_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, ForeignKey("broadcast.id"))
    )
    chat_id: int = Field(sa_type=BigInteger)
    local_date: date | None = None
    content: int | None = None
    state: str = Field(default="queued", max_length=9)
    reason: str | None = Field(default=None, max_length=64)
    due_at: datetime = Field(sa_type=UTCDateTime)
    ready_at: datetime = Field(sa_type=UTCDateTime)
    not_after: datetime = Field(sa_type=UTCDateTime)
    attempts: int = Field(default=0, sa_type=SmallInteger)
    doubts: int = Field(default=0, sa_type=SmallInteger)
    lease_owner: str | None = Field(default=None, max_length=16)
    lease_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    message_id: int | None = Field(default=None, sa_type=BigInteger)
    album: str | None = Field(default=None, max_length=256)
    # The database fills it in: one value less that planning has to hand over for every row.
    begun: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false"))
    )


class BroadcastTally(Table, table=True):
    """What became of a broadcast's rows that were pruned."""

    __tablename__ = "broadcast_tally"

    broadcast_id: int = Field(
        sa_column=Column(BigInteger, ForeignKey("broadcast.id"), primary_key=True)
    )
    state: str = Field(primary_key=True, max_length=9)
    reason: str = Field(primary_key=True, max_length=64)
    count: int = Field(sa_type=BigInteger)


class InboxFields(Table):
    """An update: its id, the chat it belongs to (if any), its JSON, encrypted.

    ``tries`` is how often it was begun after a crash, and did not end.
    """

    update_id: int = Field(
        sa_type=BigId, primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    chat_id: int | None = Field(default=None, sa_type=BigInteger)
    body: bytes | None = Field(default=None, sa_type=LargeBinary)
    tries: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})


class Inbox(InboxFields, table=True):
    """An update until it is processed; then chat and body go at once, and the id in a day."""

    __table_args__ = (
        Index("ix_inbox_pending", "update_id", **_where("done_at IS NULL")),
        Index(None, "received_at"),
    )

    received_at: datetime = Field(sa_type=UTCDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Arrived(InboxFields):
    """An update that is to be processed, frozen."""

    model_config = {"frozen": True}  # noqa: RUF012 (how pydantic is told)

    body: bytes


class HeartbeatFields(Table):
    """When something last went well, by name; ``detail`` is a short machine word."""

    name: str = Field(primary_key=True, max_length=64)
    at: datetime = Field(sa_type=UTCDateTime)
    detail: str = Field(default="", max_length=200)


class Heartbeat(HeartbeatFields, table=True):
    """The table of heartbeats."""


class HeartbeatRead(HeartbeatFields):
    """When something last went well, frozen."""

    model_config = {"frozen": True}  # noqa: RUF012 (how pydantic is told)


class FloodWaitFields(Table):
    """That Telegram wants no call of this ``kind`` for a chat until then.

    ``lane`` is whose call was refused. ``chat_id`` is 0 where no chat may get any, and ``kind``
    is ``all`` where the whole lane is held.
    """

    lane: str = Field(primary_key=True, max_length=8)
    kind: str = Field(primary_key=True, max_length=64)
    chat_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    told_at: datetime = Field(sa_type=UTCDateTime)
    until: datetime = Field(sa_type=UTCDateTime)


class FloodWait(FloodWaitFields, table=True):
    """The table of flood waits; those that are over go soon."""

    __tablename__ = "flood_wait"


class FloodWaitRead(FloodWaitFields):
    """A flood wait, frozen."""

    model_config = {"frozen": True}  # noqa: RUF012 (how pydantic is told)


class Counter(Table, table=True):
    """An hour's figure that outlives the rows it was counted from."""

    at: datetime = Field(sa_column=Column(UTCDateTime, primary_key=True))
    name: str = Field(primary_key=True, max_length=64)
    value: int = Field(default=0, sa_type=BigInteger)
