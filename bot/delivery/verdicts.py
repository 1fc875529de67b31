"""From an attempt's outcome to what its row becomes: retries, doubts and their limits."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.delivery.item import Finished
from bot.store.leases import Settled

MOST_ATTEMPTS = 5
FIRST_PAUSE = 2.0  # seconds; doubles with each attempt
LONGEST_PAUSE = 300.0  # seconds
RECONNECT_PAUSE = timedelta(seconds=2)


def verdict(done: Finished, doubt_pause: float) -> Settled:
    """What the row becomes. ``doubt_pause``: seconds until a tip in doubt is sent once more."""
    row, outcome, at = done.item.row, done.outcome, done.at
    if outcome.kind == "sent":
        return Settled(row.id, "sent", message_id=outcome.message_id, sent_at=at)
    if outcome.kind in ("flood", "hold"):
        # Whoever waits for a flood goes behind those who do not, and never back to the head.
        wait = timedelta(seconds=outcome.retry_after)
        again = at + (RECONNECT_PAUSE if outcome.kind == "hold" else wait)
        return Settled(row.id, "queued", outcome.reason, retry_at=again, uncounted=1)
    if outcome.kind == "migrated" and row.attempts < MOST_ATTEMPTS:
        return Settled(row.id, "queued", outcome.reason)
    if outcome.kind == "retry":
        return _retried(done)
    if outcome.kind == "in_doubt":
        return _doubted(done, doubt_pause)
    return Settled(row.id, "failed", outcome.reason)


def _retried(done: Finished) -> Settled:
    row, outcome = done.item.row, done.outcome
    # A tip is worth waiting for until it is too old, however long Telegram is out of order; of a
    # broadcast that fails an admin is told, and tries again when they see fit.
    if row.broadcast_id is not None and row.attempts >= MOST_ATTEMPTS:
        return Settled(row.id, "failed", outcome.reason)
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(row.attempts - 1, 10))
    again = done.at + timedelta(seconds=pause)
    return Settled(row.id, "queued", outcome.reason, retry_at=again)


def _doubted(done: Finished, doubt_pause: float) -> Settled:
    row, outcome = done.item.row, done.outcome
    if row.broadcast_id is None and row.doubts == 0:
        again = done.at + timedelta(seconds=doubt_pause)
        return Settled(row.id, "queued", outcome.reason, retry_at=again, doubt=1)
    return Settled(row.id, "in_doubt", outcome.reason, doubt=1)


def put_back(row_id: int, retry_at: datetime | None = None) -> Settled:
    """A row that was not tried after all."""
    return Settled(row_id, "queued", retry_at=retry_at, uncounted=1)
