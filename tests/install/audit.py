"""The locks for outsiders: ``python -m tests.install.audit advisories``, and ``sbom FILE``.

Both are uv's: it is handed a lock in its own form that says what ours say, so that nothing is
resolved and nothing but the advisories is asked for.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.install import locks

NOT_ASKED = 2  # uv's exit code when it could not ask
SECONDS = "10"
NOWHERE = "http://127.0.0.1:9/simple"  # nothing is fetched, and nobody answers there
PROJECT = tomllib.loads((locks.ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def main(given: list[str] | None = None) -> int:
    """Do what was asked for; 1 when a package has a known fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["advisories", "sbom"])
    parser.add_argument("file", nargs="?", type=Path, help="where the SBOM goes")
    parser.add_argument("--ignore", action="append", default=[], metavar="ID")
    parser.add_argument("--service", help="another advisory service that speaks OSV's protocol")
    asked = parser.parse_args(given)
    if asked.what == "advisories":
        return advisories(asked.ignore, asked.service)
    asked.file.write_text(sbom() + "\n", "utf-8")
    return 0


def advisories(ignored: list[str], service: str | None = None) -> int:
    """Ask whether anything that make installs has a known fault; no answer is no fault."""
    words = [word for one in ignored for word in ("--ignore", one)]
    words += ["--service-url", service] if service else []
    done = uv("dev", "audit", "--preview-features", "audit-command", *words)
    if done.returncode == NOT_ASKED and re.search("request|HTTP status", done.stderr):
        sys.stdout.write("Not asked: the advisory service cannot be reached from here.\n")
        return 0
    sys.stdout.write(done.stdout + done.stderr)
    return done.returncode


def sbom() -> str:
    """What the image carries from Python, as CycloneDX in JSON."""
    done = uv("run", "export", "--quiet", "--format", "cyclonedx1.5", "--preview-features",
              "sbom-export", check=True)  # fmt: skip
    made: dict[str, Any] = json.loads(done.stdout)
    made["metadata"]["component"] |= {"type": "application", "purl": _purl(PROJECT)}
    hashes = {(pin.name, pin.version): pin.hashes for pin in locks.pins(locks.LOCKS["run"])}
    for component in made["components"]:
        component["purl"] = _purl(component)
        component["hashes"] = [
            {"alg": "SHA-256", "content": one.removeprefix("sha256:")}
            for one in hashes[component["name"], component["version"]]
        ]
    return json.dumps(made, indent=2)


def _purl(of: dict[str, Any]) -> str:
    return f"pkg:pypi/{of['name']}@{of['version']}"


def uv(lock: str, *words: str, check: bool = False) -> subprocess.CompletedProcess[str]:
    """Run uv on one of our locks."""
    with TemporaryDirectory(prefix="gutskin-audit-") as folder:
        (Path(folder) / "pyproject.toml").write_text("\n".join(_project()), "utf-8")
        (Path(folder) / "uv.lock").write_text("\n".join(_lock(lock)), "utf-8")
        command = [Path(sys.executable).parent / "uv", *words, "--frozen", "--no-progress"]
        short = {"UV_HTTP_TIMEOUT": SECONDS, "UV_HTTP_RETRIES": "0"}
        return subprocess.run(
            command, cwd=folder, env={**os.environ, **short}, capture_output=True,
            text=True, check=check,
        )  # fmt: skip


def _project() -> Iterator[str]:
    yield "[project]"
    for name in ("name", "version", "requires-python"):
        yield f'{name} = "{PROJECT[name]}"'


def _lock(name: str) -> Iterator[str]:
    pins, installed = locks.pins(locks.LOCKS[name]), locks.installed_here()
    yield from ["version = 1", "revision = 3", f'requires-python = "{PROJECT["requires-python"]}"']
    yield from _package(PROJECT["name"], PROJECT["version"], 'virtual = "."', pins)
    for pin in pins:
        _, asks = installed.get(pin.name, ("", []))
        needs = {canonicalize_name(Requirement(one).name) for one in asks if "extra ==" not in one}
        known = [one for one in pins if one.name in needs]
        yield from _package(pin.name, pin.version, f'registry = "{NOWHERE}"', known)


def _package(name: str, version: str, source: str, needs: list[locks.Pin]) -> Iterator[str]:
    yield f"""
[[package]]
name = "{name}"
version = "{version}"
source = {{ {source} }}
dependencies = ["""
    yield from (f"    {_needed(one)}," for one in needs)
    yield "]"


def _needed(pin: locks.Pin) -> str:
    source, marker = f'{{ registry = "{NOWHERE}" }}', pin.requirement.marker
    when = f", marker = {json.dumps(str(marker))}" if marker else ""
    return f'{{ name = "{pin.name}", version = "{pin.version}", source = {source}{when} }}'


if __name__ == "__main__":
    sys.exit(main())
