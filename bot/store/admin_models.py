"""The tables of those who run the bot's content: roles, invitations, the audit log, the page's
logins, questions without an answer, tips that were withdrawn."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, Text
from sqlmodel import Field

from bot.store.models import Table, subscriber_key
from bot.store.types import BigId, UTCDateTime, one_of

ROLES = ("editor", "viewer")
"""What an owner may make of somebody; owners themselves stand in the settings."""

QUESTION_STATES = ("open", "sending", "answered", "dismissed")


class AdminFields(Table):
    """Somebody with a role, by their Telegram user id."""

    user_id: int = Field(
        sa_type=BigId, primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    role: str = Field(max_length=8)
    invited_by: int = Field(sa_type=BigInteger)
    since: datetime = Field(sa_type=UTCDateTime)


class Admin(AdminFields, table=True):
    """The table of editors and viewers."""

    __table_args__ = (CheckConstraint(one_of("role", *ROLES), name="role"),)


class AdminRead(AdminFields):
    """Somebody with a role, frozen."""

    model_config = {"frozen": True}  # noqa: RUF012 (how pydantic is told)


class InvitationFields(Table):
    """A link by which one person gets a role; only the hash of its secret is kept."""

    token_hash: str = Field(primary_key=True, max_length=64)
    role: str = Field(max_length=8)
    made_by: int = Field(sa_type=BigInteger)
    made_at: datetime = Field(sa_type=UTCDateTime)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    used_by: int | None = Field(default=None, sa_type=BigInteger)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Invitation(InvitationFields, table=True):
    """The table of invitations."""

    __table_args__ = (CheckConstraint(one_of("role", *ROLES), name="role"),)


class InvitationRead(InvitationFields):
    """An invitation, frozen."""

    model_config = {"frozen": True}  # noqa: RUF012 (how pydantic is told)


class DialogueFields(Table):
    """What an admin's next message is, or may be where a screen of buttons is before them:
    ``expects`` it is ``about`` a broadcast of that number."""

    user_id: int = Field(
        sa_type=BigId, primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    expects: str = Field(max_length=16)
    about: int | None = Field(default=None, sa_type=BigInteger)


class Dialogue(DialogueFields, table=True):
    """The table of what admins have been asked for; one row an admin, until it is answered."""


class DialogueRead(DialogueFields):
    """What an admin's next message is, frozen."""

    model_config = {"frozen": True}  # noqa: RUF012 (how pydantic is told)


class AuditFields(Table):
    """What an admin did: never a subscriber's words.

    ``actor`` is a user id (0: the operator at the command line, or somebody who was erased).
    ``subject`` names what was changed ("broadcast 12", "tip fibre-oats"); ``before`` and ``after``
    are JSON objects of what changed.
    """

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True))
    at: datetime = Field(sa_type=UTCDateTime)
    actor: int = Field(sa_type=BigInteger)
    act: str = Field(max_length=32)
    subject: str = Field(default="", max_length=96)
    before: str | None = Field(default=None, sa_type=Text)
    after: str | None = Field(default=None, sa_type=Text)


class Audit(AuditFields, table=True):
    """The table of what admins did."""

    __table_args__ = (Index(None, "at"),)


class AuditRead(AuditFields):
    """What an admin did, frozen."""

    model_config = {"frozen": True}  # noqa: RUF012 (how pydantic is told)

    id: int


class LoginFields(Table):
    """A login into the admin page: the one-time link (``session`` false) or what it became.

    Only the hash of the secret is kept.
    """

    token_hash: str = Field(primary_key=True, max_length=64)
    session: bool = False
    user_id: int = Field(sa_type=BigInteger)
    made_at: datetime = Field(sa_type=UTCDateTime)
    expires_at: datetime = Field(sa_type=UTCDateTime)


class Login(LoginFields, table=True):
    """The table of logins; those that are over go soon."""

    __table_args__ = (Index(None, "expires_at"),)


class LoginRead(LoginFields):
    """A login, frozen."""

    model_config = {"frozen": True}  # noqa: RUF012 (how pydantic is told)


class QuestionFields(Table):
    """A question without an answer whose writer let the admins see it; its words are encrypted.

    ``chat_id`` is where the answer goes; nobody is shown it. ``grouped`` is the number of the
    question that it was last grouped with for an answer, ``answer`` what an admin wrote, as JSON.
    While that is ``sending``, ``closed_at`` is when somebody last set out to send it.
    """

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True))
    chat_id: int = Field(sa_column=subscriber_key(primary=False))
    words: bytes = Field(sa_type=LargeBinary)
    message_id: int | None = Field(default=None, sa_type=BigInteger)
    state: str = Field(default="open", max_length=9)
    grouped: int | None = Field(default=None, sa_type=BigInteger)
    answer: str | None = Field(default=None, sa_type=Text)
    asked_at: datetime = Field(sa_type=UTCDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Question(QuestionFields, table=True):
    """The table of questions without an answer; kept for at most 30 days."""

    __table_args__ = (
        CheckConstraint(one_of("state", *QUESTION_STATES), name="state"),
        Index(None, "asked_at"),
        Index(None, "chat_id"),
        {"sqlite_autoincrement": True},  # a number in a button means one question for ever
    )


class QuestionRead(QuestionFields):
    """A question without an answer, frozen."""

    model_config = {"frozen": True}  # noqa: RUF012 (how pydantic is told)

    id: int


class WithdrawnTipFields(Table):
    """A tip that an admin took back: it is not sent any more, whatever the content says."""

    tip_id: str = Field(primary_key=True, max_length=64)
    number: int
    reason: str = Field(max_length=200)
    by: int = Field(sa_type=BigInteger)
    at: datetime = Field(sa_type=UTCDateTime)


class WithdrawnTip(WithdrawnTipFields, table=True):
    """The table of tips that were taken back."""

    __tablename__ = "withdrawn_tip"


class WithdrawnTipRead(WithdrawnTipFields):
    """A tip that was taken back, frozen."""

    model_config = {"frozen": True}  # noqa: RUF012 (how pydantic is told)
