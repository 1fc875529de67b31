"""Whom Telegram has asked to wait, where other replicas and the next run find it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlmodel import col

from bot.store.outbox_models import FloodWait, FloodWaitRead
from bot.store.tables import Executor, columns_of, insert_into, read_all

WHOLE_LANE = "all"
"""The kind of call that a lane waits with: every one."""


async def put(session: Executor, waits: Iterable[FloodWaitRead]) -> None:
    """Write waits down; one that lasts longer already stays."""
    for wait in waits:
        made = insert_into(session, FloodWait).values(**wait.model_dump())
        later = made.on_conflict_do_update(
            index_elements=[col(FloodWait.lane), col(FloodWait.kind), col(FloodWait.chat_id)],
            set_={"told_at": made.excluded.told_at, "until": made.excluded.until},
            where=col(FloodWait.until) < made.excluded.until,
        )
        await session.execute(later)


async def everything(session: Executor) -> list[FloodWaitRead]:
    """All waits, those that are over included."""
    found = await session.execute(select(*columns_of(FloodWait, FloodWaitRead)))
    return read_all(FloodWaitRead, found)


async def forget_over(session: Executor, now: datetime, believed: datetime) -> None:
    """Forget what is over, and what was told after ``believed``, by a clock that ran ahead."""
    over = or_(col(FloodWait.until) <= now, col(FloodWait.told_at) > believed)
    await session.execute(delete(FloodWait).where(over))
