"""Ids, numbers, claims, sources and names: each rule, by the smallest content that breaks it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.tips.trees import OTHER_BODY, Tree, claim, source, tip

REVIEW = {"on": date(2026, 11, 22), "outcome": "supported"}
GONE = {"id": "fibre-old", "number": 3, "on": date(2026, 11, 1), "why": "claim corrected"}


def test_a_doubled_id_is_found(tree: Tree) -> None:
    tree.tips["fibre"] = [tip(), tip(body=OTHER_BODY, action="Read one label in your kitchen.")]
    assert tree.rules() == {"unique"}


def test_a_tip_and_an_answer_share_no_id(tree: Tree) -> None:
    tree.tips["fibre"] = [tip("gut-cause")]
    assert tree.rules() == {"unique"}


def test_a_doubled_number_is_found(tree: Tree) -> None:
    other = tip("fibre-two", body=OTHER_BODY, action="Read one label in your kitchen.", number=0)
    tree.tips["fibre"] = [tip(number=0), other]
    assert tree.rules() == {"number"}


def test_a_tip_without_number_among_numbered_ones_is_found(tree: Tree) -> None:
    other = tip("fibre-two", body=OTHER_BODY, action="Read one label in your kitchen.")
    tree.tips["fibre"] = [tip(number=0), other]
    assert tree.rules() == {"number"}


@pytest.mark.parametrize("changes", [{"name": "fibre-old", "number": 4}, {"number": 3}])
def test_what_was_withdrawn_never_returns(tree: Tree, changes: dict[str, Any]) -> None:
    tree.retired = {"tips": [GONE]}
    tree.tips["fibre"] = [tip(**changes)]
    assert "retired" in tree.rules()


def test_a_withdrawn_answer_never_returns(tree: Tree) -> None:
    tree.retired = {"answers": [{"id": "gut-cause", "on": date(2026, 11, 1), "why": "merged"}]}
    assert tree.rules() == {"retired"}


def test_a_tip_that_vanished_without_a_word_leaves_a_gap(tree: Tree) -> None:
    tree.tips["fibre"] = [tip(number=4)]
    tree.retired = {"tips": [GONE]}
    found = tree.findings()
    assert [finding.message for finding in found] == [
        f"number {number} is neither in use nor withdrawn" for number in (0, 1, 2)
    ]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"doi": "doi:10.1000/182"}, "doi"),
        ({"doi": "10.1000/1 82"}, "doi"),
        ({"pmid": "PMC1234"}, "pmid"),
        ({"pmid": "123456789"}, "pmid"),
        ({"url": "example.org/page"}, "url"),
        ({"doi": None}, "source"),
        ({"show": False}, "source"),
        ({"year": None}, "schema"),
    ],
)
def test_a_broken_source_is_found(tree: Tree, changes: dict[str, Any], rule: str) -> None:
    tree.sources["shown-2020"] = source(**changes)
    assert rule in tree.rules()


def test_a_claim_without_its_source_is_found(tree: Tree) -> None:
    tree.claims.append(claim("fibre-loose", sources=["nowhere"]))
    assert tree.rules() == {"source-exists"}


def test_themes_topics_and_names_fit_together(tree: Tree) -> None:
    tree.claims.append(claim("itch-one", topic="itch"))
    tree.themes = [
        {"id": "food", "bit": 0, "topics": ["fibre", "sleep"]},
        {"id": "mind", "bit": 0, "topics": ["sleep"]},
        {"id": "new", "bit": 2, "topics": ["plants"]},
    ]
    found = {(finding.rule, finding.message) for finding in tree.findings()}
    assert found == {
        ("theme", "bit 0 belongs to food"),
        ("theme", "topic sleep also stands in food"),
        ("theme", "topic itch has no theme"),
        ("name", "the theme has no name"),
        ("name", "the topic has no name"),
    }


def test_a_tip_of_a_topic_without_theme_is_found(tree: Tree) -> None:
    tree.themes = [{"id": "mind", "bit": 1, "topics": ["sleep"]}]
    assert {finding.message for finding in tree.findings()} == {
        "no theme has the topic 'fibre'",
        "topic fibre has no theme",
    }
