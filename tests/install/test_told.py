"""``requirements/told.py``: no command of the Makefile is silent for long."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.install import locks

sys.path.insert(0, str(locks.ROOT / "requirements"))
import told  # a script beside the locks, in no package

MAKEFILE = (locks.ROOT / "Makefile").read_text("utf-8")


def python(code: str) -> list[str]:
    return [sys.executable, "-uc", f"import threading; wait = threading.Event().wait; {code}"]


def test_a_silent_command_is_spoken_for(capsys: pytest.CaptureFixture[str]) -> None:
    told.run("Thinking", python("wait(1)"), every=0.1)
    first, *others = capsys.readouterr().out.splitlines()
    assert first == "Thinking"
    assert len(others) >= 4
    assert all(re.fullmatch(r"  \d s", line) for line in others)


def test_one_that_speaks_is_left_to_it(capsys: pytest.CaptureFixture[str]) -> None:
    told.run("Counting", python("[(print(n), wait(0.1)) for n in range(5)]"), every=5, shown=True)
    assert capsys.readouterr().out.splitlines() == ["Counting", "0", "1", "2", "3", "4"]


def test_as_a_command_it_ends_as_the_other_did() -> None:
    command = [sys.executable, locks.ROOT / "requirements" / "told.py", "Failing"]
    done = subprocess.run(
        [*command, *python("print('so it is'); exit(3)")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (3, "Failing\nso it is\n", "")


def told_run(script: str, *words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, locks.ROOT / "requirements" / script, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_ctrl_c_ends_a_command_without_a_traceback() -> None:
    process = told_run("told.py", "Waiting", *python("print('ready'); wait()"))
    assert process.stdout is not None
    while process.stdout.readline() != "ready\n":
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")


def test_ctrl_c_ends_an_installation_without_a_traceback(tmp_path: Path) -> None:
    process = told_run("install.py", tmp_path / "venv", "build")
    assert process.stdout is not None
    process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")
    assert out.splitlines()[-1] == "Stopped; the same command goes on from here."


@pytest.mark.parametrize("target", ["demo", "test", "check", "sbom", "fmt", "lock"])
def test_what_people_run_begins_with_words(target: str) -> None:
    found = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert found
    assert re.match(r'\t@(echo|\$\(TOLD\)) "', found[1])
    told_or_telling = (
        r'\t@(echo "|\$\(TOLD\) "|\$\(BIN\)/gutskin demo|\$\(PYTEST\) -p tests\.progress)'
    )
    assert [one for one in found[1].splitlines() if not re.match(told_or_telling, one)] == []
    assert "--quiet" not in MAKEFILE


def test_a_variable_that_is_empty_is_not_set() -> None:
    plain = {name: os.environ[name] for name in os.environ if not name.startswith("MAKE")}
    environ = {**plain, "PYTHON": "", "VENV": ""}
    asked = ["make", "-nB", "test"]
    said = subprocess.run(asked, cwd=locks.ROOT, env=environ, capture_output=True, check=True)
    assert "python3 requirements/install.py .venv dev" in said.stdout.decode()
