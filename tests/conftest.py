"""What every test shares: no network but this machine, and a database of either kind."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import hypothesis
import hypothesis.configuration
import pytest

from bot.store.database import Database
from tests import progress
from tests.chromium import chromium
from tests.databases import put_sqlite
from tests.postgres import Cluster, binaries, start_cluster
from tests.reaper import MARK, temporary_files

# As the command does it: several threads cost numpy six times as much for so small matrices, and
# here two processes share the cores. Read when numpy is imported, by the processes of xdist, too.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

ROOT = Path(__file__).parents[1]
LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")
FOLDER = pytest.StashKey[Path]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """All that a run writes is in one folder that goes with it; nothing else of ours is silent."""
    # How long one example takes says something about the machine alone.
    hypothesis.settings.register_profile("gutskin", deadline=None)
    hypothesis.settings.load_profile("gutskin")
    until_the_end = ExitStack()
    config.add_cleanup(until_the_end.close)
    if (one_of_several := getattr(config, "workerinput", None)) is None:
        until_the_end.callback(progress.begin(config.pluginmanager).end)
        folder = until_the_end.enter_context(temporary_files())
        config.option.basetemp = config.option.basetemp or str(folder / "tmp")
    else:  # the folder is that of the process that hands out the tests, and goes with it
        folder = Path(os.environ[MARK]) / one_of_several["workerid"]
        folder.mkdir()
    config.stash[FOLDER] = folder
    if not os.access(ROOT, os.W_OK):
        hypothesis.configuration.set_hypothesis_home_dir(folder / "hypothesis")
    _listen_to_signals()


def pytest_report_header() -> list[str]:
    """What the run will use, and what is left out for want of it."""
    return [_found("PostgreSQL", binaries()), _found("Chromium", chromium())]


def _found(what: str, where: Path | None) -> str:
    return f"{what}: {where or 'none on this machine, so its tests are skipped'}"


def _listen_to_signals() -> None:
    # `make test &` in a script hands down SIGINT ignored, and what we start would ignore it, too.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_IGN:
            usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
            signal.signal(number, usual)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that would reach another machine fails instead."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        abroad = self.family in (socket.AF_INET, socket.AF_INET6)
        if abroad and not address[0].startswith(LOOPBACK):
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A throw-away PostgreSQL; skipped where there is none, unless it is required."""
    folder = request.config.stash[FOLDER] / "pg"
    folder.mkdir()
    with start_cluster(folder) as started:
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
