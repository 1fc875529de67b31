"""Looks into the file of places as it lies in the repository."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

from bot.places.index import FILE


def stored(query: str) -> list[Any]:
    """The rows that a query finds."""
    with closing(sqlite3.connect(f"{FILE.as_uri()}?immutable=1", uri=True)) as database:
        return database.execute(query).fetchall()
