"""Asks the database of a bot that is being killed, beside it and without its code."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import datetime
from typing import Any

import asyncpg
from sqlalchemy import URL


def query(url: URL, statement: str) -> list[tuple[Any, ...]]:
    """All rows of one statement."""
    if url.get_backend_name() == "postgresql":
        return asyncio.run(_postgres(url, statement))
    with closing(sqlite3.connect(f"file:{url.database}?mode=ro", uri=True, timeout=10)) as opened:
        return opened.execute(statement).fetchall()


async def _postgres(url: URL, statement: str) -> list[tuple[Any, ...]]:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(address)
    try:
        return [tuple(row) for row in await connection.fetch(statement)]
    finally:
        await connection.close()


def moment(stored: int | datetime) -> float:
    """Seconds since the epoch: SQLite has microseconds, PostgreSQL an instant."""
    return stored.timestamp() if isinstance(stored, datetime) else stored / 1_000_000
