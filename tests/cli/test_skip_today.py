"""``db skip-today``: what ``db restore --skip-today`` does, for a database restored otherwise."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.delivery.restored import heed_restore
from bot.store.database import Database
from bot.store.files.sole_use import sole_use
from bot.store.queries import heartbeat
from tests.cli.terminal import gutskin

SAID = "the next start sends no tip that was due before now, and pauses broadcasts under way\n"


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch, database_url: str) -> str:
    monkeypatch.setenv("GUTSKIN_DATABASE_URL", database_url)
    return database_url


async def _next_start(url: str) -> tuple[float, bool, bool]:
    """The age of the mark in seconds; whether the next start heeds it, and the one after that."""
    db = await Database.open(url)
    try:
        mark = await db.read(lambda session: heartbeat.last(session, heartbeat.SKIP_TIPS))
        assert mark is not None
        age = (SystemClock().now() - mark.at).total_seconds()
        return age, await heed_restore(db), await heed_restore(db)
    finally:
        await db.close()


def test_the_next_start_heeds_it_once(address: str) -> None:
    assert gutskin("db", "upgrade").exit_code == 0
    for _ in range(2):  # to say it twice does no harm
        done = gutskin("db", "skip-today")
        assert (done.exit_code, done.stdout, done.stderr) == (0, "", SAID)
    age, heeded, again = asyncio.run(_next_start(address))
    assert (0 <= age < 600, heeded, again) == (True, True, False)


def test_a_database_of_an_older_version_is_upgraded_first(address: str) -> None:
    done = gutskin("db", "skip-today")
    assert done.exit_code == 1
    assert done.stderr == "the database is not up to date; run: gutskin db upgrade\n"


def test_a_bot_that_runs_has_to_stop_first(tmp_path: Path) -> None:
    assert gutskin("db", "upgrade").exit_code == 0
    with sole_use(tmp_path / "gutskin.db"):
        done = gutskin("db", "skip-today")
    assert (done.exit_code, done.stderr) == (1, "the database is in use: stop the bot first\n")
