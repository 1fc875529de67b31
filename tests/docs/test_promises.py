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
    "English": "I can't breathe and my lips are swelling",
    "German": "Ich bekomme keine Luft und meine Lippen schwellen an",
    "Spanish": "No puedo respirar y se me hinchan los labios",
    "Portuguese": "Não consigo respirar e meus lábios estão inchando",
    "French": "Je n'arrive plus à respirer et mes lèvres gonflent",
    "Italian": "Non riesco a respirare e mi si gonfiano le labbra",
    "Dutch": "Ik krijg geen lucht en mijn lippen zwellen op",
    "Polish": "Nie mogę oddychać i puchną mi usta",
    "Turkish": "Nefes alamıyorum ve dudaklarım şişiyor",
    "Russian": "Не могу дышать и губы опухают",
    "Ukrainian": "Не можу дихати і губи набрякають",
    "Arabic": "لا أستطيع التنفس وشفتاي تتورمان",
}


def test_warning_signs_are_heard_in_the_languages_that_the_readme_names() -> None:
    readme = " ".join((tables.ROOT / "README.md").read_text("utf-8").split())
    named = re.search(r"which number to call: in ([^.]+?), each in its own language", readme)
    assert named is not None
    assert set(re.split(", | and ", named[1])) == set(CRIES)
    signs = WarningSigns.load()
    heard = {name: signs.match(words) for name, words in CRIES.items()}
    assert [name for name, found in heard.items() if found is None] == []
    assert len({found.language for found in heard.values() if found is not None}) == len(CRIES)
