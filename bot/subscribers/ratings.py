"""What subscribers think of single tips, as editors see it: nobody can tell who thinks so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from bot.clock import Clock
from bot.figures import Votes
from bot.store.database import Database
from bot.store.queries import feedback, tip_tallies
from tips.reactions import WhyNot

SPAN = timedelta(days=365)
"""How far back thumbs are counted."""


class Rating(NamedTuple):
    """The thumbs of a tip, and how many of those who gave one down said why, by reason."""

    votes: Votes
    why_not: Mapping[WhyNot, int]


class Ratings:
    """Reads thumbs; changes nothing."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def by_tip(self) -> dict[str, Rating]:
        """The rating of each tip, by its id, that had a thumb in the last 365 days."""
        since = self._clock.now() - SPAN
        async with self._db.read() as session:
            tallies = await tip_tallies.since(session, since)
            said = await feedback.reasons(session, since)
        return {tip: _rating(votes, said.get(tip, {})) for tip, votes in tallies.items()}


def _rating(votes: Votes, said: Mapping[str, int]) -> Rating:
    # More may have been taken back in these days than were given.
    counted = Votes(max(0, votes.up), max(0, votes.down))
    return Rating(counted, {reason: said[reason] for reason in WhyNot if said.get(reason)})
