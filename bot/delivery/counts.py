"""What is counted as messages end, and how the counts are read again."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping

from bot.delivery.message import Finished
from bot.figures import Lateness
from bot.metrics import LATENESS_BOUNDS as BOUNDS
from bot.metrics import Metrics
from bot.store.outbox.kinds import BROADCAST, CORRECTION, KINDS, TIP
from bot.store.outbox.leases import Settled
from bot.store.outbox_models import FINAL_STATES

REACH = "reach."
"""How the counter of those begins whom a broadcast reached; its number follows."""

_LATE = tuple(f"late.{bound:g}" for bound in BOUNDS)


def count(finished: Iterable[Finished], rows: Iterable[Settled]) -> Counter[str]:
    """Counters of what ended for good: states by kind, failures by reason, doubts, lateness, and
    how many each broadcast reached."""
    amounts: Counter[str] = Counter()
    for one, row in zip(finished, rows, strict=True):
        if row.state == "sent":
            amounts[f"{one.kind}.sent"] += 1
            if one.kind == TIP:
                amounts[late_name(one.lateness)] += 1
            elif one.kind == BROADCAST:
                amounts[f"{REACH}{one.item.row.broadcast_id}"] += 1
            continue
        count_ending(amounts, one.kind, row)
    return amounts


def count_ending(amounts: Counter[str], kind: str, row: Settled) -> None:
    """Count a row that was not sent."""
    amounts["doubts"] += row.doubt
    if row.state in FINAL_STATES:
        amounts[f"{kind}.{row.state}"] += 1
    if row.state == "failed":
        amounts[f"failed.{row.reason}"[:64]] += 1


def publish(metrics: Metrics, amounts: Mapping[str, int], finished: Iterable[Finished]) -> None:
    """Put what one exchange counted into the metrics: once for all of it, not by the message."""
    for name, amount in amounts.items():
        kind, _, outcome = name.partition(".")
        if kind in (*KINDS, CORRECTION):
            metrics.deliveries.labels(kind, outcome).inc(amount)
        elif kind == "failed":
            metrics.failures.labels(outcome).inc(amount)
        elif kind == "doubts":
            metrics.doubts.inc(amount)
    sent = [one for one in finished if one.outcome.kind == "sent"]
    metrics.lateness.observe_all(one.lateness for one in sent if one.kind == TIP)
    if sent:
        metrics.sent.mark()
    metrics.exchanged.mark()


def late_name(seconds: float) -> str:
    """The counter of this lateness."""
    return _LATE[min(bisect_left(BOUNDS, seconds), len(BOUNDS) - 1)]


def lateness(totals: Mapping[str, int]) -> Lateness:
    """Percentiles (interpolated within a bound) and the cumulated histogram."""
    counts = [totals.get(name, 0) for name in _LATE]
    running, histogram = 0, []
    for bound, number in zip(BOUNDS, counts, strict=True):
        running += number
        histogram.append((bound, running))
    if not running:
        return Lateness(None, None, ())
    return Lateness(_share(counts, 0.5), _share(counts, 0.95), tuple(histogram))


def _share(counts: list[int], share: float) -> float:
    wanted = share * sum(counts)
    below, low = 0, 0.0
    for bound, number in zip(BOUNDS, counts, strict=True):
        if number and below + number >= wanted:
            return low + (bound - low) * (wanted - below) / number
        below, low = below + number, bound
    return BOUNDS[-1]


def by_prefix(totals: Mapping[str, int], prefix: str) -> dict[str, int]:
    """Counters whose name begins with ``prefix``, without it."""
    found = [item for item in totals.items() if item[0].startswith(prefix)]
    return {name.removeprefix(prefix): value for name, value in sorted(found)}
