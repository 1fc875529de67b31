"""What would help where the rate cannot hold the promise: nothing is told that was not tried."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from math import ceil
from typing import NamedTuple

from bot.config import Settings
from bot.store.values import Advice, Forecast
from bot.telegram.limits.buckets import FREE_RATE, free_bulk_rate

LONGEST_SPREAD = 120
LONGEST_GRACE = 1200
"""Minutes; the most that the settings allow."""

ENDLESS = 10_000_000
"""Minutes of grace that no tip outlasts, to see how late the last one would come."""

Change = Mapping[str, float]
Simulate = Callable[[Settings], Forecast]


class Advised(NamedTuple):
    """Changes of settings that help, and the smallest window that would do by itself, if any."""

    changes: tuple[Advice, ...]
    spread_needed: float | None


def advise(found: Forecast, settings: Settings, simulate: Simulate) -> Advised:
    """What to set instead of ``settings``, of which ``found`` is the forecast.

    ``simulate`` is the same forecast with other settings. What keeps the promise is told alone;
    where nothing does, what keeps tips from being dropped, and how late the last one comes then.
    """
    if found.holds:
        return Advised((), settings.spread_minutes)
    trial = _Trial(settings, simulate)
    rates = list(_rates(settings))
    tried = [trial.of(rate) for rate in rates[1:]]
    spreads = [trial.spread(rate) for rate in rates]
    alone = spreads[0]
    needed = None if alone is None else alone.settings["spread_minutes"]
    keeping = [one for one in (alone, *tried, *spreads[1:]) if one is not None and one.holds]
    if keeping:
        fewest = min(len(one.settings) for one in keeping)
        return Advised(tuple(one for one in keeping if len(one.settings) == fewest), needed)
    return Advised(tuple(_that_helps(found, trial, rates)), None)


def _rates(settings: Settings) -> Iterator[Change]:
    """The rate as it is, and the highest that tips may have without paying, if that is more."""
    yield {}
    highest = min(settings.total_rate, FREE_RATE)
    given = free_bulk_rate(settings.total_rate, settings.bulk_rate)
    if free_bulk_rate(settings.total_rate, highest) > given:
        yield {"bulk_rate": highest}


def _that_helps(found: Forecast, trial: _Trial, rates: list[Change]) -> Iterator[Advice]:
    """Where nothing keeps the promise: what loses fewer tips, or has them come less late."""
    wide: Change = {"spread_minutes": float(LONGEST_SPREAD)}
    for rate in (*rates, {**rates[-1], **wide}):
        one = trial.grace(rate) if found.too_old else trial.of(rate)
        if one.settings and (one.too_old, one.longest_wait) < (found.too_old, found.longest_wait):
            yield one


class _Trial:
    """The same day with other settings."""

    def __init__(self, settings: Settings, simulate: Simulate) -> None:
        self._settings = settings
        self._simulate = simulate

    def of(self, change: Change) -> Advice:
        """How it goes with these settings."""
        found = self._forecast(change)
        return Advice(dict(change), found.longest_wait, found.too_old, found.holds)

    def _forecast(self, change: Change) -> Forecast:
        return self._simulate(self._settings.model_copy(update=dict(change)))

    def spread(self, change: Change) -> Advice | None:
        """The narrowest window that keeps the promise beside ``change``; None if none does."""
        low, high = ceil(self._settings.spread_minutes), LONGEST_SPREAD
        if low >= high or not self._holds_with(change, high):
            return None
        holds = partial(self._holds_with, change)
        return self._with_spread(change, bisect_left(range(high), True, low, key=holds))

    def _holds_with(self, change: Change, minutes: int) -> bool:
        return self._with_spread(change, minutes).holds

    def _with_spread(self, change: Change, minutes: int) -> Advice:
        return self.of({**change, "spread_minutes": float(minutes)})

    def grace(self, change: Change) -> Advice:
        """The shortest grace in which every tip is sent, or else the longest that there is."""
        last = self._forecast({**change, "tip_grace_minutes": ENDLESS}).longest_wait
        minutes = min(LONGEST_GRACE, ceil(last / 60))
        if minutes <= self._settings.tip_grace_minutes:
            return self.of(change)
        return self.of({**change, "tip_grace_minutes": minutes})
