"""Figures by the hour or the day that outlive the rows and subscribers they were counted from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, String, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.store.outbox.many import Many
from bot.store.tables import Executor, insert_into, is_sqlite
from bot.store.tables import counter as table
from bot.store.types import EPOCH, MICROSECOND, UTCDateTime, start_of_step

ONE_DAY = timedelta(days=1)


def hour_of(instant: datetime) -> datetime:
    """The beginning of the instant's hour."""
    return instant.replace(minute=0, second=0, microsecond=0)


def day_of(instant: datetime) -> datetime:
    """The beginning of the instant's day in UTC."""
    return hour_of(instant).replace(hour=0)


def _adding(made: SqliteInsert | PostgresInsert) -> Many:
    filled = made.values(
        at=bindparam("hour", type_=UTCDateTime),
        name=bindparam("counter", type_=String),
        value=bindparam("amount", type_=BigInteger),
    )
    return Many(_added(filled), "hour", "counter", "amount")


def _added(made: SqliteInsert | PostgresInsert) -> SqliteInsert | PostgresInsert:
    more = {"value": table.c.value + made.excluded.value}
    return made.on_conflict_do_update(index_elements=[table.c.at, table.c.name], set_=more)


_on_sqlite, _on_postgres = _adding(sqlite_insert(table)), _adding(postgres_insert(table))


async def add(session: Executor, now: datetime, amounts: Mapping[str, int]) -> None:
    """Add to the counters by name."""
    hour = hour_of(now)
    # In one order, lest two writers wait for each other.
    rows = [(hour, name, amount) for name, amount in sorted(amounts.items()) if amount]
    await (_on_sqlite if is_sqlite(session) else _on_postgres).run(session, rows)


_step = start_of_step(
    table.c.at,
    bindparam("start", type_=UTCDateTime),
    bindparam("step", type_=BigInteger),
).label("step_at")
_sums = select(_step, table.c.name, func.sum(table.c.value)).group_by("step_at", table.c.name)
_since = table.c.at >= bindparam("since", type_=UTCDateTime)
_by_step = _sums.where(_since)


async def by_step(
    session: Executor, since: datetime, start: datetime, step: timedelta
) -> dict[datetime, Counter[str]]:
    """Each counter's sum from ``since`` on in each step, by the beginnings of the steps, of which
    the first is at ``start``.

    Both are midnights, and a step takes whole days: that is how counters are kept in the end.
    """
    given = {"since": since, "start": start, "step": step // MICROSECOND}
    found: defaultdict[datetime, Counter[str]] = defaultdict(Counter)
    for at, name, value in (await session.execute(_by_step, given)).all():
        found[at][name] = int(value)
    return found


_first = select(func.min(table.c.at)).where(_since)


async def begun(session: Executor, since: datetime) -> datetime | None:
    """When something was counted for the first time from then on; None where nothing was."""
    at: datetime | None = (await session.execute(_first, {"since": since})).scalar()
    return at


async def fold(session: Executor, before: datetime) -> None:
    """Put the hours of each day before then together, since nobody asks for them any more."""
    days = {"start": EPOCH, "step": ONE_DAY // MICROSECOND}
    hourly = (table.c.at < day_of(before)) & (table.c.at != _step.element)
    made = insert_into(session, table).from_select(["at", "name", "value"], _sums.where(hourly))
    await session.execute(_added(made), days)
    await session.execute(delete(table).where(hourly), days)
