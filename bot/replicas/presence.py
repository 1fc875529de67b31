"""Several processes with one token on one PostgreSQL share the rates, and one of them polls.

Each replica keeps a row that says it is alive and takes its part of the rates: with R messages a
second and three replicas, each sends R/3. A replica that stops deletes its row; one that is killed
is left out after ``LIVE_SECONDS``. Who joins waits one beat before it sends, so that the others
have made room. Replies are divided like tips and broadcasts, which is honest but not clever: an
idle replica's part is not lent to a busy one.

Only one of them asks Telegram for updates, the one that holds a lease; when it goes, another takes
over within ``LIVE_SECONDS`` and begins with the updates that were left in the rows. Replicas need
clocks that agree within some seconds; should two poll all the same, Telegram refuses one of them.

When Telegram asks one of them to wait, the others learn it at their next beat, and whoever starts
before it is over at the start.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from bot.clock import Clock
from bot.clock_trust import ClockTrust
from bot.replicas.flood_waits import Holds
from bot.store.database import Database
from bot.store.queries import heartbeat
from bot.store.tables import Executor
from bot.telegram.limits.limiter import SendLimiter

log = structlog.get_logger(__name__)

BEAT_SECONDS = 5.0
LIVE_SECONDS = 15.0
"""A replica not heard of for so long is gone; three beats, so that one slow write is no death."""

SKEW_LIMIT_SECONDS = 5.0
"""A replica whose clock is further off than this from the database's does nothing: with a beat
every five seconds it would be taken for dead while it lives, or take others for dead."""

PREFIX = "replica:"
POLLER = "poller"


class Replicas:
    """This process among the others. On SQLite there is no other, only earlier and later ones.

    ``on_alone`` is awaited when the last of the others has gone. Where updates come by webhook
    nobody leads, and only who is alone can tell that what is undone is in nobody's hands.

    Args:
        on_lead: awaited each time that this replica comes to be the one that polls.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        limiter: SendLimiter,
        on_lead: Callable[[], Awaitable[object]] | None = None,
        trust: ClockTrust | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._limiter = limiter
        self.holds = Holds(db, clock, limiter)
        """The flood waits that hold for all replicas."""
        self._trust = trust or ClockTrust(clock)
        self.on_lead = on_lead
        self.on_alone: Callable[[], Awaitable[object]] | None = None
        self.owner = secrets.token_hex(8)
        self.count = 1
        self.leads = db.is_sqlite

    async def recall(self) -> None:
        """Take up the flood waits of earlier runs. To be awaited before anything is sent.

        Raises whatever the database raises.
        """
        if self._trust.is_believed:
            await self.holds.exchange()

    async def join(self) -> int:
        """Join the replicas once the others have made room; return how many there are."""
        count = await self.beat()
        if count > 1:
            await self._clock.sleep(BEAT_SECONDS)
        return count

    async def beat(self) -> int:
        """Write that this replica lives, and share the rates with those that do; return how many.

        What Telegram has asked of any of them holds for all. To be called every ``BEAT_SECONDS``.
        Raises whatever the database raises; until it goes well again the rates stay as they were.
        """
        await self.compare_clocks()
        if self._trust.is_believed:  # else waits may seem to be over that are not
            await self.holds.exchange()
        if not self._db.is_sqlite and self._trust.may_act:
            before = self.count
            self._share(await self._db.write(self._beat))
            if self.count == 1 < before and self.on_alone is not None:
                await self.on_alone()
        return self.count

    async def compare_clocks(self) -> None:
        """Compare our clock with the database's, by which all replicas are to agree.

        Instants in the rows are each replica's own: one that is behind looks dead to the others
        while it sends, and they send its messages once more.
        """
        if self._db.is_sqlite:
            return
        began = self._clock.monotonic()
        theirs = await self._db.read(heartbeat.server_now)
        took = self._clock.monotonic() - began
        limit = SKEW_LIMIT_SECONDS
        self._trust.compare("the database", theirs, limit, doubt=took, binding=True)

    async def _beat(self, session: Executor) -> int:
        now = self._clock.now()
        gone = now - timedelta(seconds=LIVE_SECONDS)
        await heartbeat.beat(session, PREFIX + self.owner, now)
        await heartbeat.silence(session, PREFIX, gone)
        return await heartbeat.beating(session, PREFIX, gone)

    def _share(self, count: int) -> None:
        if count != self.count:
            log.info("replicas share the rates", replicas=count)
        self.count = count
        self._limiter.share_with(count)

    async def lead(self) -> None:
        """Wait until this is the replica that polls. To be awaited before every poll."""
        while not await self.keep_lead(take=True):
            await self._clock.sleep(BEAT_SECONDS)

    async def keep_lead(self, *, take: bool = False) -> bool:
        """Renew the lease if it is ours, or ``take`` it if it is free; whether it is ours.

        A poll is held for longer than the lease lasts, so this belongs beside :meth:`beat`.
        """
        if self._db.is_sqlite:
            return True
        if not self._trust.may_act:
            self.leads = False
        if not (take or self.leads) or not self._trust.may_act:
            return False
        led, self.leads = self.leads, await self._db.write(self._claim)
        if self.leads and not led:
            log.info("this replica polls for updates")
            if self.on_lead is not None:
                await self.on_lead()
        elif led and not self.leads:
            log.warning("another replica polls for updates now")
        return self.leads

    async def _claim(self, session: Executor) -> bool:
        now = self._clock.now()
        until = now + timedelta(seconds=LIVE_SECONDS)
        return await heartbeat.claim(session, POLLER, self.owner, now, until)

    async def leave(self) -> None:
        """Leave: the others take over our share of the rates and our lease at once."""
        await self.holds.written()
        if self._db.is_sqlite:
            return
        self.leads = False
        await self._db.write(self._leave)

    async def _leave(self, session: Executor) -> None:
        await heartbeat.forget(session, PREFIX + self.owner)
        await heartbeat.forget(session, POLLER, self.owner)
