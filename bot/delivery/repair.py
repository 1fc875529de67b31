"""Holds stored instants against what they can be: after a clock that ran ahead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import structlog

from bot.clock import Clock, zone_or_home
from bot.config import Settings
from bot.delivery.planner import Planner, following
from bot.replicas.presence import LIVE_SECONDS
from bot.store.database import Database
from bot.store.queries import slots, tip_tallies
from bot.store.repairs import instant_repairs as repairs
from bot.store.repairs.instants import LONGEST_LEASE
from bot.store.tables import Executor
from bot.subscribers.calendar import local_date

log = structlog.get_logger(__name__)

Work = Callable[[Executor], Coroutine[Any, Any, Counter[str]]]


class Repair:
    """Sets right what lies further ahead than it can. To be run while the clock is believed.

    Safe to run at any time and again: where nothing is ahead it only looks.

    Args:
        owner: in whose name this process leases rows.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        settings: Settings,
        planner: Planner,
        owner: str,
    ) -> None:
        self._db = db
        self._clock = clock
        self._grace = timedelta(minutes=settings.tip_grace_minutes)
        self._planner = planner
        self._owner = owner

    async def run(self) -> Counter[str]:
        """Hold all of them against what they can be; how many were set, by column.

        Raises whatever the database raises.
        """
        now = self._clock.now()
        found: Counter[str] = Counter()
        steps: tuple[Work, ...] = (
            lambda session: repairs.hold_back_leases(
                session, now, self._owner, now + LONGEST_LEASE
            ),
            lambda session: repairs.hold_back_broadcasts(session, now),
            lambda session: repairs.hold_back_first_dates(session, now),
            lambda session: repairs.hold_back(session, now),
            lambda session: repairs.hold_back_subscriptions(session, now),
            lambda session: repairs.hold_back_counters(session, now),
            lambda session: tip_tallies.hold_back(session, now),
        )
        for step in steps:
            found += await self._db.write(step)
        held = found["slot.next_at"] = await self._planner.hold_back()
        found += await self._dates(told=held > 0)
        found += await self._db.write(lambda session: repairs.hold_back_retries(session, now))
        # What tells that a clock was ahead goes last, so that a crash on the way is no loss.
        lease = timedelta(seconds=LIVE_SECONDS)
        found += await self._db.write(lambda session: repairs.hold_back_beats(session, now, lease))
        if found.total():
            log.warning("stored instants lay too far ahead and are set right", count=found.total())
        return +found

    async def _dates(self, *, told: bool) -> Counter[str]:
        """Look for tips of dates to come, but only where something tells that there are some."""
        now = self._clock.now()
        told = told or bool(await self._db.read(partial(repairs.furthest_beat, now=now)))
        if not told:
            return Counter()
        found: Counter[str] = Counter()
        ahead = await self._db.read(partial(repairs.slots_with_dates_from, first=now.date()))
        for one in ahead:
            found += await self._db.write(
                partial(
                    repairs.hold_back_dates,
                    slot_id=one.slot_id,
                    today=_today(now, one.zone),
                    now=now,
                    grace=self._grace,
                )
            )
        return found


async def how_far_ahead(db: Database, now: datetime) -> timedelta:
    """By how much the furthest slot or heartbeat lies ahead of what it can be; 0: none does."""
    known = await db.read(slots.all_slots)
    expected = [(slot.next_at, following(slot, now)) for slot in known]
    ahead = [at - due.instant_utc for at, due in expected if due is not None]
    beats = await db.read(partial(repairs.furthest_beat, now=now))
    return max([timedelta(), beats, *ahead])


def _today(now: datetime, zone: str | None) -> date:
    return local_date(now, zone_or_home(zone, "UTC"))
