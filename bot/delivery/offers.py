"""What a broadcast takes, as its admin is shown it: how many get it, the seconds, the Stars."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from bot.admins.audit import Audit, Facts
from bot.clock import Clock
from bot.config import Settings
from bot.delivery.act_log import subject_of
from bot.delivery.beginning import count_of
from bot.store.database import Database
from bot.store.outbox import recipients
from bot.store.outbox_models import BroadcastRead
from bot.store.queries import broadcasts as store
from bot.store.tables import Executor

STARS_A_MESSAGE = 0.1  # Bot API, sendMessage, allow_paid_broadcast


class Offer(NamedTuple):
    """What an admin is shown before they confirm: how many get it, the seconds, the Stars."""

    audience: int
    seconds: float
    stars: float


class Offers:
    """Finds broadcasts, and reckons what they take: what all rules about them rest on."""

    def __init__(self, db: Database, clock: Clock, settings: Settings) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self._audit = Audit(db, clock)

    async def find(self, broadcast_id: int) -> BroadcastRead | None:
        """The broadcast, or None."""
        return await self._db.read(partial(store.get, broadcast_id=broadcast_id))

    def expected_seconds(self, count: int) -> float:
        """How long ``count`` messages take at the operator's rate, in seconds."""
        return count / self._settings.bulk_rate

    async def seconds_left(
        self, broadcast: BroadcastRead, queued: int, rate: float | None = None
    ) -> float | None:
        """How long what is queued will take, in seconds: at the ``rate`` a second that it had of
        late, or at the operator's. Of what comes at local hours the last one that somebody waits
        for has to come, too, unless the end comes before; None until every row with its hour is
        made, and past the end."""
        left = self.expected_seconds(queued)
        if broadcast.local_minute is None:
            return queued / rate if rate else left
        if not broadcast.frozen:
            return None
        last = await self._db.read(partial(recipients.last_ready, broadcast_id=broadcast.id))
        if last is None:
            return left
        now, end = self._clock.now(), broadcast.not_after or last
        # Past its end nobody gets it, and the rest is let go as their hours come.
        return max(left, (min(last, end) - now).total_seconds()) if end > now else None

    def stars_cost(self, count: int) -> float:
        """Telegram Stars that ``count`` messages cost; 0 at the free rate.

        Telegram takes 0.1 Stars a message (Bot API, sendMessage, allow_paid_broadcast).
        """
        return count * STARS_A_MESSAGE if self._settings.paid_broadcast else 0.0

    def offer(self, count: int, kind: str = "message") -> Offer:
        """What ``count`` messages take and cost; corrections cost nothing."""
        stars = self.stars_cost(count) if kind == "message" else 0.0
        return Offer(count, self.expected_seconds(count), stars)

    async def offer_of(self, broadcast_id: int) -> Offer:
        """What this one would take and cost, if it began now.

        Raises:
            LookupError: there is no such broadcast.
        """
        async with self._db.read() as session:
            found = await self._get(session, broadcast_id)
            return self.offer(await count_of(session, found, self._clock.now()), found.kind)

    async def _get(self, session: Executor, broadcast_id: int) -> BroadcastRead:
        found = await store.get(session, broadcast_id)
        if found is None:
            raise LookupError(f"there is no broadcast {broadcast_id}")
        return found

    async def _record(
        self,
        session: Executor,
        admin_id: int,
        act: str,
        broadcast_id: int,
        state: str,
        after: Facts,
    ) -> None:
        """Write down what an admin made of a broadcast that was in this state."""
        subject, before = subject_of(broadcast_id), {"state": state}
        await self._audit.record(session, admin_id, act, subject, before, after)


def shown_values(offer: Offer, now: datetime) -> dict[str, Any]:
    """What a broadcast's row remembers of what its admin was shown."""
    return {"shown_at": now, "shown_audience": offer.audience, "shown_stars": offer.stars}
