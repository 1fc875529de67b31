"""Where a broadcast stands, from the counts of its recipients' rows: each is counted once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from bot.store.outbox.recipients import BY_ADMIN, Count, is_lost
from bot.store.outbox_models import BroadcastRead
from bot.store.values import LEFT_REASONS, Report


def report_of(
    broadcast: BroadcastRead, counts: Iterable[Count], *, may_be_repeated: bool = True
) -> Report:
    """The report of a broadcast whose recipients are counted in ``counts``."""
    by_state: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    again: Counter[str] = Counter()
    left = 0
    known = may_be_repeated and not is_lost(broadcast)
    for state, reason, rows, kept in counts:
        by_state[state] += rows
        failed[reason] += rows if state == "failed" else 0
        left += rows if state == "cancelled" and reason != BY_ADMIN else 0
        again[state] += rows if known and kept and reason not in LEFT_REASONS else 0
    blocked = sum(failed.pop(reason, 0) for reason in LEFT_REASONS)
    # Those of the audience who have no row yet.
    unborn = 0 if broadcast.frozen else max(0, broadcast.total - by_state.total())
    by_state["queued"] += unborn
    over = broadcast.state == "cancelled"
    if over:
        by_state["cancelled"] += by_state.pop("queued")
    under_way = by_state["leased"]
    return Report(
        total=by_state.total(),
        sent=by_state["sent"],
        blocked=blocked,
        failed={reason: rows for reason, rows in failed.items() if rows},
        in_doubt=by_state["in_doubt"],
        too_old=by_state["too_old"],
        cancelled=by_state["cancelled"],
        queued=by_state["queued"] + under_way,
        under_way=under_way,
        left=left,
        failed_again=again["failed"],
        doubt_again=again["in_doubt"],
        state="cancelling" if over and under_way else broadcast.state,
    )
