"""The size of functions, and what no file of the repository may name.

A file is as long as its subject, so none is counted.
"""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "tips", "tests")
GENERATED = ("bot/store/migrations/versions",)
LONGEST_TEST_FUNCTION = 60
# Package registries: what is installed from where is the installer's business.
REGISTRIES = (
    "pypi" + ".org",
    "python" + "hosted.org",
    "npm" + "js.",
    "conda" + ".anaconda",
    "proxy." + "golang.org",
    "crates" + ".io",
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files(*rooms: str) -> list[Path]:
    found = [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]
    return [path for path in found if not str(path.relative_to(ROOT)).startswith(GENERATED)]


def functions(*rooms: str) -> Iterator[tuple[str, int]]:
    """Every function with its lines, decorators and docstring left out."""
    for path in python_files(*rooms):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, Function):
                yield f"{path.relative_to(ROOT)}:{node.name}", lines_of(node)


def lines_of(node: Function) -> int:
    first, last = node.body[0], node.end_lineno or node.lineno
    documented = ast.get_docstring(node, clean=False) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return last - node.lineno + 1 - docstring


def test_functions_are_short() -> None:
    lengths = [lines for _, lines in functions("bot", "tips")]
    assert median(lengths) <= 8
    assert quantiles(lengths, n=20)[-1] <= 35


def test_tests_have_no_long_functions_either() -> None:
    assert {name: n for name, n in functions("tests") if n > LONGEST_TEST_FUNCTION} == {}


def test_nothing_is_called_utils() -> None:
    assert [path for path in python_files(*ROOMS) if path.stem in {"utils", "helpers"}] == []


@pytest.mark.parametrize("host", REGISTRIES)
def test_no_registry_is_named(host: str) -> None:
    search = ["git", "grep", "--untracked", "-Il", "-F", "-e", host]
    found = subprocess.run(search, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode in {0, 1}, found.stderr
    assert found.stdout == ""
