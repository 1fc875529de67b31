"""Daily figures that outlive the rows and readers they were counted from. Days are UTC."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, select

from bot.store.tables import Executor, insert_into
from bot.store.tables import counter as table


async def add(session: Executor, day: date, amounts: Mapping[str, int]) -> None:
    """Add to the day's counters by name."""
    rows = [{"day": day, "name": name, "value": n} for name, n in sorted(amounts.items()) if n]
    if not rows:
        return
    made = insert_into(session, table).values(rows)
    more = {"value": table.c.value + made.excluded.value}
    keys = [table.c.day, table.c.name]
    await session.execute(made.on_conflict_do_update(index_elements=keys, set_=more))


async def totals(session: Executor, since: date) -> dict[str, int]:
    """The sum of each counter from ``since`` on, that day included."""
    statement = (
        select(table.c.name, func.sum(table.c.value))
        .where(table.c.day >= since)
        .group_by(table.c.name)
    )
    rows = (await session.execute(statement)).all()
    return {name: int(value) for name, value in rows}
