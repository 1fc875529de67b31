"""Removes what the first release left readable: bodies of updates that it stored in the clear.

Databases keep what was deleted until something happens to overwrite it. The migration to
encrypted bodies leaves a mark; the first start after it, which has the key, encrypts what still
waits, writes the files anew so that only live rows are in them, and takes the mark away last: a
start that is killed meanwhile leaves it to the next one.

What PostgreSQL has in its write-ahead log, and whatever copies lie elsewhere, is out of reach.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import select, update

from bot.store.cipher import PLAIN, BodyCipher
from bot.store.database import Database
from bot.store.queries import heartbeat
from bot.store.tables import Executor
from bot.store.tables import inbox as table

log = structlog.get_logger(__name__)

MARK = "plaintext"
"""The heartbeat that migration 0003 leaves where there may be such remains."""

AT_ONCE = 500
REWRITE_S = 600.0  # a table written anew may take longer than a statement otherwise may
REWRITE_SQLITE = ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)")
ERASE_IN_A_COPY = """
UPDATE inbox SET body = NULL, chat_id = NULL, done_at = coalesce(done_at, received_at)
WHERE substr(body, 1, 1) = x'7b'
"""


async def remove(db: Database, cipher: BodyCipher, copies: Path) -> bool:
    """Remove such remains from the database and from the copies in a folder; whether there were.

    Nothing is raised: what could not be removed is logged and tried again at the next start.
    """
    async with db.read() as session:
        if await heartbeat.last(session, MARK) is None:
            return False
    try:
        await _encrypt_all(db, cipher)
        await _rewrite(db)
        await asyncio.to_thread(_erase_in_copies, copies)
        await db.write(lambda session: heartbeat.forget(session, MARK))
    except Exception:
        log.exception("what an earlier version left readable is still there; tried again later")
        return False
    log.info("what an earlier version left readable was removed")
    return True


def erase_in_copy(file: Path) -> None:
    """Erase such bodies in a copy of a SQLite database; they had been answered long ago.

    Raises:
        sqlite3.Error: it is no database, or cannot be written.
    """
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute(ERASE_IN_A_COPY)


def _erase_in_copies(folder: Path) -> None:
    for copy in sorted(folder.glob("*.db")):
        try:
            erase_in_copy(copy)
        except sqlite3.Error:
            log.exception("a copy could not be looked through", file=copy.name)


async def _encrypt_all(db: Database, cipher: BodyCipher) -> None:
    behind: int | None = None
    while True:
        last = await db.write(lambda session: _encrypt(session, cipher, behind))  # noqa: B023
        if last is None:
            return
        behind = last


async def _encrypt(session: Executor, cipher: BodyCipher, behind: int | None) -> int | None:
    """Encrypt the next rows; the last id looked at, or None at the end."""
    waiting = select(table.c.update_id, table.c.body).where(table.c.body.is_not(None))
    if behind is not None:
        waiting = waiting.where(table.c.update_id > behind)
    rows = (await session.execute(waiting.order_by(table.c.update_id).limit(AT_ONCE))).all()
    for update_id, body in rows:
        if body.startswith(PLAIN):
            # Whoever is done with it meanwhile has erased it, and it must not come back.
            still = (table.c.update_id == update_id, table.c.body.is_not(None))
            sealed = cipher.encrypt(update_id, body)
            await session.execute(update(table).where(*still).values(body=sealed))
    return rows[-1].update_id if rows else None


async def _rewrite(db: Database) -> None:
    """Write the files anew, by the driver: neither database does so inside a transaction."""
    async with db.engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        if not db.is_sqlite:
            await driver.execute("VACUUM FULL inbox", timeout=REWRITE_S)
            return
        for statement in REWRITE_SQLITE:
            await (await driver.execute(statement)).close()
