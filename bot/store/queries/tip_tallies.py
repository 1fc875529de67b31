"""What is thought of single tips, day by day, without who thinks so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, select

from bot.figures import Votes
from bot.store.queries.counters import day_of
from bot.store.tables import Executor, affected, insert_into
from bot.store.tables import tip_tally as table
from bot.store.types import UTCDateTime


async def add(session: Executor, now: datetime, thumbs: Mapping[str, Votes]) -> None:
    """Add thumbs of today by the tips' ids; those taken back are below 0."""
    rows = [
        {"tip_id": tip, "day": day_of(now), "up": votes.up, "down": votes.down}
        for tip, votes in sorted(thumbs.items())
    ]
    made = insert_into(session, table).values(rows)
    more = {name: table.c[name] + made.excluded[name] for name in ("up", "down")}
    await session.execute(
        made.on_conflict_do_update(index_elements=[table.c.tip_id, table.c.day], set_=more)
    )


_sums = (
    select(table.c.tip_id, func.sum(table.c.up), func.sum(table.c.down))
    .where(table.c.day >= bindparam("since", type_=UTCDateTime))
    .group_by(table.c.tip_id)
)


async def since(session: Executor, first: datetime) -> dict[str, Votes]:
    """The thumbs of each tip from the day of ``first`` on."""
    rows = await session.execute(_sums, {"since": day_of(first)})
    return {tip: Votes(int(up), int(down)) for tip, up, down in rows}


async def forget(session: Executor, before: datetime) -> None:
    """Delete the days before then."""
    await session.execute(delete(table).where(table.c.day < day_of(before)))


async def hold_back(session: Executor, now: datetime) -> Counter[str]:
    """What was counted for days to come is counted for this one."""
    later = await since(session, day_of(now) + timedelta(days=1))
    if not later:
        return Counter()
    gone = await affected(session, delete(table).where(table.c.day > day_of(now)))
    await add(session, now, later)
    return Counter({"tip_tally.day": gone})
