"""The database takes the program's shape once, wholly, or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import BigInteger, Connection, DateTime, Integer, inspect

from bot.store.database import Database
from bot.store.files.restore import restore
from bot.store.migrate import COPY, MigrationError, current, head, upgrade
from bot.store.models import Table
from bot.store.types import UTCDateTime
from tests.store.migrations.revisions import KEPT, SUBSCRIBER, run, scripts_with

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


async def test_migrations_lead_to_the_models(db: Database) -> None:
    def differences(connection: Connection) -> list[Any]:
        options = {"compare_type": True, "target_metadata": Table.metadata}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Table.metadata))

    async with db.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_table_has_row_ids_on_sqlite_where_its_model_says_so(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'gutskin.db'}"
    await upgrade(url)
    found = {
        name: not without for _, name, _, _, without, _ in await run(url, "PRAGMA table_list")
    }
    for name, table in Table.metadata.tables.items():
        assert found[name] == table.dialect_options["sqlite"]["with_rowid"], name


async def test_the_database_makes_the_ids_that_the_models_leave_to_it(db: Database) -> None:
    if db.is_sqlite:
        pytest.skip("SQLite makes one for any whole number that is a key")

    def made(connection: Connection) -> set[str]:
        looked = inspect(connection)
        return {
            f"{name}.{column['name']}"
            for name in Table.metadata.tables
            for column in looked.get_columns(name)
            if column["autoincrement"]
        }

    left = (table.autoincrement_column for table in Table.metadata.tables.values())
    async with db.engine.connect() as connection:
        assert await connection.run_sync(made) == {str(one) for one in left if one is not None}


async def test_constraints_are_there_under_their_names_and_once(db: Database) -> None:
    def names(connection: Connection) -> dict[str, list[str]]:
        looked = inspect(connection)
        return {
            table: sorted(str(check["name"]) for check in looked.get_check_constraints(table))
            for table in looked.get_table_names()
        }

    async with db.engine.connect() as connection:
        found = await connection.run_sync(names)
    for name, table in Table.metadata.tables.items():
        wanted = {str(c.name) for c in table.constraints if str(c.name).startswith("ck_")}
        assert found[name] == sorted(wanted)


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


async def test_two_starters_migrate_once(database_url: str) -> None:
    changed = await asyncio.gather(*(upgrade(database_url) for _ in range(4)))
    assert sorted(changed) == [False, False, False, True]


async def test_a_failing_step_leaves_everything_as_it_was(
    database_url: str, tmp_path: Path
) -> None:
    await upgrade(database_url)
    await run(database_url, SUBSCRIBER, KEPT)
    with pytest.raises(Exception, match="no_such_table"):
        await upgrade(database_url, scripts=scripts_with(tmp_path, FAILING))
    assert await current(database_url) == (head(), head())
    assert await run(
        database_url, "SELECT source, tip_id FROM subscriber JOIN saved USING (chat_id)"
    )
    assert await upgrade(database_url) is False


async def test_rebuilding_a_parent_keeps_its_children(database_url: str, tmp_path: Path) -> None:
    await upgrade(database_url)
    await run(database_url, SUBSCRIBER, KEPT)
    assert await upgrade(database_url, scripts=scripts_with(tmp_path, REBUILDING)) is True
    assert await run(database_url, "SELECT tip_id FROM saved") == [("one-tip",)]


async def test_a_step_that_leaves_orphans_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'gutskin.db'}"
    await upgrade(url)
    await run(url, SUBSCRIBER, KEPT)
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
    await run(url, SUBSCRIBER, KEPT)
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
