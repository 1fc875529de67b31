"""Queries about subscribers of whom Telegram says that there is nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, update

from bot.store.tables import Executor
from bot.store.tables import subscriber as table

_found = {"refused_days": 0, "refused_at": None}
_forgive = (
    update(table).where(table.c.chat_id.in_(bindparam("chats", expanding=True))).values(**_found)
)


async def forgive(session: Executor, chats: Sequence[int]) -> None:
    """Telegram knows these chats: what it said before counts no more."""
    if chats:
        await session.execute(_forgive, {"chats": list(chats)})


async def forgive_since(session: Executor, since: datetime) -> None:
    """What Telegram said at ``since`` or later of any chat counts no more."""
    said = (table.c.refused_at >= since, table.c.state != "gone")
    await session.execute(update(table).where(*said).values(**_found))


async def left_since(
    session: Executor, since: datetime, reason: str | None, most: int
) -> list[tuple[int, str]]:
    """Up to ``most`` who left at ``since`` or later, with their state: the gone, or (gone or
    blocked) for this reason."""
    why = table.c.state == "gone" if reason is None else table.c.left_reason == reason
    statement = (
        select(table.c.chat_id, table.c.state)
        .where(table.c.state.in_(("gone", "blocked")), table.c.left_at >= since, why)
        .order_by(table.c.chat_id)
        .limit(most)
    )
    return [(row.chat_id, row.state) for row in (await session.execute(statement)).all()]
