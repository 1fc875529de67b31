"""A run of these tests: what it leaves when it is killed, what it says, and where it may run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests import reaper
from tests.chromium import chromium
from tests.postgres import binaries
from tests.progress import WORKER

ROOT = Path(__file__).parents[2]
RUNS = "tests/runs"
LONG = 120.0  # seconds; a machine may be busy

Run = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def run() -> Iterator[Run]:
    """Starts a run of its own, as ``make test`` does; none of them lasts for ever."""
    started: list[subprocess.Popen[str]] = []
    limits: list[threading.Timer] = []

    def start(*words: str, before: tuple[str, ...] = (), **more: object) -> subprocess.Popen[str]:
        command = [*before, sys.executable, "-m", "pytest", *words]
        piped = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        # What it says before it waits would stay in its buffer, and never be read.
        environ = {**os.environ, "PYTHONUNBUFFERED": "1"}
        environ.pop(WORKER, None)
        more.setdefault("env", environ)
        started.append(
            subprocess.Popen(command, cwd=ROOT, start_new_session=True, **piped, **more)  # type: ignore[call-overload]
        )
        limits.append(threading.Timer(LONG, end, started[-1:]))
        limits[-1].start()
        return started[-1]

    def end(process: subprocess.Popen[str]) -> None:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)

    yield start
    for limit in limits:
        limit.cancel()
    for process in started:
        end(process)
        process.communicate()


def line_with(words: str, process: subprocess.Popen[str]) -> str:
    """The next line with these words in it."""
    assert process.stdout is not None
    before = []
    for line in process.stdout:
        if words in line:
            return line
        before.append(line)
    raise AssertionError(f"it ended and never said {words!r}: {''.join(before)}")


@pytest.mark.postgres
class TestARunThatIsKilled:
    @pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
    @pytest.mark.parametrize("processes", ["0", "2"])
    def test_leaves_no_server_no_process_and_no_file(
        self, run: Run, number: signal.Signals, processes: str
    ) -> None:
        process = run("-n", processes, f"{RUNS}/hanging.py")
        _, written, server, child = line_with("hanging: ", process).split()
        left = [psutil.Process(int(server)), psutil.Process(int(child))]
        left += left[0].children(recursive=True)
        (folder,) = [one for one in Path(written).parents if one.name.startswith(reaper.PREFIX)][
            :1
        ]
        waits = psutil.Process(process.pid).children(recursive=True)

        os.killpg(process.pid, number)
        process.wait(timeout=LONG)

        _, alive = psutil.wait_procs([*left, *waits], timeout=LONG)
        assert alive == []
        assert not folder.exists()

    def test_is_cleaned_up_after_by_the_next_when_nothing_else_was_left_to_do_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reaper.tempfile, "tempdir", str(tmp_path))
        with reaper.run_folder() as living:
            dead = tmp_path / f"{reaper.PREFIX}dead"
            shutil.copytree(living, dead)
            (dead / "two gigabytes").write_bytes(bytes(1000))
            with reaper.run_folder() as other:
                assert not dead.exists()
                assert living.exists()
                assert other.exists()
        assert list(tmp_path.iterdir()) == []


class TestARun:
    @pytest.mark.parametrize("processes", ["0", "2"])
    def test_says_what_takes_long(self, run: Run, processes: str) -> None:
        process = run("-n", processes, f"{RUNS}/slow.py")
        said = line_with("test_takes_its_time", process)
        assert said.startswith(f"  … {RUNS}/slow.py::test_takes_its_time (")

    def test_says_at_its_start_what_it_will_use(self, run: Run) -> None:
        process = run(f"{RUNS}/asking.py")
        for what, where in (("PostgreSQL", binaries()), ("Chromium", chromium())):
            said = line_with(f"{what}: ", process)
            assert (str(where) in said) is (where is not None)

    def test_is_not_silent_while_it_starts(self, run: Run) -> None:
        process = run("-p", "tests.progress", "-p", "tests.runs.starting", RUNS)
        assert line_with(" … ", process).startswith("  … starting (")

    def test_is_not_silent_while_it_cleans_up(self, run: Run) -> None:
        process = run("-p", "tests.runs.ending", f"{RUNS}/asking.py")
        assert "2 passed" in line_with(" passed", process)
        assert line_with(" … ", process).startswith("  … cleaning up (")

    def test_reaches_those_it_starts_where_signals_are_ignored(self, run: Run) -> None:
        """``make test &`` in a script, or under nohup: they never ended on Ctrl-C."""
        deaf = ("sh", "-c", "trap '' INT TERM; exec \"$@\"", "sh")
        out, _ = run(f"{RUNS}/asking.py", before=deaf).communicate(timeout=LONG)
        assert "2 passed" in out, out

    def test_needs_nothing_written_into_the_checkout(self, run: Run) -> None:
        shown = subprocess.run([*READ_ONLY, "true"], capture_output=True, check=False)
        if shown.returncode:
            pytest.skip("nothing can be mounted here")
        words = ("tests/texts/test_html.py", "tests/store/test_cipher.py")
        out, _ = run(*words, before=READ_ONLY).communicate(timeout=LONG)
        assert " passed" in out, out
        assert " failed" not in out, out


READ_ONLY = (
    *("unshare", "--mount", "sh", "-c"),
    f'mount --bind "{ROOT}" "{ROOT}" && mount -o remount,ro,bind "{ROOT}" && cd . && exec "$@"',
    "sh",
)
