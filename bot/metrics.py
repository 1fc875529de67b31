"""What a running bot counts, as Prometheus metrics on a registry of its own.

Every room may be handed a :class:`Metrics`; nothing is global and nothing is made on import. What
happens by the message is counted in groups, once for each exchange with the outbox. To add a
metric: one attribute here, one place that sets it, and ``python -m tests.docs.tables``.
"""

from __future__ import annotations

import math
import platform
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from itertools import product

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    Metric,
    ProcessCollector,
)
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from bot.clock import Clock

LATENESS_BOUNDS = (
    *(0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0),
    *(180.0, 300.0, 450.0, 600.0, 900.0, 1200.0, 1800.0, 2700.0, 3600.0, 5400.0, 7200.0),
    *(10800.0, 21600.0, 43200.0, 86400.0),
)
"""Upper bounds of lateness in seconds."""


KINDS = ("tip", "broadcast")
OUTCOMES = ("sent", "failed", "in_doubt", "too_old", "cancelled")
LANES = ("reply", "bulk")


class LastSuccess:
    """How long ago something last went well, on the monotonic clock.

    Nothing is expected until :meth:`expect`; from then on the age counts from that moment until
    the first success.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since: float | None = None
        self.ever = False

    def expect(self) -> None:
        """It has to happen from now on."""
        if self._since is None:
            self._since = self._clock.monotonic()

    def rest(self) -> None:
        """It need not happen for now: there is no age."""
        self._since = None

    def mark(self) -> None:
        """It has just gone well."""
        self._since = self._clock.monotonic()
        self.ever = True

    @property
    def age(self) -> float | None:
        """Seconds since the last success; None while it is not expected."""
        return None if self._since is None else self._clock.monotonic() - self._since


class GroupedHistogram(Collector):
    """A histogram that takes many values at once."""

    def __init__(self, name: str, about: str, bounds: tuple[float, ...]) -> None:
        self._name = name
        self._about = about
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe_all(self, values: Iterable[float]) -> None:
        """Count each of the values."""
        for value in values:
            self._counts[bisect_left(self._bounds, value)] += 1
            self._sum += value

    def collect(self) -> Iterator[Metric]:
        """The histogram as it stands."""
        buckets, running = [], 0
        for bound, count in zip((*self._bounds, math.inf), self._counts, strict=True):
            running += count
            buckets.append(("+Inf" if bound == math.inf else f"{bound:g}", float(running)))
        yield HistogramMetricFamily(self._name, self._about, buckets=buckets, sum_value=self._sum)


class Tally(Collector):
    """A counter with one label whose values somebody keeps in plain numbers."""

    def __init__(self, name: str, about: str, label: str) -> None:
        self._name = name
        self._about = about
        self._label = label
        self.source: Callable[[], Mapping[str, int]] = dict
        """Tells the numbers by the label's value."""

    def collect(self) -> Iterator[Metric]:
        """The counter as it stands."""
        family = CounterMetricFamily(self._name, self._about, labels=[self._label])
        for value, count in self.source().items():
            family.add_metric([value], count)
        yield family


class Metrics:
    """Everything that is counted while one bot runs."""

    def __init__(self, clock: Clock) -> None:
        self.registry = CollectorRegistry()
        self._clock = clock
        self._about_the_process()
        self._about_progress()
        self._about_updates()
        self._about_deliveries()
        self._about_waiting()
        self._about_the_database()

    def _about_the_process(self) -> None:
        ProcessCollector(registry=self.registry)
        build = Info("gutskin_build", "Which version runs.", registry=self.registry)
        build.info({"version": _version(), "python": platform.python_version()})
        self.ready = self._gauge("ready", "1 while /readyz says 200.")
        self.clock_steps = self._counter(
            "clock_steps_total", "How often the wall clock was set.", "direction"
        )
        self.clock_error = self._gauge(
            "clock_error_seconds", "Seconds by which our clock is ahead of another's.", "against"
        )
        _begin(self.clock_steps, ("forward", "back"))
        self.jobs = self._counter(
            "jobs_total", "Runs of the bot's own jobs, by how they ended.", "name", "outcome"
        )

    def _about_progress(self) -> None:
        self.ticked = self._age("tick_age_seconds", "Age of the last good planning tick.")
        self.polled = self._age(
            "poll_age_seconds",
            "Age of the last good getUpdates; NaN where this process does not poll.",
        )
        self.exchanged = self._age(
            "exchange_age_seconds", "Age of the last good exchange with the outbox."
        )
        self.sent = self._age(
            "send_age_seconds",
            "Age of the last tip or broadcast that Telegram took, or of the start.",
        )
        self.backup_age = self._gauge(
            "backup_age_seconds", "Age of the newest backup; NaN where there is none."
        )
        self.backup_age.set(math.nan)

    def _about_updates(self) -> None:
        self.updates = Tally("gutskin_updates", "Updates by what became of them.", "what")
        self.registry.register(self.updates)
        self.webhook_refused = self._counter(
            "webhook_refused_total", "Webhook calls that were refused, by reason.", "reason"
        )
        self.updates_waiting = self._gauge(
            "updates_waiting", "Updates in memory that nobody has begun."
        )
        self.inbox_depth = self._gauge("inbox_depth", "Updates in rows that are not done.")

    def _about_deliveries(self) -> None:
        self.slots_planned = self._counter("slots_planned_total", "Slots whose tips were planned.")
        self.deliveries_planned = self._counter(
            "deliveries_planned_total", "Tips put into the outbox."
        )
        self.deliveries = self._counter(
            "deliveries_total",
            "Tips, messages of broadcasts and corrections that ended, by outcome.",
            *("kind", "outcome"),
        )
        _begin(self.deliveries, (*KINDS, "correction"), OUTCOMES)
        self.failures = self._counter(
            "delivery_failures_total", "Failed deliveries by reason.", "reason"
        )
        self.doubts = self._counter(
            "delivery_doubts_total", "Attempts of which nobody knows whether they arrived."
        )
        self.lateness = GroupedHistogram(
            "gutskin_delivery_lateness_seconds",
            "Seconds from due to sent, of tips.",
            LATENESS_BOUNDS,
        )
        self.registry.register(self.lateness)
        self.broadcasts_paused = self._counter(
            "broadcasts_paused_total", "Broadcasts that paused by themselves."
        )

    def _about_waiting(self) -> None:
        self.outbox_depth = self._gauge(
            "outbox_depth", "Deliveries that wait to be sent, by state.", "kind", "state"
        )
        self.oldest_overdue = self._gauge(
            "oldest_overdue_seconds", "How late the longest overdue tip in the outbox is; 0: none."
        )
        self.in_flight = self._gauge("in_flight", "Messages under way to Telegram.")
        self.flood_waits = self._counter(
            "flood_waits_total", "Answers 429, by lane: reply or bulk.", "lane"
        )
        _begin(self.flood_waits, LANES)
        self.flood_wait_chats = self._gauge(
            "flood_wait_chats", "Chats that Telegram has asked to wait, by lane.", "lane"
        )
        self.breaker_open = self._gauge(
            "breaker_open", "1 while tips and broadcasts lead to nothing and one at a time tries."
        )
        self.holds = self._counter("holds_total", "Holds that began, by what is held.", "lane")
        self.held_seconds = self._counter(
            "held_seconds_total", "Seconds for which nothing was sent, by what was held.", "lane"
        )
        self.hold_remaining = self._gauge(
            "hold_remaining_seconds", "Seconds for which the lane is still held.", "lane"
        )

    def _about_the_database(self) -> None:
        self.subscribers = self._gauge("subscribers", "Subscribers by state.", "state")
        self.broadcasts = self._gauge("broadcasts", "Broadcasts that are not done.", "state")
        self.exchange_seconds = Histogram(
            "gutskin_exchange_seconds",
            "How long an exchange with the outbox takes.",
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
            registry=self.registry,
        )

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"gutskin_{name}", about, labels, registry=self.registry)

    def _gauge(self, name: str, about: str, *labels: str) -> Gauge:
        return Gauge(f"gutskin_{name}", about, labels, registry=self.registry)

    def _age(self, name: str, about: str) -> LastSuccess:
        last = LastSuccess(self._clock)
        self._gauge(name, about).set_function(lambda: math.nan if last.age is None else last.age)
        return last


def _begin(counter: Counter, *values: tuple[str, ...]) -> None:
    """Begin at 0 for all of these labels: of what was not there before nobody sees the first."""
    for labels in product(*values):
        counter.labels(*labels)


def _version() -> str:
    try:
        return version("gutskin")
    except PackageNotFoundError:
        return "unknown"
