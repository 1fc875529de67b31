"""What every test shares: no network but this machine, and a database of either kind."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from bot.store.database import Database
from tests.databases import put_sqlite
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
def cluster() -> Iterator[Cluster]:
    """A throw-away PostgreSQL; skipped where there is none, unless it is required."""
    # Not in pytest's own folder, which another run's clean-up may remove under the server.
    with (
        TemporaryDirectory(prefix="gutskin-pg-") as folder,
        start_cluster(Path(folder)) as started,
    ):
        yield started


@pytest.fixture
def postgres(cluster: Cluster) -> Iterator[Cluster]:
    """That PostgreSQL; the databases a test makes in it go with the test."""
    yield cluster
    cluster.drop_all()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database, once of each kind; empty unless ``db`` is asked for, too."""
    migrated = "db" in request.fixturenames
    if request.param == "sqlite":
        file = tmp_path / "gutskin.db"
        return put_sqlite(file) if migrated else f"sqlite+aiosqlite:///{file}"
    postgres: Cluster = request.getfixturevalue("postgres")
    return postgres.migrated_database() if migrated else postgres.new_database()


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """A migrated database, once of each kind."""
    database = await Database.open(database_url)
    yield database
    await database.close()


@pytest.fixture
async def sqlite_db(tmp_path: Path) -> AsyncIterator[Database]:
    """A migrated SQLite database, for what only SQLite has."""
    database = await Database.open(put_sqlite(tmp_path / "gutskin.db"))
    yield database
    await database.close()
