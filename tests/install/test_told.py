"""``requirements/told.py``: no command of the Makefile is silent for long."""

from __future__ import annotations

import re
import subprocess
import sys

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
    assert 4 <= len(others) <= 10
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


@pytest.mark.parametrize("target", ["demo", "test", "check"])
def test_what_people_run_begins_with_words(target: str) -> None:
    found = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert found
    assert re.match(r'\t@(echo|\$\(TOLD\)) "', found[1])
    assert "--quiet" not in MAKEFILE
