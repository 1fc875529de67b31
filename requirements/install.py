"""Installs locks into a virtual environment: ``python3 requirements/install.py .venv demo build``.

Nothing is resolved. pip is handed what the locks name, by hash, as wheels, and does not look at
what those packages ask for in turn: what is in a registry today, and how old the environment's
pip is, makes no difference. ``pip check`` says afterwards whether all of it fits together. A line
tells every few seconds how far it is.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
FROM_LOCK = ("--no-deps", "--require-hashes", "--only-binary", ":all:")
QUIETLY = ("--disable-pip-version-check", "--no-input", "--progress-bar", "off")
OURSELVES = ("--no-deps", "--no-build-isolation", "--editable", str(HERE.parent))


class FailedError(Exception):
    """A command ended with an error; the text is what it said."""


def main(given: Sequence[str] | None = None) -> int:
    """Make the environment and fill it; 0 when all of it fits together."""
    asked = _arguments().parse_args(given)
    steps = Steps(asked.every)
    try:
        _make(asked.venv, steps)
        for lock in asked.locks:
            _install(asked.venv, lock, steps)
        if asked.project:
            steps.run("Putting gutskin itself there", pip(asked.venv, "install", *OURSELVES))
        steps.run("Checking that all of it fits together", pip(asked.venv, "check"))
    except FailedError as error:
        say(f"{error}\nThe lines above say what is wrong. To begin anew: rm -r {asked.venv}")
        return 1
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Install locks into a virtual environment.")
    parser.add_argument("venv", type=Path, help="the environment, made where there is none")
    parser.add_argument("locks", nargs="+", help="names in requirements/, or files")
    parser.add_argument("--project", action="store_true", help="gutskin too, editable")
    parser.add_argument("--every", type=float, default=4.0, help="seconds from line to line")
    return parser


def pip(venv: Path, *words: str) -> list[str]:
    """The environment's own pip, blind to this shell's PYTHONPATH."""
    python = venv / ("Scripts" if os.name == "nt" else "bin") / "python"
    return [str(python), "-Iu", "-m", "pip", *words, *(QUIETLY if words[0] == "install" else ())]


def _make(venv: Path, steps: Steps) -> None:
    # One that was cut short has a Python and no pip.
    try:
        subprocess.run(pip(venv, "--version"), check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        make = [sys.executable, "-m", "venv", "--clear", str(venv)]
        steps.run(f"Making {venv} (a few seconds)", make)


def _install(venv: Path, lock: str, steps: Steps) -> None:
    path = Path(lock) if lock.endswith(".txt") else HERE / f"{lock}.txt"
    count = sum("==" in line for line in path.read_text("utf-8").splitlines())
    steps.run(
        f"Installing {path.name} into {venv}: {count} packages (once; {_duration(count)})",
        pip(venv, "install", *FROM_LOCK, "-r", str(path)),
        lambda lines: _progress(lines, count),
    )


def _duration(count: int) -> str:
    return "some seconds" if count < 20 else "a minute or so"


def _progress(lines: list[str], count: int) -> str:
    fetched = sum(line.startswith(("Collecting", "Requirement already")) for line in lines)
    if any(line.startswith("Installing collected") for line in lines):
        return "unpacking"
    return f"{fetched} of {count} fetched"


class Steps:
    """Runs commands one by one, with a line when one begins and while it lasts."""

    def __init__(self, every: float) -> None:
        self._every = every

    def run(
        self, what: str, command: list[str], progress: Callable[[list[str]], str] | None = None
    ) -> None:
        """Run one; its own output is shown only when it fails.

        Raises:
            FailedError: with that output.
        """
        say(what)
        began, lines = time.monotonic(), list[str]()
        # A machine's PIP_USER has no place in an environment.
        environment = {**os.environ, "PIP_USER": "0", "PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            reading = threading.Thread(target=lines.extend, args=(process.stdout,))
            reading.start()
            while reading.is_alive():
                reading.join(self._every)
                if reading.is_alive():
                    shown = f": {progress(lines)}" if progress else ""
                    say(f"  {time.monotonic() - began:.0f} s{shown}")
        if process.returncode:
            raise FailedError("".join(lines))


def say(line: str) -> None:
    """Print one line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
