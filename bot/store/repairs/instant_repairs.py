"""Sets stored instants that lie further ahead than they can to the most that they can be."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import ColumnElement, FromClause, case, delete, func, literal, or_, select, update
from sqlalchemy import Table as CoreTable

from bot.store.models import Table
from bot.store.outbox.leases import DROPPED
from bot.store.queries import counters, heartbeat
from bot.store.queries.broadcasts import OPEN_STATES
from bot.store.queries.slots import SEAT_BITS
from bot.store.repairs.instants import LONGEST_LEASE, ONE_DAY, RULES, SLACK
from bot.store.tables import (
    Executor,
    affected,
    broadcast,
    delivery,
    read_tuples,
    rows_in,
    slot,
    subscriber,
    subscription,
)
from bot.store.tables import counter as hourly
from bot.store.tables import heartbeat as beats
from bot.store.types import UTCDateTime

POLLER = "poller"
"""The heartbeat that is a lease: it lies ahead while somebody polls."""


async def hold_back(session: Executor, now: datetime) -> Counter[str]:
    """Hold every column that has a plain rule to it; how many values were set, by column."""
    found: Counter[str] = Counter()
    named = sorted(name for name, rule in RULES.items() if rule.ahead is not None)
    for table_name, names in groupby(named, lambda name: name.partition(".")[0]):
        found += await _hold_back_in(session, Table.metadata.tables[table_name], [*names], now)
    return found


async def _hold_back_in(
    session: Executor, table: CoreTable, names: list[str], now: datetime
) -> Counter[str]:
    """In one table, which is read once; it is written to only where something is ahead."""
    columns = [table.c[name.partition(".")[2]] for name in names]
    latest = (await session.execute(select(*map(func.max, columns)))).one()
    found: Counter[str] = Counter()
    for name, column, last in zip(names, columns, latest, strict=True):
        most = now + (RULES[name].ahead or timedelta())
        if last is not None and last > most + SLACK:
            change = update(table).where(column > most + SLACK).values({column: most})
            found[name] = await affected(session, change)
    return found


async def hold_back_first_dates(session: Executor, now: datetime) -> Counter[str]:
    """Nobody is left out for longer than the day on which they joined, or two after a move.

    To be called before ``hold_back``, which forgets who joined by a clock that was ahead.
    """
    here = subscriber.c.chat_id == subscription.c.chat_id
    joined_ahead = (
        select(subscriber.c.chat_id).where(here, subscriber.c.joined_at > now + SLACK).exists()
    )
    first, today = subscription.c.not_before, (now + SLACK).date()
    late = or_(first > today + 2 * ONE_DAY, (first > today + ONE_DAY) & joined_ahead)
    change = update(subscription).where(late).values(not_before=now.date() + ONE_DAY)
    return Counter({"subscription.not_before": await affected(session, change)})


async def hold_back_subscriptions(session: Executor, now: datetime) -> Counter[str]:
    """Nobody is left out for longer than their pause."""
    end = (
        select(subscriber.c.paused_until)
        .where(subscriber.c.chat_id == subscription.c.chat_id, subscriber.c.paused_until > now)
        .scalar_subquery()
    )
    pause = func.coalesce(end, literal(now, UTCDateTime), type_=UTCDateTime)
    snoozed = subscription.c.snoozed_until
    ahead = (snoozed > now + SLACK) & (snoozed > pause)
    change = update(subscription).where(ahead).values(snoozed_until=pause)
    return Counter({"subscription.snoozed_until": await affected(session, change)})


async def hold_back_leases(
    session: Executor, now: datetime, ours: str, until: datetime
) -> Counter[str]:
    """Leases end when they can at the latest; ``ours`` are held until then.

    What this process has in hand is measured by its monotonic clock, so a step of the wall clock
    neither ends its leases nor makes them longer.
    """
    leased, end = rows_in("leased"), delivery.c.lease_until
    mine = delivery.c.lease_owner == ours
    renewed = update(delivery).where(leased, mine).values(lease_until=until)
    await affected(session, renewed)
    most = now + LONGEST_LEASE
    late = update(delivery).where(leased, end > most + SLACK).values(lease_until=most)
    return Counter({"delivery.lease_until": await affected(session, late)})


async def hold_back_retries(session: Executor, now: datetime) -> Counter[str]:
    """A queued row waits until it is due, or to be tried again, but not until it is too old."""
    ready = delivery.c.ready_at
    late = (ready > delivery.c.not_after) & (ready > delivery.c.due_at)
    change = update(delivery).where(rows_in("queued"), late).values(ready_at=now)
    return Counter({"delivery.ready_at": await affected(session, change)})


async def hold_back_broadcasts(session: Executor, now: datetime) -> Counter[str]:
    """Messages of a broadcast are due when they are made, save those of a time that their admin
    chose, which comes in any case. To be called before ``hold_back``.
    """
    ahead = broadcast.c.confirmed_at > now + SLACK
    due_by_now = or_(broadcast.c.send_at.is_(None), broadcast.c.send_at <= now + SLACK)
    which = select(broadcast.c.id).where(
        or_(broadcast.c.state.in_(OPEN_STATES), ahead),
        broadcast.c.local_minute.is_(None),
        due_by_now,
    )
    ids = list((await session.execute(which)).scalars())
    if not ids:
        return Counter()
    theirs = (delivery.c.broadcast_id.in_(ids), delivery.c.due_at > now + SLACK)
    values = {
        "due_at": now,
        "ready_at": now,
        "not_after": now + ONE_DAY,
        "sent_at": _not_after(now),
    }
    change = update(delivery).where(*theirs).values(values)
    begun = update(broadcast).where(broadcast.c.id.in_(ids), ahead)
    ends = {"not_after": now + ONE_DAY}
    return Counter(
        {
            "delivery.due_at": await affected(session, change),
            "broadcast.not_after": await affected(session, begun.values(ends)),
        }
    )


def _not_after(now: datetime) -> ColumnElement[datetime | None]:
    sent = delivery.c.sent_at
    return case((sent > now, literal(now, UTCDateTime)), else_=sent)


class AheadOf(NamedTuple):
    """A slot with tips for a date that has not come, and where it is."""

    slot_id: int
    zone: str | None


async def slots_with_dates_from(session: Executor, first: date) -> list[AheadOf]:
    """Slots that have tips for that local date or a later one in the outbox."""
    seat = (delivery.c.subscription_id // (1 << SEAT_BITS)).label("seat")
    here = (
        select(seat)
        .where(delivery.c.subscription_id.is_not(None), delivery.c.local_date >= first)
        .distinct()
        .subquery()
    )
    statement = (
        select(here.c.seat.label("slot_id"), slot.c.zone)
        .select_from(here)
        .outerjoin(slot, slot.c.id == here.c.seat)
    )
    return read_tuples(AheadOf, await session.execute(statement))


async def hold_back_dates(
    session: Executor, slot_id: int, today: date, now: datetime, grace: timedelta
) -> Counter[str]:
    """No tip of the slot counts for a date after ``today``, the one that its zone shows.

    What may have arrived came today, whatever date it was meant for: it counts for today, unless
    today has had its tip. All else goes, and is planned anew when its date has come.
    """
    here = _ahead_in(delivery, slot_id, today)
    other = delivery.alias()
    same = other.c.subscription_id == delivery.c.subscription_id
    on_today = same & (other.c.local_date == today)
    later = same & _ahead_in(other, slot_id, today) & _came(other) & (other.c.id > delivery.c.id)
    taken = select(other.c.id).where(or_(on_today, later)).exists()
    gone = delete(delivery).where(here, or_(~_came(delivery), taken))
    deleted = await affected(session, gone)
    values = {
        "local_date": today,
        "due_at": now,
        "ready_at": now,
        "not_after": now + grace,
        "sent_at": _not_after(now),
    }
    dated = await affected(session, update(delivery).where(here).values(values))
    return Counter({"delivery.local_date": deleted + dated})


def _ahead_in(table: FromClause, slot_id: int, today: date) -> ColumnElement[bool]:
    seats = table.c.subscription_id.between(slot_id << SEAT_BITS, ((slot_id + 1) << SEAT_BITS) - 1)
    return (table.c.local_date > today) & seats


def _came(table: FromClause) -> ColumnElement[bool]:
    """That a delivery may have arrived."""
    begun = or_(table.c.doubts > 0, func.coalesce(table.c.reason, "") == DROPPED)
    return or_(table.c.state.in_(("sent", "in_doubt", "leased")), begun)


async def furthest_beat(session: Executor, now: datetime) -> timedelta:
    """How far ahead of the present something went well; 0 when nothing did."""
    statement = select(func.max(beats.c.at)).where(beats.c.name != POLLER)
    last: datetime | None = (await session.execute(statement)).scalar()
    return last - now if last is not None and last > now + SLACK else timedelta()


async def hold_back_beats(session: Executor, now: datetime, lease: timedelta) -> Counter[str]:
    """What went well did so by now; the lease of polling ends when it can at the latest."""
    found: Counter[str] = Counter()
    for one in await heartbeat.everything(session):
        most = now + (lease if one.name == POLLER else timedelta())
        if one.at > most + SLACK:
            await heartbeat.beat(session, one.name, most, one.detail)
            found["heartbeat.at"] += 1
    return found


async def hold_back_counters(session: Executor, now: datetime) -> Counter[str]:
    """What was counted for hours to come is counted for this one."""
    ahead = hourly.c.at > counters.hour_of(now)
    statement = select(hourly.c.name, func.sum(hourly.c.value)).where(ahead)
    rows = (await session.execute(statement.group_by(hourly.c.name))).all()
    if not rows:
        return Counter()
    gone = await affected(session, delete(hourly).where(ahead))
    await counters.add(session, now, {name: int(value) for name, value in rows})
    return Counter({"counter.at": gone})
