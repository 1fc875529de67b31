"""A copy made under load is whole; a bad copy is never put in place."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.store.database import Database
from bot.store.files.backup import BackupError, backup
from bot.store.files.restore import restore

ADD = text(
    "INSERT INTO counter (at, name, value) VALUES (0, :name, 1) "
    "ON CONFLICT (at, name) DO UPDATE SET value = value + 1"
)


async def count(db: Database, name: str = "a") -> int:
    async with db.write() as session:
        await session.execute(ADD, {"name": name})
        found = await session.execute(text("SELECT sum(value) FROM counter"))
        return int(found.scalar_one())


async def test_a_copy_under_write_load_is_whole_and_can_be_restored(
    sqlite_db: Database, tmp_path: Path
) -> None:
    url = sqlite_db.engine.url
    copies = tmp_path / "copies" / "one.db"
    done = asyncio.Event()

    async def load() -> int:
        written = 0
        while not done.is_set():
            written = await count(sqlite_db, f"n{written % 7}")
        return written

    writing = asyncio.create_task(load())
    await backup(url, copies)
    await backup(url, copies)
    done.set()
    written = await writing
    assert copies.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in copies.parent.iterdir()] == ["one.db"]
    await sqlite_db.close()
    await restore(url, copies)
    reopened = await Database.open(url)
    assert 1 <= await count(reopened) <= written + 1
    await reopened.close()


async def test_what_was_deleted_is_not_in_the_copy(sqlite_db: Database, tmp_path: Path) -> None:
    await count(sqlite_db, "a-very-private-word")
    async with sqlite_db.write() as session:
        await session.execute(text("DELETE FROM counter"))
    copy = tmp_path / "copy.db"
    await backup(sqlite_db.engine.url, copy)
    assert b"a-very-private-word" not in copy.read_bytes()


async def test_a_database_in_use_is_not_replaced(sqlite_db: Database, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    await backup(sqlite_db.engine.url, copy)
    async with sqlite_db.write() as session:
        await session.execute(ADD, {"name": "a"})
        with pytest.raises(BackupError, match="stop the bot first"):
            await restore(sqlite_db.engine.url, copy)
    assert await count(sqlite_db) == 2


async def test_only_a_sound_copy_of_our_own_is_restored(
    sqlite_db: Database, tmp_path: Path
) -> None:
    url = sqlite_db.engine.url
    await sqlite_db.close()
    foreign, broken = tmp_path / "foreign.db", tmp_path / "broken.db"
    sqlite3.connect(foreign).execute("CREATE TABLE x (y)").connection.close()
    broken.write_bytes(b"SQLite format 3\x00 and then nothing of use" * 200)
    for file in (foreign, broken, tmp_path / "missing.db"):
        with pytest.raises(BackupError):
            await restore(url, file)
    reopened = await Database.open(url)
    assert await count(reopened) == 1
    await reopened.close()


async def test_what_cannot_be_copied_is_said(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="pg_dump"):
        await backup("postgresql://somewhere/x", tmp_path / "x.db")
    with pytest.raises(BackupError, match="there is no database"):
        await backup(f"sqlite:///{tmp_path}/nothing.db", tmp_path / "x.db")


async def test_a_first_restore_needs_no_database(sqlite_db: Database, tmp_path: Path) -> None:
    copy, fresh = tmp_path / "copy.db", tmp_path / "fresh.db"
    await count(sqlite_db)
    await backup(sqlite_db.engine.url, copy)
    await restore(f"sqlite:///{fresh}", copy)
    reopened = await Database.open(f"sqlite:///{fresh}")
    assert await count(reopened) == 2
    await reopened.close()


async def test_a_copy_is_put_where_there_is_not_even_a_folder(
    sqlite_db: Database, tmp_path: Path
) -> None:
    await count(sqlite_db)
    await backup(sqlite_db.engine.url, copy := tmp_path / "copy.db")
    url = f"sqlite+aiosqlite:///{tmp_path}/another/machine/gutskin.db"
    await restore(url, copy)
    restored = await Database.open(url)
    assert await count(restored) == 2
    await restored.close()
