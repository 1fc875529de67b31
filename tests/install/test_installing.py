"""``requirements/install.py`` as make, the image and CI run it, from a registry on this disk."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.install import locks
from tests.install.registry import NEWER, open_registry, put_wheel

INSTALL = locks.ROOT / "requirements" / "install.py"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def install(
    venv: Path, lock: Path, *words: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """What is said, with this machine's pip settings left out."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return subprocess.run(
        [sys.executable, INSTALL, venv, lock, *words],
        env={**kept, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@dataclass(frozen=True)
class Installed:
    """An environment that was just filled."""

    lock: Path
    venv: Path
    said: list[str]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The dev lock, installed from a registry that has newer releases of everything."""
    lock = open_registry(tmp_path_factory.mktemp("registry"), "dev", PYTHON)
    venv = tmp_path_factory.mktemp("environment") / "venv"
    done = install(venv, lock, "--every", "0.2", PIP_FIND_LINKS=str(lock.parent))
    assert done.returncode == 0, done.stdout + done.stderr
    return Installed(lock, venv, done.stdout.splitlines())


def freeze(venv: Path) -> Mapping[str, str]:
    list_ = [venv / "bin" / "python", "-m", "pip", "list", "--format", "freeze"]
    said = subprocess.run(list_, check=True, capture_output=True, text=True).stdout
    return {name.lower(): version for name, version in (line.split("==") for line in said.split())}


class TestWithTheMachinesOwnPip:
    def test_the_lock_alone_is_installed_whatever_is_newer(self, filled: Installed) -> None:
        got = freeze(filled.venv)
        wanted = locks.chosen(locks.LOCKS["dev"], PYTHON)
        assert {name: got.get(name) for name in wanted} == {
            name: pin.version for name, pin in wanted.items()
        }
        assert NEWER not in got.values()

    def test_no_step_is_silent(self, filled: Installed) -> None:
        steps = [line for line in filled.said if not line.startswith("  ")]
        count = len(locks.pins(filled.lock))
        assert steps == [
            f"Making {filled.venv} (a few seconds)",
            f"Installing dev.txt into {filled.venv}: {count} packages (once; a minute or so)",
            "Checking that all of it fits together",
        ]
        told = [line for line in filled.said if line.startswith("  ")]
        assert len(told) > 10
        assert any(line.endswith(f" of {count} fetched") for line in told)
        assert any(line.endswith("unpacking") for line in told)

    def test_nothing_that_a_lock_lacks_is_looked_for(
        self, filled: Installed, tmp_path: Path
    ) -> None:
        """Not even where a registry has it; only then it is told that something is missing."""
        wheel = put_wheel(tmp_path, "asking", "1", ["lacking"])
        put_wheel(tmp_path, "lacking", NEWER, [])
        lock = tmp_path / "asking.txt"
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        lock.write_text(f"asking==1 --hash=sha256:{digest}\n", "utf-8")
        done = install(tmp_path / "venv", lock, PIP_FIND_LINKS=str(tmp_path))
        assert done.returncode == 1
        assert "asking 1 requires lacking, which is not installed" in done.stdout
        assert set(freeze(tmp_path / "venv")) & {"asking", "lacking"} == {"asking"}

    def test_a_package_that_is_not_what_the_lock_says_is_refused(
        self, filled: Installed, tmp_path: Path
    ) -> None:
        other = tmp_path / "other.txt"
        other.write_text(f"idna=={NEWER} --hash=sha256:{'0' * 64}\n", "utf-8")
        done = install(filled.venv, other, PIP_FIND_LINKS=str(filled.lock.parent))
        assert done.returncode == 1
        assert "DO NOT MATCH THE HASHES" in done.stdout
        assert done.stdout.splitlines()[-1].endswith(f"To begin anew: rm -r {filled.venv}")
