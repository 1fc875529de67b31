"""Fills a real database with as many subscribers as a measurement wants, in seconds."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import text

from bot.clock import SystemClock
from bot.config import Settings
from bot.delivery.broadcasts import Broadcasts
from bot.delivery.planner import Planner
from bot.store import migrate
from bot.store.database import Database
from bot.store.outbox.audience import freeze_chunk
from bot.subscribers.local_hours import due_in_zone
from tips.library import Library

SUBSCRIBERS_A_SLOT = 1000
FROZEN_AT_ONCE = 1000
ADMIN = 42
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
TOKEN = "123456:" + "A" * 35

SUBSCRIBERS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :subscribers)
INSERT INTO subscriber (chat_id, state, language, zone, local_minute, weekdays, themes, audience,
                        created_at, joined_at, seed)
SELECT i, 'active', 'en', 'UTC', i % :slots, 127, :themes, 'both', :long_ago, :long_ago,
       i * 2654435761 % 4294967296 FROM n
"""
SLOTS = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :slots - 1)
INSERT INTO slot (id, zone, local_minute, next_at, next_date, cursor)
SELECT i + 1, 'UTC', i, CASE WHEN i = 0 THEN :due ELSE :later END, :today, 0 FROM n
"""
# Whoever shares a slot signed up on different days, but sits beside the others.
SUBSCRIPTIONS = """
INSERT INTO subscription (id, chat_id, kind, slot_id, state, weekdays, snoozed_until, not_before,
                          spread)
SELECT (slot << 40) + (spread << 24) + chat_id % 16777216, chat_id, 'tip', slot, 'active', 127,
       :long_ago, '2020-01-01', spread
FROM (SELECT chat_id, chat_id % :slots + 1 AS slot, chat_id * 40503 % 65536 AS spread
      FROM subscriber) ORDER BY 1
"""
ROTATIONS = """
INSERT INTO rotation (seat, chat_id, seen, recent)
SELECT id, chat_id, x'', x'' FROM subscription ORDER BY id
"""

# The same on PostgreSQL, which has no bits to shift into place and instants of its own.
ON_POSTGRES = (
    """
    INSERT INTO subscriber (chat_id, state, language, zone, local_minute, weekdays, themes,
                            audience, created_at, joined_at, seed)
    SELECT i, 'active', 'en', 'UTC', i % :slots, 127, :themes, 'both', :long_ago, :long_ago,
           i * 2654435761 % 4294967296
    FROM generate_series(1, CAST(:subscribers AS bigint)) AS i
    """,
    """
    INSERT INTO slot (id, zone, local_minute, next_at, next_date, cursor)
    SELECT i + 1, 'UTC', i,
           CAST(CASE WHEN i = 0 THEN CAST(:due AS timestamptz) ELSE :later END AS timestamptz),
           :today, 0
    FROM generate_series(0, CAST(:slots AS bigint) - 1) AS i
    """,
    """
    INSERT INTO subscription (id, chat_id, kind, slot_id, state, weekdays, snoozed_until,
                              not_before, spread)
    SELECT (slot << 40) + (spread << 24) + chat_id % 16777216, chat_id, 'tip', slot, 'active',
           127, :long_ago, '2020-01-01', spread
    FROM (SELECT chat_id, chat_id % CAST(:slots AS bigint) + 1 AS slot,
                 chat_id * 40503 % 65536 AS spread FROM subscriber) AS seats ORDER BY 1
    """,
    """
    INSERT INTO rotation (seat, chat_id, seen, recent)
    SELECT id, chat_id, '', '' FROM subscription ORDER BY id
    """,
    "SELECT setval(pg_get_serial_sequence('slot', 'id'), (SELECT max(id) FROM slot))",
)


def settings_for(folder: Path, address: str, **given: object) -> Settings:
    """Settings of a bot whose database is in ``folder`` and whose Telegram is the stand-in."""
    values: dict[str, object] = {
        "token": SecretStr(TOKEN),
        "data_dir": folder,
        "api_base_url": address,
        "spread_minutes": 0,
    }
    return Settings.model_validate({**values, **given})


async def settle(
    settings: Settings, library: Library, subscribers: int, *, slots: int | None = None
) -> None:
    """Make a database of ``subscribers``, all active; the first of ``slots`` is due now."""
    slots = slots or max(1, min(1440, subscribers // SUBSCRIBERS_A_SLOT))
    await migrate.upgrade(settings.database)
    db = await Database.open(settings.database)
    # Before the slots are there: they are due when it suits us, not when their minute says.
    await Planner(db, SystemClock(), library, settings).ready_at_start()
    now = datetime.now(UTC)
    given: dict[str, Any] = {
        "subscribers": subscribers,
        "slots": slots,
        "themes": library.all_themes,
        "long_ago": LONG_AGO,
        "due": now - timedelta(seconds=1),
        "later": now + timedelta(hours=6),
        "today": now.date(),
    }
    if not db.is_sqlite:
        async with db.write() as session:
            for statement in ON_POSTGRES:
                await session.execute(text(statement), given)
    await db.close()
    if db.is_sqlite:
        _move_into_file(settings.data_dir / "gutskin.db", given)


def _move_into_file(file: Path, given: Mapping[str, Any]) -> None:
    stored = {name: _stored(value) for name, value in given.items()}
    with closing(sqlite3.connect(file)) as connection:
        for statement in (SUBSCRIBERS, SLOTS, SUBSCRIPTIONS, ROTATIONS):
            connection.execute(statement, stored)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _stored(value: Any) -> Any:
    """As SQLite has it: instants in microseconds, dates in ISO's form."""
    if isinstance(value, datetime):
        return _micros(value)
    return value.isoformat() if isinstance(value, date) else value


async def make_due(db: Database, slot: int) -> None:
    """The slot's subscribers are due now."""
    async with db.write() as session:
        now = {"now": _micros(datetime.now(UTC)), "slot": slot}
        await session.execute(text("UPDATE slot SET next_at = :now WHERE id = :slot"), now)


async def spread_over(settings: Settings, seconds: float) -> None:
    """Let the slots fall due one after the other over the next so many seconds."""
    db = await Database.open(settings.database)
    async with db.write() as session:
        if db.is_sqlite:
            given: dict[str, Any] = {
                "now": _micros(datetime.now(UTC)),
                "all": int(seconds * 1_000_000),
            }
            now, share = ":now", "(id - 1) * :all / (SELECT count(*) FROM slot)"
        else:
            given = {"now": datetime.now(UTC), "all": timedelta(seconds=seconds)}
            now = "CAST(:now AS timestamptz)"
            share = "(id - 1) * CAST(:all AS interval) / (SELECT count(*) FROM slot)"
        await session.execute(text(f"UPDATE slot SET next_at = {now} + {share}"), given)
    await db.close()


async def announce(db: Database, settings: Settings, recipients: int) -> None:
    """Confirm a broadcast whose audience is the first so many subscribers."""
    broadcasts = Broadcasts(db, SystemClock(), settings)
    draft = await broadcasts.draft(ADMIN, ADMIN, 1)
    await broadcasts.confirm(draft.id, ADMIN)
    while recipients > 0:
        chunk = min(recipients, FROZEN_AT_ONCE)
        await db.write(
            partial(
                freeze_chunk,
                broadcast_id=draft.id,
                most=chunk,
                due_in_zone=partial(due_in_zone, home="UTC"),
            )
        )
        recipients -= chunk
    async with db.write() as session:
        rows = "(SELECT count(*) FROM delivery WHERE broadcast_id = :id)"
        ended = text(f"UPDATE broadcast SET frozen = 1, total = {rows} WHERE id = :id")
        await session.execute(ended, {"id": draft.id})


def _micros(instant: datetime) -> int:
    return int(instant.timestamp() * 1_000_000)
