"""The figures for admins and operators: read from counters, never from deliveries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import reduce
from typing import NamedTuple

from bot.clock import Clock
from bot.delivery.counts import REACH, by_prefix, lateness
from bot.figures import Overview, Period, Questions, Rated, Reach, Standing, Votes
from bot.store.database import Database
from bot.store.queries import broadcasts, counters, subscribers, tip_tallies
from bot.store.tables import Executor
from tips.current import CurrentContent, current
from tips.library import Library

ONE_DAY = timedelta(days=1)
FEWEST_DAYS = 7
MOST_SINGLE_DAYS = 60
ONE_WEEK = timedelta(days=7)

ENOUGH_THUMBS = 5
TIPS_NAMED = 2


class _Counted(NamedTuple):
    """What was counted on some days, and how many subscribers there were at their end."""

    first: date
    last: date
    counts: Counter[str]
    subscribers: int


class Stats:
    """Reads figures; changes nothing."""

    def __init__(self, db: Database, clock: Clock, content: Library | CurrentContent) -> None:
        self._db = db
        self._clock = clock
        self._content = current(content)

    async def overview(self, days: int) -> Overview:
        """The figures of now, and of the last ``days`` days (UTC), of which today is the last."""
        now = self._clock.now()
        since = counters.day_of(now) - (days - 1) * ONE_DAY
        async with self._db.read() as session:
            standing = _standing(await subscribers.count_by_state(session))
            sources = await subscribers.count_by_source(session, since)
            counted = await _counted(session, since, now, standing.subscribers)
            tallies = await tip_tallies.since(session, since)
            sent = await broadcasts.confirmed_since(session, since)
        whole = _together(counted)
        library = self._content.library
        thumbs = _thumbs(library, tallies)
        best, worst = _best_and_worst(thumbs)
        return Overview(
            days=days,
            at=now,
            now=standing,
            total=_period(whole),
            steps=tuple(map(_period, counted)),
            themes=_themes(library, thumbs),
            best=best,
            worst=worst,
            broadcasts=tuple(
                Reach(one.id, one.at, one.total, whole.counts[f"{REACH}{one.id}"]) for one in sent
            ),
            sources=sources,
        )

    async def by_day(self, days: int) -> tuple[Period, ...]:
        """The last ``days`` days (UTC) one by one, today last; from the first with figures on,
        and a week at least."""
        now = self._clock.now()
        since = counters.day_of(now) - (days - 1) * ONE_DAY
        async with self._db.read() as session:
            standing = _standing(await subscribers.count_by_state(session))
            counted = await _counted(session, since, now, standing.subscribers, most_single=days)
        return tuple(map(_period, counted))


def _thumbs(library: Library, tallies: Mapping[str, Votes]) -> dict[str, Votes]:
    """The thumbs of tips by their ids, withdrawn ones left out."""
    none = Votes(0, 0)
    return {tip.id: _votes(*tallies.get(tip.id, none)) for tip in library.tips}


def _themes(library: Library, thumbs: Mapping[str, Votes]) -> tuple[Rated, ...]:
    theme_of = {topic: theme.id for theme in library.themes for topic in theme.topics}
    sums = {theme.id: Votes(0, 0) for theme in library.themes}
    for tip in library.tips:
        theme, votes = theme_of.get(tip.topic), thumbs[tip.id]
        if theme is not None:
            sums[theme] = Votes(sums[theme].up + votes.up, sums[theme].down + votes.down)
    return tuple(Rated(theme, votes) for theme, votes in sums.items())


def _standing(states: Mapping[str, int]) -> Standing:
    names = ("active", "paused", "stopped", "blocked", "gone", "new")
    return Standing(*(states.get(name, 0) for name in names))


async def _counted(
    session: Executor,
    since: datetime,
    now: datetime,
    subscribers: int,
    *,
    most_single: int = MOST_SINGLE_DAYS,
) -> list[_Counted]:
    """The steps from the first day with figures to today: days where they are few, else weeks.

    How many subscribers there were is reckoned back from how many there are.
    """
    today = counters.day_of(now)
    begun = await counters.begun(session, since) or today
    first = max(since, min(counters.day_of(begun), today - (FEWEST_DAYS - 1) * ONE_DAY))
    count = (today - first) // ONE_DAY + 1
    length = ONE_DAY if count <= most_single else ONE_WEEK
    starts = [
        today + ONE_DAY - ago * length for ago in range(1, -(-count * ONE_DAY // length) + 1)
    ]
    found = await counters.by_step(session, first, starts[-1], length)
    steps: list[_Counted] = []
    for start in starts:
        counts = found.get(start, Counter())
        last = (start + length - ONE_DAY).date()
        steps.append(_Counted(max(start, first).date(), last, counts, max(0, subscribers)))
        subscribers -= counts["joined"] + counts["returned"] - counts["left"]
    if count * ONE_DAY % length:  # the oldest is no whole week
        steps[-2:] = [_together([steps[-1], steps[-2]])]
    return steps[::-1]


def _together(days: Sequence[_Counted]) -> _Counted:
    counts = reduce(_sum, (day.counts for day in days), Counter[str]())
    return _Counted(days[0].first, days[-1].last, counts, days[-1].subscribers)


def _sum(total: Counter[str], more: Counter[str]) -> Counter[str]:
    # Unlike ``+`` this keeps what is below 0: thumbs that were taken back on a later day.
    total.update(more)
    return total


def _period(counted: _Counted) -> Period:
    counts = counted.counts
    return Period(
        first=counted.first,
        last=counted.last,
        subscribers=counted.subscribers,
        joined=counts["joined"],
        returned=counts["returned"],
        left=counts["left"],
        left_how=by_prefix(counts, "left."),
        tips=by_prefix(counts, "tip."),
        broadcasts=by_prefix(counts, "broadcast."),
        failures=by_prefix(counts, "failed."),
        doubts=counts["doubts"],
        lateness=lateness(counts),
        tip_votes=_votes(counts["tip_up"], counts["tip_down"]),
        answer_votes=_votes(counts["answer_up"], counts["answer_down"]),
        misses=counts["missed"],
        questions=Questions(counts["answered"], counts["unsure"], counts["unanswered"]),
    )


def _votes(up: int, down: int) -> Votes:
    """Thumbs of a span in which more may have been taken back than were given."""
    return Votes(max(0, up), max(0, down))


def _best_and_worst(
    thumbs: Mapping[str, Votes],
) -> tuple[tuple[Rated, ...], tuple[Rated, ...]]:
    """Tips with more thumbs up, and with fewer, than all together have; of those with as large a
    share the one with more thumbs goes first."""
    up, down = (sum(counts) for counts in zip(*thumbs.values(), strict=True))
    average = Votes(up, down).share
    enough = [Rated(tip, votes) for tip, votes in thumbs.items() if votes.total >= ENOUGH_THUMBS]
    ranked = sorted(enough, key=lambda tip: (-_leaning(tip.votes), tip.id))
    best = [tip for tip in ranked if tip.votes.share > average]
    worst = [tip for tip in reversed(ranked) if tip.votes.share < average]
    return tuple(best[:TIPS_NAMED]), tuple(worst[:TIPS_NAMED])


def _leaning(votes: Votes) -> float:
    return (votes.up + 1) / (votes.total + 2)
