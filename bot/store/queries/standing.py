"""Queries for the gauges: what waits and how things stand at this moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, literal, select

from bot.store.models import SUBSCRIBER_STATES
from bot.store.outbox.kinds import FROM_SUBSCRIPTION, KINDS, QUEUE
from bot.store.queries import heartbeat, inbox, subscribers
from bot.store.queries.broadcasts import OPEN_STATES
from bot.store.tables import Executor, broadcast, rows_in, subscriber
from bot.store.tables import delivery as table
from bot.store.types import UTCDateTime, seconds_between

LOOKED_THROUGH = 2000
"""Of the tips next in line, how many are looked at for the one that is latest: retried rows stand
further back than their lateness, and looking through a million would take a second."""


class Standing(NamedTuple):
    """Counts of rows at one moment, the seconds by which the latest tip is overdue, and when the
    last backup was made."""

    subscribers: Mapping[str, int]
    broadcasts: Mapping[str, int]
    outbox: Mapping[tuple[str, str], int]
    overdue: float
    inbox: int
    backed_up: datetime | None


async def has_subscribers(session: Executor) -> bool:
    """Whether there is anybody whose settings would be a loss."""
    statement = select(subscriber.c.chat_id).limit(1)
    return (await session.execute(statement)).first() is not None


async def look(session: Executor, now: datetime) -> Standing:
    """All of it, in a few statements that indexes answer."""
    backup = await heartbeat.last(session, heartbeat.BACKUP)
    return Standing(
        dict.fromkeys(SUBSCRIBER_STATES, 0) | await subscribers.count_by_state(session),
        await _broadcasts(session),
        await _outbox(session),
        await overdue(session, now),
        await inbox.pending_count(session),
        backup.at if backup else None,
    )


async def _broadcasts(session: Executor) -> dict[str, int]:
    statement = (
        select(broadcast.c.state, func.count())
        .where(broadcast.c.state.in_(OPEN_STATES))
        .group_by(broadcast.c.state)
    )
    counts = dict.fromkeys(OPEN_STATES, 0)
    for state, count in (await session.execute(statement)).all():
        counts[state] = count
    return counts


async def _outbox(session: Executor) -> dict[tuple[str, str], int]:
    counts = {(kind, state): 0 for kind in KINDS for state in ("queued", "leased")}
    for state in ("queued", "leased"):
        # By broadcast, as the queue's index has them: nothing has to be sorted.
        by_broadcast = select(QUEUE, func.count()).group_by(table.c.broadcast_id)
        for kind, count in (await session.execute(by_broadcast.where(rows_in(state)))).all():
            counts[kind, state] += count
    return counts


async def overdue(session: Executor, now: datetime) -> float:
    """Seconds by which the latest of the tips next in line is overdue; 0 if none is.

    Left out are those whose chat has to wait for a flood, and those that may have arrived: their
    second try may be put off for hours.
    """
    first = (
        select(table.c.due_at)
        .where(rows_in("queued"), FROM_SUBSCRIPTION)
        .where(table.c.doubts == 0, func.coalesce(table.c.reason, "") != "flood")
        .order_by(table.c.ready_at)
        .limit(LOOKED_THROUGH)
        .subquery()
    )
    late = seconds_between(func.min(first.c.due_at), literal(now, UTCDateTime))
    seconds = (await session.execute(select(late))).scalar()
    return max(0.0, float(seconds or 0.0))
