"""An audience as the tables can tell it: the condition that a subscriber belongs to it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from pydantic import BaseModel
from sqlalchemy import ColumnElement, and_, select

from bot.store.outbox_models import BroadcastRead
from bot.store.tables import delivery, listed, subscriber

NOT_GOT = ("failed", "too_old", "cancelled")
"""States of a delivery that has not arrived and, as things stand, will not."""


class Wanted(BaseModel, frozen=True):
    """Who is wanted of those who are active and take announcements; all that is given must hold.

    ``themes`` has a bit for each theme of which they want one; ``zones`` are names (empty: any);
    ``active_days`` counts from the day on which sending begins; ``without`` are broadcasts that
    they have not had.
    """

    who: tuple[str, ...] = ()
    themes: int = 0
    zones: tuple[str, ...] = ()
    joined_from: datetime | None = None
    joined_until: datetime | None = None
    active_days: int | None = None
    source: str | None = None
    without: tuple[int, ...] = ()
    list_id: int | None = None


ALL = Wanted()


def wanted_of(broadcast: BroadcastRead) -> Wanted:
    """Whom the broadcast is for."""
    return ALL if broadcast.wanted is None else Wanted.model_validate_json(broadcast.wanted)


def belongs(wanted: Wanted, today: date) -> ColumnElement[bool]:
    """The condition that a subscriber is wanted, seen from the date (UTC) of ``today``."""
    person = subscriber.c
    return and_(person.state == "active", person.announcements, *_given(wanted, today))


def _given(wanted: Wanted, today: date) -> list[ColumnElement[bool]]:
    person, parts = subscriber.c, list[ColumnElement[bool]]()
    if wanted.who:
        parts.append(person.audience.in_(wanted.who))
    if wanted.themes:
        parts.append(person.themes.bitwise_and(wanted.themes) != 0)
    if wanted.zones:
        parts.append(person.zone.in_(wanted.zones))
    if wanted.joined_from is not None:
        parts.append(person.joined_at >= wanted.joined_from)
    if wanted.joined_until is not None:
        parts.append(person.joined_at < wanted.joined_until)
    if wanted.active_days is not None:
        parts.append(person.active_on > today - timedelta(days=wanted.active_days))
    if wanted.source is not None:
        parts.append(person.source == wanted.source)
    if wanted.list_id is not None:
        parts.append(_is_listed(wanted.list_id))
    return [*parts, *map(_has_not_had, wanted.without)]


def _is_listed(list_id: int) -> ColumnElement[bool]:
    here = (listed.c.list_id == list_id, listed.c.chat_id == subscriber.c.chat_id)
    return select(listed.c.chat_id).where(*here).exists()


def _has_not_had(broadcast_id: int) -> ColumnElement[bool]:
    here = (delivery.c.broadcast_id == broadcast_id, delivery.c.chat_id == subscriber.c.chat_id)
    had = select(delivery.c.id).where(*here, delivery.c.state.not_in(NOT_GOT))
    return ~had.exists()
