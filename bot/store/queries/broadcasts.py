"""Queries about broadcasts: their state, their audience put into the outbox, their counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)

from bot.store.outbox_models import Broadcast, BroadcastRead
from bot.store.tables import (
    Executor,
    affected,
    columns_of,
    read_all,
    read_one,
    read_tuples,
)
from bot.store.tables import broadcast as table
from bot.store.types import UTCDateTime

OPEN_STATES = ("sending", "paused")

_all = select(*columns_of(Broadcast, BroadcastRead))


async def add(
    session: Executor,
    admin_id: int,
    source_chat_id: int,
    source_message_id: int,
    now: datetime,
    *,
    audience: str,
    **shown: Any,
) -> int:
    """The id of a new draft for this audience; its admin was ``shown`` what it will cost."""
    made = insert(table).values(
        admin_id=admin_id,
        source_chat_id=source_chat_id,
        source_message_id=source_message_id,
        state="draft",
        audience=audience,
        created_at=now,
        total=0,
        frozen=False,
        **shown,
    )
    return int((await session.execute(made.returning(table.c.id))).scalar_one())


async def get(session: Executor, broadcast_id: int, *, lock: bool = False) -> BroadcastRead | None:
    """The broadcast; with ``lock``, nobody else changes it until the transaction ends."""
    statement = _all.where(table.c.id == broadcast_id)
    if lock:
        # Not the key: whoever writes a row for the broadcast meanwhile refers to it.
        statement = statement.with_for_update(key_share=True)
    return read_one(BroadcastRead, await session.execute(statement))


@cache
def _all_in(states: tuple[str, ...]) -> Select[Any]:
    """Put together once: the worker asks at every exchange."""
    return _all.where(or_(*(table.c.state == state for state in states))).order_by(table.c.id)


async def in_states(session: Executor, states: tuple[str, ...]) -> list[BroadcastRead]:
    """Broadcasts in any of these states, oldest first."""
    return read_all(BroadcastRead, await session.execute(_all_in(states)))


_lacking_rows = (
    select(table.c.id)
    .where(or_(*(table.c.state == state for state in OPEN_STATES)), not_(table.c.frozen))
    .order_by(table.c.id)
)


async def lacking_rows(session: Executor) -> list[int]:
    """The ids of broadcasts under way whose recipients have not all got a row, oldest first."""
    return list((await session.execute(_lacking_rows)).scalars())


IS_OPEN = or_(*(table.c.state == state for state in OPEN_STATES))
"""The condition that a broadcast is under way, sending or paused."""

_unreported = and_(
    table.c.confirmed_at.is_not(None),
    table.c.reported_at.is_(None),
)
_followed = _all.where(or_(IS_OPEN, _unreported)).order_by(table.c.id)


async def to_be_shown(session: Executor) -> list[BroadcastRead]:
    """Broadcasts under way, and those that are over without a report that reached its admin."""
    return read_all(BroadcastRead, await session.execute(_followed))


_next_first = (table.c.send_at, table.c.id)


async def scheduled(session: Executor) -> list[BroadcastRead]:
    """Broadcasts that wait for their time, the next one first."""
    return read_all(
        BroadcastRead, await session.execute(_all.where(is_in("scheduled")).order_by(*_next_first))
    )


def is_in(*states: str) -> ColumnElement[bool]:
    """The condition that a broadcast is in one of these states."""
    return table.c.state.in_(states)


_scheduled_until = (
    select(table.c.id)
    .where(is_in("scheduled"), table.c.send_at <= bindparam("until"))
    .order_by(*_next_first)
)


async def scheduled_until(session: Executor, instant: datetime) -> list[int]:
    """The ids of scheduled broadcasts whose time has come by then, the earliest first."""
    return list((await session.execute(_scheduled_until, {"until": instant})).scalars())


async def next_scheduled(session: Executor) -> datetime | None:
    """When the next scheduled broadcast begins; None where none waits."""
    first = select(table.c.send_at).where(is_in("scheduled")).order_by(*_next_first).limit(1)
    instant: datetime | None = (await session.execute(first)).scalar()
    return instant


async def new_ones(session: Executor) -> list[int]:
    """The ids of broadcasts under way that are no corrections."""
    statement = select(table.c.id).where(IS_OPEN, table.c.corrects.is_(None))
    return list((await session.execute(statement)).scalars())


class Confirmed(NamedTuple):
    """A broadcast: when it was confirmed, and for how many."""

    id: int
    at: datetime
    total: int


_confirmed = (
    select(table.c.id, table.c.confirmed_at.label("at"), table.c.total)
    .where(table.c.kind == "message")
    .where(table.c.confirmed_at >= bindparam("since", type_=UTCDateTime))
    .order_by(table.c.confirmed_at.desc(), table.c.id.desc())
)


async def confirmed_since(session: Executor, since: datetime) -> list[Confirmed]:
    """Broadcasts that began since then, the newest first; no corrections."""
    return read_tuples(Confirmed, await session.execute(_confirmed, {"since": since}))


async def newest(session: Executor, limit: int) -> list[BroadcastRead]:
    """The newest broadcasts, in any state."""
    statement = _all.order_by(table.c.id.desc()).limit(limit)
    return read_all(BroadcastRead, await session.execute(statement))


async def ids(session: Executor) -> list[int]:
    """The ids of all broadcasts."""
    return list((await session.execute(select(table.c.id))).scalars())


async def last_message(session: Executor, since: datetime) -> int | None:
    """The newest broadcast that was begun since then, corrections left out."""
    newest = select(func.max(table.c.id)).where(
        table.c.kind == "message", table.c.confirmed_at >= since
    )
    found: int | None = (await session.execute(newest)).scalar()
    return found


async def of_album(
    session: Executor, admin_id: int, media_group: str, *, lock: bool = False
) -> BroadcastRead | None:
    """The admin's draft that gathers an album."""
    statement = _all.where(
        table.c.admin_id == admin_id,
        table.c.media_group == media_group,
        table.c.state == "draft",
    ).order_by(table.c.id)
    if lock:
        statement = statement.with_for_update(key_share=True)
    return read_one(BroadcastRead, await session.execute(statement))


async def change(
    session: Executor,
    broadcast_id: int,
    values: Mapping[str, Any],
    *conditions: ColumnElement[bool],
) -> bool:
    """Set ``values`` if ``conditions`` hold; whether they did."""
    statement = update(table).where(table.c.id == broadcast_id, *conditions).values(**values)
    return await affected(session, statement) == 1


def is_admins(admin_id: int) -> ColumnElement[bool]:
    """The condition that a broadcast was drafted by this admin."""
    return table.c.admin_id == admin_id


def is_shown_in(chat_id: int | None) -> ColumnElement[bool]:
    """The condition that a broadcast's progress is shown in this chat; None: in none."""
    return table.c.progress_chat_id.is_not_distinct_from(chat_id)
