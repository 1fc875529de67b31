"""A PostgreSQL of one's own for the length of a test run."""

from __future__ import annotations

import asyncio
import getpass
import os
import pwd
import shutil
import subprocess
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.databases import migrate
from tests.ports import unused_port

REQUIRED = "GUTSKIN_TEST_REQUIRE_POSTGRES"
SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")


class Session:
    """A superuser's session, on a thread with a loop of its own: each test has another loop."""

    def __init__(self, url: str) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="postgres")
        self._loop = asyncio.Runner()
        self._connection: asyncpg.Connection = self._do(asyncpg.connect(url))

    def execute(self, statement: str) -> None:
        """Execute one statement, in no transaction."""
        self._do(self._connection.execute(statement))

    def close(self) -> None:
        self._do(self._connection.close())
        self._thread.submit(self._loop.close).result()
        self._thread.shutdown()

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._thread.submit(self._loop.run, work).result()


@dataclass
class Cluster:
    """A running cluster; every test gets databases of its own in it."""

    bin: Path
    folder: Path
    port: int
    session: Session
    numbers: Iterator[int] = field(default_factory=count)
    open: list[str] = field(default_factory=list)

    @property
    def data(self) -> Path:
        """The files of all its databases, the write-ahead log among them."""
        return self.folder / "data"

    def new_database(self) -> str:
        """The address of an empty one."""
        return self._create("")

    def migrated_database(self) -> str:
        """The address of one with all tables and no rows."""
        return self._create(f"TEMPLATE {self._template}")

    def drop_all(self) -> None:
        """Remove them all, with whoever is still connected."""
        for name in self.open:
            self.session.execute(f"DROP DATABASE {name} WITH (FORCE)")
        self.open.clear()

    def dump(self, url: str, target: Path) -> None:
        """What ``pg_dump`` writes of one database."""
        target.parent.mkdir(parents=True, exist_ok=True)
        name = url.rpartition("/")[2]
        server = ("-h", "127.0.0.1", "-p", self.port, "-U", "postgres")
        target.write_bytes(_run(self.bin / "pg_dump", *server, name))

    @cached_property
    def _template(self) -> str:
        self.session.execute("CREATE DATABASE migrated")
        migrate(self._address("migrated"))
        return "migrated"

    def _create(self, like: str) -> str:
        name = f"test_{next(self.numbers)}"
        self.session.execute(f"CREATE DATABASE {name} {like}")
        self.open.append(name)
        return self._address(name)

    def _address(self, name: str) -> str:
        return f"postgresql+asyncpg://postgres@127.0.0.1:{self.port}/{name}"


def binaries() -> Path | None:
    """The newest PostgreSQL on this machine, if any."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def _run(*command: object) -> bytes:
    words = [str(word) for word in command]
    try:
        return subprocess.run(words, check=True, capture_output=True, cwd="/", **_who()).stdout
    except subprocess.CalledProcessError as error:
        error.add_note(error.stderr.decode(errors="replace"))
        raise


def _who() -> dict[str, Any]:
    # The server refuses to run as root.
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("postgres")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _open_to_the_server(folder: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    for parent in folder.parents:
        if parent.owner() == getpass.getuser() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o111)


@contextmanager
def start_cluster(folder: Path) -> Iterator[Cluster]:
    """Start a cluster in ``folder`` and take it down again; skip where that is impossible."""
    bin_ = binaries()
    if bin_ is None:
        if os.environ.get(REQUIRED):
            pytest.fail(f"{REQUIRED} is set, but there is no PostgreSQL here")
        pytest.skip("no PostgreSQL on this machine")
    _open_to_the_server(folder)
    data, port = folder / "data", unused_port()
    _run(bin_ / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = " ".join(f"-c {one}" for one in SETTINGS)
    # No socket in the folder: a run within a run has a longer path than a socket may have.
    listen = f"-c listen_addresses=127.0.0.1 -k '' -p {port} {options}"
    control = (bin_ / "pg_ctl", "-D", data, "-w", "-l", folder / "log")
    _run(*control, "-o", listen, "start")
    try:
        with closing(Session(f"postgresql://postgres@127.0.0.1:{port}/postgres")) as session:
            yield Cluster(bin_, folder, port, session)
    finally:
        _run(*control, "-m", "immediate", "stop")
