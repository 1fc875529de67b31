"""Queries about the outbox by subscriber: what they got, and cancelling, moving, erasing it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    bindparam,
    cast,
    delete,
    func,
    literal,
    select,
    update,
)

from bot.store.outbox import recipients
from bot.store.outbox.kinds import BROADCAST, FROM_SUBSCRIPTION
from bot.store.tables import Executor, affected, read_tuples, rows_in
from bot.store.tables import delivery as table
from bot.store.types import UTCDateTime, seconds_between

UNFINISHED = {"queued": "cancelled", "leased": "in_doubt"}


class Tip(NamedTuple):
    """A subscriber's tip of one local date, as far as planning needs it."""

    local_date: date
    due_at: datetime
    state: str


def dates_around(day: date, before: int = 2, after: int = 2) -> list[date]:
    """The dates from ``before`` days ahead of ``day`` to ``after`` days past it."""
    return [day + timedelta(days=offset) for offset in range(-before, after + 1)]


_next_date = select(func.min(table.c.local_date)).where(
    table.c.subscription_id.is_not(None), table.c.local_date > bindparam("after", type_=Date)
)


async def all_dates(session: Executor) -> list[date]:
    """Every local date of which there are tips in the outbox, those of a wrong clock included."""
    found: list[date] = []
    last: date | None = date.min
    while last is not None:
        last = (await session.execute(_next_date, {"after": last})).scalar()
        found += [last] if last is not None else []
    return found


async def tips_of(session: Executor, subscription_id: int, dates: Sequence[date]) -> list[Tip]:
    """The subscriber's tips of these local dates, oldest first."""
    statement = (
        select(table.c.local_date, table.c.due_at, table.c.state)
        .where(table.c.local_date.in_(dates), table.c.subscription_id == subscription_id)
        .order_by(table.c.local_date)
    )
    return read_tuples(Tip, await session.execute(statement))


async def tips_waiting(session: Executor, now: datetime) -> Counter[int]:
    """Tips not sent yet by the minutes from ``now`` on until they may be: 0 for those that may."""
    seconds = seconds_between(literal(now, UTCDateTime), table.c.ready_at)
    minutes = cast(func.round(seconds / 60.0 - 0.5), Integer)
    found: Counter[int] = Counter()
    for state in ("queued", "leased"):
        statement = select(minutes, func.count()).where(rows_in(state), FROM_SUBSCRIPTION)
        for minute, count in (await session.execute(statement.group_by(minutes))).all():
            found[max(0, minute)] += count
    return found


def _tips(subscription_id: int, dates: Sequence[date]) -> ColumnElement[bool]:
    return table.c.local_date.in_(dates) & (table.c.subscription_id == subscription_id)


def _shares(chat_id: int, broadcasts: Sequence[int]) -> ColumnElement[bool]:
    return table.c.broadcast_id.in_(broadcasts) & (table.c.chat_id == chat_id)


async def cancel_tips(
    session: Executor, subscription_id: int, dates: Sequence[date], reason: str
) -> int:
    """Cancel the subscriber's queued tips; how many."""
    change = update(table).where(_tips(subscription_id, dates), table.c.state == "queued")
    return await affected(session, change.values(state="cancelled", reason=reason))


async def cancel_tips_due(session: Executor, until: datetime, reason: str) -> int:
    """Cancel everybody's tips that are not sent yet and were due by then; how many."""
    cancelled = 0
    for state in ("queued", "leased"):
        tips = (rows_in(state), FROM_SUBSCRIPTION, table.c.due_at <= until)
        values = {"state": "cancelled", "reason": reason, "lease_owner": None, "lease_until": None}
        cancelled += await affected(session, update(table).where(*tips).values(**values))
    return cancelled


async def restore_tips(
    session: Executor, subscription_id: int, dates: Sequence[date], reason: str, now: datetime
) -> int:
    """Queue again what was cancelled for this reason and is not too old yet; how many."""
    change = update(table).where(
        _tips(subscription_id, dates),
        table.c.state == "cancelled",
        table.c.reason == reason,
        table.c.not_after > now,
    )
    return await affected(session, change.values(state="queued", reason=None))


async def follow(session: Executor, old: int, new: int, dates: Sequence[date]) -> None:
    """The tips of a subscription whose id has changed belong to the new id."""
    await session.execute(update(table).where(_tips(old, dates)).values(subscription_id=new))


async def cancel_shares(
    session: Executor, chat_id: int, broadcasts: Sequence[int], reason: str
) -> int:
    """Cancel what is queued for the chat from these broadcasts; how many."""
    change = update(table).where(_shares(chat_id, broadcasts), table.c.state == "queued")
    return await affected(session, change.values(state="cancelled", reason=reason))


async def erase_tips(session: Executor, subscription_id: int, dates: Sequence[date]) -> None:
    """Delete the tips of a subscription."""
    await session.execute(delete(table).where(_tips(subscription_id, dates)))


async def keep_count(session: Executor, which: ColumnElement[bool], reason: str) -> None:
    """Let reports of broadcasts go on counting these rows, which are about to be deleted.

    What was not sent yet counts as cancelled for this reason; of what was under way nobody will
    know.
    """
    why = func.coalesce(table.c.reason, "")
    columns = (table.c.broadcast_id, table.c.state, why)
    grouped = select(*columns, func.count()).where(which, table.c.kind == BROADCAST)
    ended: Counter[tuple[int, str, str]] = Counter()
    for broadcast_id, state, old_reason, count in (
        await session.execute(grouped.group_by(*columns))
    ).all():
        final = UNFINISHED.get(state)
        ended[broadcast_id, final or state, reason if final else old_reason] += count
    await recipients.add_tally(session, ended)


async def move(
    session: Executor,
    chats: tuple[int, int],
    subscription_id: int | None,
    dates: Sequence[date],
    broadcasts: Sequence[int],
) -> None:
    """Rows for the first chat are for the second now; a broadcast it has already stays single."""
    old, new = chats
    other = table.alias()
    has_it = (
        select(other.c.id)
        .where(other.c.broadcast_id == table.c.broadcast_id, other.c.chat_id == new)
        .exists()
    )
    twice = _shares(old, broadcasts) & has_it
    await keep_count(session, twice, "migrated")
    await session.execute(delete(table).where(twice))
    await session.execute(update(table).where(_shares(old, broadcasts)).values(chat_id=new))
    if subscription_id is not None:
        await session.execute(
            update(table).where(_tips(subscription_id, dates)).values(chat_id=new)
        )
