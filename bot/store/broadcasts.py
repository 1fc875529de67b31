"""Queries about broadcasts: their state, their audience put into the outbox, their counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    func,
    insert,
    or_,
    select,
    update,
)

from bot.store.tables import (
    Executor,
    affected,
)
from bot.store.tables import broadcast as table
from bot.store.tables import subscriber as reader
from bot.store.values import Broadcast

FIELDS = tuple(Broadcast.__dataclass_fields__)
OPEN_STATES = ("sending", "paused")

_all = select(*(table.c[name] for name in FIELDS))


async def add(
    session: Executor, admin_id: int, source_chat_id: int, source_message_id: int, now: datetime
) -> int:
    """A new draft; its id."""
    made = insert(table).values(
        admin_id=admin_id,
        source_chat_id=source_chat_id,
        source_message_id=source_message_id,
        state="draft",
        audience="active",
        created_at=now,
        total=0,
        frozen=False,
    )
    return int((await session.execute(made.returning(table.c.id))).scalar_one())


async def get(session: Executor, broadcast_id: int, *, lock: bool = False) -> Broadcast | None:
    """The broadcast; with ``lock``, nobody else changes it until the transaction ends."""
    statement = _all.where(table.c.id == broadcast_id)
    row = (await session.execute(statement.with_for_update() if lock else statement)).first()
    return None if row is None else Broadcast(*row)


@cache
def _all_in(states: tuple[str, ...]) -> Select[Any]:
    """Put together once: the sender asks at every exchange."""
    return _all.where(or_(*(table.c.state == state for state in states))).order_by(table.c.id)


async def in_states(session: Executor, states: tuple[str, ...]) -> list[Broadcast]:
    """Broadcasts in any of these states, oldest first."""
    return [Broadcast(*row) for row in (await session.execute(_all_in(states))).all()]


async def ids(session: Executor, states: Sequence[str] | None = None) -> list[int]:
    """Ids of broadcasts in these states, or of all."""
    statement = select(table.c.id)
    if states is not None:
        statement = statement.where(table.c.state.in_(states))
    return list((await session.execute(statement)).scalars())


async def change(
    session: Executor,
    broadcast_id: int,
    values: Mapping[str, Any],
    *conditions: ColumnElement[bool],
) -> bool:
    """Set ``values`` if ``conditions`` hold; whether they did."""
    statement = update(table).where(table.c.id == broadcast_id, *conditions).values(**values)
    return await affected(session, statement) == 1


def is_in(*states: str) -> ColumnElement[bool]:
    """The condition that a broadcast is in one of these states."""
    return table.c.state.in_(states)


def is_admins(admin_id: int) -> ColumnElement[bool]:
    """The condition that a broadcast was drafted by this admin."""
    return table.c.admin_id == admin_id


async def audience_count(session: Executor) -> int:
    """How many readers a broadcast would reach now."""
    statement = select(func.count()).select_from(reader).where(reader.c.state == "active")
    return int((await session.execute(statement)).scalar_one())
