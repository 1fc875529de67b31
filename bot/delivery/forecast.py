"""The forecast of a day: what is due when, what waits already, and whether the rate suffices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import accumulate
from math import ceil
from typing import NamedTuple

from bot.clock import Clock, zone_exists
from bot.config import Settings
from bot.delivery.advice import advise
from bot.delivery.broadcasts import Broadcasts
from bot.delivery.leasing import BROADCAST_SHARE
from bot.store.database import Database
from bot.store.outbox import recipients
from bot.store.outbox_models import BroadcastRead
from bot.store.queries import deliveries, slots
from bot.store.values import Forecast
from bot.subscribers.calendar import next_instant
from bot.telegram.limits.buckets import free_bulk_rate

ONE_DAY = timedelta(days=1)
ONE_TICK = timedelta(microseconds=1)
ONE_MINUTE = timedelta(minutes=1)
PROMISE_SECONDS = 60.0
"""A tip that waits longer than this past its place in the window breaks the promise."""


class Waiting(NamedTuple):
    """What is in the outbox: tips, by the minutes until they may be sent, and broadcasts."""

    tips: Counter[int]
    copies: int


NOTHING = Waiting(Counter(), 0)


class _Backlog:
    """Tips and broadcasts that wait to be sent, and how fast they go."""

    def __init__(self, settings: Settings, copies: int) -> None:
        self.tips = 0.0
        self._copies = float(copies)
        self._bulk = settings.bulk_rate
        self._alone = free_bulk_rate(settings.total_rate, settings.bulk_rate)
        self._beside = min(self._alone, self._bulk * (1 - BROADCAST_SHARE))

    def minute(self, arrived: float) -> None:
        """A minute goes by, at whose beginning so many more tips come."""
        self.tips += arrived
        sent = min(self.tips, self.within(60.0))
        self.tips -= sent
        self._copies = max(0.0, self._copies - (self._bulk * 60.0 - sent))

    def within(self, seconds: float) -> float:
        """How many tips the rate can take in that time, broadcasts having their share."""
        shared = min(seconds, self._copies_last)
        return shared * self._beside + (seconds - shared) * self._alone

    @property
    def wait(self) -> float:
        """Seconds until all tips that wait now would be gone."""
        shared = self._copies_last
        if self.tips <= shared * self._beside:
            return self.tips / self._beside
        return shared + (self.tips - shared * self._beside) / self._alone

    @property
    def _copies_last(self) -> float:
        return self._copies / (self._bulk - self._beside)


async def forecast(
    db: Database, clock: Clock, settings: Settings, at: datetime | None = None
) -> Forecast:
    """How the 24 hours after ``at`` (now by default) would go with today's subscribers.

    What waits in the outbox counts if ``at`` is now or within a day from now; what comes until
    then is lived through, too.
    """
    now = clock.now()
    start = now if at is None else at
    if not now <= start < now + ONE_DAY:
        due, skipped = await _due(db, start, start + ONE_DAY)
        return replace(simulate(start, due, settings), skipped=skipped)
    due, skipped = await _due(db, now, start + ONE_DAY)
    waiting = await _waiting(db, clock, settings)
    return replace(simulate(start, due, settings, now=now, waiting=waiting), skipped=skipped)


async def _waiting(db: Database, clock: Clock, settings: Settings) -> Waiting:
    rules, now = Broadcasts(db, clock, settings), clock.now()
    sending = [one for one in await rules.running() if one.state == "sending"]
    copies = sum([await _copies(db, rules, one, now) for one in sending])
    return Waiting(await db.read(lambda session: deliveries.tips_waiting(session, now)), copies)


async def _copies(db: Database, rules: Broadcasts, one: BroadcastRead, now: datetime) -> int:
    """Messages that wait; of one that comes at a local hour, those whose hour it is."""
    if one.local_minute is None:
        return (await rules.report(one.id)).queued
    return await db.read(partial(recipients.count_ready, broadcast_id=one.id, now=now))


async def _due(
    db: Database, begin: datetime, end: datetime
) -> tuple[Counter[datetime], dict[str, int]]:
    """How many tips are due when; and whom the planner skips, by zones that left the data."""
    async with db.read() as session:
        known = {slot.id: slot for slot in await slots.all_slots(session)}
        groups = await slots.by_slot_and_weekday(session, begin)
    due: Counter[datetime] = Counter()
    skipped: Counter[str] = Counter()
    for slot_id, weekdays, subscribers in groups:
        slot, after = known[slot_id], begin - ONE_TICK
        if not zone_exists(slot.zone):
            skipped[slot.zone] += subscribers
            continue
        while found := next_instant(slot.local_minute, slot.zone, weekdays, after):
            after = found.instant_utc
            if after >= end:
                break
            due[after] += subscribers
    return due, dict(skipped)


def simulate(
    start: datetime,
    due: Counter[datetime],
    settings: Settings,
    *,
    now: datetime | None = None,
    waiting: Waiting = NOTHING,
) -> Forecast:
    """Let the tips due at these instants queue to be sent, minute by minute.

    ``now`` (``start`` by default) is when the outbox is as in ``waiting``; what is told is how it
    goes from ``start`` on. Where the promise does not hold, what would help is tried in the same
    way.
    """
    day = _Day(start, due, now or start, waiting)
    found = day.forecast(settings)
    if found.holds:
        return found
    advised = advise(found, settings, day.forecast)
    at_once = settings.model_copy(update={"tip_grace_minutes": PROMISE_SECONDS / 60})
    return replace(
        found,
        advice=advised.changes,
        spread_needed=advised.spread_needed,
        to_move=day.forecast(at_once).too_old,
    )


class _Day(NamedTuple):
    """What is to be lived through: tips due at instants, and what waits at ``now`` already."""

    start: datetime
    due: Counter[datetime]
    now: datetime
    waiting: Waiting

    def forecast(self, settings: Settings) -> Forecast:
        """How it goes with these settings."""
        start, waiting = self.start, self.waiting
        before = ceil((start - self.now) / ONE_MINUTE)
        first = start - before * ONE_MINUTE
        arrivals = _arrivals(first, self.due, settings.spread_minutes)
        longest, too_old = _live_through(arrivals, waiting, settings, before)
        told = {
            instant: subscribers for instant, subscribers in self.due.items() if instant >= start
        }
        busiest = _busiest(arrivals[before:]) if told else (None, 0.0)
        hour = _busiest(_by_hour(_arrivals(start, Counter(told), 0.0))) if told else (None, 0.0)
        return Forecast(
            start=start,
            tips=sum(told.values()),
            busiest_minute=None if busiest[0] is None else start + busiest[0] * ONE_MINUTE,
            busiest_count=ceil(busiest[1]),
            capacity=free_bulk_rate(settings.total_rate, settings.bulk_rate) * 60,
            longest_wait=longest,
            too_old=round(too_old),
            spread_needed=settings.spread_minutes,
            queued_tips=waiting.tips.total(),
            queued_copies=waiting.copies,
            holds=longest <= PROMISE_SECONDS and not round(too_old),
            busiest_hour=None if hour[0] is None else start + hour[0] * ONE_MINUTE,
            busiest_hour_count=round(hour[1]),
        )


def _busiest(counts: list[float]) -> tuple[int, float]:
    """Where the most are, and how many."""
    where = max(range(len(counts)), key=counts.__getitem__)
    return where, counts[where]


def _by_hour(minutes: list[float]) -> list[float]:
    """For each minute in which some come, how many come in the hour that begins with it."""
    sums = [0.0, *accumulate(minutes)]
    last = len(minutes)
    return [sums[min(last, at + 60)] - sums[at] if minutes[at] else 0.0 for at in range(last)]


def _live_through(
    arrivals: list[float], waiting: Waiting, settings: Settings, before: int
) -> tuple[float, float]:
    """The longest wait in seconds of those that are sent, and how many are too old; without the
    first minutes.
    """
    backlog, longest, too_old = _Backlog(settings, waiting.copies), 0.0, 0.0
    grace = settings.tip_grace_minutes * 60.0
    for minute, arrived in enumerate(arrivals):
        backlog.minute(arrived + waiting.tips[minute])
        wait = backlog.wait
        if minute >= before:
            longest = max(longest, min(wait, grace))
        if wait > grace:
            lost = backlog.tips - backlog.within(grace)
            backlog.tips -= lost
            too_old += lost if minute >= before else 0.0
    return longest, too_old


def _arrivals(start: datetime, due: Counter[datetime], spread_minutes: float) -> list[float]:
    """Tips per minute from ``start`` on, each instant's spread evenly over the window."""
    last = max(((instant - start) / ONE_MINUTE for instant in due), default=0.0)
    minutes = [0.0] * (max(24 * 60, int(last)) + ceil(spread_minutes) + 2)
    for instant, subscribers in due.items():
        first = (instant - start) / ONE_MINUTE
        if spread_minutes == 0:
            minutes[int(first)] += subscribers
            continue
        for index, share in _overlaps(first, first + spread_minutes):
            minutes[index] += subscribers * share / spread_minutes
    return minutes


def _overlaps(begin: float, end: float) -> Iterable[tuple[int, float]]:
    for index in range(int(begin), ceil(end)):
        yield index, min(end, index + 1) - max(begin, index)
