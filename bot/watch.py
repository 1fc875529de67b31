"""Is the work being done? The age of the last good tick, and the figures for the metrics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.store import heartbeat
from bot.store.values import Figures, Lateness
from bot.updates.inbox import Inbox
from bot.web.health import Sample

if TYPE_CHECKING:
    from bot.app import House

TICK = "plan"
TOO_OLD = timedelta(minutes=2)  # not ready any more
HOPELESS = timedelta(minutes=15)  # the process had better be started again


class Watch:
    """Keeps the last good tick, in the database too, and tells what is wrong."""

    def __init__(self, house: House, inbox: Inbox) -> None:
        self._house = house
        self._inbox = inbox
        self._began = house.clock.now()
        self._last: datetime | None = None

    async def ticked(self, at: datetime) -> None:
        """A tick has gone well."""
        await self._house.db.transaction(lambda session: heartbeat.beat(session, TICK, at))
        self._last = at

    def _age(self, now: datetime) -> timedelta:
        return now - (self._last or self._began)

    def hopeless(self, now: datetime) -> bool:
        """Whether no tick has gone well for so long that only a restart may help."""
        return self._age(now) > HOPELESS

    async def troubles(self) -> list[str]:
        """What keeps the bot from doing its work; nothing when all is well."""
        found: list[str] = []
        age = self._age(self._house.clock.now())
        if self._last is None:
            found.append("no tick has gone well yet")
        elif age > TOO_OLD:
            found.append(f"the last good tick is {age.total_seconds():.0f} s old")
        try:
            async with self._house.db.read() as session:
                await heartbeat.last(session, TICK)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the trouble
            found.append(f"the database does not answer ({type(error).__name__})")
        return found

    async def samples(self) -> Iterable[Sample]:
        """The figures, in Prometheus' terms."""
        figures = await self._house.stats.figures(1)
        age = self._age(self._house.clock.now()).total_seconds()
        return [
            Sample("tick_age_seconds", "Age of the last good planning tick.", age),
            Sample("updates_waiting", "Updates in memory not begun yet.", self._inbox.waiting),
            *_each("updates_total", UPDATES, "what", vars(self._inbox.counts), kind="counter"),
            *_each("subscribers", "Readers by state.", "state", _readers(figures)),
            *_each("tips", "Tips of the last day by state.", "state", figures.tips),
            *_each("broadcast_messages", SENT, "state", figures.broadcasts),
            *_each("failures", "Failures of the last day by reason.", "reason", figures.failures),
            *_each("lateness_seconds", LATE, "quantile", _quantiles(figures.lateness)),
            *_each("lateness_within", WITHIN, "le", dict(_bounds(figures.lateness))),
        ]


UPDATES = "Updates since the start, by what became of them."
SENT = "Messages of broadcasts, last day, by state."
LATE = "Seconds from due to sent, tips of the last day."
WITHIN = "Tips of the last day sent at most so many seconds late."


def _each(
    name: str, about: str, label: str, values: Mapping[str, float], kind: str = "gauge"
) -> Iterator[Sample]:
    for key, value in values.items():
        yield Sample(name, about, value, ((label, key),), kind)


def _readers(figures: Figures) -> dict[str, float]:
    states = ("active", "paused", "stopped", "blocked")
    return {state: float(getattr(figures, state)) for state in states}


def _quantiles(late: Lateness) -> dict[str, float]:
    known = {"0.5": late.p50, "0.95": late.p95}
    return {share: seconds for share, seconds in known.items() if seconds is not None}


def _bounds(late: Lateness) -> Iterator[tuple[str, float]]:
    for bound, count in late.histogram:
        yield f"{bound:g}", float(count)
