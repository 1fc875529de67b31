"""The figures for admins and operators, and the forecast of a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil

from bot.clock import Clock
from bot.config import Settings
from bot.delivery.calendar import next_instant
from bot.delivery.figures import by_prefix, lateness
from bot.store import counters, feedback, slots, subscribers
from bot.store.database import Database
from bot.store.values import Figures, Forecast

ONE_DAY = timedelta(days=1)
ONE_TICK = timedelta(microseconds=1)
PROMISE_SECONDS = 60.0
"""A tip that waits longer than this past its place in the window breaks the promise."""


class Stats:
    """Reads figures; changes nothing."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def figures(self, days: int) -> Figures:
        """The figures of the last ``days`` days, exact to the hour."""
        since = self._clock.now() - timedelta(days=days)
        async with self._db.read() as session:
            states = await subscribers.count_by_state(session)
            totals = await counters.totals(session, since)
            thumbs = await feedback.counts(session, since)
            sources = await subscribers.count_by_source(session, since)
        active, paused = states.get("active", 0), states.get("paused", 0)
        return Figures(
            days=days,
            subscribers=active + paused,
            active=active,
            paused=paused,
            stopped=states.get("stopped", 0),
            blocked=states.get("blocked", 0),
            new=totals["joined"],
            left=totals["left"],
            tips=by_prefix(totals, "tip."),
            broadcasts=by_prefix(totals, "broadcast."),
            failures=by_prefix(totals, "failed."),
            doubts=totals["doubts"],
            lateness=lateness(totals),
            tip_votes=(thumbs["tip_up"], thumbs["tip_down"]),
            answer_votes=(thumbs["answer_up"], thumbs["answer_down"]),
            misses=thumbs["misses"],
            sources=sources,
        )

    async def forecast(self, at: datetime, settings: Settings) -> Forecast:
        """How the 24 hours after ``at`` would go with today's readers and these settings."""
        async with self._db.read() as session:
            known = {slot.id: slot for slot in await slots.all_slots(session)}
            groups = await slots.by_slot_and_weekday(session, at)
        due: Counter[datetime] = Counter()
        for slot_id, weekdays, readers in groups:
            slot = known[slot_id]
            found = next_instant(slot.local_minute, slot.zone, weekdays, at - ONE_TICK)
            if found is not None and found.instant_utc < at + ONE_DAY:
                due[found.instant_utc] += readers
        return simulate(at, due, settings)


def simulate(start: datetime, due: Counter[datetime], settings: Settings) -> Forecast:
    """Let the tips due at these instants queue for the operator's rate, minute by minute."""
    capacity = settings.bulk_rate * 60
    arrivals = _arrivals(start, due, settings.spread_minutes)
    backlog = longest = 0.0
    too_old = 0.0
    for arrived in arrivals:
        backlog = max(0.0, backlog + arrived - capacity)
        wait = backlog / settings.bulk_rate
        longest = max(longest, wait)
        if wait > settings.tip_grace_minutes * 60:
            late = min(backlog, backlog - settings.tip_grace_minutes * capacity)
            too_old, backlog = too_old + late, backlog - late
    busiest = max(range(len(arrivals)), key=arrivals.__getitem__) if due else None
    return Forecast(
        start=start,
        tips=due.total(),
        busiest_minute=None if busiest is None else start + timedelta(minutes=busiest),
        busiest_count=0 if busiest is None else ceil(arrivals[busiest]),
        capacity=capacity,
        longest_wait=longest,
        too_old=round(too_old),
        spread_needed=max(due.values(), default=0) / capacity,
        holds=longest <= PROMISE_SECONDS,
    )


def _arrivals(start: datetime, due: Counter[datetime], spread_minutes: float) -> list[float]:
    """Tips per minute from ``start`` on, each instant's spread evenly over the window."""
    minutes = [0.0] * (24 * 60 + ceil(spread_minutes) + 2)
    for instant, readers in due.items():
        first = (instant - start) / timedelta(minutes=1)
        if spread_minutes == 0:
            minutes[int(first)] += readers
            continue
        for index, share in _overlaps(first, first + spread_minutes):
            minutes[index] += readers * share / spread_minutes
    return minutes


def _overlaps(begin: float, end: float) -> Iterable[tuple[int, float]]:
    for index in range(int(begin), ceil(end)):
        yield index, min(end, index + 1) - max(begin, index)
