"""From an attempt's outcome to what its row becomes: retries, doubts and their limits."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.delivery.message import Finished
from bot.retry import (
    MOST_DOUBTS,
    MOST_DOUBTS_IN_OUTAGE,
    RECONNECT_S,
    SEND_BROADCAST,
    SEND_TIP,
)
from bot.store.outbox.leases import Settled
from bot.telegram.responses import GONE

GOLDEN_RATIO = 0.6180339887498949


def settlement_of(done: Finished, doubt_pause: float) -> Settled:
    """What the row becomes. ``doubt_pause``: seconds until a tip in doubt is sent once more."""
    row, outcome = done.item.row, done.outcome
    if outcome.kind == "sent":
        return _sent(done)
    if outcome.kind in ("flood", "hold"):
        return _waited(done)
    if outcome.kind == "migrated" and SEND_BROADCAST.wait(row.attempts) is not None:
        return Settled(row.id, "queued", outcome.reason)
    if outcome.kind == "retry" or (done.suspect and outcome.kind != "in_doubt"):
        return _retried(done)
    if outcome.kind == "in_doubt":
        return _doubted(done, doubt_pause)
    return _refused(done)


def _sent(done: Finished) -> Settled:
    row_id, outcome = done.item.row.id, done.outcome
    album = ",".join(map(str, outcome.album)) if outcome.album else None
    return Settled(row_id, "sent", message_id=outcome.message_id, sent_at=done.at, album=album)


def _refused(done: Finished) -> Settled:
    """For good; but a message that is gone after a doubt was deleted by us."""
    item, reason = done.item, done.outcome.reason
    is_gone = item.parts.repeatable and reason in (GONE, "original_deleted")
    if is_gone and item.row.doubts and item.parts.method == "deleteMessage":
        return Settled(item.row.id, "sent", message_id=0, sent_at=done.at)
    return Settled(item.row.id, "failed", GONE if is_gone else reason)


def _waited(done: Finished) -> Settled:
    row, outcome = done.item.row, done.outcome
    # Whoever waits for a flood goes behind those who do not, and never back to the head.
    wait = timedelta(seconds=outcome.retry_after or RECONNECT_S)
    return Settled(row.id, "queued", outcome.reason, retry_at=done.at + wait, uncounted=1)


def _retried(done: Finished) -> Settled:
    row, outcome = done.item.row, done.outcome
    policy = SEND_TIP if done.item.is_repeated else SEND_BROADCAST
    pause = policy.wait(row.attempts)
    if pause is None:
        return Settled(row.id, "failed", outcome.reason)
    again = done.at + timedelta(seconds=pause)
    return Settled(row.id, "queued", outcome.reason, retry_at=again)


def _doubted(done: Finished, doubt_pause: float) -> Settled:
    row, outcome = done.item.row, done.outcome
    most = MOST_DOUBTS_IN_OUTAGE if done.suspect else MOST_DOUBTS
    if not done.item.is_repeated or row.doubts + 1 >= most:
        return Settled(row.id, "in_doubt", outcome.reason, doubt=1)
    pause = _some_time(done, doubt_pause) if done.suspect else doubt_pause
    again = done.at + timedelta(seconds=pause)
    return Settled(row.id, "queued", outcome.reason, retry_at=again, doubt=1)


def _some_time(done: Finished, at_least: float) -> float:
    """Seconds until some moment before the message is too late, another one for each message.

    So that one outage cannot meet all the second tries as well. Multiples of the golden ratio
    spread consecutive numbers evenly.
    """
    share = (done.item.row.id + done.item.row.doubts) * GOLDEN_RATIO % 1.0
    return max(at_least, at_least + share * (done.fresh - SEND_TIP.longest - at_least))


def put_back(row_id: int, retry_at: datetime | None = None) -> Settled:
    """A row that was not tried after all."""
    return Settled(row_id, "queued", retry_at=retry_at, uncounted=1)
