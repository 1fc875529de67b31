"""The audit log holds what was changed, no more and no less, for as long as it should."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.admins.audit import KEPT, Audit
from bot.clock import MovableClock
from bot.store.database import Database

ADMIN = 9000
START = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(START)


@pytest.fixture
def audit(db: Database, clock: MovableClock) -> Audit:
    return Audit(db, clock)


async def subjects(audit: Audit, *args: int, **more: int) -> list[str]:
    return [entry.subject for entry in await audit.entries(*args, **more)]


async def test_an_entry_says_who_what_when_before_and_after(audit: Audit) -> None:
    before, after = {"state": "draft"}, {"state": "sending", "total": 40_000}
    await audit.record(None, ADMIN, "confirm", "broadcast 1", before, after)
    (entry,) = await audit.entries()
    assert (entry.actor, entry.act, entry.subject, entry.at) == (
        ADMIN, "confirm", "broadcast 1", START,
    )  # fmt: skip
    assert (entry.before, entry.after) == (
        '{"state":"draft"}', '{"state":"sending","total":40000}',
    )  # fmt: skip


async def test_what_is_rolled_back_leaves_no_entry(db: Database, audit: Audit) -> None:
    async def fail() -> None:
        async with db.write() as session:
            await audit.record(session, ADMIN, "confirm", "broadcast 1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await audit.entries() == []


async def test_entries_come_newest_first_and_page_both_ways(audit: Audit) -> None:
    for number in range(1, 8):
        await audit.record(None, ADMIN, "draft", f"{number}")
    newest = await audit.entries(3)
    assert [entry.subject for entry in newest] == ["7", "6", "5"]
    older = await audit.entries(3, before_id=newest[-1].id)
    assert [entry.subject for entry in older] == ["4", "3", "2"]
    assert await subjects(audit, 3, before_id=older[-1].id) == ["1"]
    assert await subjects(audit, 3, after_id=older[0].id) == ["7", "6", "5"]
    assert await subjects(audit, 2, after_id=older[0].id) == ["6", "5"]


async def test_those_since_an_instant(audit: Audit, clock: MovableClock) -> None:
    await audit.record(None, ADMIN, "draft", "before")
    clock.move(60)
    await audit.record(None, ADMIN, "draft", "then")
    found = await audit.entries(since=START + timedelta(seconds=60))
    assert [entry.subject for entry in found] == ["then"]


async def test_an_entry_is_kept_for_four_hundred_days(audit: Audit, clock: MovableClock) -> None:
    assert timedelta(days=400) == KEPT
    await audit.record(None, ADMIN, "draft", "old")
    clock.move(KEPT.total_seconds())
    await audit.record(None, ADMIN, "draft", "new")
    assert await audit.prune() == 0
    clock.move(1)
    assert await audit.prune() == 1
    assert await subjects(audit) == ["new"]
