"""Messages under way: what is leased, what is being sent, what came of it.

It costs no task and no coroutine per message: a call's future reports back, and what follows is
decided there. Only the limiter is waited for.
"""

from __future__ import annotations

import asyncio
import math
from datetime import timedelta
from functools import partial
from typing import Protocol

import structlog

from bot.clock import Clock
from bot.delivery import first_names
from bot.delivery.begin_marker import BeginMarker, MarkBegun
from bot.delivery.broadcast_requests import Named
from bot.delivery.circuit_breaker import CircuitBreaker
from bot.delivery.message import Finished, OutgoingMessage
from bot.delivery.queue import Queue, leased_ahead
from bot.delivery.results import GROUP_ROWS, Results
from bot.delivery.settlement import put_back
from bot.metrics import Metrics
from bot.store.outbox.leases import Settled
from bot.telegram.bulk.connection import Reply
from bot.telegram.limits.flood_waits import SEND, FloodWait, FloodWaits
from bot.telegram.limits.limiter import HeldError, Lane, SendLimiter
from bot.telegram.responses import Outcome, classify
from tips.current import CurrentContent

log = structlog.get_logger(__name__)

LONGEST_WAIT = 20.0
"""Seconds without a turn after which leases are given up: replies may take the whole rate."""


class Transport(Protocol):
    """What carries a request: ``bot.telegram.bulk.pool.PooledTransport``."""

    def begin(self, method: str, body: bytes) -> asyncio.Future[Reply]:
        """Start a call; the future ends with its answer, ``NotSent`` or ``InDoubt``."""
        ...


class InFlight:
    """Leased items on their way out.

    Where broadcasts are paid for, what is not paid for waits in a queue of its own, so that it
    neither holds them up nor is leased long before its turn.

    Args:
        most: how many calls may be under way at once.
        rate: messages a second, which is also how many are leased ahead.
        results: where goes what ended, and what is given up.
        mark_begun: marks rows as begun, which with a limiter is done before each starts.
        content: what of it was withdrawn since its row was leased goes back, for another tip.
    """

    def __init__(  # noqa: PLR0913 - the worker alone makes one
        self,
        clock: Clock,
        transport: Transport,
        limiter: SendLimiter | None,
        *,
        most: int,
        rate: float,
        results: Results,
        mark_begun: MarkBegun,
        content: CurrentContent,
        metrics: Metrics,
    ) -> None:
        self._clock = clock
        self._content = content
        self._transport = transport
        self._limiter = limiter
        self._most = most
        self._results = results
        self.capacity = leased_ahead(3 * most if limiter is None else rate / 4)
        self._queue = self._unpaid = Queue(self.capacity, BeginMarker(mark_begun, rate), paid=True)
        if limiter is None:
            self._queue.least = self.capacity // 2
        else:
            limiter.on_hold(self._silenced)
            if limiter.free_bulk_rate < rate:
                unpaid = leased_ahead(limiter.free_bulk_rate / 4)
                self._unpaid = Queue(unpaid, BeginMarker(mark_begun, rate), paid=False)
        self._queues = list(dict.fromkeys((self._queue, self._unpaid)))
        self.in_flight: set[OutgoingMessage] = set()
        self.sent = 0
        self._held_until = -math.inf
        self._floods = FloodWaits()
        self.breaker = CircuitBreaker(clock, metrics)

    @property
    def waiting(self) -> int:
        """How many are leased and not started."""
        return sum(len(queue.items) for queue in self._queues)

    @property
    def wanted(self) -> int:
        """How many more may be leased: no more than one while the breaker is open."""
        room = self.capacity - self.waiting
        if not self.breaker.is_open:
            return room
        return min(room, self._room - self.waiting)

    @property
    def _room(self) -> int:
        """How many more may be under way."""
        return self.breaker.room(self._most, len(self.in_flight))

    @property
    def unpaid_room(self) -> int:
        """How many more may be leased that are not paid for."""
        return self._unpaid.most - len(self._unpaid.items)

    @property
    def is_empty(self) -> bool:
        """Nothing is leased or under way."""
        return not (self.waiting or self.in_flight)

    @property
    def is_low(self) -> bool:
        """It is time to lease more."""
        return self._queue.is_low or self._unpaid.is_low

    @property
    def held_for(self) -> float:
        """Seconds for which nothing may be sent, after a flood or while it leads to nothing."""
        own = max(self.breaker.held_for, self._held_until - self._clock.monotonic())
        return own if self._limiter is None else max(own, self._limiter.held_for(Lane.BULK))

    def add(self, items: list[OutgoingMessage]) -> None:
        """Send these, in their order, as soon as may be."""
        for item in items:
            item.left = item.row.chat_id in self._results.lost
            (self._queue if item.parts.paid else self._unpaid).items.append(item)
        if self.held_for:
            self.give_back()
        else:
            self._fill()

    def give_back(self) -> None:
        """Give up the leases of all that has not been started."""
        for queue in self._queues:
            self._give_back(queue)

    def _give_back(self, queue: Queue) -> None:
        self._results.back.extend(put_back(item.row.id) for item in queue.items)
        queue.items.clear()

    def _gather(self) -> None:
        """Something ended, or a queue ran low: have it written when that is worth a group."""
        low = self.is_low and len(self._results.finished) * 4 >= min(GROUP_ROWS, self.capacity)
        self._results.gather(now=low or self.is_empty)

    async def keep_sending(self, limiter: SendLimiter) -> None:
        """Start messages as the limiter allows, for ever."""
        try:
            async with asyncio.TaskGroup() as group:
                for queue in self._queues:
                    group.create_task(self._empty(queue, limiter))
        finally:
            for queue in self._queues:
                await queue.marker.rest()

    async def _empty(self, queue: Queue, limiter: SendLimiter) -> None:
        items = queue.items
        while True:
            await queue.can_send.wait()
            room = min(len(items), self._room)
            if room <= 0:
                queue.can_send.clear()
                continue
            try:
                permits = await limiter.bulk_permits(room, paid=queue.paid, patience=LONGEST_WAIT)
            except HeldError:
                self._give_back(queue)
                self._gather()
                continue
            await self._mark(queue, permits)
            for _ in range(min(permits, self._room)):
                if not items or not items[0].may_start:
                    break
                self._start(items.popleft())
            queue.marker.go_ahead(items)
            if queue.is_low:
                self._gather()

    async def _mark(self, queue: Queue, permits: int) -> None:
        """Have so many marked as begun, as far as they are still ours."""
        try:
            await queue.marker.mark(queue.items, permits)
        except Exception:
            # Whatever it is: a loop that ended here would send nothing any more, and what is put
            # back is leased again.
            log.exception("what begins could not be marked; it is put back")
            self._give_back(queue)

    def _fill(self) -> None:
        """Start what may be started now, or have it started where there is a limiter."""
        if self._limiter is not None:
            for queue in self._queues:
                queue.can_send.set()
            return
        items = self._queue.items
        while items and self._room > 0:
            self._start(items.popleft())

    def _start(self, item: OutgoingMessage) -> None:
        row = item.row
        if item.left:
            self._results.back.append(Settled(row.id, "cancelled", "blocked", uncounted=1))
            return
        if self._clock.monotonic() > item.send_before or self._is_withdrawn(item):
            self._results.back.append(put_back(row.id))
            return
        wait = self._chat_wait(row.chat_id)
        if wait > 0:
            again = self._clock.now() + timedelta(seconds=wait)
            self._results.back.append(put_back(row.id, again))
            return
        self.in_flight.add(item)
        if item.named is None:
            self._call(item)
            return
        asking = self._transport.begin(first_names.METHOD, first_names.question(row.chat_id))
        asking.add_done_callback(partial(self._named, item, item.named))

    def _named(self, item: OutgoingMessage, named: Named, asking: asyncio.Future[Reply]) -> None:
        """Send it with the first name that Telegram told, or without one."""
        holds = first_names.what_holds(asking)
        if holds is not None:
            self._settle(item, holds)
        elif self._clock.monotonic() > item.send_before:
            self.in_flight.discard(item)
            self._results.back.append(put_back(item.row.id))
            self._gather()
        else:
            item.parts = named(first_names.name_in(asking))
            self._call(item)

    def _call(self, item: OutgoingMessage) -> None:
        call = self._transport.begin(item.parts.method, item.parts.body(item.row.chat_id))
        call.add_done_callback(partial(self._ended, item))

    def _is_withdrawn(self, item: OutgoingMessage) -> bool:
        mark = item.mark
        return mark is not None and mark.number not in self._content.library.topic_of

    def _ended(self, item: OutgoingMessage, call: asyncio.Future[Reply]) -> None:
        error = asyncio.CancelledError() if call.cancelled() else call.exception()
        if error is None:
            reply = call.result()
            outcome = classify(*reply)
        else:
            outcome = classify(0, error)
        self._settle(item, outcome)

    def _settle(self, item: OutgoingMessage, outcome: Outcome) -> None:
        self.in_flight.discard(item)
        self.breaker.ended(outcome)
        suspect = self.breaker.suspects(outcome)
        ended = self._clock.monotonic()
        self._results.finished.append(Finished(item, outcome, self._clock.now(), ended, suspect))
        if outcome.kind == "sent":
            self.sent += 1
        else:
            self._react(item, outcome)
        self._fill()
        self._gather()

    def _react(self, item: OutgoingMessage, outcome: Outcome) -> None:
        if self.breaker.held_for:
            self.give_back()
        if outcome.kind == "flood":
            self._flooded(item.row.chat_id, outcome.retry_after)
        elif outcome.kind == "blocked":
            chat = item.row.chat_id
            self._results.lost.add(chat)
            for queue in self._queues:
                for other in queue.items:
                    other.left = other.left or other.row.chat_id == chat

    def _chat_wait(self, chat_id: int) -> float:
        """Count a message to the chat and return 0, or the seconds until it may have one."""
        if self._limiter is not None:
            return self._limiter.take_chat(chat_id)
        return max(0.0, self._floods.until(SEND, chat_id) - self._clock.monotonic())

    def _flooded(self, chat_id: int, seconds: float) -> None:
        if self._limiter is not None:
            self._limiter.refused(Lane.BULK, chat_id, seconds)
            return
        now = self._clock.monotonic()
        wait = FloodWait(Lane.BULK, SEND, chat_id, now, now + seconds)
        if self._floods.add(wait, now) is not None:
            self._hold(seconds)

    def _hold(self, seconds: float) -> None:
        """Send nothing for so long, and hold no lease meanwhile."""
        self._held_until = max(self._held_until, self._clock.monotonic() + seconds)
        self.give_back()

    def _silenced(self, lane: Lane) -> None:
        """Hold no lease while the limiter is held, whoever was told to wait."""
        if lane is Lane.BULK and self.waiting:
            self.give_back()
            self._gather()
