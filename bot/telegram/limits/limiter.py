"""Limits how fast the bot sends: one budget, two priorities."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from functools import partial

from bot.clock import Clock
from bot.metrics import Metrics
from bot.telegram.limits.buckets import (
    FREE_RATE,
    ROUNDING,
    SERVER_BURST,
    Bucket,
    Measure,
    free_bulk_rate,
)
from bot.telegram.limits.chat_limits import ChatLimits
from bot.telegram.limits.flood_waits import (
    ANSWER,
    EDIT,
    EVERY_CHAT,
    SEND,
    ChatId,
    FloodWait,
    FloodWaits,
)
from bot.telegram.limits.floor import FLOOR_SHARE, Floor
from bot.telegram.limits.permits import HeldError, Permits, RankedLock, until
from bot.telegram.limits.priority import Lane, LaneState

__all__ = ["HeldError", "Lane", "SendLimiter"]

URGENT = (1.0,)


class SendLimiter:
    """The limiter that every message passes, replies first, in O(1) a message, without a queue.

    What it keeps, with R the total rate, on whatever clock it is handed:

    * never more than R starts in any second (R + 1 if R is not a whole number, or if bulk may
      fill every second and a reply comes in), and never more than 30 that nobody pays for;
    * bulk is spaced evenly at ``bulk_rate``, in a way that a server which enforces R with a
      bucket of only three never has a reason to refuse;
    * where R is paid for, bulk that is not keeps to ``free_bulk_rate``: it goes before the bulk
      that is, which never waits for it;
    * a reply goes before any bulk and waits at most 1/R s for bulk, usually not at all; but where
      replies have had everything for three seconds, bulk has a third of the rate;
    * edits are counted like messages, and answers to buttons are not counted, as Telegram does;
    * a chat gets one message a second, with bursts of three, a group 20 a minute; and four calls
      a second that make no message, with bursts of eight, and one a second in the long run;
    * after a 429 the chat gets no call of that kind for the whole of ``retry_after``; if a second
      chat meets one meanwhile, the lane is silent for as long as that one says. When that happens
      again within a minute the lane slows to three quarters, and recovers by 5 % each half minute.

    Bulk *asks* for permits and so waits in the database, not here. A caller that is cancelled
    while it waits leaves nothing behind.

    Args:
        clock: seconds come from its ``monotonic`` and waiting is done on it.
        total_rate: messages a second in all; Telegram's limit is 30, or 1,000 for paid broadcasts
            (Bot API, ``allow_paid_broadcast``). What is above 30 is for those alone.
        bulk_rate: messages a second for tips and broadcasts together.
        jitter: seconds added to each flood deadline, so that replicas do not return in step.

    Raises:
        ValueError: when a rate is not positive or bulk would exceed the total.
    """

    def __init__(
        self,
        clock: Clock,
        total_rate: float,
        bulk_rate: float,
        *,
        jitter: Callable[[], float] = lambda: random.uniform(0.0, 0.05),  # noqa: S311 - no secret
        metrics: Metrics | None = None,
    ) -> None:
        if not 0 < bulk_rate <= total_rate:
            raise ValueError("rates are positive and bulk is not above the total")
        self._rates = (total_rate, bulk_rate)
        self._parts = 1
        self._is_paid = total_rate > FREE_RATE
        self.free_bulk_rate = free_bulk_rate(total_rate, bulk_rate)
        """Messages a second for bulk that is not paid for."""
        self._total = self._free = Measure(total_rate, bulk_rate)
        self._floor = Floor(self._floor_rate)
        bulk = self._unpaid = _even(self._total, bulk_rate)
        measures = [self._total]
        counted = [self._floor]
        self._permits = self._unpaid_permits = Permits(
            clock, self._bulk_ready, measures, [bulk], counted
        )
        if self._is_paid:
            self._free = Measure(FREE_RATE, self.free_bulk_rate)
            self._unpaid = _even(self._free, self.free_bulk_rate)
            measures = [self._total, self._free]
            buckets = [bulk, self._unpaid]
            self._permits = Permits(clock, self._bulk_ready, [self._total], [bulk])
            self._unpaid_permits = Permits(clock, self._unpaid_ready, measures, buckets, counted)
        self._bulk = LaneState(jitter, bulk, self._unpaid)
        self._reply = LaneState(jitter, Bucket(min(FREE_RATE, total_rate), SERVER_BURST))
        self._reply_counts: tuple[Measure | Bucket, ...] = (*measures, self._reply.bucket)
        self._lanes = {Lane.BULK: self._bulk, Lane.REPLY: self._reply}
        self._clock = clock
        self._metrics = metrics or Metrics(clock)
        self.floods = FloodWaits()
        self._on_hold: list[Callable[[Lane], None]] = []
        self._on_flood: list[Callable[[FloodWait], None]] = []
        for lane in Lane:
            waiting = self._metrics.flood_wait_chats.labels(lane.value)
            waiting.set_function(partial(self.chats_waiting, lane))
        self._reply_order = RankedLock()
        self._replies_waiting = 0
        self._chats = ChatLimits(self.floods)

    def share_with(self, replicas: int) -> None:
        """Keep to one part of the rates, which so many replicas (1 or more) share evenly.

        What has started lately stays counted, so changing it never allows a burst.

        Raises:
            ValueError: fewer than one replica.
        """
        if replicas < 1:
            raise ValueError("whoever asks is a replica too")
        if replicas == self._parts:
            return
        self._parts, now = replicas, self._clock.monotonic()
        total, bulk = (rate / replicas for rate in self._rates)
        unpaid, free = self.free_bulk_rate / replicas, FREE_RATE / replicas
        self._total.fit(total, bulk, now)
        _fit_evenly(self._bulk.bucket, self._total, bulk, now)
        if self._is_paid:
            self._free.fit(free, unpaid, now)
            _fit_evenly(self._unpaid, self._free, unpaid, now)
        self._reply.bucket.fit(min(free, total), SERVER_BURST, now)
        self._floor.fit(self._floor_rate / replicas)
        self._permits.forget()
        self._unpaid_permits.forget()

    async def reply(
        self,
        chat_id: ChatId | None = None,
        *,
        makes_message: bool = True,
        kind: str | None = None,
        patience: float = math.inf,
        rank: tuple[float, ...] = (),
    ) -> None:
        """Wait until a reply may start: those of the lowest rank first, else as they came.

        Args:
            chat_id: the chat that it is for; ``None`` counts towards no chat's limits.
            makes_message: false for calls that make no new message in the chat, such as an edit
                or the answer to a button.
            kind: the kind of call, where that is not simply a message or an edit.
            patience: seconds that a flood or the chat's own limit may take.
            rank: who waits and has a lower one goes first; below ``URGENT`` even before the floor.

        Raises:
            HeldError: it would take longer; nothing was counted.
        """
        kind = kind or (SEND if makes_message else EDIT)
        # The chat is counted first: whoever waits for their own chat holds no place in the queue.
        counted_at = await self._chat_permit(kind, chat_id, patience)
        if kind == ANSWER:
            await until(self._clock, lambda now: self._reply_awake(now, patience))
            return
        self._replies_waiting += 1
        try:
            now = await self._reply_permit(rank, patience)
        except BaseException:
            self._chats.give_back(chat_id, kind, self._clock.monotonic())
            raise
        finally:
            self._replies_waiting -= 1
        self._chats.shift(chat_id, kind, now - counted_at, now)

    async def _reply_permit(self, rank: tuple[float, ...], patience: float) -> float:
        order = self._reply_order
        ticket = order.ticket()
        while True:
            async with order.permit(rank, ticket):
                now = await until(self._clock, lambda now: self._reply_ready(now, patience, rank))
                if order.is_wanted_before(rank):
                    # Somebody of a lower rank came while we waited: they are let in first.
                    continue
                for counted in self._reply_counts:
                    counted.take(now)
                return now

    async def bulk_permits(
        self, most: int, *, paid: bool = False, patience: float = math.inf
    ) -> int:
        """Wait until bulk may start; return how many may start at this moment, 1 to ``most``.

        At hundreds a second one timer serves several messages, which is what makes it cheap.
        Permits are for this moment: whoever saves them up breaks the rate.

        Args:
            paid: whether these are messages that Telegram is paid for.
            patience: seconds to wait at most.

        Raises:
            HeldError: there was no permit within that time.
        """
        return await (self._permits if paid else self._unpaid_permits).take(most, patience)

    def take_chat(self, chat_id: ChatId) -> float:
        """Count a bulk message to the chat and return 0, or the seconds until the chat may get it.

        For callers that rather put a row back than wait for one chat.
        """
        now = self._clock.monotonic()
        wait = self._chats.ready_at(chat_id, SEND, now) - now
        if wait > ROUNDING:
            return wait
        self._chats.take(chat_id, SEND, now)
        return 0.0

    def reply_held_for(self, chat_id: ChatId) -> float:
        """Seconds for which a flood, or the chat's own limit, forbids a message in reply."""
        now = self._clock.monotonic()
        return max(self.held_for(Lane.REPLY), self._chats.ready_at(chat_id, SEND, now) - now)

    def refused(
        self,
        lane: Lane,
        chat_id: ChatId | None,
        retry_after: float,
        *,
        kind: str = SEND,
        alone: bool = False,
    ) -> None:
        """Telegram answered 429 to a call of this kind for the chat (None: for no chat).

        It gets none for ``retry_after`` seconds. If another chat waits for the same, or there is
        no chat, all do: their calls of this kind, or the whole lane where messages are refused.
        ``alone`` says that others are not to wait for this one in any case.
        """
        self._metrics.flood_waits.labels(lane.value).inc()
        now = self._clock.monotonic()
        chat = EVERY_CHAT if chat_id is None else chat_id
        wait = FloodWait(lane, kind, chat, now, now + retry_after)
        shared = chat == EVERY_CHAT or self._remember(wait) is not None
        if alone or not shared:
            return
        if kind == SEND:
            self._silence(lane, retry_after)
        else:
            self._remember(wait._replace(chat_id=EVERY_CHAT))

    def learn(self, wait: FloodWait) -> None:
        """A chat has to wait because of a 429 that another replica or an earlier run got."""
        now = self._clock.monotonic()
        everybody = self.floods.add(wait, now)
        if everybody is None:
            return
        if wait.kind == SEND:
            self.hold(wait.lane, everybody - now)
        else:
            self.floods.add(wait._replace(chat_id=EVERY_CHAT, until=everybody), now)

    def _remember(self, wait: FloodWait) -> float | None:
        everybody = self.floods.add(wait, wait.since)
        for tell in self._on_flood:
            tell(wait)
        return everybody

    def _silence(self, lane: Lane, retry_after: float) -> None:
        self._lanes[lane].flood(retry_after, self._clock.monotonic())
        self._tell(lane)

    def hold(self, lane: Lane, seconds: float) -> None:
        """Silence the lane because of a 429 that another replica or an earlier run got."""
        if seconds > self.held_for(lane):
            self._lanes[lane].hold(self._clock.monotonic() + seconds)
            self._tell(lane)

    def on_hold(self, listener: Callable[[Lane], None]) -> None:
        """Call ``listener`` whenever a lane was silenced; ``held_for`` says for how long."""
        self._on_hold.append(listener)

    def on_flood(self, listener: Callable[[FloodWait], None]) -> None:
        """Call ``listener`` with each flood wait that a call of this process has met."""
        self._on_flood.append(listener)

    def _tell(self, lane: Lane) -> None:
        for listener in self._on_hold:
            listener(lane)

    def held_for(self, lane: Lane) -> float:
        """Seconds for which the lane is still silent after a flood; 0 when it is not."""
        return max(0.0, self._lanes[lane].held_until - self._clock.monotonic())

    def chats_waiting(self, lane: Lane) -> int:
        """How many chats have to wait for a flood of their own."""
        return self.floods.chats(lane, self._clock.monotonic())

    @property
    def _floor_rate(self) -> float:
        return min(self.free_bulk_rate, FLOOR_SHARE * min(self._rates[0], FREE_RATE))

    def _reply_awake(self, now: float, patience: float) -> float:
        awake = self._reply.awake_at(now)
        if awake - now > patience:
            raise HeldError(awake - now)
        return awake

    def _reply_ready(self, now: float, patience: float, rank: tuple[float, ...]) -> float:
        awake = self._reply_awake(now, patience)
        is_urgent = () < rank < URGENT
        if self._unpaid_permits.waiting and self._has_right(now) and not is_urgent:
            # Bulk has the next message; look again one slot later.
            return now + self._free.budget.slot
        ready = max(awake, self._reply.ready_at(now), self._total.ready_at())
        return max(ready, self._free.ready_at()) if self._is_paid else ready

    def _has_right(self, now: float) -> bool:
        """Whether bulk that nobody pays for goes first, and waits for nothing but the total."""
        own = self._unpaid if self._is_paid else self._bulk.bucket
        is_free = max(own.ready_at(), self._bulk.awake_at(now)) <= now
        return is_free and self._floor.is_due(now)

    def _bulk_ready(self, now: float) -> float:
        if not self._is_paid:
            self._floor.ask(now)
            if self._has_right(now):
                return self._total.ready_at()
        if self._gives_way(now):
            return now + self._total.budget.slot
        return max(self._total.bulk_ready_at(), self._bulk.ready_at(now))

    def _gives_way(self, now: float) -> bool:
        """Whether somebody waits for nothing but the total, and goes before paid bulk."""
        if self._replies_waiting and self._reply.ready_at(now) <= now:
            return not self._is_paid or self._free.ready_at() <= now
        return self._is_paid and self._unpaid_permits.waiting > 0 and self._own_ready(now) <= now

    def _unpaid_ready(self, now: float) -> float:
        self._floor.ask(now)
        if self._has_right(now):
            return max(self._free.ready_at(), self._total.ready_at())
        if self._replies_waiting and self._reply.ready_at(now) <= now:
            return now + self._free.budget.slot
        # These few are like replies to the total, and what they take is taken from paid bulk.
        return max(self._own_ready(now), self._total.ready_at())

    def _own_ready(self, now: float) -> float:
        own = max(self._unpaid.ready_at(), self._free.bulk_ready_at())
        return max(own, self._bulk.awake_at(now))

    async def _chat_permit(self, kind: str, chat_id: ChatId | None, patience: float) -> float:
        def ready_at(now: float) -> float:
            ready = self._chats.ready_at(chat_id, kind, now)
            if ready - now > patience:
                raise HeldError(ready - now)
            return ready

        now = await until(self._clock, ready_at)
        self._chats.take(chat_id, kind, now)
        return now


def _even(measure: Measure, rate: float) -> Bucket:
    """What spaces bulk evenly: whatever lateness adds to a burst is taken off the rate."""
    spare = measure.budget.spare
    return Bucket(rate - spare, 1.0 + spare)


def _fit_evenly(bucket: Bucket, measure: Measure, rate: float, now: float) -> None:
    spare = measure.budget.spare
    bucket.fit(rate - spare, 1.0 + spare, now)
