"""What is kept is kept for as long as docs/PRIVACY.md says, and no longer."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, func, select

from bot.store.outbox_models import FloodWaitRead
from bot.store.queries import flood_waits
from bot.store.queries.personal import PERSONAL
from bot.store.tables import audit, counter, delivery, flood_wait, inbox, invitation
from tests.bot_harness import ADMIN, BotHarness

PRIVACY = (Path(__file__).parents[2] / "docs" / "PRIVACY.md").read_text("utf-8")
NUMBERS = {"a": 1, "three": 3, "seven": 7}


def rows() -> dict[str, str]:
    """By table: how long its rows are kept."""
    found = {}
    for tables, kept in re.findall(r"^\| .+ \| (`.+`) \| .+ \| (.+) \|$", PRIVACY, re.MULTILINE):
        found |= dict.fromkeys(re.findall(r"`(\w+)`", tables), kept)
    return found


def days_of(table: Table) -> timedelta:
    """The span that the table of the docs names first."""
    number = re.search(r"\b(\w+) days?\b", rows()[str(table.name)])
    assert number
    return timedelta(days=NUMBERS.get(number[1]) or int(number[1]))


async def oldest(harness: BotHarness, table: Table, column: str) -> datetime | None:
    async with harness.app.services.db.read() as session:
        instant: datetime | None = await session.scalar(select(func.min(table.c[column])))
    return instant


async def run_upkeep(harness: BotHarness) -> None:
    for job in ("retention", "purge"):
        assert await harness.app.run_job(job)


def test_every_table_about_a_person_is_in_the_docs() -> None:
    assert set(rows()) == {*PERSONAL, "counter", "broadcast_tally", "tip_tally"}


async def test_messages_of_tips(harness: BotHarness) -> None:
    await harness.subscriber()
    await harness.pass_time(days=12)
    await run_upkeep(harness)
    first = await oldest(harness, delivery, "due_at")
    kept = days_of(delivery)
    assert first is not None
    assert kept - timedelta(days=1) < harness.clock.now() - first <= kept


@pytest.mark.parametrize("state", ["done", "paused", "cancelled"])
async def test_messages_of_a_broadcast_whatever_became_of_it(
    harness: BotHarness, state: str
) -> None:
    admin, broadcasts = await harness.admin(), harness.app.services.broadcasts
    for number in range(3):
        await harness.subscriber(f"R{number}")
    await admin.say("/broadcast Hello")
    message = (await admin.messages())[-1]["message_id"]
    if state == "done":
        await admin.tap("Send it now")
    else:
        one = await broadcasts.draft(ADMIN, ADMIN, message)
        assert await broadcasts.confirm(one.id, ADMIN) == "sending"
        assert await getattr(broadcasts, {"paused": "pause", "cancelled": "cancel"}[state])(
            one.id, ADMIN
        )
    sent = harness.clock.now()
    await harness.pass_time(seconds=(days_of(delivery) + timedelta(hours=2)).total_seconds())
    await run_upkeep(harness)
    first = await oldest(harness, delivery, "due_at")
    assert first is None or first > sent


async def test_the_number_of_an_update(harness: BotHarness) -> None:
    subscriber = await harness.subscriber()
    await harness.pass_time(seconds=days_of(inbox).total_seconds() - 3600)
    await subscriber.say("/help")
    await harness.pass_time(hours=2)
    await run_upkeep(harness)
    first = await oldest(harness, inbox, "received_at")
    assert first is not None
    assert harness.clock.now() - first <= days_of(inbox)


async def test_a_wait_that_telegram_asked_for(harness: BotHarness) -> None:
    now = harness.clock.now()
    wait = FloodWaitRead(
        lane="bulk", kind="sendMessage", chat_id=5, told_at=now, until=now + timedelta(minutes=3)
    )
    async with harness.app.services.db.write() as session:
        await flood_waits.put(session, [wait])
    await harness.pass_time(minutes=2)
    assert await harness.app.run_job("replicas")
    assert await oldest(harness, flood_wait, "until") == wait.until
    await harness.pass_time(minutes=2)
    assert await harness.app.run_job("replicas")
    assert await oldest(harness, flood_wait, "until") is None


async def test_what_admins_did_and_whom_they_invited(harness: BotHarness) -> None:
    owner = await harness.admin()
    await owner.say("/invite editor")
    assert await oldest(harness, invitation, "made_at") is not None
    harness.clock.move((days_of(audit) - timedelta(hours=1)).total_seconds())
    await run_upkeep(harness)
    assert await oldest(harness, audit, "at") is not None
    assert await oldest(harness, invitation, "made_at") is None
    harness.clock.move(7200)
    await run_upkeep(harness)
    assert await oldest(harness, audit, "at") is None


async def test_counts_by_the_hour(harness: BotHarness) -> None:
    subscriber = await harness.subscriber()
    await harness.pass_time(hours=5)
    await subscriber.say("/stop")
    await harness.pass_time(seconds=(days_of(counter) + timedelta(days=2)).total_seconds())
    await run_upkeep(harness)
    first = await oldest(harness, counter, "at")
    assert first is not None
    assert first.hour == 0
