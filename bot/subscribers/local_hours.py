"""When a broadcast at each subscriber's own hour is due in their zone."""

from __future__ import annotations

from bot.clock import zone_or_home
from bot.store.outbox.audience import ZoneDue
from bot.store.outbox_models import BroadcastRead
from bot.store.types import MICROSECOND
from bot.store.values import ALL_WEEKDAYS
from bot.subscribers.calendar import instant_on, next_instant


def due_in_zone(broadcast: BroadcastRead, zone: str | None, home: str) -> ZoneDue:
    """When it is due there, by the operator's ``home`` where the zone is not known; whether its
    minute had passed before sending began.

    Who is ``late`` gets it at the next such minute, unless the admin chose to leave them out.

    Raises:
        ValueError: the broadcast has no local hour, or has not been confirmed.
    """
    day, minute, begins = broadcast.local_date, broadcast.local_minute, broadcast.send_at
    if day is None or minute is None or begins is None:
        raise ValueError(f"broadcast {broadcast.id} has no local hour")
    place = zone_or_home(zone, home)
    first = instant_on(day, minute, place)
    if first is not None and first >= begins:
        return ZoneDue(first, missed=False)
    if broadcast.late == "skip":
        return ZoneDue(first or begins, missed=True)
    before = begins - MICROSECOND
    due = next_instant(minute, place, ALL_WEEKDAYS, before, not_before_date=day)
    if due is None:
        raise ValueError("every day is chosen, so there is a next one")
    return ZoneDue(due.instant_utc, missed=False)
