"""The worker: leases rows, sends them at the rate, writes outcomes down in groups."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import structlog

from bot.clock import Clock
from bot.clock_trust import ClockTrust
from bot.config import Settings
from bot.delivery.announcing import Announcing, OnEvent
from bot.delivery.in_flight import InFlight, Transport
from bot.delivery.outbox import Exchange, Outbox
from bot.delivery.rendering import Renderer
from bot.delivery.results import Results
from bot.metrics import Metrics
from bot.retry import REACH_OUTBOX, Retries
from bot.store.database import Database
from bot.store.troubles import is_away, kind_of
from bot.telegram.limits.limiter import SendLimiter

log = structlog.get_logger(__name__)

LEASE_SECONDS = 90.0
LONGEST_NAP = 15.0
"""Seconds after which the outbox is looked at even if nobody said that there is something."""

UNTRUSTED = LONGEST_NAP
"""Seconds for which a clock that is wrong holds everything, at least."""

LAST_SENDS = 6.0
"""Seconds given to sends under way when stopping, so that the process ends within ten."""


class DeliveryWorker:
    """Sends whatever is due in the outbox.

    Args:
        limiter: None sends as fast as the transport takes it (for measuring).
        renderer: makes requests of tips; its content is what tips are chosen from.
        on_event: told when a broadcast is done or was paused because too much of it failed.
        lease_seconds: how long a leased row is ours; after a crash it is taken back then.
    """

    def __init__(  # noqa: PLR0913 - what a worker is made of; the app alone makes one
        self,
        db: Database,
        clock: Clock,
        settings: Settings,
        transport: Transport,
        limiter: SendLimiter | None,
        renderer: Renderer,
        *,
        on_event: OnEvent | None = None,
        lease_seconds: float = LEASE_SECONDS,
        metrics: Metrics | None = None,
        trust: ClockTrust | None = None,
    ) -> None:
        self._clock = clock
        self.limiter = limiter
        self._announcing = Announcing(on_event)
        self._trust = trust or ClockTrust(clock)
        metrics = metrics or Metrics(clock)
        self.outbox = Outbox(
            db,
            clock,
            settings,
            renderer,
            lease_seconds,
            marks=limiter is not None,
            metrics=metrics,
        )
        self.owner = self.outbox.owner
        self._results = Results()
        self._in_flight = InFlight(
            clock,
            transport,
            limiter,
            most=settings.in_flight,
            rate=settings.bulk_rate,
            results=self._results,
            mark_begun=self.outbox.mark_begun,
            content=renderer.content,
            metrics=metrics,
        )
        self._reaching = Retries(REACH_OUTBOX, clock)
        self._idle = asyncio.Event()
        self._leasing = False
        self._wanted_by = 0
        self._switching = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def sent(self) -> int:
        """Messages that Telegram has confirmed since the start."""
        return self._in_flight.sent

    @property
    def held_for(self) -> float:
        """Seconds for which nothing is sent: after a flood, without a connection, or, nobody
        knows for how long, by a clock that is wrong.
        """
        return (
            self._in_flight.held_for
            if self._trust.may_act
            else max(UNTRUSTED, self._in_flight.held_for)
        )

    def troubles(self) -> list[str]:
        """What keeps messages from being sent; nothing when all is well."""
        return self._in_flight.breaker.troubles()

    @property
    def in_flight(self) -> int:
        """Messages under way to Telegram."""
        return len(self._in_flight.in_flight)

    def wake(self) -> None:
        """There may be something to send."""
        self._idle.clear()
        self._results.ready.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until ``stop`` is set; then end what is under way and give leases back."""
        async with self._working():
            await stop.wait()

    async def drain(self) -> int:
        """Send all that is ready now, then return; how many were sent.

        Works beside :meth:`run` or alone. Waits for the limiter, and so for its clock; returns
        early while a flood or a lost connection holds everything.
        """
        before = self.sent
        async with self._working():
            self.wake()
            await self._idle.wait()
            await self._announcing.done()
        return self.sent - before

    @contextlib.asynccontextmanager
    async def _working(self) -> AsyncIterator[None]:
        """At work as long as anyone wants it to be."""
        async with self._switching:
            self._wanted_by += 1
            if self._wanted_by == 1:
                self._begin()
        try:
            yield
        finally:
            await asyncio.shield(asyncio.create_task(self._leave()))

    def _begin(self) -> None:
        self._leasing = True
        self._tasks = [asyncio.create_task(self._keep_exchanging(), name="worker-exchange")]
        if self.limiter is not None:
            sending = self._in_flight.keep_sending(self.limiter)
            self._tasks.append(asyncio.create_task(sending, name="worker-sending"))

    async def _leave(self) -> None:
        async with self._switching:
            self._wanted_by -= 1
            if self._wanted_by == 0:
                await self._wind_up()

    async def _wind_up(self) -> None:
        """In the order that loses nothing: no new leases, last answers, all written down."""
        self._leasing = False
        self._in_flight.give_back()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_SENDS):
                while not self._is_empty:
                    self.wake()
                    await self._idle.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._exchange(0)
        await self._announcing.end()

    @property
    def _is_empty(self) -> bool:
        """Nothing is leased, under way or to be written down."""
        return self._in_flight.is_empty and self._results.is_empty

    async def _keep_exchanging(self) -> None:
        nap: float | None = 0.0
        while True:
            await self._rest(nap)
            self._results.ready.clear()
            try:
                exchange = await self._exchange(self._wanted())
                nap = await self._nap(exchange)
                self._reaching.succeeded()
            except Exception as error:  # noqa: BLE001 - logged; whatever it is, all is kept
                nap = self._out_of_reach(error)

    def _out_of_reach(self, error: Exception) -> float:
        """The seconds to wait before the outbox is asked again."""
        seconds = self._reaching.failed() or 0.0
        log.error(
            "the outbox cannot be reached; what was sent is kept in memory",
            kind=kind_of(error),
            seconds=seconds,
            exc_info=None if is_away(error) else error,
        )
        return seconds

    def _wanted(self) -> int:
        if not self._leasing or self.held_for or not self._in_flight.is_low:
            return 0
        return self._in_flight.wanted

    async def _exchange(self, want: int) -> Exchange:
        """One exchange with the outbox, which a cancellation does not cut in two."""
        work = asyncio.create_task(self._hand_over(want))
        try:
            await asyncio.wait([work])
        finally:
            # A cancelled wait leaves the work running: its result must not be lost.
            while not work.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait([work])
        return work.result()

    async def _hand_over(self, want: int) -> Exchange:
        """Results go to the outbox, and what it leases goes to what is in flight."""
        with self._results.hand_over() as batch:
            exchange = await self.outbox.exchange(
                *batch, want, self._in_flight.unpaid_room, reclaim=self._trust.may_act
            )
        self._in_flight.add(exchange.items)
        if not self._leasing:
            self._in_flight.give_back()
        for event in exchange.events:
            self._announcing.begin(event)
        return exchange

    async def _nap(self, exchange: Exchange) -> float | None:
        """Seconds until the next exchange; None: when something happens."""
        in_flight = self._in_flight
        if exchange.more or self._results.ready.is_set():
            return 0.0
        if in_flight.in_flight or in_flight.waiting:
            return None
        if not self._is_empty:
            return 0.0
        held = self.held_for
        if not held:
            seconds = await self.outbox.seconds_to_next()
            if seconds == 0.0 and self._leasing:
                return 0.0
            held = seconds or LONGEST_NAP
        if not self._results.ready.is_set():
            self._idle.set()
        # While it is held too, an exchange now and then says that the outbox is within reach.
        return min(LONGEST_NAP, held)

    async def _rest(self, seconds: float | None) -> None:
        if seconds is None:
            await self._results.ready.wait()
            return
        if seconds <= 0 or self._results.ready.is_set():
            return
        sleep = asyncio.ensure_future(self._clock.sleep(seconds))
        call = asyncio.ensure_future(self._results.ready.wait())
        try:
            await asyncio.wait([sleep, call], return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            call.cancel()
            await asyncio.gather(sleep, call, return_exceptions=True)
