"""A message for a local hour that has passed before the message could leave."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.clock import zone_or_home
from bot.store.outbox.audience import HOUR_PASSED
from bot.store.outbox.leases import Leased, Settled
from bot.store.outbox_models import BroadcastRead
from bot.store.values import ALL_WEEKDAYS
from bot.subscribers.calendar import next_instant

STILL_THE_HOUR = timedelta(hours=3)
"""How long after a subscriber's hour its message still counts as being on time."""


def settled_if_late(
    broadcast: BroadcastRead, row: Leased, zone: str | None, now: datetime, home: str
) -> Settled | None:
    """What becomes of a row whose hour passed while the broadcast was held; None: it is sent.

    It waits for the next such hour, or is let go, as its admin chose. An admin's *try again* is
    no such case: it makes the row ready at that moment.
    """
    if broadcast.local_minute is None or row.ready <= STILL_THE_HOUR.total_seconds():
        return None
    if broadcast.late == "skip":
        return Settled(row.id, "too_old", HOUR_PASSED, uncounted=1)
    due = next_instant(broadcast.local_minute, zone_or_home(zone, home), ALL_WEEKDAYS, now)
    again = due.instant_utc if due is not None else now
    return Settled(row.id, "queued", retry_at=again, uncounted=1)
