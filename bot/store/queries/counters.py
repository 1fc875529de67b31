"""Hourly figures that outlive the rows and subscribers they were counted from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import BigInteger, String, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.store.outbox.many import Many
from bot.store.tables import Executor, is_sqlite
from bot.store.tables import counter as table
from bot.store.types import UTCDateTime


def hour_of(instant: datetime) -> datetime:
    """The beginning of the instant's hour."""
    return instant.replace(minute=0, second=0, microsecond=0)


def _adding(made: SqliteInsert | PostgresInsert) -> Many:
    filled = made.values(
        at=bindparam("hour", type_=UTCDateTime),
        name=bindparam("counter", type_=String),
        value=bindparam("amount", type_=BigInteger),
    )
    more = {"value": table.c.value + filled.excluded.value}
    upsert = filled.on_conflict_do_update(index_elements=[table.c.at, table.c.name], set_=more)
    return Many(upsert, "hour", "counter", "amount")


_on_sqlite, _on_postgres = _adding(sqlite_insert(table)), _adding(postgres_insert(table))


async def add(session: Executor, now: datetime, amounts: Mapping[str, int]) -> None:
    """Add to the counters by name."""
    hour = hour_of(now)
    # In one order, lest two writers wait for each other.
    rows = [(hour, name, amount) for name, amount in sorted(amounts.items()) if amount]
    await (_on_sqlite if is_sqlite(session) else _on_postgres).run(session, rows)


async def totals(session: Executor, since: datetime) -> Counter[str]:
    """The sum of each counter from the hour of ``since`` on."""
    statement = (
        select(table.c.name, func.sum(table.c.value))
        .where(table.c.at >= hour_of(since))
        .group_by(table.c.name)
    )
    rows = (await session.execute(statement)).all()
    return Counter({name: int(value) for name, value in rows})


async def fold(session: Executor, before: datetime) -> None:
    """Put the hours of each day before then together, since nobody asks for them any more."""
    end = before.replace(hour=0, minute=0, second=0, microsecond=0)
    old = table.c.at < end
    rows = (
        await session.execute(select(table.c.at, table.c.name, table.c.value).where(old))
    ).all()
    if all(row.at.hour == 0 for row in rows):
        return
    by_day: Counter[tuple[datetime, str]] = Counter()
    for at, name, value in rows:
        by_day[at.replace(hour=0), name] += value
    await session.execute(delete(table).where(old))
    folded = [{"at": at, "name": name, "value": n} for (at, name), n in by_day.items()]
    await session.execute(table.insert(), folded)
