"""Numbers and reviews are written into the files without touching anything else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.tips.trees import Tree, tip
from tips.findings import ContentError
from tips.library import load_library
from tips.models import Verdict
from tips.numbering import assign_numbers, record_review

TWO_TIPS = """\
# Fibre, the friendly way.
- id: fibre-a   # the first one
  title: "Tip: a"
  body: >-
    One line,
    and another.
  action: Eat.
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


def test_a_review_becomes_the_last_line_of_the_item(tree: Tree) -> None:
    tree.tips["fibre"] = NUMBERED
    root = tree.write()
    assert record_review("fibre-a", DAY, Verdict.SUPPORTED, root) == fibre(root)
    assert record_review("fibre-b", DAY, Verdict.OVERSTATED, root) == fibre(root)
    assert fibre(root).read_text(encoding="utf-8") == NUMBERED.replace(
        "[fibre-feeds]\n",
        "[fibre-feeds]\n  reviewed: {on: 2026-11-22, outcome: supported}\n",
    ).replace(
        "  - fibre-feeds\n",
        "  - fibre-feeds\n  reviewed: {on: 2026-11-22, outcome: overstated}\n",
    )


@pytest.mark.parametrize(
    "older",
    [
        "  reviewed: {on: 2026-11-01, outcome: unsafe}\n",
        "  reviewed:\n    on: 2026-11-01\n    outcome: unsafe\n",
    ],
)
def test_a_review_takes_the_place_of_an_older_one(tree: Tree, older: str) -> None:
    tree.tips["fibre"] = NUMBERED.replace("  action: Eat.\n", older + "  action: Eat.\n")
    root = tree.write()
    record_review("fibre-a", DAY, Verdict.SUPPORTED, root)
    text = fibre(root).read_text(encoding="utf-8")
    assert text.count("reviewed:") == 1
    assert "unsafe" not in text
    review = load_library(root=root).tip("fibre-a").reviewed
    assert review is not None
    assert (review.on, review.outcome) == (DAY, Verdict.SUPPORTED)


def test_answers_are_reviewed_in_the_same_way(tree: Tree) -> None:
    root = tree.write()
    path = record_review("gut-cause", DAY, Verdict.SUPPORTED, root)
    assert path == root / "en/answers/food-and-diet.yaml"
    assert load_library(root=root).answer("gut-cause").reviewed is not None


def test_a_last_line_without_its_end_gets_one(tree: Tree) -> None:
    tree.tips["fibre"] = NUMBERED.replace("\n# The end.\n", "").rstrip("\n")
    root = tree.write()
    record_review("fibre-b", DAY, Verdict.SUPPORTED, root)
    assert load_library(root=root).tip("fibre-b").reviewed is not None


def test_an_unknown_id_is_a_key_error(tree: Tree) -> None:
    with pytest.raises(KeyError, match="fibre-z"):
        record_review("fibre-z", DAY, Verdict.SUPPORTED, tree.write())


def test_an_item_on_one_line_is_refused(tree: Tree) -> None:
    tree.tips["fibre"] = "- {id: fibre-a, title: a, body: b, action: c, claims: [fibre-feeds]}\n"
    with pytest.raises(ContentError, match=r"fibre-a: \[layout\]"):
        assign_numbers(tree.write())
