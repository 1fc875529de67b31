"""A backup that is called off in its middle ends at once and leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.store.database import Database
from bot.store.files.backup import backup
from bot.store.files.restore import restore

MANY = text(
    "INSERT INTO counter (at, name, value) WITH RECURSIVE n (i) AS "
    "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000) "
    "SELECT i, hex(randomblob(40)), 1 FROM n"
)


@pytest.fixture
async def large(sqlite_db: Database) -> Database:
    """Some 50 MB, which take a second or two to be copied and checked."""
    async with sqlite_db.write() as session:
        await session.execute(MANY)
    return sqlite_db


def _has(file: Path, size: int) -> bool:
    return file.exists() and file.stat().st_size >= size


async def _called_off(work: Coroutine[None, None, None], part: Path, size: int) -> None:
    """Cancel ``work`` as soon as the unfinished file has so many bytes, before it has its name."""
    task = asyncio.create_task(work)
    async with asyncio.timeout(180):
        while not _has(part, size):
            assert not task.done(), "it was over before it could be called off"
            await asyncio.wait([task], timeout=0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def _files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


async def test_called_off_while_it_is_copied_there_is_no_copy(
    large: Database, tmp_path: Path
) -> None:
    copies = tmp_path / "copies"
    await _called_off(backup(large.engine.url, copies / "one.db"), copies / ".one.db.part", size=1)
    assert _files(copies) == []


async def test_called_off_while_it_is_checked_the_older_copy_stays(
    large: Database, tmp_path: Path
) -> None:
    copies = tmp_path / "copies"
    await backup(large.engine.url, copies / "one.db")
    before = (copies / "one.db").stat()
    work = backup(large.engine.url, copies / "one.db")
    await _called_off(work, copies / ".one.db.part", size=before.st_size)
    assert _files(copies) == ["one.db"]
    assert (copies / "one.db").stat().st_mtime_ns == before.st_mtime_ns


async def test_a_copy_after_one_that_was_called_off_is_whole(
    large: Database, tmp_path: Path
) -> None:
    copy = tmp_path / "copies" / "one.db"
    await _called_off(backup(large.engine.url, copy), copy.with_name(".one.db.part"), size=1)
    await backup(large.engine.url, copy)
    await large.close()
    await restore(large.engine.url, copy)
    reopened = await Database.open(large.engine.url)
    async with reopened.read() as session:
        found = await session.execute(text("SELECT count(*) FROM counter"))
        assert found.scalar_one() == 400_000
    await reopened.close()


async def test_a_restore_that_is_called_off_leaves_the_database_as_it_was(
    large: Database, tmp_path: Path
) -> None:
    copy, live = tmp_path / "copies" / "one.db", tmp_path / "gutskin.db"
    await backup(large.engine.url, copy)
    await large.close()
    before, inode = _files(tmp_path), live.stat().st_ino
    part = tmp_path / "..gutskin.db.part.part"  # a copy of the copy, before it is in place
    await _called_off(restore(large.engine.url, copy), part, size=1)
    assert _files(tmp_path) == [*before, "gutskin.db.lock"]
    assert live.stat().st_ino == inode
