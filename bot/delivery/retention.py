"""How long the outbox keeps its rows: a week; what reports and figures show is counted first."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import Clock
from bot.clock_trust import ClockTrust
from bot.isolation import each
from bot.store.database import Database
from bot.store.outbox import pruning
from bot.store.queries import counters, slots, tip_tallies
from bot.subscribers.schedule import KEPT_DAYS

PRUNED_AT_ONCE = 1000
COUNTED_BY_HOUR = 3  # days
TALLIED = 400  # days


class Retention:
    """Deletes what the outbox has served, and folds what was counted into days."""

    def __init__(self, db: Database, clock: Clock, trust: ClockTrust) -> None:
        self._db = db
        self._clock = clock
        self._trust = trust

    async def run(self) -> None:
        """Prune, fold, and leave nothing of it in the database's log."""
        if self._trust.is_believed:  # what is old by a clock that is wrong may be of today
            await each(self.prune, self.fold, self._db.empty_log)

    async def prune(self) -> int:
        """Delete rows a week old, of tips and broadcasts; how many. Reports stay whole."""
        now = self._clock.now()
        before, last, gone = now - timedelta(days=KEPT_DAYS), 0, 0
        while True:
            async with self._db.write() as session:
                pruned = await pruning.prune_chunk(session, now, before, last, PRUNED_AT_ONCE)
            if pruned is None:
                return gone
            last, gone = pruned.last_id, gone + pruned.rows

    async def fold(self) -> None:
        """Fold hours that nobody asks for any more into days; delete what was counted of single
        tips longer ago than anybody asks for, and slots without anyone."""
        async with self._db.write() as session:
            now = self._clock.now()
            await counters.fold(session, now - timedelta(days=COUNTED_BY_HOUR))
            await tip_tallies.forget(session, now - timedelta(days=TALLIED))
            await slots.remove_empty(session)
