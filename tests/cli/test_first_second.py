"""The first second of the command: a signal in it is not lost, and faults are told like any other.

What a container or a supervisor does then is done here to real processes.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.cli.terminal import TOKEN

GUTSKIN = Path(sys.executable).parent / "gutskin"
HEAVY = ("pydantic_core", "sqlalchemy", "uvloop", "numpy")
PATIENCE_S = 120.0
MANY = (  # some 50 MB, which take a second or two to be copied
    "INSERT INTO counter (at, name, value) WITH RECURSIVE n (i) AS "
    "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000) "
    "SELECT i, hex(randomblob(40)), 1 FROM n"
)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    given = {key: value for key, value in os.environ.items() if not key.startswith("GUTSKIN_")}
    return {
        **given,
        "GUTSKIN_TOKEN": TOKEN,
        "GUTSKIN_DATA_DIR": str(tmp_path),
        "GUTSKIN_API_BASE_URL": "http://127.0.0.1:9/bot",
        "GUTSKIN_WEBHOOK_PORT": "0",
    }


def catches(pid: int, number: int) -> bool:
    """Whether the process has a handler of its own for the signal, by what the kernel says."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = int(status.partition("SigCgt:")[2].split()[0], 16)
    return bool(caught >> (number - 1) & 1)


def loaded(pid: int) -> set[str]:
    maps = Path(f"/proc/{pid}/maps").read_text()
    return {name for name in HEAVY if name in maps}


def until_it_catches(pid: int, number: int) -> None:
    end = time.monotonic() + PATIENCE_S
    while not catches(pid, number):
        assert time.monotonic() < end, "it never caught the signal"


@contextmanager
def started(*words: str | Path, environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The command where SIGTERM is ignored until somebody handles it, as for process 1."""
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        process = subprocess.Popen([*words], env=environ, stderr=subprocess.PIPE)
    finally:
        signal.signal(signal.SIGTERM, before)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_stop_while_it_still_loads_is_not_lost(environ: dict[str, str]) -> None:
    with started(GUTSKIN, "run", environ=environ) as process:
        until_it_catches(process.pid, signal.SIGTERM)
        assert loaded(process.pid) == set(), "by then it had loaded half of itself"
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0


@pytest.mark.parametrize("seconds", [0.3, 0.6, 0.9, 1.2])
def test_a_stop_at_any_moment_of_the_start_is_not_lost(
    environ: dict[str, str], seconds: float
) -> None:
    with started(GUTSKIN, "run", environ=environ) as process:
        until_it_catches(process.pid, signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(seconds)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0


def test_other_commands_end_as_a_stopped_command_does(environ: dict[str, str]) -> None:
    with started(GUTSKIN, "tips", "list", environ=environ) as process:
        until_it_catches(process.pid, signal.SIGTERM)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 128 + signal.SIGTERM


def test_a_copy_that_is_stopped_leaves_no_half_of_it(
    environ: dict[str, str], tmp_path: Path
) -> None:
    subprocess.run([GUTSKIN, "db", "upgrade"], env=environ, check=True, capture_output=True)
    with closing(sqlite3.connect(tmp_path / "gutskin.db")) as database:
        database.execute(MANY)
        database.commit()
    copies = tmp_path / "copies"
    with started(GUTSKIN, "db", "backup", copies / "one.db", environ=environ) as process:
        part = copies / ".one.db.part"
        end = time.monotonic() + PATIENCE_S
        while not (part.exists() and part.stat().st_size):
            assert time.monotonic() < end
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 128 + signal.SIGTERM
    assert list(copies.iterdir()) == []


@pytest.mark.parametrize(("command", "code"), [("run", 0), ("doctor", 130)])
def test_ctrl_c_while_it_still_loads_shows_no_traceback(
    environ: dict[str, str], command: str, code: int
) -> None:
    with started(GUTSKIN, command, environ=environ) as process:
        until_it_catches(process.pid, signal.SIGTERM)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == code
        assert b"Traceback" not in said


def _namespace() -> list[str]:
    for options in (["--fork", "--pid"], ["--fork", "--pid", "--map-root-user"]):
        words = ["unshare", *options]
        if (
            shutil.which("unshare")
            and not subprocess.run([*words, "true"], check=False, capture_output=True).returncode
        ):
            return words
    pytest.skip("no namespaces of processes here")


def test_process_one_stops_when_it_is_told_to(environ: dict[str, str]) -> None:
    with started(*_namespace(), GUTSKIN, "run", environ=environ) as outer:
        children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children")
        end = time.monotonic() + PATIENCE_S
        while not children.read_text():
            assert time.monotonic() < end
        inner = int(children.read_text())
        until_it_catches(inner, signal.SIGTERM)
        assert loaded(inner) == set()
        os.kill(inner, signal.SIGTERM)
        assert outer.wait(PATIENCE_S) == 0


class TestTold:
    """What ends the command before the bot runs, as the log's subscriber gets it."""

    @staticmethod
    def lines(environ: dict[str, str], *words: str) -> list[dict[str, str]]:
        done = subprocess.run(
            [GUTSKIN, *words],
            env={**environ, "GUTSKIN_LOG_FORMAT": "json"},
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert done.returncode != 0
        assert done.stdout == b""
        return [json.loads(line) for line in done.stderr.decode().splitlines()]

    def test_malformed_settings_are_json(self, environ: dict[str, str]) -> None:
        bad = {"GUTSKIN_TOKEN": "nonsense", "GUTSKIN_BULK_RATE": "fast"}
        told = self.lines({**environ, **bad}, "run")
        assert [one["event"].partition(":")[0] for one in told] == [*bad]
        assert {one["level"] for one in told} == {"error"}
        assert all("timestamp" in one for one in told)

    def test_a_database_out_of_reach_is_json(self, environ: dict[str, str]) -> None:
        url = "postgresql://u:secret@127.0.0.1:9/x?password=secret"
        (told,) = self.lines({**environ, "GUTSKIN_DATABASE_URL": url}, "run")
        assert told["event"].startswith("gutskin cannot start: the database cannot be used: ")
        assert "secret" not in str(told)

    def test_a_fault_of_ours_is_json_without_secrets(
        self, environ: dict[str, str], tmp_path: Path
    ) -> None:
        broken = tmp_path / "broken"
        broken.mkdir()
        (broken / "aiohttp.py").write_text(f"raise RuntimeError('half installed {TOKEN}')")
        path = os.pathsep.join([str(broken), environ.get("PYTHONPATH", "")])
        (told,) = self.lines({**environ, "PYTHONPATH": path}, "run")
        assert told["level"] == "critical"
        assert told["event"] == "ended by a fault of its own: please report it"
        assert "aiohttp.py" in told["exception"]
        assert TOKEN not in str(told)


def test_the_version_is_printed(environ: dict[str, str]) -> None:
    from importlib.metadata import version

    done = subprocess.run([GUTSKIN, "--version"], capture_output=True, check=True, env=environ)
    assert done.stdout.decode() == f"gutskin {version('gutskin')}\n"


@pytest.mark.parametrize("words", ["tips list", "tips list --json", "stats --json"])
def test_a_full_disk_is_one_line(environ: dict[str, str], words: str) -> None:
    subprocess.run([GUTSKIN, "db", "upgrade"], env=environ, check=True, capture_output=True)
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [GUTSKIN, *words.split()],
            env=environ,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == b"gutskin: No space left on device\n"
