"""Installs every lock for real, with the oldest and the newest pip; needs a registry.

``python -m tests.install.pips``; ``--python PATH``, as often as wanted, takes other Pythons than
this one, ``--lock NAME`` only some locks. ``--wheels 3.14`` does without that Python: it fetches
the wheels that it would get, and looks into them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email.parser import BytesParser
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.utils import canonicalize_name

from tests.install import locks

# What a Python's first release brought; older ones do not run on it.
OLDEST = {"3.11": "22.3", "3.12": "23.2.1", "3.13": "24.2", "3.14": "25.2"}
NEWEST = "the newest"
OWN = "its own"
LOOK = (
    "import json; from importlib.metadata import distributions as all_;"
    "print(json.dumps({one.name: (one.version, one.requires or []) for one in all_()}))"
)


def main() -> int:
    """Try each lock with each pip of each Python; 0 when all went well."""
    asked = _arguments().parse_args()
    names = asked.lock or list(locks.LOCKS)
    pythons = asked.python or ([] if asked.wheels else [sys.executable])
    pips = [(python, pip) for python in pythons for pip in (OLDEST[_line(python)], OWN, NEWEST)]
    trials = [partial(installed, *one, name) for one in pips for name in names]
    trials += [partial(fetched, name, line) for line in asked.wheels or [] for name in names]
    wrong = [complaint for trial in trials for complaint in trial()]
    sys.stdout.write("".join(f"{one}\n" for one in wrong) or "all locks install\n")
    return 1 if wrong else 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", action="append", help="an interpreter")
    parser.add_argument("--lock", action="append", choices=list(locks.LOCKS))
    parser.add_argument("--wheels", action="append", choices=locks.PYTHONS)
    return parser


def _line(python: str) -> str:
    look = "import sys; print('{}.{}'.format(*sys.version_info))"
    return _said(python, "-c", look).strip()


def installed(python: str, pip: str, name: str) -> list[str]:
    """Install one lock, and nothing else, into an environment of its own."""
    line = _line(python)
    with TemporaryDirectory(prefix="gutskin-lock-") as folder:
        venv = Path(folder) / "venv"
        inside = str(venv / "bin" / "python")
        _said(python, "-m", "venv", str(venv))
        if pip != OWN:
            wanted = "pip" if pip == NEWEST else f"pip=={pip}"
            _said(inside, "-m", "pip", "install", "--quiet", "--upgrade", wanted)
        _tell(
            f"{name}, Python {line}, {_said(inside, '-m', 'pip', '--version').split(' from')[0]}"
        )
        install = [python, locks.ROOT / "requirements" / "install.py", venv, locks.LOCKS[name]]
        if subprocess.run(install, check=False).returncode:
            return [f"{name} does not install on {python} with pip {pip}"]
        read = json.loads(_said(inside, "-c", LOOK))
    return _closed(name, line, {canonicalize_name(one): tuple(read[one]) for one in read})


def fetched(name: str, line: str) -> list[str]:
    """Fetch the wheels that another Python would get here, and look into them."""
    with TemporaryDirectory(prefix="gutskin-lock-") as folder:
        _tell(f"{name}, the wheels for Python {line}")
        lock = Path(folder) / "lock.txt"
        lock.write_text("".join(_without_markers(name, line)), "utf-8")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
        only = ["--only-binary", ":all:", "--python-version", line, "--dest", folder]
        if subprocess.run([*pip, *only, "-r", lock], check=False).returncode:
            return [f"{name} lacks a wheel for Python {line}"]
        found = dict(_metadata(wheel) for wheel in Path(folder).glob("*.whl"))
    return _closed(name, line, found)


def _without_markers(name: str, line: str) -> Iterator[str]:
    # pip holds markers against the Python it runs on, whatever --python-version says.
    for pin in locks.chosen(locks.LOCKS[name], line).values():
        hashes = " ".join(f"--hash={one}" for one in pin.hashes)
        yield f"{pin.name}=={pin.version} {hashes}\n"


def _metadata(wheel: Path) -> tuple[str, tuple[str, list[str]]]:
    with zipfile.ZipFile(wheel) as inside:
        (path,) = [one for one in inside.namelist() if one.endswith(".dist-info/METADATA")]
        read = BytesParser().parsebytes(inside.read(path))
    return canonicalize_name(read["Name"]), (read["Version"], read.get_all("Requires-Dist") or [])


def _closed(name: str, line: str, found: locks.Metadata) -> list[str]:
    looked = locks.look_into(name, line, found)
    unknown = [f"{one} is not there" for one in sorted(looked.unknown)]
    return [f"{name}, Python {line}: {one}" for one in [*looked.wrong, *unknown]]


def _said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _tell(line: str) -> None:
    sys.stdout.write(f"== {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
