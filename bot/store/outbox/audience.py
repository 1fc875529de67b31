"""Who gets a broadcast: whoever was in its audience when it was confirmed, each with a row.

Writing a row for everyone takes too long for one transaction, so rows are made in chunks, and
meanwhile people come and go. Whoever comes is told from whoever was there by the order in which
broadcasts are confirmed (``subscriber.joined_after``), which no clock can disturb; whoever is
about to leave gets their row before they do (:func:`freeze_one`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    String,
    func,
    literal,
    select,
    true,
)

from bot.store.outbox.kinds import BROADCAST
from bot.store.outbox.wanted import ALL, Wanted, belongs, wanted_of
from bot.store.outbox_models import BroadcastRead
from bot.store.queries import counters
from bot.store.queries.broadcasts import OPEN_STATES, change, get, in_states
from bot.store.tables import Executor, affected, delivery, insert_into, subscriber
from bot.store.tables import broadcast as table
from bot.store.types import UTCDateTime

BEFORE_ALL_CHATS = -(2**63)
AFTER_ALL_CHATS = 2**63 - 1

EVERYONE = "active"
HOUR_PASSED = "hour_passed"
"""The reason of rows that are too old because their local hour had passed."""


class ZoneDue(NamedTuple):
    """When a broadcast at a local hour is due in a zone; ``missed``: never, it has passed."""

    at: datetime
    missed: bool


DueInZone = Callable[[BroadcastRead, str | None], ZoneDue]
"""When it is due for a subscriber of this zone: a rule, which is not the store's."""


def _begun_at(broadcast: BroadcastRead) -> datetime:
    if broadcast.confirmed_at is None:
        raise ValueError(f"broadcast {broadcast.id} has not begun")
    return broadcast.confirmed_at


def _those_of(broadcast: BroadcastRead) -> ColumnElement[bool]:
    """Who was in its audience when sending began."""
    wanted = belongs(wanted_of(broadcast), _begun_at(broadcast).date())
    return wanted & (subscriber.c.joined_after < broadcast.ordinal)


def last_ordinal() -> ScalarSelect[Any]:
    """How many broadcasts have been confirmed: what ``joined_after`` is set to on joining."""
    every = table.alias()
    return select(func.coalesce(func.max(every.c.ordinal), 0)).scalar_subquery()


def next_ordinal() -> ColumnElement[int]:
    """The place in that order of the broadcast that is being confirmed."""
    return last_ordinal() + 1


async def count(session: Executor, today: date, wanted: Wanted = ALL) -> int:
    """How many subscribers a broadcast to this audience would reach now."""
    statement = select(func.count()).select_from(subscriber).where(belongs(wanted, today))
    return int((await session.execute(statement)).scalar_one())


class Frozen(NamedTuple):
    """What one chunk did: whether no more are to be made, whether this one was the last, and
    whether nothing could be done yet."""

    complete: bool
    just_now: bool
    waits: bool = False


async def freeze_chunk(
    session: Executor, broadcast_id: int, most: int, due_in_zone: DueInZone
) -> Frozen:
    """Queue the broadcast for the next ``most`` subscribers of its audience.

    Subscribers are taken in the order of their ids behind the cursor, so a crash resumes there.
    """
    found = await get(session, broadcast_id, lock=True)
    if found is None or found.frozen or found.state not in OPEN_STATES:
        return Frozen(complete=True, just_now=False)
    chat, theirs = subscriber.c.chat_id, _those_of(found)
    behind = chat > (found.cursor if found.cursor is not None else BEFORE_ALL_CHATS)
    ends = select(chat).where(theirs, behind).order_by(chat).limit(1).offset(most - 1)
    end = (await session.execute(ends)).scalar()
    here = theirs & behind & (chat <= (end if end is not None else AFTER_ALL_CHATS))
    await _fill(session, found, here, due_in_zone)
    if end is not None:
        await change(session, broadcast_id, {"cursor": end})
        return Frozen(complete=False, just_now=False)
    await change(session, broadcast_id, {"frozen": True})
    return Frozen(complete=True, just_now=True)


async def freeze_one(session: Executor, chat_id: int, due_in_zone: DueInZone) -> None:
    """Queue every broadcast whose rows are still being made and that is this subscriber's.

    To be called before anything happens that would make it look as if they had not been there.
    """
    chat = subscriber.c.chat_id
    for found in await in_states(session, OPEN_STATES):
        if not found.frozen and not found.is_correction:
            behind = chat > (found.cursor if found.cursor is not None else BEFORE_ALL_CHATS)
            here = _those_of(found) & behind & (chat == chat_id)
            await _fill(session, found, here, due_in_zone)


async def _fill(
    session: Executor, broadcast: BroadcastRead, here: ColumnElement[bool], rule: DueInZone
) -> None:
    """A row for each of those, due when the broadcast is, or at the hour of their zone."""
    if broadcast.local_minute is None:
        due = ZoneDue(broadcast.send_at or _begun_at(broadcast), missed=False)
        await _add_rows(session, broadcast, here, due)
        return
    zones = (await session.execute(select(subscriber.c.zone).where(here).distinct())).scalars()
    by_due: defaultdict[ZoneDue, list[str | None]] = defaultdict(list)
    for zone in zones:
        by_due[rule(broadcast, zone)].append(zone)
    for due, there in sorted(by_due.items()):
        added = await _add_rows(session, broadcast, here & _lives_in(there), due)
        if due.missed:
            await counters.add(session, _begun_at(broadcast), {f"{BROADCAST}.too_old": added})


def _lives_in(zones: Iterable[str | None]) -> ColumnElement[bool]:
    named = [zone for zone in zones if zone is not None]
    nowhere = subscriber.c.zone.is_(None) if None in zones else ~true()
    return subscriber.c.zone.in_(named) | nowhere


async def _add_rows(
    session: Executor, broadcast: BroadcastRead, here: ColumnElement[bool], due: ZoneDue
) -> int:
    """How many rows are new."""
    row = {
        "chat_id": subscriber.c.chat_id,
        "state": literal("too_old" if due.missed else "queued", String),
        "reason": literal(HOUR_PASSED if due.missed else None, String),
        "not_after": literal(broadcast.not_after, UTCDateTime),
    }
    return await insert_rows(session, broadcast.id, here, due.at, row)


async def insert_rows(
    session: Executor,
    broadcast_id: int,
    here: ColumnElement[bool],
    due_at: datetime | None,
    more: Mapping[str, ColumnElement[Any]],
) -> int:
    """A row of the broadcast for each of those, with ``more`` columns; how many are new."""
    due = literal(due_at, UTCDateTime)
    row: dict[str, Any] = {
        "kind": literal(BROADCAST, String),
        "broadcast_id": literal(broadcast_id, Integer),
        "due_at": due,
        "ready_at": due,
        "attempts": literal(0, Integer),
        "doubts": literal(0, Integer),
        **more,
    }
    made = insert_into(session, delivery).from_select(list(row), select(*row.values()).where(here))
    return await affected(session, made.on_conflict_do_nothing())
