"""A copy of the checkout in which faults are put, and its tests run against each."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

from tests.mutants.sample import Place

SLOWEST = 6  # times longer than on a machine with nothing else to do
HUNG_S = 120  # a test that takes longer goes round and round
PASSED, NO_TESTS = 0, 5  # pytest's exit codes
QUIET = ("-x", "-q", "--no-header", "--tb=no", "-o", f"faulthandler_timeout={HUNG_S}",
         "-o", "faulthandler_exit_on_timeout=true")  # fmt: skip
NOT_NEEDED = "not browser and not soak"
NEEDS_POSTGRES = re.compile(rb"postgres|replicas", re.IGNORECASE)  # replicas share one
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    """What the tests made of a fault; ``by`` is the test that saw it, where pytest could say."""

    found: bool
    by: str = ""
    in_time: bool = True


class Trial:
    """Runs tests in a copy of the checkout; the checkout itself is only read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._times = 0
        # Most of a short run of pytest is compiling; only the file with the fault is new.
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(folder),
            "PYTHONPYCACHEPREFIX": str(folder / ".pycache"),
            "PYTHONDONTWRITEBYTECODE": "",
        }

    def run(self, place: Place, tests: Sequence[str], limit_s: float) -> Outcome:
        """What the tests say while the fault is there; ``limit_s`` are seconds of processor."""
        kinds = "" if NEEDS_POSTGRES.search(place.source) else " and not postgres"
        with self._fault_in(place):
            for some in _few_first(tests):
                outcome, used = self.test(some, limit_s, kinds)
                limit_s -= used
                if outcome.found or not outcome.in_time:
                    return outcome
        return Outcome(found=False)

    def test(self, tests: Sequence[str], limit_s: float, kinds: str = "") -> tuple[Outcome, float]:
        """Run these tests until one fails; with it, the seconds of processor that it took."""
        command = [sys.executable, "-m", "pytest", *QUIET, "-m", f"{NOT_NEEDED}{kinds}", *tests]
        with tempfile.TemporaryFile("w+") as output, self._started(command, output) as process:
            used = _wait(process, limit_s)
            output.seek(0)
            by = FAILED.search(output.read())
            if process.returncode is None:
                return Outcome(found=False, in_time=False), used
        found = process.returncode not in (PASSED, NO_TESTS)
        return Outcome(found, by.group(1) if by else ""), used

    @contextmanager
    def _started(self, command: list[str], output: IO[str]) -> Iterator[psutil.Popen]:
        process = psutil.Popen(
            command, cwd=self.folder, env=self._environment,
            start_new_session=True, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    @contextmanager
    def _fault_in(self, place: Place) -> Iterator[None]:
        file = self.folder / place.path
        usual = file.stat()
        self._times += 1
        try:
            file.write_bytes(place.fault.put_into(place.source))
            # Python compares whole seconds and lengths: each fault needs a time of its own.
            os.utime(file, (usual.st_atime, usual.st_mtime + self._times))
            yield
        finally:
            file.write_bytes(place.source)
            os.utime(file, ns=(usual.st_atime_ns, usual.st_mtime_ns))


def _few_first(tests: Sequence[str]) -> Iterator[Sequence[str]]:
    # pytest opens all that it is given before it runs the first.
    yield from (some for some in (tests[:4], tests[4:16], tests[16:]) if some)


def _wait(process: psutil.Popen, limit_s: float) -> float:
    """Until it ends or has used so much processor; what it used. A busy machine only slows it."""
    used, until = 0.0, time.monotonic() + SLOWEST * limit_s
    while used < limit_s and time.monotonic() < until:
        with contextlib.suppress(psutil.Error):
            used = sum(process.cpu_times()[:4])
        with contextlib.suppress(subprocess.TimeoutExpired, psutil.TimeoutExpired):
            process.wait(timeout=0.5)
            break
    return used


def copy(root: Path, folder: Path) -> Trial:
    """Copy what git knows of, and what it would take up."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root, check=True, capture_output=True, text=True,
    )  # fmt: skip
    for path in filter(None, listed.stdout.split("\0")):
        if (root / path).exists():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / path, folder / path)
    return Trial(folder)
