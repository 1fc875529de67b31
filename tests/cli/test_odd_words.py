"""Whatever somebody types after a command: an answer or one plain line, and no traceback."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.terminal import gutskin

HUGE = str(10**30)


@pytest.fixture(autouse=True)
def in_a_folder_with_odd_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert gutskin("db", "upgrade").exit_code == 0
    monkeypatch.chdir(tmp_path)
    Path("noise").write_bytes(os.urandom(2000))
    Path("empty").touch()
    os.mkfifo("pipe")


def said(*words: str) -> tuple[int, str]:
    result = gutskin(*words)
    assert not isinstance(result.exception, Exception), result.exception
    assert "Traceback" not in result.output
    return result.exit_code, result.output


@pytest.mark.parametrize("number", [HUGE, "0", "x", "1.5", str(2**63)])
@pytest.mark.parametrize("command", ["report", "pause", "resume", "cancel", "retry"])
def test_a_broadcast_that_cannot_be(command: str, number: str) -> None:
    assert said("broadcast", command, number)[0] == 2


@pytest.mark.parametrize("number", [HUGE, "-" + HUGE, "x"])
@pytest.mark.parametrize("command", ["export", "forget"])
def test_a_chat_that_cannot_be(command: str, number: str) -> None:
    assert said("subscriber", command, "--", number)[0] == 2


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00"])
def test_a_plan_at_the_end_of_all_dates(at: str) -> None:
    code, words = said("plan", "--dry-run", "--at", at)
    assert (code, words) == (2, f"--at {at}: is too near the end or the beginning of all dates\n")


@pytest.mark.parametrize(
    "words",
    [
        ("db", "restore", "."),
        ("db", "restore", "missing"),
        ("faq", "--batch", "."),
        ("demo", "--script", "."),
        ("demo", "--keep", "noise"),
        ("demo", "--port", "70000"),
    ],
)
def test_a_file_that_is_none_is_named_before_anything_is_done(words: tuple[str, ...]) -> None:
    assert said(*words)[0] == 2


STILL_STARTING = re.compile(r"^  \d+ s\n", re.MULTILINE)  # on a busy machine


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("db", "restore", "noise"), "nothing was restored: "),
        (("db", "restore", "empty"), "nothing was restored: "),
        (("db", "restore", "/dev/null"), "nothing was restored: "),
        (("db", "restore", "gutskin.db"), "nothing was restored: "),
        (("db", "backup", "."), "no backup was made: "),
        (("db", "backup", "pipe"), "no backup was made: "),
        (("db", "backup", "/proc/no/such"), "no backup was made: /proc/no: "),
        (("db", "backup", "noise/copy.db"), "no backup was made: "),
        (("db", "backup", "x" * 300), "no backup was made: "),
        (("db", "backup", "gutskin.db"), "no backup was made: "),
        (("demo", "--script", "noise"), "noise: "),
        (("demo", "--script", "empty"), "empty: "),
        (("demo", "--script", "/dev/null"), "/dev/null: "),
    ],
)
def test_a_file_that_does_not_do_is_one_line(words: tuple[str, ...], line: str) -> None:
    before = Path("gutskin.db").read_bytes()
    code, told = said(*words)
    told = STILL_STARTING.sub("", told)
    assert code == 1
    assert told.startswith(line)
    assert told.count("\n") == 1
    assert Path("gutskin.db").read_bytes() == before
    assert Path("pipe").is_fifo(), "as root it would be the same with /dev/null"


def _little_room() -> None:
    # As a full disk does it: the file may be begun and not be finished.
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, 64 * 1024))


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_without_room_on_the_disk_nothing_is_touched_and_nothing_left(command: str) -> None:
    assert said("db", "backup", "copy.db")[0] == 0
    before = {file: file.read_bytes() for file in Path().iterdir() if file.is_file()}
    done = subprocess.run(
        [sys.executable, "-c", "from bot.cli import main; main()", "db", command, "copy.db"],
        capture_output=True,
        check=False,
        preexec_fn=_little_room,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.returncode == 1
    assert done.stderr.decode().endswith(": the disk cannot be read or written\n")
    assert {file: file.read_bytes() for file in Path().iterdir() if file.is_file()} == before


def test_the_figures_of_a_bench_are_not_lost_at_its_end() -> None:
    root = Path(__file__).parents[2]
    for module in ("tests.bench", "tests.bench.chaos"):
        done = subprocess.run(
            [sys.executable, "-m", module, "--json", "/proc/no/such"],
            cwd=root,
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 2
        assert (
            done.stderr.decode()
            .splitlines()[-1]
            .endswith("argument --json: /proc/no/such: No such file or directory")
        )
