"""What the first release stored in the clear is gone after the first start of this one."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from bot.store.cipher import BodyCipher
from bot.store.database import Database
from bot.store.files import plaintext
from bot.store.files.backup import backup
from bot.store.migrate import COPY, SCRIPTS, upgrade
from bot.store.queries import heartbeat, inbox
from tests.logbook import captured
from tests.postgres import Cluster
from tests.traces import traces

CIPHER = BodyCipher("a token")
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PUT = "INSERT INTO inbox (update_id, chat_id, body, received_at, done_at) VALUES"


def before_encryption(folder: Path) -> Path:
    """The migrations of the first release."""
    scripts = folder / "earlier"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    for step in (scripts / "versions").glob("*.py"):
        if step.name[:4] > "0002":
            step.unlink()
    return scripts


class Words:
    """Four long messages: answered, forgotten, and two that wait."""

    def __init__(self) -> None:
        self.done, self.gone, self.waits, self.also = (f"itch{uuid4().hex}" for _ in range(4))
        self.bodies = {word: _long(word) for word in self.all}

    @property
    def all(self) -> list[str]:
        return [self.done, self.gone, self.waits, self.also]


def _long(word: str) -> bytes:
    # Of what can be compressed PostgreSQL would keep something else than the words.
    story = " ".join([word, *(uuid4().hex for _ in range(200)), word])
    return b'{"message": {"text": "%b"}}' % story.encode()


async def first_release(url: str, folder: Path, words: Words) -> None:
    """A database as the first release leaves it behind: answered, and killed in its work."""
    await upgrade(url, scripts=before_encryption(folder))
    async with opened(url) as db:
        when: Any = 0 if db.is_sqlite else NOW
        rows = [
            {"id": number, "chat": 70 + number, "body": words.bodies[word], "at": when}
            for number, word in enumerate(words.all, 1)
        ]
        async with db.write() as session:
            await session.execute(text(f"{PUT} (:id, :chat, :body, :at, NULL)"), rows)
        if db.is_sqlite:
            await backup(url, folder / "backups" / "gutskin-2026-03-01.db")
        async with db.write() as session:
            done = text("UPDATE inbox SET body = NULL, done_at = received_at WHERE update_id = 1")
            await session.execute(done)
            await session.execute(text("DELETE FROM inbox WHERE update_id = 2"))


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    db = await Database.open(url)
    try:
        yield db
    finally:
        await db.close()


async def bodies(db: Database) -> dict[int, bytes]:
    async with db.read() as session:
        return {row.update_id: row.body for row in await inbox.pending(session)}


@pytest.fixture
def words() -> Words:
    return Words()


async def test_nothing_of_it_is_readable_in_file_side_files_and_copies(
    tmp_path: Path, words: Words
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'gutskin.db'}"
    await first_release(url, tmp_path, words)
    assert {word for word in words.all if traces(tmp_path, [word])} == set(words.all)
    await upgrade(url)
    assert (tmp_path / f"gutskin.db{COPY}").exists()
    async with opened(url) as db:
        assert await plaintext.remove(db, CIPHER, tmp_path / "backups") is True
        assert traces(tmp_path, words.all) == [], "while it runs"
        assert {
            number: CIPHER.decrypt(number, body) for number, body in (await bodies(db)).items()
        } == {3: words.bodies[words.waits], 4: words.bodies[words.also]}
        assert await plaintext.remove(db, CIPHER, tmp_path / "backups") is False
    assert traces(tmp_path, words.all) == []
    for copy in (tmp_path / "backups").glob("*.db"):
        with contextlib.closing(sqlite3.connect(copy)) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.postgres
async def test_nothing_of_it_is_readable_in_postgresql_s_tables(
    postgres: Cluster, tmp_path: Path, words: Words
) -> None:
    """Its write-ahead log is out of reach: the server writes over it in its own time."""
    url = postgres.new_database()
    await first_release(url, tmp_path, words)
    postgres.session.execute("CHECKPOINT")
    tables = postgres.data / "base"
    assert {word for word in words.all if traces(tables, [word])} == set(words.all)
    await upgrade(url)
    async with opened(url) as db:
        assert await plaintext.remove(db, CIPHER, tmp_path / "backups") is True
        assert set(await bodies(db)) == {3, 4}
    postgres.session.execute("CHECKPOINT")
    assert traces(tables, words.all) == []


async def test_a_done_row_of_the_first_release_loses_its_chat(
    database_url: str, tmp_path: Path, words: Words
) -> None:
    await first_release(database_url, tmp_path, words)
    await upgrade(database_url)
    async with opened(database_url) as db, db.read() as session:
        chats = await session.execute(text("SELECT update_id, chat_id FROM inbox ORDER BY 1"))
        assert chats.all() == [(1, None), (3, 73), (4, 74)]


async def test_a_new_database_has_nothing_to_remove(db: Database, tmp_path: Path) -> None:
    assert await plaintext.remove(db, CIPHER, tmp_path) is False


async def test_what_could_not_be_removed_is_tried_again(
    database_url: str, tmp_path: Path, words: Words
) -> None:
    await first_release(database_url, tmp_path, words)
    await upgrade(database_url)
    async with opened(database_url) as db:
        transaction = db.write

        async def fails(_work: Any) -> Any:
            raise OSError(28, "No space left on device")

        db.write = fails  # type: ignore[method-assign]
        with captured() as log:
            assert await plaintext.remove(db, CIPHER, tmp_path / "backups") is False
        assert "still there; tried again later" in log.getvalue()
        assert not any(traces_in_log(log.getvalue(), words))
        db.write = transaction  # type: ignore[method-assign]
        assert await plaintext.remove(db, CIPHER, tmp_path / "backups") is True
        async with db.read() as session:
            assert await heartbeat.last(session, plaintext.MARK) is None


def traces_in_log(log: str, words: Words) -> list[str]:
    return [word for word in words.all if word in log]


async def test_a_damaged_copy_does_not_keep_the_others_from_being_cleaned(
    tmp_path: Path, words: Words
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'gutskin.db'}"
    await first_release(url, tmp_path, words)
    (tmp_path / "backups" / "a-first.db").write_bytes(b"no database")
    await upgrade(url)
    with captured() as log:
        async with opened(url) as db:
            assert await plaintext.remove(db, CIPHER, tmp_path / "backups") is True
    assert "a copy could not be looked through" in log.getvalue()
    assert traces(tmp_path, words.all) == []
