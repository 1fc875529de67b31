"""The database takes the program's shape once, wholly, or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import BigInteger, Connection, DateTime, Integer, inspect, text

from bot.store.database import Database
from bot.store.migrate import COPY, SCRIPTS, MigrationError, current, head, upgrade
from bot.store.models import Table
from bot.store.restore import restore
from bot.store.types import UTCDateTime
from tips.models import EVERY_THEME

FAILING = """
from alembic import op
revision = "9999"
down_revision = "{parent}"
branch_labels = None
depends_on = None

def upgrade():
    with op.batch_alter_table("subscriber") as batch:
        batch.drop_column("source")
    op.execute("CREATE TABLE half_way (id INTEGER)")
    op.execute("INSERT INTO no_such_table VALUES (1)")
"""
REBUILDING = FAILING.replace('    op.execute("INSERT INTO no_such_table VALUES (1)")\n', "")
ORPHANING = """
from alembic import op
revision = "9999"
down_revision = "{parent}"
branch_labels = None
depends_on = None

def upgrade():
    op.execute("DELETE FROM subscriber")
"""

READER = """INSERT INTO subscriber (chat_id, state, language, weekdays, themes, audience,
    created_at, seed, seen) VALUES (7, 'new', 'en', 127, 1, 'both', {now}, 1, {empty})"""
KEPT = "INSERT INTO saved (chat_id, tip_id, at) VALUES (7, 'one-tip', {now})"


def scripts_with(folder: Path, step: str) -> Path:
    """Our migrations and one more."""
    scripts = folder / "scripts"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    parent = str(head())
    (scripts / "versions" / "9999_more.py").write_text(step.replace("{parent}", parent))
    return scripts


def scripts_up_to(folder: Path, revision: str) -> Path:
    """Our migrations as they were when this one was the last."""
    scripts = folder / "earlier"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    for step in (scripts / "versions").glob("*.py"):
        if step.name[:4] > revision:
            step.unlink()
    return scripts


async def run(url: str, *statements: str) -> list[Any]:
    db = await Database.open(url)
    now, empty = ("0", "x''") if db.is_sqlite else ("now()", "''")
    false = "0" if db.is_sqlite else "false"
    try:
        async with db.write() as session:
            rows: list[Any] = []
            result: Any
            for statement in statements:
                filled = statement.replace("{now}", now).replace("{empty}", empty)
                filled = filled.replace("{false}", false)
                result = await session.execute(text(filled))
                rows = list(result.all()) if result.returns_rows else []
            return rows
    finally:
        await db.close()


async def test_migrations_lead_to_the_models(db: Database) -> None:
    def differences(connection: Connection) -> list[Any]:
        options = {"compare_type": True, "target_metadata": Table.metadata}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Table.metadata))

    async with db.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_constraints_are_there_under_their_names(db: Database) -> None:
    def names(connection: Connection) -> dict[str, set[str]]:
        looked = inspect(connection)
        return {
            table: {str(check["name"]) for check in looked.get_check_constraints(table)}
            for table in looked.get_table_names()
        }

    async with db.engine.connect() as connection:
        found = await connection.run_sync(names)
    for name, table in Table.metadata.tables.items():
        wanted = {str(c.name) for c in table.constraints if str(c.name).startswith("ck_")}
        assert wanted <= found[name]


def test_every_id_has_64_bits_and_every_instant_is_utc() -> None:
    for table in Table.metadata.tables.values():
        for column in table.columns:
            assert not isinstance(column.type, DateTime), column
            if column.name == "id" or column.name.endswith(("_id", "_at", "_until")):
                wide = isinstance(column.type, (BigInteger, UTCDateTime))
                assert wide or not isinstance(column.type, Integer), column


async def test_the_second_time_there_is_nothing_to_do(database_url: str) -> None:
    assert await current(database_url) == (None, head())
    assert await upgrade(database_url) is True
    assert await upgrade(database_url) is False
    assert await current(database_url) == (head(), head())


OF_THE_FIRST_RELEASE = (
    READER,
    READER.replace("VALUES (7,", "VALUES (8,"),
    (
        "INSERT INTO slot (id, zone, local_minute, next_at, next_date, cursor) "
        "VALUES (3, 'Europe/Berlin', 480, {now}, '2026-06-02', 1), "
        "(5, 'Asia/Tokyo', 600, {now}, '2026-06-02', 0)"
    ),
    (
        "INSERT INTO subscription (id, chat_id, kind, slot_id, state, weekdays, snoozed_until, "
        "not_before, spread) VALUES (1, 7, 'tip', 5, 'active', 127, {now}, '2026-06-01', 65535), "
        "(2, 8, 'tip', 3, 'off', 127, {now}, '2026-06-01', 0)"
    ),
    (
        "INSERT INTO delivery (kind, subscription_id, chat_id, local_date, state, due_at, "
        "ready_at, not_after, attempts, doubts) VALUES "
        "('tip', 1, 7, '2026-06-01', 'sent', {now}, {now}, {now}, 1, 0), "
        "('tip', 2, 8, '2026-06-01', 'queued', {now}, {now}, {now}, 0, 0), "
        "('tip', 99, 9, '2026-06-01', 'sent', {now}, {now}, {now}, 1, 0)"
    ),
)


async def test_a_database_of_the_first_release_keeps_its_readers_and_their_tips(
    database_url: str, tmp_path: Path
) -> None:
    await upgrade(database_url, scripts=scripts_up_to(tmp_path, "0001"))
    await run(database_url, *OF_THE_FIRST_RELEASE)
    assert await upgrade(database_url) is True
    seats = "SELECT id, chat_id, slot_id, spread FROM subscription ORDER BY chat_id"
    assert await run(database_url, seats) == [
        ((5 << 40) + (65535 << 24) + 1, 7, 5, 65535),
        ((3 << 40) + 2, 8, 3, 0),
    ]
    tips = (
        "SELECT d.chat_id, s.chat_id FROM delivery d "
        "LEFT JOIN subscription s ON s.id = d.subscription_id ORDER BY d.chat_id"
    )
    assert await run(database_url, tips) == [(7, 7), (8, 8), (9, None)]
    assert await run(database_url, "SELECT id, cursor FROM slot ORDER BY id") == [(3, 0), (5, 0)]


async def test_a_database_from_before_flood_waits_keeps_what_it_holds(
    database_url: str, tmp_path: Path
) -> None:
    await upgrade(database_url, scripts=scripts_up_to(tmp_path, "0003"))
    held = "INSERT INTO heartbeat (name, at, detail) VALUES ('held:bulk', {now}, '')"
    await run(database_url, READER, KEPT, held)
    assert await upgrade(database_url) is True
    assert await run(database_url, "SELECT tip_id FROM saved") == [("one-tip",)]
    assert await run(database_url, "SELECT name FROM heartbeat") == []
    waits = "SELECT lane, kind, chat_id FROM flood_wait"
    assert await run(database_url, waits) == [("bulk", "all", 0)]


BROADCASTS_OF_BEFORE = (
    READER,
    *(
        "INSERT INTO broadcast (id, admin_id, source_chat_id, source_message_id, state, audience, "
        "created_at, confirmed_at, total, frozen) "
        f"VALUES ({number}, 9, 9, 1, '{state}', 'active', {{now}}, {confirmed}, 1, {{false}})"
        for number, state, confirmed in (
            (1, "draft", "NULL"),
            (2, "sending", "{now}"),
            (3, "done", "{now}"),
            (4, "cancelled", "NULL"),
        )
    ),
)


async def test_broadcasts_of_before_keep_their_audience_and_are_not_reported_again(
    database_url: str, tmp_path: Path
) -> None:
    await upgrade(database_url, scripts=scripts_up_to(tmp_path, "0004"))
    await run(database_url, *BROADCASTS_OF_BEFORE)
    assert await upgrade(database_url) is True
    order = "SELECT id, ordinal, reported_at IS NULL FROM broadcast ORDER BY id"
    assert [tuple(row) for row in await run(database_url, order)] == [
        (1, None, True),
        (2, 1, True),
        (3, 1, False),
        (4, None, False),
    ]
    everyone = "SELECT count(*) FROM subscriber WHERE joined_after < 1"
    assert await run(database_url, everyone) == [(1,)]


@pytest.mark.parametrize(
    ("had", "has"), [(0xFF, EVERY_THEME), (0xFE, 0xFE), (1, 1), (0x1FF, EVERY_THEME)]
)
async def test_whoever_had_all_themes_has_those_to_come(
    database_url: str, tmp_path: Path, had: int, has: int
) -> None:
    await upgrade(database_url, scripts=scripts_up_to(tmp_path, "0005"))
    await run(database_url, READER, f"UPDATE subscriber SET themes = {had}")
    assert await upgrade(database_url) is True
    assert await run(database_url, "SELECT themes FROM subscriber") == [(has,)]


async def test_two_starters_migrate_once(database_url: str) -> None:
    changed = await asyncio.gather(*(upgrade(database_url) for _ in range(4)))
    assert sorted(changed) == [False, False, False, True]


async def test_a_failing_step_leaves_everything_as_it_was(
    database_url: str, tmp_path: Path
) -> None:
    await upgrade(database_url)
    await run(database_url, READER, KEPT)
    with pytest.raises(Exception, match="no_such_table"):
        await upgrade(database_url, scripts=scripts_with(tmp_path, FAILING))
    assert await current(database_url) == (head(), head())
    assert await run(
        database_url, "SELECT source, tip_id FROM subscriber JOIN saved USING (chat_id)"
    )
    assert await upgrade(database_url) is False


async def test_rebuilding_a_parent_keeps_its_children(database_url: str, tmp_path: Path) -> None:
    await upgrade(database_url)
    await run(database_url, READER, KEPT)
    assert await upgrade(database_url, scripts=scripts_with(tmp_path, REBUILDING)) is True
    assert await run(database_url, "SELECT tip_id FROM saved") == [("one-tip",)]


async def test_a_step_that_leaves_orphans_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'gutskin.db'}"
    await upgrade(url)
    await run(url, READER, KEPT)
    with pytest.raises(MigrationError, match="1 rows would point nowhere"):
        await upgrade(url, scripts=scripts_with(tmp_path, ORPHANING))
    assert await run(url, "SELECT count(*) FROM subscriber") == [(1,)]


async def test_a_database_of_a_newer_program_is_refused(database_url: str, tmp_path: Path) -> None:
    await upgrade(database_url, scripts=scripts_with(tmp_path, REBUILDING))
    with pytest.raises(MigrationError, match="written by a newer GutSkin"):
        await upgrade(database_url)


async def test_a_copy_is_kept_beside_the_file_before_anything_changes(tmp_path: Path) -> None:
    file = tmp_path / "gutskin.db"
    copy = tmp_path / f"gutskin.db{COPY}"
    url = f"sqlite:///{file}"
    await upgrade(url)
    await run(url, READER, KEPT)
    await upgrade(url)
    assert not copy.exists(), "there was nothing to migrate"
    scripts = scripts_with(tmp_path, REBUILDING)
    await upgrade(url, scripts=scripts)
    assert copy.stat().st_mode & 0o777 == 0o600
    await run(url, "DELETE FROM subscriber")
    await restore(url, copy)
    assert await current(url) == (head(), head())
    assert await run(url, "SELECT source, tip_id FROM subscriber JOIN saved USING (chat_id)")
    await run(url, "DELETE FROM saved")
    await upgrade(url, scripts=scripts)
    await restore(url, copy)
    assert await run(url, "SELECT * FROM saved") == [], "the next upgrade makes its own copy"


async def test_without_a_copy_nothing_is_changed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'gutskin.db'}"
    await upgrade(url)
    (tmp_path / f".gutskin.db{COPY}.part").mkdir()
    scripts = scripts_with(tmp_path, REBUILDING)
    with pytest.raises(OSError, match="part"):
        await upgrade(url, scripts=scripts)
    assert await current(url) == (head(), head())


async def test_a_damaged_database_is_not_migrated(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'gutskin.db'}"
    await upgrade(url)
    with contextlib.closing(sqlite3.connect(tmp_path / "gutskin.db")) as careless:
        careless.execute(KEPT.replace("{now}", "0"))
        careless.commit()
    with pytest.raises(MigrationError, match="no copy could be made"):
        await upgrade(url, scripts=scripts_with(tmp_path, REBUILDING))
    assert await current(url) == (head(), head())
