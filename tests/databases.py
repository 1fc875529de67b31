"""Migrated databases, made once for the whole run and copied for each test."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.store.migrate import upgrade


def migrate(url: str) -> None:
    """Bring a database to the shape of today, also where another event loop runs."""
    with ThreadPoolExecutor(1) as aside:
        aside.submit(lambda: asyncio.run(upgrade(url))).result()


def put_sqlite(file: Path) -> str:
    """Put a migrated SQLite database there, unless one is there already; its address."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_sqlite())
        file.chmod(0o600)
    return f"sqlite+aiosqlite:///{file}"


@cache
def _sqlite() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "template.db"
        migrate(f"sqlite+aiosqlite:///{file}")
        return file.read_bytes()
