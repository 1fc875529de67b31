"""The two lanes, one a priority: until when a flood wait holds one, and how far it is slowed."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import Enum

from bot.telegram.limits.buckets import Bucket

# Ours, since Telegram names no rate to go on with: nine minutes from the slowest to full.
SLOW_DOWN = 0.75
SLOWEST = 0.1
RECOVERY_STEP = 0.05
RECOVERY_SECONDS = 30.0
REPEATED_WITHIN = 60.0


class Lane(Enum):
    """Who waits: a subscriber for a reply, or everybody for a tip or a broadcast."""

    REPLY = "reply"
    BULK = "bulk"


class LaneState:
    """A lane's deadline and its slow-down, which all of its buckets share.

    The first bucket is the one that everything in the lane passes.
    """

    def __init__(self, jitter: Callable[[], float], *buckets: Bucket) -> None:
        self.bucket = buckets[0]
        self.held_until = -math.inf
        self.factor = 1.0
        self._buckets = buckets
        self._jitter = jitter
        self._recovers_at = math.inf

    def ready_at(self, now: float) -> float:
        """Return the instant from which the lane's own measures allow one more start."""
        return max(self.awake_at(now), self.bucket.ready_at())

    def awake_at(self, now: float) -> float:
        """Return the instant at which the last flood wait is over."""
        if now >= self._recovers_at:
            self._recover(now)
        return self.held_until

    def flood(self, retry_after: float, now: float) -> None:
        # Answers to calls that were under way already belong to the same flood.
        if 0.0 <= now - self.held_until < REPEATED_WITHIN:
            self._slow_to(max(SLOWEST, self.factor * SLOW_DOWN))
        self.hold(now + retry_after + self._jitter())

    def hold(self, until: float) -> None:
        """Hold the lane until then, or longer if it is held for longer already."""
        self.held_until = max(self.held_until, until)
        if self.factor < 1.0:
            self._recovers_at = self.held_until + RECOVERY_SECONDS

    def _recover(self, now: float) -> None:
        steps = 1 + int((now - self._recovers_at) / RECOVERY_SECONDS)
        self._slow_to(min(1.0, self.factor + steps * RECOVERY_STEP))
        self._recovers_at += steps * RECOVERY_SECONDS
        if self.factor >= 1.0:
            self._recovers_at = math.inf

    def _slow_to(self, factor: float) -> None:
        self.factor = factor
        for bucket in self._buckets:
            bucket.slow_to(factor)
