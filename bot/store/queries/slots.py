"""Queries about slots and who is in them. Nothing here loops over subscribers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    String,
    bindparam,
    delete,
    exists,
    func,
    literal,
    literal_column,
    select,
    update,
)

from bot.store.outbox.kinds import TIP
from bot.store.outbox.many import Filling, Many
from bot.store.queries import rotations
from bot.store.tables import Executor, affected, delivery, insert_into, read_tuples
from bot.store.tables import slot as table
from bot.store.tables import subscription as member
from bot.store.types import MICROSECOND, UTCDateTime, plus_microseconds

ONE_DAY = timedelta(days=1)
SPREAD_STEPS = 65536


SEAT_BITS = 40
TAIL_BITS = 24
_STEPS: ColumnElement[int] = literal_column(str(SPREAD_STEPS), Integer)


class Slot(NamedTuple):
    """A slot as the planner needs it."""

    id: int
    zone: str
    local_minute: int
    next_at: datetime
    next_date: date
    cursor: int


class Membership(NamedTuple):
    """A subscriber's subscription and the state of its slot."""

    id: int
    slot_id: int
    state: str
    snoozed_until: datetime
    not_before: date
    slot_next_at: datetime
    slot_cursor: int


_columns = tuple(table.c[name] for name in Slot._fields)
_due = (
    select(*_columns)
    .where(table.c.next_at <= bindparam("now", type_=UTCDateTime))
    .order_by(table.c.next_at, table.c.id)
    .limit(bindparam("most", type_=BigInteger))
    .with_for_update(skip_locked=True)
)
_in_chunk = (
    member.c.id > bindparam("after_seat", type_=BigInteger),
    member.c.id <= bindparam("last_seat", type_=BigInteger),
)
_chunk_end = (
    select(member.c.id)
    .where(*_in_chunk)
    .order_by(member.c.id)
    .limit(1)
    .offset(bindparam("skip_seats", type_=BigInteger))
)
_eligible = (
    *_in_chunk,
    member.c.state == "active",
    member.c.weekdays.bitwise_and(bindparam("weekday_bit", type_=BigInteger)) != 0,
    member.c.snoozed_until <= bindparam("slot_at", type_=UTCDateTime),
    member.c.not_before <= bindparam("slot_date", type_=Date),
)
# Whole microseconds and no more: this is worked out for every subscriber.
_place = member.c.spread * bindparam("window_us", type_=BigInteger) // _STEPS
_due_at = plus_microseconds(bindparam("slot_at", type_=UTCDateTime), _place)
_planned = {
    "kind": member.c.kind,
    "subscription_id": member.c.id,
    "chat_id": member.c.chat_id,
    "local_date": bindparam("slot_date", type_=Date),
    "state": literal("queued", String),
    "due_at": _due_at,
    "ready_at": _due_at,
    "not_after": plus_microseconds(bindparam("last_at", type_=UTCDateTime), _place),
    "attempts": literal(0, Integer),
    "doubts": literal(0, Integer),
}
_rows = select(*_planned.values()).where(*_eligible).order_by(member.c.id)
_fill = Filling(
    delivery,
    list(_planned),
    _rows,
    *("after_seat", "last_seat", "weekday_bit", "slot_at", "slot_date", "last_at", "window_us"),
)
_count = select(func.count()).select_from(member).where(*_eligible)


async def due(session: Executor, now: datetime, most: int) -> list[Slot]:
    """Slots whose instant has come, oldest first, locked against other planners."""
    return read_tuples(Slot, await session.execute(_due, {"now": now, "most": most}))


async def chunk_end(session: Executor, slot: Slot, chunk: int) -> int | None:
    """The id of the last subscription of the next ``chunk``; None when fewer are left."""
    given = {**_behind_cursor(slot), "skip_seats": chunk - 1}
    end: int | None = (await session.execute(_chunk_end, given)).scalar()
    return end


async def fill(
    session: Executor, slot: Slot, *, end: int | None, window: timedelta, grace: timedelta
) -> int:
    """Queue a tip for each eligible subscriber from the cursor to ``end``; how many were new."""
    values = {
        **_filters(slot),
        "last_at": slot.next_at + grace,
        "window_us": window // MICROSECOND,
    }
    if end is not None:
        values["last_seat"] = end
    return await _fill.run(session, values)


async def eligible(session: Executor, slot: Slot) -> int:
    """How many subscribers behind the cursor would get a tip at the slot's next instant."""
    return int((await session.execute(_count, _filters(slot))).scalar_one())


def _filters(slot: Slot) -> dict[str, Any]:
    return {
        **_behind_cursor(slot),
        "weekday_bit": 1 << slot.next_date.weekday(),
        "slot_at": slot.next_at,
        "slot_date": slot.next_date,
    }


def _behind_cursor(slot: Slot) -> dict[str, Any]:
    first = slot.id << SEAT_BITS
    return {"after_seat": max(slot.cursor, first - 1), "last_seat": first + (1 << SEAT_BITS) - 1}


async def free_seat(session: Executor, slot_id: int, place: int) -> int:
    """An id for a subscription in the slot: with ``place`` (below 2**40) in it, or the next."""
    while True:
        seat = (slot_id << SEAT_BITS) + place % (1 << SEAT_BITS)
        taken = (await session.execute(select(member.c.id).where(member.c.id == seat))).scalar()
        if taken is None:
            return seat
        place += 1


_move_on = Many(
    update(table)
    .where(table.c.id == bindparam("slot_id"))
    .values(
        next_at=bindparam("slot_at"),
        next_date=bindparam("slot_date"),
        cursor=bindparam("planned_to"),
    ),
    *("slot_id", "slot_at", "slot_date", "planned_to"),
)


async def move_on(
    session: Executor, slot_id: int, next_at: datetime, next_date: date, cursor: int = 0
) -> None:
    """Set the slot's next instant and how far it is planned."""
    await _move_on.run(session, [(slot_id, next_at, next_date, cursor)])


async def leave_out_before(session: Executor, slot_id: int, day: date) -> None:
    """Whoever is in the slot gets no tip of a local date before ``day``."""
    early = (member.c.slot_id == slot_id, member.c.not_before < day)
    await session.execute(update(member).where(*early).values(not_before=day))


_next_slots = (
    select(*_columns)
    .where(table.c.id > bindparam("after_slot", type_=BigInteger))
    .order_by(table.c.id)
    .limit(bindparam("most", type_=BigInteger))
    .with_for_update()
)


async def behind(session: Executor, slot_id: int, most: int) -> list[Slot]:
    """The next ``most`` slots by id, locked against other planners."""
    given = {"after_slot": slot_id, "most": most}
    return read_tuples(Slot, await session.execute(_next_slots, given))


_later_slots = _next_slots.where(table.c.next_at > bindparam("slot_at", type_=UTCDateTime))


async def later_than(session: Executor, at: datetime, slot_id: int, most: int) -> list[Slot]:
    """The next ``most`` slots by id that come after ``at``, locked against other planners."""
    given = {"slot_at": at, "after_slot": slot_id, "most": most}
    return read_tuples(Slot, await session.execute(_later_slots, given))


async def all_slots(session: Executor) -> list[Slot]:
    """Every slot."""
    return read_tuples(Slot, await session.execute(select(*_columns)))


async def next_due(session: Executor) -> datetime | None:
    """When the first slot is due; None when there is none."""
    instant: datetime | None = (await session.execute(select(func.min(table.c.next_at)))).scalar()
    return instant


async def find_or_make(
    session: Executor, zone: str, local_minute: int, next_at: datetime, next_date: date
) -> int:
    """The id of the slot; a new one is due at ``next_at``."""
    here = (table.c.zone == zone, table.c.local_minute == local_minute)
    found: int | None = (await session.execute(select(table.c.id).where(*here))).scalar()
    if found is not None:
        return found
    made = insert_into(session, table).values(
        zone=zone, local_minute=local_minute, next_at=next_at, next_date=next_date, cursor=0
    )
    await session.execute(made.on_conflict_do_nothing())
    return int((await session.execute(select(table.c.id).where(*here))).scalar_one())


async def remove_empty(session: Executor) -> int:
    """Delete slots that nobody is in."""
    inhabited = exists().where(member.c.slot_id == table.c.id)
    return await affected(session, delete(table).where(~inhabited))


async def membership(session: Executor, chat_id: int, kind: str = TIP) -> Membership | None:
    """The subscriber's subscription of this kind, or None before they have one."""
    columns = (member.c.id, member.c.slot_id, member.c.state, member.c.snoozed_until)
    statement = (
        select(
            *columns,
            member.c.not_before,
            table.c.next_at.label("slot_next_at"),
            table.c.cursor.label("slot_cursor"),
        )
        .join(table, table.c.id == member.c.slot_id)
        .where(member.c.chat_id == chat_id, member.c.kind == kind)
    )
    row = (await session.execute(statement)).mappings().first()
    return None if row is None else Membership(**row)


async def subscribe(
    session: Executor, slot_id: int, tail: int, values: Mapping[str, Any], kind: str = TIP
) -> None:
    """Make the subscriber's subscription (other columns by name); ``tail`` has 24 bits."""
    seat = await free_seat(session, slot_id, (values["spread"] << TAIL_BITS) + tail)
    made = insert_into(session, member).values(id=seat, slot_id=slot_id, kind=kind, **values)
    await session.execute(made)
    await rotations.take_seat(session, values["chat_id"], seat)


async def change_seat(session: Executor, chat_id: int, seat: int, slot_id: int) -> None:
    """The subscriber's subscription is in that slot now, at that seat."""
    await change_membership(session, chat_id, {"id": seat, "slot_id": slot_id})
    await rotations.take_seat(session, chat_id, seat)


async def change_membership(
    session: Executor, chat_id: int, values: Mapping[str, Any], kind: str = TIP
) -> None:
    """Set columns of the subscriber's subscription of this kind, if there is one."""
    theirs = (member.c.chat_id == chat_id, member.c.kind == kind)
    await session.execute(update(member).where(*theirs).values(**values))


async def by_slot_and_weekday(session: Executor, now: datetime) -> list[tuple[int, int, int]]:
    """(slot id, weekday mask, subscribers) of everyone who is to get tips from now on."""
    active = member.c.state == "active"
    statement = (
        select(member.c.slot_id, member.c.weekdays, func.count())
        .where(active, member.c.snoozed_until <= now + ONE_DAY)
        .group_by(member.c.slot_id, member.c.weekdays)
    )
    return [(slot, mask, n) for slot, mask, n in (await session.execute(statement)).all()]
