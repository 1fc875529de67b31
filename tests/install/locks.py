"""The locks as data: what each pins, for which Python, and what the pinned packages ask for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import distributions
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = {
    "run": ROOT / "requirements" / "run.txt",
    "demo": ROOT / "requirements" / "demo.txt",
    "dev": ROOT / "requirements" / "dev.txt",
    "build": ROOT / "requirements" / "build.txt",
    "bench": ROOT / "tests" / "bench" / "requirements.txt",
}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")

Metadata = dict[str, tuple[str, list[str]]]  # name: version, requirements


@dataclass(frozen=True)
class Pin:
    """One package of a lock."""

    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        (only,) = self.requirement.specifier
        return only.version


def pins(path: Path) -> list[Pin]:
    """Every package of a lock, those for other machines too."""
    entries = re.findall(r"^(?=[^\s#])(?:.*\\\n)*.*", path.read_text("utf-8"), re.MULTILINE)
    return [_pin(entry) for entry in entries]


def _pin(entry: str) -> Pin:
    first, *others = entry.replace("\\\n", "").split("--hash=")
    return Pin(Requirement(first.strip()), tuple(other.strip() for other in others))


def environment(python: str) -> dict[str, str]:
    """What markers are held against: this machine with another Python."""
    here = {name: str(value) for name, value in default_environment().items()}
    return {**here, "python_version": python, "python_full_version": f"{python}.0"}


def chosen(path: Path, python: str) -> dict[str, Pin]:
    """What is installed from a lock by one Python, by name.

    Raises:
        AssertionError: when the lock pins a package twice for it.
    """
    world, found = environment(python), dict[str, Pin]()
    for pin in pins(path):
        if pin.requirement.marker is None or pin.requirement.marker.evaluate(world):
            assert pin.name not in found, f"{pin.name} is pinned twice for {python}"
            found[pin.name] = pin
    return found


@dataclass
class Findings:
    """What is wrong with a lock, and which of its packages could not be looked into."""

    wrong: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)


def look_into(name: str, python: str, installed: Metadata) -> Findings:
    """Follow a lock from what it was made for to what each package asks for, extras included."""
    locked, found = chosen(LOCKS[name], python), Findings()
    waiting = [("the project", one) for one in wanted(roots()[name], (), python)]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        who, asked = waiting.pop()
        pin = locked.get(canonicalize_name(asked.name))
        if pin is None or not asked.specifier.contains(pin.version, prereleases=True):
            found.wrong.append(f"{who} asks for {asked}, the lock has {pin and pin.requirement}")
            continue
        if not asked.extras <= pin.requirement.extras:
            found.wrong.append(f"{who} asks for {asked}, the lock has it without that extra")
        if (step := (pin.name, frozenset(asked.extras))) in seen:
            continue
        seen.add(step)
        version, asks = installed.get(pin.name, ("", []))
        if version != pin.version:
            found.unknown.add(pin.name)
            continue
        parsed = [Requirement(one) for one in asks]
        waiting += [(pin.name, one) for one in wanted(parsed, asked.extras, python)]
    needless = locked.keys() - {reached for reached, _ in seen}
    found.wrong += [f"nobody asks for {one}" for one in needless if not found.unknown]
    return found


def installed_here() -> Metadata:
    """The packages of this environment."""
    return {
        canonicalize_name(one.name): (one.version, one.requires or []) for one in distributions()
    }


def wanted(
    asked: Iterable[Requirement], extras: Iterable[str], python: str
) -> Iterator[Requirement]:
    """Those of the requirements that hold for these extras and this Python."""
    worlds = [{**environment(python), "extra": extra} for extra in ("", *extras)]
    for one in asked:
        if one.marker is None or any(one.marker.evaluate(world) for world in worlds):
            yield one


def roots() -> dict[str, list[Requirement]]:
    """What each of the project's own locks was compiled from."""
    read = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project, extras = read["project"], read["project"]["optional-dependencies"]
    run = project["dependencies"]
    demo = [*run, *extras["editors"]]
    bench = (ROOT / "tests" / "bench" / "requirements.in").read_text("utf-8").splitlines()
    build = (ROOT / "requirements" / "build.in").read_text("utf-8").splitlines()
    listed = {
        "run": run,
        "demo": demo,
        "dev": [*demo, *read["dependency-groups"]["dev"]],
        "build": [*read["build-system"]["requires"], *build],
        "bench": [line for line in bench if line],
    }
    return {name: [Requirement(one) for one in all_] for name, all_ in listed.items()}
