"""Notices when sending is held and when it goes on, for the log and the metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from bot.clock import Clock
from bot.metrics import Metrics

log = structlog.get_logger(__name__)

LOOKS_TO_BE_FREE = 2

Remaining = Callable[[], float]


@dataclass
class _Hold:
    began: float
    seen: float
    free_looks: int = 0


class HoldWatch:
    """Looks now and then for how long each lane is held; what is shorter than a look is no news.

    Args:
        lanes: by name, what tells the seconds for which the lane is still held.
    """

    def __init__(self, clock: Clock, metrics: Metrics, lanes: Mapping[str, Remaining]) -> None:
        self._clock = clock
        self._metrics = metrics
        self._lanes = lanes
        self._holds: dict[str, _Hold] = {}
        for name, remaining in lanes.items():
            metrics.hold_remaining.labels(name).set_function(remaining)
            metrics.holds.labels(name)
            metrics.held_seconds.labels(name)

    def look(self) -> None:
        """Tell of what has begun or ended since the last look."""
        now = self._clock.monotonic()
        for name, remaining in self._lanes.items():
            seconds = remaining()
            if seconds > 0:
                self._held(name, now, seconds)
            else:
                self._free(name)

    def _held(self, name: str, now: float, seconds: float) -> None:
        hold = self._holds.get(name)
        if hold is None:
            self._holds[name] = _Hold(now, now)
            self._metrics.holds.labels(name).inc()
            log.info("sending is held", lane=name, seconds=round(seconds))
            return
        self._metrics.held_seconds.labels(name).inc(now - hold.seen)
        hold.seen, hold.free_looks = now, 0

    def _free(self, name: str) -> None:
        hold = self._holds.get(name)
        if hold is None:
            return
        hold.free_looks += 1
        # While one message tries whether it goes on nothing is held, and yet nothing is over.
        if hold.free_looks < LOOKS_TO_BE_FREE:
            return
        del self._holds[name]
        log.info("sending goes on", lane=name, held=round(hold.seen - hold.began))
