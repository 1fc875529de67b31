"""``broadcast report``: the recipients add up, and what is on its way is waited for."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bot.clock import SystemClock
from bot.config import load_settings
from bot.delivery.broadcasts import Broadcasts
from bot.store import migrate
from bot.store.database import Database
from bot.store.outbox import audience, leases
from bot.store.outbox.leases import Settled
from bot.subscribers.local_hours import due_in_zone
from bot.subscribers.service import Subscribers
from tests import content
from tests.cli.terminal import TOKEN, data, gutskin

CHATS = (1, 2, 3, 4)


async def cancelled_halfway(folder: Path) -> None:
    """A broadcast to four: one got it, one is begun, one only leased, and one was to come."""
    settings = load_settings(token=TOKEN, data_dir=folder)
    await migrate.upgrade(settings.database)
    db, clock = await Database.open(settings.database), SystemClock()
    subscribers = Subscribers(db, clock, content.library(), settings)
    for chat in CHATS:
        await subscribers.arrive(chat, "en")
        await subscribers.set_zone(chat, "UTC")
        await subscribers.set_hour(chat, 480)
    rules = Broadcasts(db, clock, settings)
    draft = await rules.draft(9, 9, 1)
    assert await rules.confirm(draft.id, 9) == "sending"
    now = clock.now()
    async with db.write() as session:
        await audience.freeze_chunk(session, draft.id, 10, partial(due_in_zone, home="UTC"))
        taken = await leases.lease(
            session, "x", now=now, until=now + timedelta(minutes=1), most=3, broadcast_id=draft.id
        )
        got_it, begun, _only_leased = (row.id for row in taken)
        await leases.settle(session, "x", [Settled(got_it, "sent", sent_at=now)])
        assert await leases.mark_begun(session, "x", [begun]) == {begun}
    assert await rules.cancel(draft.id, 9)
    await db.close()


async def come_back(folder: Path) -> None:
    """The lease of what was on its way has ended."""
    db = await Database.open(load_settings(token=TOKEN, data_dir=folder).database)
    async with db.write() as session:
        await leases.reclaim(session, SystemClock().now() + timedelta(hours=1))
    await db.close()


def ended(report: dict[str, Any]) -> int:
    names = ("sent", "blocked", "in_doubt", "too_old", "cancelled")
    return sum(report["failed"].values()) + sum(report[name] for name in names)


def test_a_cancelled_one_is_told_to_be_waited_for_and_then_adds_up(tmp_path: Path) -> None:
    asyncio.run(cancelled_halfway(tmp_path))
    report = data("broadcast", "report", "1")
    assert (report["state"], report["under_way"]) == ("cancelling", 2)
    assert ended(report) + report["queued"] == report["total"] == 4
    shown = gutskin("broadcast", "report", "1")
    assert "2 messages are still on their way" in shown.stderr

    asyncio.run(come_back(tmp_path))
    report = data("broadcast", "report", "1")
    assert (report["state"], report["queued"]) == ("cancelled", 0)
    assert (report["sent"], report["in_doubt"], report["cancelled"]) == (1, 1, 2)
    assert ended(report) == report["total"] == 4
    assert "on their way" not in gutskin("broadcast", "report", "1").stderr
