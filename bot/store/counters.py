"""Hourly figures that outlive the rows and readers they were counted from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, func, select

from bot.store.tables import Executor, insert_into
from bot.store.tables import counter as table


def hour_of(instant: datetime) -> datetime:
    """The beginning of the instant's hour."""
    return instant.replace(minute=0, second=0, microsecond=0)


async def add(session: Executor, now: datetime, amounts: Mapping[str, int]) -> None:
    """Add to the counters by name."""
    hour = hour_of(now)
    rows = [{"at": hour, "name": name, "value": n} for name, n in sorted(amounts.items()) if n]
    if not rows:
        return
    made = insert_into(session, table).values(rows)
    more = {"value": table.c.value + made.excluded.value}
    keys = [table.c.at, table.c.name]
    await session.execute(made.on_conflict_do_update(index_elements=keys, set_=more))


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
    by_day: Counter[tuple[datetime, str]] = Counter()
    for at, name, value in rows:
        by_day[at.replace(hour=0), name] += value
    if len(by_day) == len(rows):
        return
    await session.execute(delete(table).where(old))
    folded = [{"at": at, "name": name, "value": n} for (at, name), n in by_day.items()]
    await session.execute(table.insert(), folded)
