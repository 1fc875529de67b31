"""A broadcast's first step: begin at once, wait for its time, and begin when that has come."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Literal

import structlog

from bot.delivery.schedules import schedule_of, times_of
from bot.store.database import Database
from bot.store.outbox import audience, corrections
from bot.store.outbox.wanted import wanted_of
from bot.store.outbox_models import BroadcastRead
from bot.store.queries import broadcasts as store
from bot.store.tables import Executor

log = structlog.get_logger(__name__)


async def count_of(session: Executor, broadcast: BroadcastRead, now: datetime) -> int:
    """How many would get it, if it began now; of a correction, how many messages it changes."""
    if broadcast.is_correction and broadcast.corrects is not None:
        if await corrections.is_recalled(session, broadcast.corrects):
            return 0
        return (await corrections.reach_of(session, broadcast.corrects, now)).of(broadcast.kind)
    return await audience.count(session, now.date(), wanted_of(broadcast))


async def set_off(
    session: Executor, broadcast: BroadcastRead, now: datetime, total: int | None = None
) -> Literal["sending", "scheduled"]:
    """Begin it if its time has come, and else have it wait for that.

    ``total`` is how many would get it now, if that has been counted.
    """
    times = times_of(schedule_of(broadcast), now)
    begins = times["send_at"]
    if begins is not None and begins > now:
        await store.change(session, broadcast.id, {"state": "scheduled", **times})
        return "scheduled"
    await begin(session, broadcast.model_copy(update=times), now, total)
    return "sending"


async def begin(
    session: Executor, broadcast: BroadcastRead, now: datetime, total: int | None = None
) -> None:
    """Freeze the audience: whoever is in it now. The planner makes their rows."""
    values = {
        "state": "sending",
        "confirmed_at": now,
        "send_at": broadcast.send_at,
        "not_after": broadcast.not_after,
        "total": await count_of(session, broadcast, now) if total is None else total,
        "ordinal": audience.next_ordinal(),
    }
    await store.change(session, broadcast.id, values)
    if broadcast.corrects is not None:
        await corrections.hold(session, broadcast, now)


async def begin_due(db: Database, now: datetime, due: Iterable[int]) -> bool:
    """Begin those of these scheduled broadcasts whose time has come, each once, however many look;
    whether any began.

    One that fails is logged, and tried again at the next tick; it holds up no other.
    """
    return any([await _begun(db, now, broadcast_id) for broadcast_id in due])


async def _begun(db: Database, now: datetime, broadcast_id: int) -> bool:
    try:
        begun = await db.write(partial(_begin_due, broadcast_id=broadcast_id, now=now))
    except Exception:
        log.exception("a scheduled broadcast could not begin", broadcast=broadcast_id)
        return False
    if begun:
        log.info("a scheduled broadcast begins", broadcast=broadcast_id)
    return begun


async def _begin_due(session: Executor, broadcast_id: int, now: datetime) -> bool:
    found = await store.get(session, broadcast_id, lock=True)
    if found is None or found.state != "scheduled":
        return False
    if found.send_at is None or found.send_at > now:
        return False
    await begin(session, found, now)
    return True
