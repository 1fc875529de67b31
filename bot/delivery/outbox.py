"""The worker's side of the outbox: outcomes go in and leases come out in one transaction."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

import structlog

from bot.clock import Clock
from bot.config import Settings
from bot.delivery.counts import count, publish
from bot.delivery.failure_rate import FailureRate
from bot.delivery.leasing import Leasing
from bot.delivery.message import Finished, OutgoingMessage
from bot.delivery.refusals import Refusals
from bot.delivery.rendering import Renderer
from bot.delivery.settlement import settlement_of
from bot.metrics import Metrics
from bot.store.database import Database
from bot.store.outbox import leases, recipients
from bot.store.outbox.kinds import TIP
from bot.store.outbox.leases import Reclaimed, Settled
from bot.store.queries import broadcasts, counters, rotations
from bot.store.queries import losses as told
from bot.store.queries.rotations import Mark
from bot.store.tables import Executor
from bot.subscribers import losses, schedule

log = structlog.get_logger(__name__)

RECLAIM_SECONDS = 15.0


class Event(NamedTuple):
    """Something an admin may want to know: ``done`` or ``paused`` (too many failures)."""

    broadcast_id: int
    what: str


class Exchange(NamedTuple):
    """What came of writing down and leasing; ``more`` says that it is worth asking again."""

    items: list[OutgoingMessage]
    events: list[Event]
    more: bool


class Outbox:
    """Leases and settles rows. One owner, one transaction at a time."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        settings: Settings,
        renderer: Renderer,
        lease_seconds: float,
        *,
        marks: bool,
        metrics: Metrics,
    ) -> None:
        self._db = db
        self._clock = clock
        self._content = renderer.content
        self.owner = secrets.token_hex(8)
        self._lease_seconds = lease_seconds
        self._failure_rate = FailureRate(
            settings.broadcast_pause_window, settings.broadcast_pause_share
        )
        self._leasing = Leasing(
            self.owner,
            clock,
            renderer,
            lease_seconds,
            paid=settings.paid_broadcast,
            begun=not marks,
            home=settings.default_timezone,
        )
        self._home = settings.default_timezone
        self._reclaim_at = clock.monotonic()
        self._metrics = metrics
        metrics.exchanged.expect()
        self._refusals = Refusals(clock)
        self._to_publish: Counter[str] = Counter()

    async def exchange(
        self,
        finished: Sequence[Finished],
        back: Sequence[Settled],
        want: int,
        unpaid: int | None = None,
        *,
        reclaim: bool = True,
    ) -> Exchange:
        """Write outcomes and returned rows down and lease up to ``want`` rows.

        At most ``unpaid`` of them (None: all) are messages that nobody pays for, which tips are.
        With ``reclaim``, what others dropped is taken back now and then.
        All of it or nothing: on an exception the caller keeps what was to be written.
        """
        with self._metrics.exchange_seconds.time():
            exchange = await self._db.write(
                lambda session: self._in_one(session, finished, back, (want, unpaid), reclaim)
            )
        publish(self._metrics, self._to_publish, finished)
        self._refusals.tell(finished)
        self._tell_of_pauses(exchange.events)
        return exchange

    def _tell_of_pauses(self, events: Iterable[Event]) -> None:
        for event in events:
            if event.what == "paused":
                self._metrics.broadcasts_paused.inc()
                log.warning(
                    "a broadcast pauses by itself: too much fails", broadcast=event.broadcast_id
                )

    async def mark_begun(self, row_ids: list[int]) -> set[int]:
        """Mark leased rows of broadcasts as begun; which of them are still ours to send.

        Raises whatever the database raises; then none may start.
        """
        mark = partial(leases.mark_begun, owner=self.owner, row_ids=row_ids)
        return await self._db.write(mark)

    async def _in_one(
        self,
        session: Executor,
        finished: Sequence[Finished],
        back: Sequence[Settled],
        wanted: tuple[int, int | None],
        reclaim: bool,
    ) -> Exchange:
        """The transaction."""
        # Counted in the metrics once all of it is written; whoever failed starts anew.
        self._to_publish = Counter()
        events = await self._write(session, finished, back)
        if reclaim and self._clock.monotonic() >= self._reclaim_at:
            await self._reclaim(session)
        want, unpaid = wanted
        if not want:
            return Exchange([], events, more=False)
        open_ = await broadcasts.in_states(session, broadcasts.OPEN_STATES)
        running = [one for one in open_ if one.state == "sending"]
        leased = await self._leasing.lease(session, running, want, unpaid)
        self._to_publish += leased.counted
        for one in open_:
            # Of a paused one, too, the last message may just have ended, or its subscriber have
            # left.
            idle = one.state == "paused" or one.id in leased.exhausted
            if one.frozen and idle and await recipients.finish(session, one.id, self._now()):
                self._failure_rate.forget(one.id)
                events.append(Event(one.id, "done"))
        return Exchange(leased.items, events, leased.more)

    def _now(self) -> datetime:
        return self._clock.now()

    async def _write(
        self, session: Executor, finished: Sequence[Finished], back: Sequence[Settled]
    ) -> list[Event]:
        rows = [settlement_of(one, self._lease_seconds) for one in finished]
        marks = [
            one.item.mark
            for one, row in zip(finished, rows, strict=True)
            if row.state in ("sent", "in_doubt") and one.item.mark is not None
        ]
        # Subscribers before their rows, as whoever changes settings locks them: else each could
        # wait for the other.
        await rotations.mark_seen(session, marks)
        if rows or back:
            await leases.settle(session, self.owner, [*rows, *back])
            await self._count(session, count(finished, rows))
        found = [one.item.row.chat_id for one in finished if one.item.refused and one.is_sent]
        await told.forgive(session, found)
        unusual = [one for one in finished if not one.is_sent]
        await self._follow(session, unusual)
        return await self._watch(session, finished, rows)

    async def _follow(self, session: Executor, finished: Iterable[Finished]) -> None:
        """What an outcome means for the subscriber, beyond this message."""
        for one in finished:
            chat, outcome, home = one.item.row.chat_id, one.outcome, self._home
            if outcome.kind == "migrated":
                await schedule.move_chat(session, chat, outcome.new_chat_id, home)
            elif outcome.kind == "blocked" and not one.suspect:
                await schedule.leave(session, chat, "blocked", one.at, home, outcome.reason)
            elif outcome.kind == "gone" and not one.suspect:
                await losses.refused(session, chat, outcome.reason, one.at, home)

    async def _watch(
        self, session: Executor, finished: Iterable[Finished], rows: Iterable[Settled]
    ) -> list[Event]:
        """Pause broadcasts of which too many messages fail."""
        touched: set[int] = set()
        for one, row in zip(finished, rows, strict=True):
            which = one.item.row.broadcast_id
            # An outage says nothing of the broadcast, and holds it anyway.
            if which is not None and not one.suspect:
                self._failure_rate.count(which, row)
                touched.add(which)
        failing = [which for which in sorted(touched) if self._failure_rate.is_too_high(which)]
        return [Event(which, "paused") for which in failing if await self._pause(session, which)]

    async def _pause(self, session: Executor, broadcast_id: int) -> bool:
        """Hold what is left of it; there is no use in that once all of it is sent or under way."""
        found = await broadcasts.get(session, broadcast_id)
        if found is None or not found.frozen:
            # Whoever makes its rows has locked it, and may wait for a subscriber whom we have.
            return False
        self._failure_rate.forget(broadcast_id)
        if not await recipients.has_queued(session, broadcast_id):
            return False
        values = {"state": "paused", "pause_reason": "failures"}
        still = broadcasts.is_in("sending")
        return await broadcasts.change(session, broadcast_id, values, still)

    async def _reclaim(self, session: Executor) -> None:
        taken = await leases.reclaim(session, self._now())
        if len(taken) < leases.RECLAIM_AT_ONCE:
            self._reclaim_at = self._clock.monotonic() + RECLAIM_SECONDS
        await rotations.mark_seen(session, list(filter(None, map(self._mark, taken))))
        amounts = Counter(f"{row.kind}.in_doubt" for row in taken if row.state == "in_doubt")
        doubts = sum(row.is_doubt for row in taken)
        await self._count(session, amounts + Counter(doubts=doubts))

    async def _count(self, session: Executor, amounts: Counter[str]) -> None:
        self._to_publish += amounts
        await counters.add(session, self._now(), amounts)

    def _topic_of(self, number: int | None) -> str | None:
        """The topic of a tip, also of one that has been withdrawn meanwhile."""
        topics = self._content.now.whole.topic_of
        return None if number is None else topics.get(number)

    def _mark(self, row: Reclaimed) -> Mark | None:
        """A tip that may have arrived, and will not be sent again, counts as seen."""
        topic = self._topic_of(row.content)
        if row.kind != TIP or row.state != "in_doubt" or row.content is None or topic is None:
            return None
        return Mark(row.chat_id, row.content, topic)

    async def seconds_to_next(self) -> float | None:
        """Seconds until the next row may be sent (0: now); None when nothing is queued."""
        moments = await self._db.read(self._moments)
        known = [moment for moment in moments if moment is not None]
        if not known:
            return None
        return max(0.0, (min(known) - self._now()) / timedelta(seconds=1))

    async def _moments(self, session: Executor) -> list[datetime | None]:
        """When the first tip and the first row of each broadcast may be sent."""
        sending = await broadcasts.in_states(session, ("sending",))
        copies = [await recipients.next_ready(session, one.id) for one in sending]
        return [await leases.next_ready(session), *copies]
