"""The tick: due slots and confirmed broadcasts become rows in the outbox.

No work per subscriber happens here.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import structlog

from bot.clock import Clock, zone_exists
from bot.config import Settings
from bot.delivery.audience import AudiencePlanner
from bot.delivery.beginning import begin_due
from bot.delivery.cancelling import cancel_left_over
from bot.metrics import Metrics
from bot.store.database import Database
from bot.store.outbox import recipients
from bot.store.queries import broadcasts, counters, heartbeat, slots
from bot.store.queries.slots import Slot
from bot.store.tables import Executor
from bot.store.values import ALL_WEEKDAYS
from bot.subscribers.calendar import ONE_DAY, Due, instant_on, next_instant
from bot.subscribers.zone_data import zone_data_version
from tips.library import Library

log = structlog.get_logger(__name__)

CHUNK = 2000
"""Subscribers planned in one transaction: some 10 ms of the write lock, of 50 allowed."""

SLOTS_AT_ONCE = 64
RECOMPUTED_AT_ONCE = 200
ALMOST_A_DAY = timedelta(hours=23)  # from one instant to the next on the shortest day of a year
ZONE_DATA = "zone-data"


class Owed(NamedTuple):
    """The broadcasts for which there is something to do, by their ids."""

    beginning: list[int]  # whose time has come
    rows: list[int]
    cancelling: list[int]  # which are cancelled, and of which rows wait all the same


class Planned(NamedTuple):
    """What a tick did: slots moved on, tips queued, tips that came too late to be queued."""

    slots: int
    rows: int
    too_old: int


def _nobody() -> None:
    """Nobody is to be told."""


class Planner:
    """Queues the tips that are due and moves their slots on, and queues confirmed broadcasts.

    Several may run on PostgreSQL.

    Args:
        on_rows: called when there may be something new to send, before the rest is planned.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        library: Library,
        settings: Settings,
        metrics: Metrics | None = None,
        *,
        on_rows: Callable[[], None] = _nobody,
    ) -> None:
        if not library.tips:
            raise ValueError("there is no tip to plan")
        self._db = db
        self._clock = clock
        self._metrics = metrics or Metrics(clock)
        self._on_rows = on_rows
        self.audiences = AudiencePlanner(db, clock, settings.default_timezone)
        self._window = timedelta(minutes=settings.spread_minutes)
        self._grace = timedelta(minutes=settings.tip_grace_minutes)

    async def ready_at_start(self) -> int:
        """Recompute every slot's instant if the time-zone data changed; how many changed.

        The local date that is next stays: what moved into the past by it is sent at once.
        """
        version = zone_data_version()
        last = await self._db.read(lambda session: heartbeat.last(session, ZONE_DATA))
        if last is not None and last.detail == version:
            return 0
        changed = await self._through_all(self._recompute_some)
        now = self._clock.now()
        await self._db.write(lambda session: heartbeat.beat(session, ZONE_DATA, now, version))
        return changed

    async def _recompute_some(self, session: Executor, behind: int) -> tuple[int, int | None]:
        """How many slots of the next few changed, and the last of them (None: there is none)."""
        some = await slots.behind(session, behind, RECOMPUTED_AT_ONCE)
        changed = 0
        for slot in some:
            changed += await self._recompute(session, slot)
        return changed, some[-1].id if some else None

    async def _recompute(self, session: Executor, slot: Slot) -> bool:
        if not zone_exists(slot.zone):
            return False
        instant = instant_on(slot.next_date, slot.local_minute, slot.zone)
        if instant == slot.next_at:
            return False
        if instant is None:
            await self._move_on(session, slot, self._clock.now())
        else:
            await slots.move_on(session, slot.id, instant, slot.next_date, slot.cursor)
        return True

    async def hold_back(self) -> int:
        """Let no slot wait for longer than until its next instant; how many did.

        That happens after a clock that was ahead. Which dates have had their tip is in the
        outbox, so planning a slot anew sends nothing twice.
        """
        return await self._through_all(self._hold_some_back)

    async def _hold_some_back(self, session: Executor, behind: int) -> tuple[int, int | None]:
        now = self._clock.now()
        some = await slots.later_than(session, now + ALMOST_A_DAY, behind, RECOMPUTED_AT_ONCE)
        held = 0
        for slot in some:
            due = following(slot, now)
            if due is not None and slot.next_at > due.instant_utc:
                await slots.move_on(session, slot.id, due.instant_utc, due.local_date)
                held += 1
        return held, some[-1].id if some else None

    async def _through_all(
        self, work: Callable[..., Coroutine[Any, Any, tuple[int, int | None]]]
    ) -> int:
        """Do ``work`` for a few slots at a time, in a transaction each; what it counted."""
        total = 0
        behind: int | None = 0
        while behind is not None:
            step = partial(work, behind=behind)
            more, behind = await self._db.write(step)
            total += more
        return total

    async def next_due(self) -> datetime | None:
        """When the first slot is due or a scheduled broadcast begins; None when neither is."""
        async with self._db.read() as session:
            both = [await slots.next_due(session), await broadcasts.next_scheduled(session)]
        return min(filter(None, both), default=None)

    async def tick(self) -> Planned:
        """Plan all that is due now, and all that is confirmed; what became of the tips.

        What waits of a cancelled broadcast is cancelled, whichever replica has left it. Never
        holds a write lock for long; may be cut off anywhere. Tips, broadcasts and cancelling take
        turns, so that none waits for the last row of another.
        """
        total, more, broken = Planned(0, 0, 0), True, set[int]()
        while more:
            try:
                step, more, owed = await self._db.write(self._step)
            except Exception:
                # Whatever is wrong with the tips, broadcasts are owed theirs.
                await self.serve(broken)
                raise
            self._tell(step)
            if step.rows:
                self._on_rows()
            total = Planned(*(a + b for a, b in zip(total, step, strict=True)))
            more = await self._serve(owed, broken) or more
        if total.slots:
            log.info("tips are planned", **total._asdict())
        return total

    async def serve(self, broken: set[int]) -> bool:
        """Do for broadcasts what can be done at once; whether more may wait.

        Args:
            broken: those that are left out; one that fails is added.
        """
        return await self._serve(await self._db.read(self._owed), broken)

    async def _serve(self, owed: Owed, broken: set[int]) -> bool:
        """Begin, plan and cancel what broadcasts wait for, a chunk of each; whether more may."""
        begun = await begin_due(self._db, self._clock.now(), owed.beginning)
        chunks = await self.audiences.plan_chunks(owed.rows, broken)
        if chunks:
            self._on_rows()
        return await cancel_left_over(self._db, owed.cancelling) or begun or chunks > 0

    async def _owed(self, session: Executor) -> Owed:
        return Owed(
            await broadcasts.scheduled_until(session, self._clock.now()),
            await broadcasts.lacking_rows(session),
            await recipients.cancelled_with_queued_rows(session),
        )

    def _tell(self, step: Planned) -> None:
        self._metrics.slots_planned.inc(step.slots)
        self._metrics.deliveries_planned.inc(step.rows)
        self._metrics.deliveries.labels("tip", "too_old").inc(step.too_old)

    async def _step(self, session: Executor) -> tuple[Planned, bool, Owed]:
        """Plan up to a chunk of subscribers in one transaction; whether more wait, and what
        broadcasts wait for, which would else take transactions of their own at each tick."""
        planned, more = await self._plan_tips(session)
        return planned, more, await self._owed(session)

    async def _plan_tips(self, session: Executor) -> tuple[Planned, bool]:
        now = self._clock.now()
        due = await slots.due(session, now, SLOTS_AT_ONCE)
        done = rows = too_old = 0
        caught_up = len(due) < SLOTS_AT_ONCE
        for slot in due:
            if not zone_exists(slot.zone):
                following = await self._move_on(session, slot, slot.next_at)
            elif self._ends(slot) <= now:
                too_old += await self._count_missed(session, slot)
                following = await self._move_on(session, slot, slot.next_at)
            else:
                queued, following = await self._plan_chunk(session, slot)
                rows += queued
            finished = following > slot.next_at
            done += finished
            caught_up = caught_up and following > now
            if rows >= CHUNK or not finished:
                return Planned(done, rows, too_old), True
        return Planned(done, rows, too_old), not caught_up

    def _ends(self, slot: Slot) -> datetime:
        """When the slot's earliest tip is too old; its later ones are let go with it."""
        return slot.next_at + self._grace

    async def _count_missed(self, session: Executor, slot: Slot) -> int:
        # Days of downtime must be visible but must not fill the outbox with dead rows.
        missed = await slots.eligible(session, slot)
        await counters.add(session, slot.next_at, {"tip.too_old": missed})
        return missed

    async def _plan_chunk(self, session: Executor, slot: Slot) -> tuple[int, datetime]:
        """Queue the slot's next subscribers; how many, and when the slot is due after that."""
        end = await slots.chunk_end(session, slot, CHUNK)
        queued = await slots.fill(session, slot, end=end, window=self._window, grace=self._grace)
        if end is None:
            return queued, await self._move_on(session, slot, slot.next_at)
        await slots.move_on(session, slot.id, slot.next_at, slot.next_date, end)
        return queued, slot.next_at

    async def _move_on(self, session: Executor, slot: Slot, after: datetime) -> datetime:
        due = following(slot, after)
        if due is None:
            # Nobody knows when these subscribers' hour comes; who of them writes is asked for a
            # place.
            log.error("a zone has left the time-zone data: no tips there", zone=slot.zone)
            days = (self._clock.now() - slot.next_at) // ONE_DAY + 1
            due = Due(slot.next_at + days * ONE_DAY, slot.next_date + days * ONE_DAY)
        await slots.move_on(session, slot.id, due.instant_utc, due.local_date)
        return due.instant_utc


def following(slot: Slot, after: datetime) -> Due | None:
    """The slot's first moment after that; None when its zone has left the data."""
    if not zone_exists(slot.zone):
        return None
    return next_instant(slot.local_minute, slot.zone, ALL_WEEKDAYS, after)
