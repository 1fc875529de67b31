"""Whom Telegram has asked to wait, where other replicas and the next run find it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, or_, select

from bot.store.tables import Executor, insert_into
from bot.store.tables import flood_wait as table

WHOLE_LANE = "all"
"""The kind of call that a lane waits with: every one."""


class Waiting(NamedTuple):
    """A row: no call of this kind for the chat until then, as it was told at ``told_at``."""

    lane: str
    kind: str
    chat_id: int
    told_at: datetime
    until: datetime


async def put(session: Executor, waits: Iterable[Waiting]) -> None:
    """Write waits down; one that lasts longer already stays."""
    for wait in waits:
        made = insert_into(session, table).values(**wait._asdict())
        later = made.on_conflict_do_update(
            index_elements=[table.c.lane, table.c.kind, table.c.chat_id],
            set_={"told_at": made.excluded.told_at, "until": made.excluded.until},
            where=table.c.until < made.excluded.until,
        )
        await session.execute(later)


async def everything(session: Executor) -> list[Waiting]:
    """All waits, those that are over included."""
    columns = [table.c[name] for name in Waiting._fields]
    return [Waiting(*row) for row in (await session.execute(select(*columns))).all()]


async def forget_over(session: Executor, now: datetime, believed: datetime) -> None:
    """Forget what is over, and what was told after ``believed``, by a clock that ran ahead."""
    over = or_(table.c.until <= now, table.c.told_at > believed)
    await session.execute(delete(table).where(over))
