"""The library: what it hands out, and how it refuses content that is not sound."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from tests.tips.trees import BODY, Sketch, Tree, answer, claim, library_of, source, tip
from tips.library import ContentError, load_library
from tips.models import Audience, Evidence, Line, Season

THEMES = {"food": ("fibre", "plants"), "mind": ("sleep",)}


def test_tips_come_in_the_order_of_their_numbers(tree: Tree) -> None:
    tree.tips = {
        "fibre": [tip("fibre-b", number=7), tip("fibre-a", number=2)],
        "sleep": [tip("sleep-a", number=4, claims=["sleep-matters"])],
    }
    library = load_library(root=tree.write())
    assert [found.number for found in library.tips] == [2, 4, 7]
    assert library.by_number(4) is library.tip("sleep-a")
    assert dict(library.topic_of) == {2: "fibre", 4: "sleep", 7: "fibre"}
    assert library.all_mask == 0b10010100


def test_everything_is_found_by_its_name(tree: Tree) -> None:
    library = load_library(root=tree.write())
    assert library.language == "en"
    assert library.tip("fibre-one-spoon").body == BODY
    assert library.answer("gut-cause") is library.answers[0]
    assert library.claim("fibre-feeds").topic == "fibre"
    assert library.source("shown-2020").year == "2020"
    assert [theme.id for theme in library.themes] == ["food", "mind"]
    assert library.theme_names["mind"] == "Mood and sleep"
    assert library.topic_names["food-and-diet"] == "Food and diet"


@pytest.mark.parametrize("ask", ["tip", "answer", "claim", "source"])
def test_an_unknown_name_is_a_key_error(tree: Tree, ask: str) -> None:
    library = load_library(root=tree.write())
    with pytest.raises(KeyError, match="nowhere"):
        getattr(library, ask)("nowhere")
    with pytest.raises(KeyError):
        library.by_number(99)


def test_a_text_is_as_sure_as_its_weakest_claim(tree: Tree) -> None:
    tree.tips["fibre"] = [tip(claims=["fibre-moderate", "fibre-mixed", "fibre-limited"])]
    library = load_library(root=tree.write())
    assert library.evidence_of(library.tips[0]) is Evidence.MIXED
    assert library.evidence_of(library.answers[0]) is Evidence.ESTABLISHED


def test_shown_sources_come_once_and_in_the_order_of_the_claims(tree: Tree) -> None:
    tree.sources["second-2021"] = source(year="n.d.")
    tree.claims += [
        claim("fibre-x", sources=["second-2021", "hidden-2020"]),
        claim("fibre-y", sources=["shown-2020", "second-2021"]),
    ]
    tree.tips["fibre"] = [tip(claims=["fibre-x", "fibre-y"])]
    library = load_library(root=tree.write())
    shown = library.shown_sources(library.tips[0])
    assert [found.key for found in shown] == ["second-2021", "shown-2020"]


def test_masks_have_a_bit_for_every_tip_that_fits() -> None:
    library = library_of(
        [
            Sketch(0, "fibre"),
            Sketch(1, "plants", season=(Season.WINTER, Season.SPRING)),
            Sketch(3, "sleep", audience=Audience.PARENT),
            Sketch(5, "sleep", season=(Season.SUMMER,), audience=Audience.ADULT),
        ],
        THEMES,
    )
    assert library.all_mask == 0b101011
    assert library.all_year_mask == 0b001001
    assert library.all_themes == 0b11
    assert [library.theme_mask(bits) for bits in (0, 1, 2, 3, 4)] == [
        0,
        0b11,
        0b101000,
        0b101011,
        0,
    ]
    assert library.topic_mask("plants") == 0b10
    assert library.topic_mask("nowhere") == 0
    assert library.topics_mask(["fibre", "sleep"]) == 0b101001
    assert library.audience_mask(Audience.EVERYONE) == 0b101011
    assert library.audience_mask(Audience.PARENT) == 0b001011
    assert library.audience_mask(Audience.ADULT) == 0b100011
    assert library.season_mask(Season.WINTER) == 0b001011
    assert library.season_mask(Season.SUMMER) == 0b101001


def test_nothing_in_it_can_be_changed(tree: Tree) -> None:
    library = load_library(root=tree.write())
    with pytest.raises(ValidationError):
        library.tips[0].title = "Other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        library.claims["new"] = library.claim("fibre-feeds")  # type: ignore[index]


def test_a_language_without_content_falls_back_to_english(tree: Tree) -> None:
    library = load_library("de", root=tree.write())
    assert library.language == "en"
    assert [found.id for found in library.tips] == ["fibre-one-spoon"]


def test_a_second_language_needs_data_only(tree: Tree) -> None:
    root = tree.write()
    (root / "de/tips").mkdir(parents=True)
    tree.dump("de/tips/fibre.yaml", [tip(title="Ein Löffel Linsen", number=0)])
    tree.dump("de/names.yaml", {"themes": {"food": "Essen"}, "topics": {"fibre": "Ballaststoffe"}})
    library = load_library("de", root=root)
    assert library.language == "de"
    assert library.tips[0].title == "Ein Löffel Linsen"
    assert library.answers == ()
    assert library.theme_names["food"] == "Essen"


def test_tips_get_numbers_for_the_time_being_while_none_has_one(tree: Tree) -> None:
    tree.tips["fibre"] = [tip("fibre-a"), tip("fibre-b"), tip("fibre-c")]
    library = load_library(root=tree.write())
    assert [found.number for found in library.tips] == [0, 1, 2]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"tips": {"fibre": [tip("fibre-a", number=1), tip("fibre-b")]}}, "number"),
        ({"tips": {"fibre": [tip("fibre-a", number=1), tip("fibre-b", number=1)]}}, "number"),
        ({"tips": {"fibre": [tip(claims=["nowhere"])]}}, "claim-exists"),
        ({"tips": {"fibre": [tip(mood="sunny")]}}, "schema"),
        ({"tips": {"fibre": [tip(number=10_000)]}}, "schema"),
        ({"tips": {"fibre": [tip(), tip()]}}, "unique"),
        ({"tips": {"fibre": "- id: ["}}, "yaml"),
        ({"tips": {"fibre": "- number: " + 5000 * "9"}}, "yaml"),
        ({"tips": {"fibre": "- reviewed: 2026-13-01"}}, "yaml"),
        ({"tips": {"fibre": "- number: !!int one"}}, "yaml"),
        ({"tips": {"fibre": "- on: !!timestamp today"}}, "yaml"),
        ({"answers": {"food-and-diet": [answer(claims=["nowhere"])]}}, "claim-exists"),
        ({"answers": {"food-and-diet": [answer(body=None)]}}, "schema"),
        ({"themes": [{"id": "mind", "bit": 1, "topics": ["sleep"]}]}, "topic"),
        ({"sources": {}}, "source-exists"),
    ],
)
def test_unsound_content_is_refused(tree: Tree, changes: dict[str, Any], rule: str) -> None:
    for name, value in changes.items():
        setattr(tree, name, value)
    with pytest.raises(ContentError) as refused:
        load_library(root=tree.write())
    assert refused.value.rule == rule
    assert refused.value.remedy


def test_a_refusal_names_file_and_item(tree: Tree) -> None:
    tree.tips["fibre"] = [tip(claims=["nowhere"])]
    with pytest.raises(ContentError) as refused:
        load_library(root=tree.write())
    error = refused.value
    assert (error.file, error.id) == ("en/tips/fibre.yaml", "fibre-one-spoon")
    assert str(error) == (
        "en/tips/fibre.yaml: fibre-one-spoon: [claim-exists] no claim 'nowhere'. "
        "Take an id from claims.yaml"
    )
    with pytest.raises(FrozenInstanceError):
        error.finding.rule = "other"  # type: ignore[misc]


def test_a_missing_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"claims\.yaml: \[file\] No such file or directory"):
        load_library(root=tmp_path)


def test_a_whole_file_that_is_wrong_is_named_without_an_item(tree: Tree) -> None:
    root = tree.write()
    (root / "claims.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(ContentError, match=r"^claims\.yaml: \[yaml\] .*utf-8"):
        load_library(root=root)


def test_words_like_on_and_no_are_words(tree: Tree) -> None:
    tree.tips["fibre"] = (
        "- id: fibre-a\n  title: no\n  body: b\n  action: yes\n  claims: [fibre-feeds]\n"
        "  number: 0\n  kind: do\n  about: for a test\n"
        "  reviewed: {on: 2026-11-22, outcome: supported, useful: 4, easy: 5}\n"
    )
    found = load_library(root=tree.write()).tips[0]
    assert (found.title, found.action) == ("no", "yes")
    assert found.reviewed is not None
    assert found.reviewed.on.isoformat() == "2026-11-22"


def test_no_line_begins_or_ends_with_a_blank_and_none_is_empty() -> None:
    line = TypeAdapter(Line)
    assert line.validate_python("  Oats, and patience \n") == "Oats, and patience"
    with pytest.raises(ValidationError):
        line.validate_python("   ")
