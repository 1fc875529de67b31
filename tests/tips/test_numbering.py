"""Numbers are written into the files without touching anything else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.tips.trees import Tree, tip
from tips.findings import ContentError
from tips.library import load_library
from tips.numbering import assign_numbers

TWO_TIPS = """\
# Fibre, the friendly way.
- id: fibre-a   # the first one
  title: "Tip: a"
  body: >-
    One line,
    and another.
  action: Eat.
  kind: do
  about: for a test
  claims: [fibre-feeds]

# A remark between the two.
- id: fibre-b
  title: Tip b
  body: |
    # not a comment
    Text.
  action: >-
    Drink.

    Rest.
  kind: do
  about: for a test
  claims:
  - fibre-feeds

# The end.
"""
NUMBERED = TWO_TIPS.replace("one\n", "one\n  number: 0\n", 1).replace(
    "fibre-b\n", "fibre-b\n  number: 1\n"
)
DAY = date(2026, 11, 22)


def fibre(root: Path) -> Path:
    return root / "en/tips/fibre.yaml"


def test_numbers_go_below_the_ids_and_nothing_else_changes(tree: Tree) -> None:
    tree.tips["fibre"] = TWO_TIPS
    root = tree.write()
    assert assign_numbers(root) == {"fibre-a": 0, "fibre-b": 1}
    assert fibre(root).read_text(encoding="utf-8") == NUMBERED


def test_a_second_run_changes_nothing(tree: Tree) -> None:
    tree.tips["fibre"] = NUMBERED
    root = tree.write()
    assert assign_numbers(root) == {}
    assert fibre(root).read_text(encoding="utf-8") == NUMBERED


def test_numbers_go_on_after_the_highest_ever_given(tree: Tree) -> None:
    tree.retired = {"tips": [{"id": "fibre-old", "number": 8, "on": DAY, "why": "merged"}]}
    tree.tips = {
        "fibre": [tip("fibre-a"), tip("fibre-b", number=3), tip("fibre-c")],
        "sleep": [tip("sleep-a", claims=["sleep-matters"])],
    }
    root = tree.write()
    # The library refuses the mixture, the numbering mends it.
    assert assign_numbers(root) == {"fibre-a": 9, "fibre-c": 10, "sleep-a": 11}
    library = load_library(root=root)
    assert [found.number for found in library.tips] == [3, 9, 10, 11]


def test_an_item_on_one_line_is_refused(tree: Tree) -> None:
    tree.tips["fibre"] = (
        "- {id: fibre-a, title: a, body: b, action: c, kind: do, about: for a test, "
        "claims: [fibre-feeds]}\n"
    )
    with pytest.raises(ContentError, match=r"fibre-a: \[layout\]"):
        assign_numbers(tree.write())
