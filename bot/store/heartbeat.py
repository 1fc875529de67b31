"""When something last went well, by name: what health checks look at."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from bot.store.tables import Executor, insert_into
from bot.store.tables import heartbeat as table


async def beat(session: Executor, name: str, now: datetime, detail: str = "") -> None:
    """Remember that ``name`` went well at ``now``."""
    made = insert_into(session, table).values(name=name, at=now, detail=detail)
    fresh = {"at": made.excluded.at, "detail": made.excluded.detail}
    await session.execute(made.on_conflict_do_update(index_elements=[table.c.name], set_=fresh))


async def last(session: Executor, name: str) -> tuple[datetime, str] | None:
    """When ``name`` last went well and its detail; None if it never did."""
    statement = select(table.c.at, table.c.detail).where(table.c.name == name)
    row = (await session.execute(statement)).first()
    return None if row is None else (row[0], row[1])


async def everything(session: Executor) -> dict[str, tuple[datetime, str]]:
    """All heartbeats by name."""
    rows = (await session.execute(select(table.c.name, table.c.at, table.c.detail))).all()
    return {name: (at, detail) for name, at, detail in rows}
