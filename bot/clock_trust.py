"""Whether the wall clock can be believed: was it set, and does it agree with the others'?

Loops and ages live on the monotonic clock and do not care. What is stored for others to read,
though, or for the next run, are instants of the wall clock: when a tip is due, until when a row
is leased, who is alive. While the clock is not to be believed nobody acts on those.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import structlog

from bot.clock import Clock, error_against
from bot.metrics import Metrics

log = structlog.get_logger(__name__)

STEP_S = 2.0
"""By how much the wall clock has to be set for it to matter. Clocks that are steered towards the
right time, as NTP does it, run at most half a thousandth too fast or too slow."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Error(NamedTuple):
    """By how many seconds we are ahead, how many are too many, and how many worth a line."""

    seconds: float
    limit: float
    noticed: float
    binding: bool

    @property
    def is_wrong(self) -> bool:
        return abs(self.seconds) > self.limit

    @property
    def is_worth_a_line(self) -> bool:
        return abs(self.seconds) > self.noticed


_NONE = _Error(0.0, 1.0, 1.0, binding=False)


class ClockTrust:
    """What is known of the wall clock's being right.

    While somebody has set it and nobody has looked after that yet, or while it contradicts the
    clock that all replicas go by, this process leaves the shared rows alone. While any other
    clock contradicts it, work goes on as well as may be, for a wrong clock is no reason to send
    nothing; but nothing is deleted for its age, and no stored instant is set right by it.
    """

    def __init__(self, clock: Clock, metrics: Metrics | None = None) -> None:
        self._clock = clock
        self._metrics = metrics or Metrics(clock)
        self._errors: dict[str, _Error] = {}
        self._known = self._apart()

    @property
    def may_act(self) -> bool:
        """Whether to plan, lease, take back and lead by this clock."""
        return not self.look() and not any(
            one.is_wrong and one.binding for one in self._errors.values()
        )

    @property
    def is_believed(self) -> bool:
        """Whether to delete what is old and to set right what is ahead by this clock."""
        return not self.look() and not self.is_contradicted

    @property
    def is_contradicted(self) -> bool:
        """Whether another clock says something else, by too much."""
        return any(one.is_wrong for one in self._errors.values())

    def look(self) -> float:
        """Seconds by which the wall clock was set forward (negative: back) and nobody has looked
        after it yet; 0 for what is small enough to pass.
        """
        apart = self._apart()
        step = (apart - self._known).total_seconds()
        if abs(step) >= STEP_S:
            return step
        self._known = apart
        return 0.0

    def accept(self) -> None:
        """The clock counts as it is now: what had to be done about its being set is done."""
        step = self.look()
        if step:
            self._metrics.clock_steps.labels("forward" if step > 0 else "back").inc()
        self._known = self._apart()

    def compare(
        self,
        whose: str,
        reference: datetime,
        limit: float,
        *,
        doubt: float = 0.0,
        binding: bool = False,
    ) -> None:
        """Hold the clock against the present instant of another.

        More than ``limit`` seconds, ``doubt`` not counted, is too much; more than a fifth of it
        is worth a line in the log. ``binding`` says that all replicas go by the other clock.
        """
        error = error_against(self._clock, reference)
        self._metrics.clock_error.labels(whose).set(error)
        before = self._errors.get(whose, _NONE)
        now = self._errors[whose] = _Error(error, limit + doubt, limit / 5 + doubt, binding)
        if now.is_wrong and not before.is_wrong:
            log.error("the clock is wrong", against=whose, ahead=round(error), sends=not binding)
        elif now.is_worth_a_line and not before.is_worth_a_line:
            log.warning("the clock is off", against=whose, ahead=round(error))
        elif before.is_wrong and not now.is_wrong:
            log.info("the clock is right again", against=whose)

    def troubles(self) -> list[str]:
        """One line for each clock that contradicts ours by too much."""
        return [_trouble(whose, one) for whose, one in self._errors.items() if one.is_wrong]

    def _apart(self) -> timedelta:
        return self._clock.now() - EPOCH - timedelta(seconds=self._clock.monotonic())


def _trouble(whose: str, error: _Error) -> str:
    direction = "ahead of" if error.seconds > 0 else "behind"
    effect = "nothing is sent until it is set right" if error.binding else "tips come at odd hours"
    found = f"this machine's clock is {abs(error.seconds):.0f} s {direction} that of {whose}"
    return f"{found}; {effect}"
