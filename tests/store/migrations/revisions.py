"""Our migrations with one more, or as they were; and statements that both databases take."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot.store.database import Database
from bot.store.migrate import SCRIPTS, head

SUBSCRIBER = """INSERT INTO subscriber (chat_id, state, language, weekdays, themes, audience,
    created_at, seed) VALUES (7, 'new', 'en', 127, 1, 'both', {now}, 1)"""
SUBSCRIBER_OF_BEFORE = """INSERT INTO subscriber (chat_id, state, language, weekdays, themes,
    audience, created_at, seed, seen) VALUES (7, 'new', 'en', 127, 1, 'both', {now}, 1, {empty})"""
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
