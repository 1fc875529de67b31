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
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import told

Step = Callable[..., None]
HERE = Path(__file__).resolve().parent
FROM_LOCK = ("--no-deps", "--require-hashes", "--only-binary", ":all:")
QUIETLY = ("--disable-pip-version-check", "--no-input", "--progress-bar", "off")
OURSELVES = ("--no-deps", "--no-build-isolation", "--editable", str(HERE.parent))


def main(given: Sequence[str] | None = None) -> int:
    """Make the environment and fill it; 0 when all of it fits together."""
    asked = _arguments().parse_args(given)
    step = partial(told.run, every=asked.every)
    try:
        _make(asked.venv, step)
        for lock in asked.locks:
            _install(asked.venv, lock, step)
        if asked.project:
            step("Putting gutskin itself there", pip(asked.venv, "install", *OURSELVES))
        step("Checking that all of it fits together", pip(asked.venv, "check"))
    except told.FailedError as error:
        told.say(f"{error}\nThe lines above say what is wrong. To begin anew: rm -r {asked.venv}")
        return 1
    except KeyboardInterrupt:
        told.say("Stopped; the same command goes on from here.")
        return told.STOPPED
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Install locks into a virtual environment.")
    parser.add_argument("venv", type=Path, help="the environment, made where there is none")
    parser.add_argument("locks", nargs="+", help="names in requirements/, or files")
    parser.add_argument("--project", action="store_true", help="gutskin too, editable")
    parser.add_argument(
        "--every", type=float, default=told.EVERY, help="seconds from line to line"
    )
    return parser


def pip(venv: Path, *words: str) -> list[str]:
    """The environment's own pip, blind to this shell's PYTHONPATH."""
    python = venv / ("Scripts" if os.name == "nt" else "bin") / "python"
    return [str(python), "-Iu", "-m", "pip", *words, *(QUIETLY if words[0] == "install" else ())]


def _make(venv: Path, step: Step) -> None:
    # One that was cut short has a Python and no pip.
    try:
        subprocess.run(pip(venv, "--version"), check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        make = [sys.executable, "-m", "venv", "--clear", str(venv)]
        step(f"Making {venv} (a few seconds)", make)


def _install(venv: Path, lock: str, step: Step) -> None:
    path = Path(lock) if lock.endswith(".txt") else HERE / f"{lock}.txt"
    count = sum("==" in line for line in path.read_text("utf-8").splitlines())
    step(
        f"Installing {path.name} into {venv}: {count} packages (once; {_duration(count)})",
        pip(venv, "install", *FROM_LOCK, "-r", str(path)),
        progress=lambda lines: _progress(lines, count),
    )


def _duration(count: int) -> str:
    return "some seconds" if count < 20 else "a minute or so"


def _progress(lines: list[str], count: int) -> str:
    fetched = sum(line.startswith(("Collecting", "Requirement already")) for line in lines)
    if any(line.startswith("Installing collected") for line in lines):
        return ": unpacking"
    return f": {fetched} of {count} fetched"


if __name__ == "__main__":
    sys.exit(main())
