"""One budget, two priorities: how fast the bot may speak, and who goes first."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Callable
from enum import Enum

from bot.clock import Clock
from bot.delivery.limits import ROUNDING, SERVER_BURST, Bucket, Chats, Window, budget_of

FREE_RATE = 30.0  # Telegram, Bots FAQ: messages a second without paying
SHORTEST_WAIT = 0.001  # event loops round timers to milliseconds; less would only spin
SLOW_DOWN = 0.75
SLOWEST = 0.1
RECOVERY_STEP = 0.05
RECOVERY_SECONDS = 30.0
REPEATED_WITHIN = 60.0


class Lane(Enum):
    """Who is waiting: a reader for a reply, or everybody for a tip or a broadcast."""

    REPLY = "reply"
    BULK = "bulk"


class _Lane:
    """One lane's own rate, its flood deadline, and how much it has been slowed down."""

    def __init__(self, rate: float, burst: float, jitter: Callable[[], float]) -> None:
        self.bucket = Bucket(rate, burst)
        self.held_until = -math.inf
        self.factor = 1.0
        self._rate = rate
        self._jitter = jitter
        self._recovers_at = math.inf

    def ready_at(self, now: float) -> float:
        if now >= self._recovers_at:
            self._recover(now)
        return max(self.held_until, self.bucket.ready_at())

    def flood(self, retry_after: float, now: float) -> None:
        # Answers to calls that were under way already belong to the same flood.
        if 0.0 <= now - self.held_until < REPEATED_WITHIN:
            self._set_factor(max(SLOWEST, self.factor * SLOW_DOWN))
        self.held_until = max(self.held_until, now + retry_after + self._jitter())
        if self.factor < 1.0:
            self._recovers_at = self.held_until + RECOVERY_SECONDS

    def _recover(self, now: float) -> None:
        steps = 1 + int((now - self._recovers_at) / RECOVERY_SECONDS)
        self._set_factor(min(1.0, self.factor + steps * RECOVERY_STEP))
        self._recovers_at += steps * RECOVERY_SECONDS
        if self.factor >= 1.0:
            self._recovers_at = math.inf

    def fit(self, rate: float, burst: float, now: float) -> None:
        """Run at ``rate`` from now on, slowed down as before."""
        self._rate = rate
        self.bucket.fit(rate * self.factor, burst, now)

    def _set_factor(self, factor: float) -> None:
        self.factor = factor
        self.bucket.rate = self._rate * factor


class Pace:
    """The limiter that every message passes, replies first, in O(1) a turn and without a queue.

    What it keeps, with R the total rate, on whatever clock it is handed:

    * never more than R starts in any second (R + 1 if R is not a whole number, or if bulk may
      fill every second and a reply comes in);
    * bulk is spaced evenly at ``bulk_rate``, in a way that a server which enforces R with a
      bucket of only three never has a reason to refuse;
    * a reply goes before any bulk and waits at most 1/R s for bulk, usually not at all;
    * a chat gets one message a second, with bursts of three, a group 20 a minute;
    * after a 429 its lane is silent for the whole of ``retry_after``; when that happens again
      within a minute the lane slows to three quarters, and recovers by 5 % each half minute.

    Bulk *pulls* its turns and so waits in the database, not here. A caller that is cancelled while
    it waits leaves nothing behind.

    Args:
        clock: seconds come from its ``monotonic`` and waiting is done on it.
        total_rate: messages a second in all; Telegram's limit is 30, or 1,000 for paid broadcasts
            (Bot API, ``allow_paid_broadcast``).
        bulk_rate: messages a second for tips and broadcasts together.
        reply_rate: messages a second for replies; never paid for, therefore 30 by default.
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
        reply_rate: float = FREE_RATE,
        jitter: Callable[[], float] = lambda: random.uniform(0.0, 0.05),  # noqa: S311 - no secret
    ) -> None:
        if not 0 < bulk_rate <= total_rate or reply_rate <= 0:
            raise ValueError("rates are positive and bulk is not above the total")
        self._clock = clock
        self._rates = (total_rate, bulk_rate, reply_rate)
        self._parts = 1
        budget = self._budget = budget_of(total_rate, bulk_rate)
        self._window = Window(budget.starts, budget.seconds)
        self._total = Bucket(total_rate, budget.burst)
        self._bulk = _Lane(bulk_rate - budget.spare, 1.0 + budget.spare, jitter)
        self._reply = _Lane(min(reply_rate, total_rate), SERVER_BURST, jitter)
        self._lanes = {Lane.BULK: self._bulk, Lane.REPLY: self._reply}
        self._bulk_order = asyncio.Lock()
        self._reply_order = asyncio.Lock()
        self._replies_waiting = 0
        self._handed: tuple[float, list[tuple[Bucket, float, float]]] | None = None
        self._chats = Chats()

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
        total, bulk, reply = (rate / replicas for rate in self._rates)
        budget = self._budget = budget_of(total, bulk)
        self._window.fit(budget.starts, budget.seconds)
        self._total.fit(total, budget.burst, now)
        self._bulk.fit(bulk - budget.spare, 1.0 + budget.spare, now)
        self._reply.fit(min(reply, total), SERVER_BURST, now)
        self._handed = None

    async def reply(self, chat_id: int | str | None = None) -> None:
        """Wait until a reply may start. Replies start in the order in which they came.

        Args:
            chat_id: the chat that gets a new message; ``None`` for calls that make none, such as
                an edit or the answer to a button, which count towards the total only.
        """
        counted_at = await self._chat_turn(chat_id)
        self._replies_waiting += 1
        try:
            async with self._reply_order:
                now = await self._until(self._reply_ready)
                self._start(self._reply, now)
        except BaseException:
            self._chat_given_back(chat_id)
            raise
        finally:
            self._replies_waiting -= 1
        if chat_id is not None:
            self._chats.shift(chat_id, now - counted_at, now)

    async def bulk(self, chat_id: int | str | None = None) -> None:
        """Wait until one message of a tip or broadcast may start, to ``chat_id`` if given."""
        await self._chat_turn(chat_id)
        try:
            await self.bulk_turns(1)
        except BaseException:
            self._chat_given_back(chat_id)
            raise

    async def bulk_turns(self, most: int) -> int:
        """Wait until bulk may start; how many may start at this moment: 1 to ``most``.

        At hundreds a second one timer serves several messages, which is what makes it cheap.
        The turns are for now: whoever saves them up breaks the rate.
        """
        async with self._bulk_order:
            self._count_until_now()
            now = await self._until(self._bulk_ready)
            buckets = (self._bulk.bucket, self._total)
            before = [bucket.full_at for bucket in buckets]
            turns = 0
            while turns < most and self._bulk_ready(now) <= now + ROUNDING:
                self._start(self._bulk, now)
                turns += 1
            after = [bucket.full_at for bucket in buckets]
            self._handed = (now, list(zip(buckets, before, after, strict=True)))
        return turns

    def _count_until_now(self) -> None:
        # Between getting the last turns and coming back the caller has started them. If the
        # process was held up there, they left late, and the next ones must not follow at once.
        if self._handed is None:
            return
        handed, buckets = self._handed
        now = self._clock.monotonic()
        for bucket, before, after in buckets:
            late = max(before, now) - max(before, handed)
            # What replies have taken meanwhile is counted from their own moment already; without
            # this, one reply after a quiet day would hold all bulk back for another day.
            bucket.shift(max(0.0, min(late, after + late - bucket.full_at)))

    def take_chat(self, chat_id: int | str) -> float:
        """Count a bulk message to the chat and return 0, or the seconds until the chat may get it.

        For senders that rather put a row back than wait for one chat.
        """
        now = self._clock.monotonic()
        wait = self._chats.ready_at(chat_id, now) - now
        if wait > ROUNDING:
            return wait
        self._chats.take(chat_id, now)
        return 0.0

    def flood(self, lane: Lane, retry_after: float) -> None:
        """Telegram answered 429: silence the lane for ``retry_after`` seconds, in full."""
        self._lanes[lane].flood(retry_after, self._clock.monotonic())

    def held_for(self, lane: Lane) -> float:
        """Seconds for which the lane is still silent after a flood; 0 when it is not."""
        return max(0.0, self._lanes[lane].held_until - self._clock.monotonic())

    def slowed_to(self, lane: Lane) -> float:
        """The share of its rate that the lane runs at: 1 unless floods came again and again."""
        self._lanes[lane].ready_at(self._clock.monotonic())
        return self._lanes[lane].factor

    @property
    def chats_remembered(self) -> int:
        """How many chats are held in memory; bounded by what is sent in two minutes."""
        return len(self._chats)

    def _reply_ready(self, now: float) -> float:
        ready = max(self._window.ready_at(), self._total.ready_at())
        return max(ready, self._reply.ready_at(now))

    def _bulk_ready(self, now: float) -> float:
        if self._replies_waiting and self._reply.ready_at(now) <= now:
            return now + self._budget.slot
        left = self._total.ready_at(self._budget.bulk_needs)
        ready = max(self._window.ready_at(leaving=self._budget.kept), left)
        return max(ready, self._bulk.ready_at(now))

    def _start(self, lane: _Lane, now: float) -> None:
        self._window.take(now)
        self._total.take(now)
        lane.bucket.take(now)

    async def _until(self, ready_at: Callable[[float], float]) -> float:
        while True:
            now = self._clock.monotonic()
            wait = ready_at(now) - now
            if wait <= ROUNDING:
                return now
            await self._clock.sleep(max(wait, SHORTEST_WAIT))

    async def _chat_turn(self, chat_id: int | str | None) -> float:
        if chat_id is None:
            return 0.0
        now = await self._until(lambda now: self._chats.ready_at(chat_id, now))
        self._chats.take(chat_id, now)
        return now

    def _chat_given_back(self, chat_id: int | str | None) -> None:
        if chat_id is not None:
            self._chats.give_back(chat_id, self._clock.monotonic())
