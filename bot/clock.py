"""The one clock. Whoever needs the time or wants to wait is handed one of these."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo


def zone_exists(name: str) -> bool:
    """Whether the time-zone data on this machine know the zone.

    Zones leave the data, too: a stored name need not be one for ever.
    """
    try:
        _known(name)
    except (OSError, ValueError, KeyError):
        return False
    return True


def zone_or_home(zone: str | None, home: str) -> str:
    """Somebody's own zone; the operator's ``home`` where it is not known, or has left the data."""
    return zone if zone is not None and zone_exists(zone) else home


@lru_cache(maxsize=2048)
def _known(name: str) -> ZoneInfo:
    # What raises is not remembered: it may be anything that somebody wrote.
    return ZoneInfo(name)


class Clock(Protocol):
    """Tells the time and waits; tests and the demo hand in one that can be moved."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards; only differences mean anything."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait that many seconds of this clock."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _Timer:
    """A timer that may be set anew."""

    def __init__(self) -> None:
        self._handle: asyncio.TimerHandle | None = None

    def set(self, seconds: float, ring: Callable[[], None]) -> None:
        self._handle = asyncio.get_running_loop().call_later(seconds, ring)

    def cancel(self) -> None:
        if self._handle is not None:
            self._handle.cancel()


class MovableClock:
    """A clock that stands still (or flows, for the demo) and can be moved forward at will.

    Sleepers wake when their moment has come, whether by flow or by :meth:`move`. Its wall time can
    also be set, as somebody may set a machine's clock: that is no time that passes, so nobody
    wakes by it.
    """

    def __init__(self, start: datetime, *, flowing: bool = False) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock starts at an aware instant")
        self._start = start.astimezone(UTC)
        self._born = time.monotonic()
        self._flowing = flowing
        self._moved = 0.0
        self._set_by = timedelta()
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def monotonic(self) -> float:
        flowed = time.monotonic() - self._born if self._flowing else 0.0
        return self._moved + flowed

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic()) + self._set_by

    @property
    def wrong_by(self) -> timedelta:
        """How far the wall time was set ahead of the time that has passed; negative: behind."""
        return self._set_by

    @property
    def sleepers(self) -> int:
        """How many wait for a moment of this clock."""
        return sum(not waiter.done() for _, _, waiter in self._sleepers)

    def set_wall(self, seconds: float) -> datetime:
        """Set the wall time forward by ``seconds``, back if negative; the new instant."""
        self._set_by += timedelta(seconds=seconds)
        return self.now()

    def move(self, seconds: float) -> datetime:
        """Move forward by ``seconds`` (>= 0) and wake whoever waited for that; the new instant.

        Raises:
            ValueError: for a negative step, since subscribers' instants never run backwards.
        """
        if seconds < 0:
            raise ValueError("time only moves forward")
        self._moved += seconds
        self._wake()
        return self.now()

    def move_to(self, instant: datetime) -> datetime:
        """Move forward to ``instant``; nothing happens when it has passed already."""
        return self.move(max(0.0, (instant - self.now()).total_seconds()))

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        due = self.monotonic() + seconds
        heapq.heappush(self._sleepers, (due, next(self._order), waiter))
        timer = self._ring_at(due, waiter) if self._flowing else None
        try:
            await waiter
        finally:
            if timer is not None:
                timer.cancel()

    def _ring_at(self, due: float, waiter: asyncio.Future[None]) -> _Timer:
        """Wake whose time has come at ``due``, however early the loop's timers fire.

        A loop may count in whole, coarse milliseconds, and whoever is found still asleep by the
        only timer that was set for them would never wake.
        """
        timer = _Timer()

        def ring() -> None:
            self._wake()
            if not waiter.done():
                timer.set(max(0.001, due - self.monotonic()), ring)

        timer.set(due - self.monotonic(), ring)
        return timer

    def _wake(self) -> None:
        # A timer may fire a hair before the moment it was set for.
        present = self.monotonic() + 0.001
        while self._sleepers and self._sleepers[0][0] <= present:
            waiter = heapq.heappop(self._sleepers)[2]
            if not waiter.done():
                waiter.set_result(None)


def http_date(text: str) -> datetime | None:
    """The instant that an HTTP ``Date`` header names, in whole seconds; None if it names none."""
    try:
        named = parsedate_to_datetime(text)
    except ValueError:
        return None
    return named.replace(tzinfo=UTC) if named.tzinfo is None else named.astimezone(UTC)


def error_against(clock: Clock, reference: datetime) -> float:
    """Seconds by which ``clock`` is ahead of another's present instant; negative: behind.

    A movable clock lives in a time of its own, which the other's cannot be held against; there
    it is what the clock was set by.
    """
    apart = clock.wrong_by if isinstance(clock, MovableClock) else clock.now() - reference
    return apart.total_seconds()
