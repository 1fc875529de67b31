"""Subscribers whom Telegram no longer knows: when that is believed, and how it is undone."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from bot.clock import Clock
from bot.store.database import Database
from bot.store.queries import deliveries, slots, subscribers
from bot.store.queries import losses as rows
from bot.store.tables import Executor
from bot.subscribers import schedule

DAYS_UNTIL_GONE = 3
"""A Bot API server that has lost its files says "chat not found" of everybody, and may do so for
a day: a subscriber is gone when that was said on so many days, with no tip sent in between."""

REVIVED_AT_ONCE = 100


async def refused(session: Executor, chat_id: int, reason: str, now: datetime, home: str) -> None:
    """Count, once a day (UTC), that Telegram does not know the chat; on the third day they are
    gone."""
    subscriber = await subscribers.get(session, chat_id, lock=True)
    if subscriber is None or subscriber.state == "gone":
        return
    last = subscriber.refused_at
    if last is not None and last.date() == now.date():
        return
    days = subscriber.refused_days + 1
    await subscribers.change(session, chat_id, {"refused_days": days, "refused_at": now})
    if days >= DAYS_UNTIL_GONE:
        await schedule.leave(session, chat_id, "gone", now, home, reason)


async def revive(
    db: Database, clock: Clock, since: datetime, reason: str | None = None
) -> list[int]:
    """Bring back everybody marked as gone at ``since`` or later; returns their chats.

    With a ``reason`` (``not_found``, ``deactivated``, ``blocked``, …) those who left for it, gone
    or blocked. Days counted towards being gone are reset.
    """
    revived: list[int] = []
    some = [0]
    while some:
        some = await db.write(partial(_revive_some, clock=clock, since=since, reason=reason))
        revived += some
    await db.write(partial(rows.forgive_since, since=since))
    return revived


async def _revive_some(
    session: Executor, clock: Clock, since: datetime, reason: str | None
) -> list[int]:
    now = clock.now()
    found = await rows.left_since(session, since, reason, REVIVED_AT_ONCE)
    for chat_id, state in found:
        await schedule.come_back(session, chat_id, now)
        had = await slots.membership(session, chat_id)
        if had is not None:
            dates = deliveries.dates_around(now.date())
            await deliveries.restore_tips(session, had.id, dates, state, now)
    return [chat_id for chat_id, _ in found]
