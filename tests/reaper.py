"""Ends what a test run leaves when it is killed: its PostgreSQL, its other processes, its files.

A process of its own, in a session of its own, so that what kills the run spares it. It waits until
the run is over, however that comes about, and removes the run's folder. If it is killed too, the
next run does its work.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "gutskin-test-"
LOCK = "lock"
MARK = "RUN_OF_GUTSKIN_TESTS"  # in the environment of all that a run starts
PATIENCE = 10.0  # seconds for PostgreSQL to end by itself


@contextmanager
def run_folder() -> Iterator[Path]:
    """A folder for what a run writes; it goes when the block ends, or the process is killed."""
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o711)  # PostgreSQL's own user passes through
    lock = _take(folder)
    assert lock is not None
    # A marked reaper would take itself away.
    plain = {name: value for name, value in os.environ.items() if name != MARK}
    with subprocess.Popen(
        [sys.executable, "-I", __file__, str(folder), str(os.getpid())],
        stdin=subprocess.PIPE,
        pass_fds=[lock],
        start_new_session=True,
        env=plain,
    ):
        os.close(lock)
        with _set(MARK, folder):
            yield folder


@contextmanager
def temporary_files() -> Iterator[Path]:
    """The same, and every temporary file is made in it, those of further processes too."""
    with run_folder() as folder:
        scratch = folder / "scratch"
        scratch.mkdir()
        with _set("TMPDIR", scratch):
            tempfile.tempdir = None
            yield folder
        tempfile.tempdir = None


@contextmanager
def _set(name: str, value: Path) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = str(value)
    try:
        yield
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before


def sweep() -> None:
    """Remove what runs left behind whose reaper is gone too."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if (lock := _take(folder)) is not None:
            end(folder)
            os.close(lock)


def _take(folder: Path) -> int | None:
    """The lock of a folder, which its run's reaper holds; None when that is alive."""
    try:
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:  # someone else's, or gone this moment
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock


def end(folder: Path) -> None:
    """End every process of the run and remove its folder."""
    for file in folder.rglob("postmaster.pid"):
        _end_postgres(int(file.read_text("ascii").split()[0]), file.parent)
    for process in _marked(folder):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    for _ in range(5):  # what was just killed may write a last file
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            break
        time.sleep(0.1)


def _end_postgres(process: int, data: Path) -> None:
    # At once, and taking its children along. The number may have gone to another process since.
    place = Path(f"/proc/{process}/cwd")
    if Path("/proc/self").exists() and not (place.exists() and place.samefile(data)):
        return
    until = time.monotonic() + PATIENCE
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGQUIT)
        while time.monotonic() < until:
            os.kill(process, 0)
            time.sleep(0.02)
        os.kill(process, signal.SIGKILL)


def _marked(folder: Path) -> Iterator[int]:
    """What carries the run's mark, where the system tells (Linux)."""
    mark = f"{MARK}={folder}".encode()
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (place / "environ").read_bytes().split(b"\0"):
                yield int(place.name)


def main(folder: Path, run: int) -> None:
    """Wait until the run is over, then end what is left of it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    # The pipe closes when the run ends; a child that has inherited it might keep it open.
    while os.getppid() == run and not select.select([0], [], [], 1.0)[0]:
        pass
    end(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
