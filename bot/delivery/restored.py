"""What a restored copy does not know: that subscribers had their tips after it was made.

``gutskin db restore --skip-today`` leaves a mark in the copy; the next start heeds it before it
plans or sends anything. Every step may be repeated, and the mark goes last.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

import structlog

from bot.clock import zone_exists
from bot.store.database import Database
from bot.store.queries import broadcasts, deliveries, heartbeat, slots
from bot.store.queries.slots import Slot
from bot.store.tables import Executor
from bot.store.values import ALL_WEEKDAYS
from bot.subscribers.calendar import ONE_DAY, Due, next_instant

log = structlog.get_logger(__name__)

SLOTS_AT_ONCE = 64
REASON = "restored"


async def heed_restore(db: Database) -> bool:
    """Send no tip that was due before the restore, if it was made with that wish; whether it was.

    Slots go on behind that moment, queued tips are cancelled, and no subscriber gets a second tip
    of a day by changing the hour. Broadcasts that were being sent are paused: nobody knows how far
    they came, so the admin decides. One whose time has passed since the copy was made may have
    been sent: it is a draft again.
    """
    mark = await db.read(lambda session: heartbeat.last(session, heartbeat.SKIP_TIPS))
    if mark is None:
        return False
    until = mark.at
    while await db.write(partial(_pass_some, until=until)):
        pass
    held = await db.write(partial(_leave_be, until=until))
    await db.write(lambda session: heartbeat.forget(session, heartbeat.SKIP_TIPS))
    log.info("tips due before the restore are skipped", queued=held)
    return True


async def _pass_some(session: Executor, until: datetime) -> bool:
    """Move the next few slots behind that moment; whether there were any."""
    some = await slots.due(session, until, SLOTS_AT_ONCE)
    for slot in some:
        due = _first_after(slot, until)
        await slots.move_on(session, slot.id, due.instant_utc, due.local_date)
        await slots.leave_out_before(session, slot.id, due.local_date)
    return bool(some)


def _first_after(slot: Slot, until: datetime) -> Due:
    found = None
    if zone_exists(slot.zone):
        found = next_instant(slot.local_minute, slot.zone, ALL_WEEKDAYS, until)
    if found is not None:
        return found
    days = (until - slot.next_at) // ONE_DAY + 1
    return Due(slot.next_at + days * ONE_DAY, slot.next_date + days * ONE_DAY)


async def _leave_be(session: Executor, until: datetime) -> int:
    held = await deliveries.cancel_tips_due(session, until, REASON)
    for one in await broadcasts.in_states(session, ("sending",)):
        paused = {"state": "paused", "pause_reason": "admin"}
        await broadcasts.change(session, one.id, paused, broadcasts.is_in("sending"))
        log.info(
            "a broadcast was being sent in the restored copy, and is paused", broadcast=one.id
        )
    for broadcast_id in await broadcasts.scheduled_until(session, until):
        drafted = {"state": "draft", "shown_at": None}
        await broadcasts.change(session, broadcast_id, drafted, broadcasts.is_in("scheduled"))
        log.info(
            "a broadcast was due before the restore, and is a draft again", broadcast=broadcast_id
        )
    return held
