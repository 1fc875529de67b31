"""The figures for admins and operators."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import Clock
from bot.delivery.counts import by_prefix, lateness
from bot.store.database import Database
from bot.store.queries import counters, feedback, subscribers
from bot.store.values import Figures


class Stats:
    """Reads figures; changes nothing."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def figures(self, days: int) -> Figures:
        """The figures of the last ``days`` days, exact to the hour."""
        since = self._clock.now() - timedelta(days=days)
        async with self._db.read() as session:
            states = await subscribers.count_by_state(session)
            totals = await counters.totals(session, since)
            thumbs = await feedback.counts(session, since)
            sources = await subscribers.count_by_source(session, since)
        active, paused = states.get("active", 0), states.get("paused", 0)
        return Figures(
            days=days,
            subscribers=active + paused,
            active=active,
            paused=paused,
            stopped=states.get("stopped", 0),
            blocked=states.get("blocked", 0),
            new=totals["joined"],
            left=totals["left"],
            tips=by_prefix(totals, "tip."),
            broadcasts=by_prefix(totals, "broadcast."),
            failures=by_prefix(totals, "failed."),
            doubts=totals["doubts"],
            lateness=lateness(totals),
            tip_votes=(thumbs["tip_up"], thumbs["tip_down"]),
            answer_votes=(thumbs["answer_up"], thumbs["answer_down"]),
            misses=thumbs["misses"],
            sources=sources,
        )
