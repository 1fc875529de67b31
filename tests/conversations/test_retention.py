"""What is kept is kept for as long as docs/PRIVACY.md says, and no longer."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, func, select
from theatre import ADMIN, Theatre

from bot.store.queries import flood_waits
from bot.store.queries.personal import PERSONAL
from bot.store.tables import counter, delivery, flood_wait, inbox

PRIVACY = (Path(__file__).parents[2] / "docs" / "PRIVACY.md").read_text("utf-8")
NUMBERS = {"a": 1, "seven": 7}


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


async def oldest(theatre: Theatre, table: Table, column: str) -> datetime | None:
    async with theatre.app.house.db.read() as session:
        instant: datetime | None = await session.scalar(select(func.min(table.c[column])))
    return instant


async def keep_house(theatre: Theatre) -> None:
    assert await theatre.app._jobs.jobs["housekeeping"].run()


def test_every_table_about_a_person_is_in_the_docs() -> None:
    assert set(rows()) == {*PERSONAL, "counter", "broadcast_tally"}


async def test_messages_of_tips(theatre: Theatre) -> None:
    await theatre.reader()
    await theatre.pass_time(days=12)
    await keep_house(theatre)
    first = await oldest(theatre, delivery, "due_at")
    kept = days_of(delivery)
    assert first is not None
    assert kept - timedelta(days=1) < theatre.clock.now() - first <= kept


@pytest.mark.parametrize("state", ["done", "paused", "cancelled"])
async def test_messages_of_a_broadcast_whatever_became_of_it(theatre: Theatre, state: str) -> None:
    admin, broadcasts = await theatre.admin(), theatre.app.house.broadcasts
    for number in range(3):
        await theatre.reader(f"R{number}")
    await admin.say("/broadcast Hello")
    message = (await admin.messages())[-1]["message_id"]
    if state == "done":
        await admin.tap("Send it now")
    else:
        one = await broadcasts.draft(ADMIN, ADMIN, message)
        assert await broadcasts.confirm(one.id, ADMIN)
        assert await getattr(broadcasts, {"paused": "pause", "cancelled": "cancel"}[state])(
            one.id, ADMIN
        )
    sent = theatre.clock.now()
    await theatre.pass_time(seconds=(days_of(delivery) + timedelta(hours=2)).total_seconds())
    await keep_house(theatre)
    first = await oldest(theatre, delivery, "due_at")
    assert first is None or first > sent


async def test_the_number_of_an_update(theatre: Theatre) -> None:
    reader = await theatre.reader()
    await theatre.pass_time(seconds=days_of(inbox).total_seconds() - 3600)
    await reader.say("/help")
    await theatre.pass_time(hours=2)
    await keep_house(theatre)
    first = await oldest(theatre, inbox, "received_at")
    assert first is not None
    assert theatre.clock.now() - first <= days_of(inbox)


async def test_a_wait_that_telegram_asked_for(theatre: Theatre) -> None:
    now = theatre.clock.now()
    wait = flood_waits.Waiting("bulk", "sendMessage", 5, now, now + timedelta(minutes=3))
    async with theatre.app.house.db.write() as session:
        await flood_waits.put(session, [wait])
    await theatre.pass_time(minutes=2)
    assert await theatre.app._jobs.jobs["replicas"].run()
    assert await oldest(theatre, flood_wait, "until") == wait.until
    await theatre.pass_time(minutes=2)
    assert await theatre.app._jobs.jobs["replicas"].run()
    assert await oldest(theatre, flood_wait, "until") is None


async def test_counts_by_the_hour(theatre: Theatre) -> None:
    reader = await theatre.reader()
    await theatre.pass_time(hours=5)
    await reader.say("/stop")
    await theatre.pass_time(seconds=(days_of(counter) + timedelta(days=2)).total_seconds())
    await keep_house(theatre)
    first = await oldest(theatre, counter, "at")
    assert first is not None
    assert first.hour == 0
