"""What stands in the counters, whatever hour or day it was counted for."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import func, select

from bot.store.queries.counters import hour_of
from bot.store.tables import Executor, counter


async def totals(session: Executor, since: datetime) -> Counter[str]:
    """The sum of each counter from the hour of ``since`` on."""
    summed = select(counter.c.name, func.sum(counter.c.value)).group_by(counter.c.name)
    rows = (await session.execute(summed.where(counter.c.at >= hour_of(since)))).all()
    return Counter({name: int(value) for name, value in rows})
