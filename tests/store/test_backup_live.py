"""The live database is never the price of a copy, and a damaged one is never in its way."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.store import migrate
from bot.store.database import Database
from bot.store.files.backup import BackupError, backup
from bot.store.files.restore import restore

ADD = "INSERT INTO counter (at, name, value) VALUES ({at}, 'a', 1)"
KILLED = """
import os, signal, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA journal_mode=WAL")
for at in range(1000, 1100):
    database.execute("INSERT INTO counter (at, name, value) VALUES (?, 'a', 1)", (at,))
os.kill(os.getpid(), signal.SIGKILL)
"""


def contents(folder: Path) -> dict[str, bytes]:
    return {
        file.name: file.read_bytes()
        for file in sorted(folder.iterdir())
        if file.is_file() and not file.name.endswith((".lock", "-shm"))
    }


async def rows(db: Database) -> int:
    async with db.read() as session:
        found = await session.execute(text("SELECT count(*) FROM counter"))
        return int(found.scalar_one())


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    db = await Database.open(url)
    try:
        yield db
    finally:
        await db.close()


async def rows_at(url: str) -> int:
    async with opened(url) as db:
        return await rows(db)


def killed(live: Path) -> None:
    """A process that was in the middle of writing is killed and leaves its log."""
    ended = subprocess.run([sys.executable, "-c", KILLED, live], check=False)
    assert ended.returncode == -9
    assert live.with_name(f"{live.name}-wal").stat().st_size > 0


def _same(live: Path, _folder: Path) -> Path:
    return live


def _relative(live: Path, _folder: Path) -> Path:
    return Path(os.path.relpath(live))


def _symbolic_link(live: Path, folder: Path) -> Path:
    link = folder / "link.db"
    link.symlink_to(live)
    return link


def _hard_link(live: Path, folder: Path) -> Path:
    link = folder / "hard.db"
    link.hardlink_to(live)
    return link


def _linked_folder(live: Path, folder: Path) -> Path:
    link = folder / "folder"
    link.symlink_to(live.parent)
    return link / live.name


def _its_log(live: Path, _folder: Path) -> Path:
    return live.with_name(f"{live.name}-wal")


def _its_index(live: Path, _folder: Path) -> Path:
    return live.with_name(f"{live.name}-shm")


NAMES = (_same, _relative, _symbolic_link, _hard_link, _linked_folder, _its_log, _its_index)


@pytest.mark.parametrize("named", NAMES)
async def test_a_copy_onto_the_database_is_refused_and_touches_nothing(
    sqlite_db: Database, tmp_path: Path, named: Callable[[Path, Path], Path]
) -> None:
    live, elsewhere = tmp_path / "gutskin.db", tmp_path / "elsewhere"
    elsewhere.mkdir()
    async with sqlite_db.write() as session:
        await session.execute(text(ADD.format(at=1)))
    target = named(live, elsewhere)
    before, inode = contents(tmp_path), live.stat().st_ino
    with pytest.raises(BackupError, match="belongs to the database itself"):
        await backup(sqlite_db.engine.url, target)
    with pytest.raises(BackupError, match="belongs to the database itself"):
        await restore(sqlite_db.engine.url, target)
    assert contents(tmp_path) == before
    assert live.stat().st_ino == inode
    assert await rows(sqlite_db) == 1


async def test_a_copy_through_a_link_goes_where_it_leads(
    sqlite_db: Database, tmp_path: Path
) -> None:
    away = tmp_path / "away" / "copy.db"
    link = tmp_path / "latest.db"
    link.symlink_to(away)
    await backup(sqlite_db.engine.url, link)
    assert link.is_symlink()
    assert await rows_at(f"sqlite:///{away}") == 0


async def test_no_folder_and_no_device_is_replaced_by_a_copy(
    sqlite_db: Database, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for target in (tmp_path, pipe):
        with pytest.raises(BackupError, match="is a folder or a device: name a file"):
            await backup(sqlite_db.engine.url, target)
    assert pipe.is_fifo()


@pytest.fixture
async def copy(sqlite_db: Database, tmp_path: Path) -> Path:
    """A copy with one row in it, of a database that is closed by now."""
    async with sqlite_db.write() as session:
        await session.execute(text(ADD.format(at=1)))
    file = tmp_path / "copies" / "one.db"
    await backup(sqlite_db.engine.url, file)
    await sqlite_db.close()
    return file


async def test_after_a_kill_the_log_of_the_database_moved_away_goes_aside(
    copy: Path, tmp_path: Path
) -> None:
    live = tmp_path / "gutskin.db"
    url = f"sqlite:///{live}"
    killed(live)
    log = (tmp_path / "gutskin.db-wal").read_bytes()
    live.rename(tmp_path / "damaged.db")
    aside = await restore(url, copy)
    assert aside == tmp_path / "gutskin.db.damaged"
    assert (tmp_path / "gutskin.db.damaged-wal").read_bytes() == log
    assert await rows_at(url) == 1
    assert await migrate.upgrade(url) is False
    async with opened(url) as db:
        async with db.write() as session:
            await session.execute(text(ADD.format(at=2)))
        assert await rows(db) == 2


async def test_a_killed_but_sound_database_is_replaced_with_its_log(
    copy: Path, tmp_path: Path
) -> None:
    live = tmp_path / "gutskin.db"
    killed(live)
    assert await restore(f"sqlite:///{live}", copy) is None
    assert sorted(contents(tmp_path)) == ["gutskin.db"]
    assert await rows_at(f"sqlite:///{live}") == 1


def _no_database(live: Path) -> None:
    live.write_bytes(b"this is no database" * 1000)


def _cut_short(live: Path) -> None:
    os.truncate(live, live.stat().st_size // 2 // 4096 * 4096)


def _one_page_lost(live: Path) -> None:
    """A page in use, and not one that is written anew from the log."""
    address = f"file:{live}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        look = "SELECT rootpage FROM sqlite_master WHERE name = 'saved'"
        (page,) = connection.execute(look).fetchone()
    with live.open("r+b") as file:
        file.seek(4096 * (page - 1))
        file.write(b"\xaa" * 4096)


@pytest.mark.parametrize("damage", [_no_database, _cut_short, _one_page_lost])
async def test_a_damaged_database_is_set_aside_with_its_log(
    copy: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    live = tmp_path / "gutskin.db"
    url = f"sqlite:///{live}"
    for number in ("", "2"):
        killed(live)
        damage(live)
        damaged = live.read_bytes()
        aside = await restore(url, copy)
        assert aside == tmp_path / f"gutskin.db.damaged{number}"
        assert aside.read_bytes() == damaged
        assert aside.with_name(f"{aside.name}-wal").stat().st_size > 0
        assert await rows_at(url) == 1


async def test_what_a_killed_restore_left_is_no_copy_and_stays(copy: Path, tmp_path: Path) -> None:
    part = tmp_path / ".gutskin.db.part"
    shutil.move(copy, part)
    before = contents(tmp_path)
    with pytest.raises(BackupError, match="choose a copy"):
        await restore(f"sqlite:///{tmp_path}/gutskin.db", part)
    assert contents(tmp_path) == before


async def test_a_copy_that_is_bad_leaves_a_damaged_database_where_it_is(
    copy: Path, tmp_path: Path
) -> None:
    live = tmp_path / "gutskin.db"
    _no_database(live)
    _no_database(copy)
    before = contents(tmp_path)
    with pytest.raises(BackupError):
        await restore(f"sqlite:///{live}", copy)
    assert contents(tmp_path) == before


async def test_a_copy_of_a_newer_program_is_refused(copy: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(copy)) as database:
        database.execute("UPDATE alembic_version SET version_num = 'from-the-future'")
        database.commit()
    before = contents(tmp_path)
    with pytest.raises(BackupError, match="written by a newer GutSkin"):
        await restore(f"sqlite:///{tmp_path}/gutskin.db", copy, known=migrate.revisions())
    assert contents(tmp_path) == before
