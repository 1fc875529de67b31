"""What a broadcast asks of its recipients: read for broadcasts alone, never for a tip."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Date, bindparam, select

from bot.clock import zone_exists
from bot.store.tables import Executor, delivery, read_tuples, subscriber
from bot.store.tables import subscription as member


class Addressee(NamedTuple):
    """A recipient of a broadcast; what the fields mean is said in ``SubscriberRead``."""

    chat_id: int
    state: str
    announcements: bool
    language: str
    zone: str | None
    quiet: bool
    local_minute: int | None
    weekdays: int


class Place(NamedTuple):
    """From when on a subscriber's daily tips count, as ``Subscription`` has it."""

    id: int
    chat_id: int
    snoozed_until: datetime
    not_before: date


_several = select(*(subscriber.c[name] for name in Addressee._fields)).where(
    subscriber.c.chat_id.in_(bindparam("chats", expanding=True))
)
_places = select(*(member.c[name] for name in Place._fields)).where(
    member.c.chat_id.in_(bindparam("chats", expanding=True)), member.c.state == "active"
)
_taken = select(delivery.c.subscription_id, delivery.c.local_date).where(
    delivery.c.local_date.in_(bindparam("dates", Date, expanding=True)),
    delivery.c.subscription_id.in_(bindparam("seats", expanding=True)),
)


async def addressees(session: Executor, chats: Iterable[int]) -> dict[int, Addressee]:
    """The subscribers with these ids, by id; unknown ids are left out."""
    found = read_tuples(Addressee, await session.execute(_several, {"chats": list(chats)}))
    return {one.chat_id: _in_known_zone(one) for one in found}


def _in_known_zone(one: Addressee) -> Addressee:
    return one if one.zone is None or zone_exists(one.zone) else one._replace(zone=None)


async def places(session: Executor, chats: Iterable[int]) -> list[Place]:
    """The places of those of these subscribers whose daily tips are on."""
    return read_tuples(Place, await session.execute(_places, {"chats": list(chats)}))


async def taken(
    session: Executor, seats: Sequence[int], dates: Sequence[date]
) -> set[tuple[int, date]]:
    """Which of these dates have their tip, by subscription."""
    found = await session.execute(_taken, {"seats": list(seats), "dates": list(dates)})
    return {(row[0], row[1]) for row in found.all()}
