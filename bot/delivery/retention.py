"""How long the outbox keeps its rows: a week; what reports and figures show is counted first."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import Clock
from bot.delivery.broadcasts import cancel_rows
from bot.store.database import Database
from bot.store.outbox import pruning, recipients
from bot.store.queries import counters, slots
from bot.subscribers.schedule import KEPT_DAYS

PRUNED_AT_ONCE = 1000
COUNTED_BY_HOUR = 40  # days


async def prune(db: Database, clock: Clock) -> int:
    """Delete outbox rows a week old, of tips and broadcasts; how many. Reports stay whole.

    What came back to the queue of a cancelled broadcast is cancelled first.
    """
    for which in await db.look(recipients.cancelled_with_queued_rows):
        await cancel_rows(db, which)
    now = clock.now()
    before, last, gone = now - timedelta(days=KEPT_DAYS), 0, 0
    while True:
        async with db.write() as session:
            pruned = await pruning.prune_chunk(session, now, before, last, PRUNED_AT_ONCE)
        if pruned is None:
            break
        last, gone = pruned.last_id, gone + pruned.rows
    async with db.write() as session:
        await counters.fold(session, now - timedelta(days=COUNTED_BY_HOUR))
        await slots.remove_empty(session)
    return gone
