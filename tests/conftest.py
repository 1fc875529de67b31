"""What every test shares: no network but this machine, and a database of either kind."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from bot.store.database import Database
from bot.store.migrate import upgrade
from tests.postgres import Cluster, start_cluster

LOOPBACK = ("127.0.0.1", "::1", "localhost", "0.0.0.0")


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that would reach another machine fails instead."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A throw-away PostgreSQL; skipped where there is none, unless it is required."""
    # Not in pytest's own folder, which another run's clean-up may remove under the server.
    with (
        TemporaryDirectory(prefix="gutskin-pg-") as folder,
        start_cluster(Path(folder)) as cluster,
    ):
        yield cluster


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'gutskin.db'}"
    cluster: Cluster = request.getfixturevalue("postgres")
    return cluster.new_database()


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """A migrated database, once of each kind."""
    await upgrade(database_url)
    database = await Database.open(database_url)
    yield database
    await database.close()


@pytest.fixture
async def sqlite_db(tmp_path: Path) -> AsyncIterator[Database]:
    """A migrated SQLite database, for what only SQLite has."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'gutskin.db'}"
    await upgrade(url)
    database = await Database.open(url)
    yield database
    await database.close()
