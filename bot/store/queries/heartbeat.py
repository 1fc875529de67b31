"""When something last went well, by name: what health checks look at."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import cast, delete, func, select
from sqlmodel import col

from bot.store.outbox_models import Heartbeat, HeartbeatRead
from bot.store.tables import Executor, affected, columns_of, insert_into, read_all, read_one
from bot.store.types import UTCDateTime

BACKUP = "backup"
"""When the last copy of the database was made, by the job."""

SKIP_TIPS = "skip-tips-until"
"""Left in a restored copy: tips due until then had been sent by the database that was lost."""


_all = select(*columns_of(Heartbeat, HeartbeatRead))


async def beat(session: Executor, name: str, now: datetime, detail: str = "") -> None:
    """Remember that ``name`` went well at ``now``."""
    made = insert_into(session, Heartbeat).values(name=name, at=now, detail=detail)
    fresh = {"at": made.excluded.at, "detail": made.excluded.detail}
    await session.execute(
        made.on_conflict_do_update(index_elements=[col(Heartbeat.name)], set_=fresh)
    )


async def beat_anew(
    session: Executor, name: str, now: datetime, before: datetime, detail: str
) -> bool:
    """The same, unless ``name`` went well at ``before`` or later; whether it is remembered."""
    made = insert_into(session, Heartbeat).values(name=name, at=now, detail=detail)
    older = made.on_conflict_do_update(
        index_elements=[col(Heartbeat.name)],
        set_={"at": made.excluded.at, "detail": made.excluded.detail},
        where=col(Heartbeat.at) < before,
    )
    return (await session.execute(older.returning(col(Heartbeat.name)))).first() is not None


async def last(session: Executor, name: str) -> HeartbeatRead | None:
    """When ``name`` last went well and its detail; None if it never did."""
    found = await session.execute(_all.where(col(Heartbeat.name) == name))
    return read_one(HeartbeatRead, found)


async def everything(session: Executor) -> list[HeartbeatRead]:
    """All heartbeats."""
    return read_all(HeartbeatRead, await session.execute(_all))


async def beating(session: Executor, prefix: str, since: datetime) -> int:
    """How many names with this prefix went well at ``since`` or later."""
    here = (col(Heartbeat.name).startswith(prefix, autoescape=True), col(Heartbeat.at) >= since)
    return int((await session.execute(select(func.count()).where(*here))).scalar_one())


async def silence(session: Executor, prefix: str, before: datetime) -> int:
    """Forget names with this prefix that last went well before then; how many."""
    here = (col(Heartbeat.name).startswith(prefix, autoescape=True), col(Heartbeat.at) < before)
    return await affected(session, delete(Heartbeat).where(*here))


async def forget(session: Executor, name: str, detail: str | None = None) -> None:
    """Forget ``name``, if ``detail`` is what it holds (None: whatever it holds)."""
    holds = () if detail is None else (col(Heartbeat.detail) == detail,)
    await session.execute(delete(Heartbeat).where(col(Heartbeat.name) == name, *holds))


async def server_now(session: Executor) -> datetime:
    """The present instant by PostgreSQL's own clock."""
    statement = select(cast(func.clock_timestamp(), UTCDateTime))
    instant: datetime = (await session.execute(statement)).scalar_one()
    return instant


async def claim(session: Executor, name: str, owner: str, now: datetime, until: datetime) -> bool:
    """Lease ``name`` to ``owner`` until then, unless another's lease still runs; whether it is."""
    made = insert_into(session, Heartbeat).values(name=name, at=until, detail=owner)
    free = (col(Heartbeat.at) < now) | (col(Heartbeat.detail) == owner)
    mine = made.on_conflict_do_update(
        index_elements=[col(Heartbeat.name)],
        set_={"at": made.excluded.at, "detail": made.excluded.detail},
        where=free,
    )
    return (await session.execute(mine.returning(col(Heartbeat.name)))).first() is not None
