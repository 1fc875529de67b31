"""What SECURITY, PRIVACY and README promise is held by a test, or is what the code does."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.docs import tables
from tips.signs import WarningSigns

DOCS = tables.ROOT / "docs"
THREATS = (DOCS / "SECURITY.md").read_text("utf-8").split("## Threats and tests")[1]
ROWS = re.findall(r"^\| ((?!threat|---).+?) \| .+ \| (.+) \|$", THREATS, re.MULTILINE)


def found_in(path: Path) -> set[str]:
    """``name`` or ``Class::name`` of every test in a file."""
    found = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        members = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        functions = (ast.FunctionDef, ast.AsyncFunctionDef)
        found |= {prefix + one.name for one in members if isinstance(one, functions)}
    return {name for name in found if name.rpartition("::")[2].startswith("test_")}


@pytest.mark.parametrize(("threat", "held"), ROWS, ids=[threat for threat, _ in ROWS])
def test_each_threat_has_its_test(threat: str, held: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::([\w:]+))?`", held)
    assert held.count("`tests/") == len(named) > 0
    for file, test in named:
        present = found_in(tables.ROOT / file)
        assert (test in present) if test else present, (file, test)


def test_there_is_a_threat_for_every_row_and_no_row_without() -> None:
    lines = [line for line in THREATS.split("## ")[0].splitlines() if line.startswith("| ")]
    assert len(ROWS) == len(lines) - 1


CRIES = {
    "en": "I can't breathe and my lips are swelling",
    "de": "Ich bekomme keine Luft und meine Lippen schwellen an",
    "fr": "Je n'arrive plus à respirer et mes lèvres gonflent",
}


def test_warning_signs_are_heard_in_the_languages_that_the_readme_names() -> None:
    readme = (tables.ROOT / "README.md").read_text("utf-8")
    assert "A message in English that describes a warning sign is first told" in readme
    heard = {code for code, words in CRIES.items() if WarningSigns.load().match(words) is not None}
    assert heard == {"en"}
