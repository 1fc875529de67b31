"""When something last went well, by name: what health checks look at."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import cast, delete, func, select

from bot.store.tables import Executor, affected, insert_into
from bot.store.tables import heartbeat as table
from bot.store.types import UTCDateTime

BACKUP = "backup"
"""When the last copy of the database was made, by the job."""

SKIP_TIPS = "skip-tips-until"
"""Left in a restored copy: tips due until then had been sent by the database that was lost."""


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


async def beating(session: Executor, prefix: str, since: datetime) -> int:
    """How many names with this prefix went well at ``since`` or later."""
    here = (table.c.name.startswith(prefix, autoescape=True), table.c.at >= since)
    return int((await session.execute(select(func.count()).where(*here))).scalar_one())


async def silence(session: Executor, prefix: str, before: datetime) -> int:
    """Forget names with this prefix that last went well before then; how many."""
    here = (table.c.name.startswith(prefix, autoescape=True), table.c.at < before)
    return await affected(session, delete(table).where(*here))


async def forget(session: Executor, name: str, detail: str | None = None) -> None:
    """Forget ``name``, if ``detail`` is what it holds (None: whatever it holds)."""
    holds = () if detail is None else (table.c.detail == detail,)
    await session.execute(delete(table).where(table.c.name == name, *holds))


async def server_now(session: Executor) -> datetime:
    """The present instant by PostgreSQL's own clock."""
    statement = select(cast(func.clock_timestamp(), UTCDateTime))
    instant: datetime = (await session.execute(statement)).scalar_one()
    return instant


async def claim(session: Executor, name: str, owner: str, now: datetime, until: datetime) -> bool:
    """Lease ``name`` to ``owner`` until then, unless another's lease still runs; whether it is."""
    made = insert_into(session, table).values(name=name, at=until, detail=owner)
    free = (table.c.at < now) | (table.c.detail == owner)
    mine = made.on_conflict_do_update(
        index_elements=[table.c.name],
        set_={"at": made.excluded.at, "detail": made.excluded.detail},
        where=free,
    )
    return (await session.execute(mine.returning(table.c.name))).first() is not None
