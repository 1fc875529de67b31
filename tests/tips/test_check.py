"""Each editorial rule on texts, shown by the smallest content that breaks it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.tips.trees import ACTION, ANSWER, BODY, OTHER_BODY, Tree, answer, claim, tip

REVIEW = {"on": date(2026, 11, 22), "outcome": "supported"}
GONE = {"id": "fibre-old", "number": 3, "on": date(2026, 11, 1), "why": "claim corrected"}


def test_sound_content_has_no_findings(tree: Tree) -> None:
    assert tree.findings() == []


def test_a_finding_names_file_id_rule_and_remedy(tree: Tree) -> None:
    tree.tips["fibre"] = [tip(title="One spoon.")]
    [finding] = tree.findings()
    assert (finding.file, finding.id, finding.rule) == (
        "en/tips/fibre.yaml",
        "fibre-one-spoon",
        "title",
    )
    assert str(finding) == (
        "en/tips/fibre.yaml: fibre-one-spoon: [title] ends with a full stop. Take it off"
    )


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"mood": "sunny"}, "schema"),
        ({"title": ""}, "schema"),
        ({"id": "Fibre One"}, "schema"),
        ({"topic": "fibre"}, "schema"),
        ({"claims": []}, "schema"),
        ({"claims": "fibre-feeds"}, "schema"),
        ({"season": ["monsoon"]}, "schema"),
        ({"id": "fibre-" + "x" * 43}, "id"),
        ({"claims": ["nowhere"]}, "claim-exists"),
        ({"claims": ["fibre-background"]}, "usable"),
        ({"claims": ["fibre-feeds", "fibre-feeds"]}, "claims"),
        ({"claims": ["fibre-feeds", "fibre-limited", "fibre-mixed", "fibre-none"]}, "claims"),
        ({"claims": ["sleep-matters"]}, "topic"),
        ({"title": "One spoon."}, "title"),
        ({"body": BODY + " One more. And one more."}, "sentences"),
        ({"action": "Eat a spoon of lentils tonight!"}, "typography"),
        ({"action": "Read www.example.org tonight."}, "typography"),
        ({"action": "Try the <b>lentils</b> tonight."}, "typography"),
        ({"action": "Try the lentils tonight 🙂"}, "typography"),
        ({"action": "Try tonight’s lentils."}, "typography"),
        ({"action": "Lentils will cure your skin tonight."}, "promise"),
        ({"action": "Start your DETOX with lentils."}, "promise"),
        ({"action": "Boost your immune system with soup."}, "promise"),
        ({"action": "Stop taking your tablets tonight."}, "command"),
        ({"action": "Cut out dairy for a month."}, "command"),
        ({"action": "Studies show soup is good. Cook it."}, "attribution"),
        ({"action": "Stir Activia into your soup."}, "brand"),
        ({"action": "Stir one spoon of lentilz into soup."}, "spelling"),
        ({"action": "Pick a new color of lentils."}, "spelling"),
        (
            {"claims": ["fibre-limited"], "body": BODY.replace("may not", "will definitely")},
            "too-sure",
        ),
        (
            {"body": BODY.replace(". ", ", additionally "), "action": "Investigate fermentation."},
            "grade",
        ),
        ({"reviewed": {**REVIEW, "outcome": "overstated"}}, "review"),
    ],
)
def test_a_broken_tip_is_found(tree: Tree, changes: dict[str, Any], rule: str) -> None:
    tree.tips["fibre"] = [tip(**changes)]
    assert rule in tree.rules()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"title": "x" * 61}, "title has 61 units"),
        ({"title": "😀" * 31}, "title has 62 units"),
        ({"body": "x" * 481}, "body has 481 units"),
        ({"body": "x" * 199}, "body has only 199 units"),
        ({"action": "x" * 181}, "action has 181 units"),
        ({"caution": "x" * 161}, "caution has 161 units"),
        (
            {"title": "x", "body": "x" * 480, "action": "x" * 100, "caution": "x" * 100},
            "title, body, action and caution have 681 units together",
        ),
    ],
)
def test_a_tip_over_its_budget_is_found(tree: Tree, changes: dict[str, Any], message: str) -> None:
    tree.tips["fibre"] = [tip(**changes)]
    assert [f.message for f in tree.findings() if f.rule == "length"] == [message]


def test_a_tip_at_its_limits_is_fine(tree: Tree) -> None:
    tree.tips["fibre"] = [tip(title="x" * 60, body="x" * 480, action="x" * 70, caution="x" * 70)]
    assert "length" not in tree.rules()


@pytest.mark.parametrize(
    "action",
    [
        "Remember that there is no cure, and rest a little.",
        "Do not stop taking your tablets on your own.",
        "Ask your doctor before you cut out dairy.",
        "Next time you read 'studies show', look for the number of people.",
    ],
)
def test_a_denied_promise_and_a_deferred_command_are_fine(tree: Tree, action: str) -> None:
    tree.tips["fibre"] = [tip(action=action)]
    assert tree.findings() == []


@pytest.mark.parametrize(
    ("level", "hedged"),
    [
        ("moderate", "Fibre probably helps the gut."),
        ("moderate", "Fibre might help the gut."),
        ("limited", "In one small trial fibre helped the gut."),
        ("limited", "It is unclear if fibre helps."),
        ("mixed", "Studies disagree about fibre."),
        ("mixed", "An effect of fibre has not been shown."),
        ("none", "There is no good evidence on fibre."),
    ],
)
def test_a_hedge_of_the_level_or_a_weaker_one_will_do(tree: Tree, level: str, hedged: str) -> None:
    tree.tips["fibre"] = [tip(claims=[f"fibre-{level}"], body=f"{hedged} {OTHER_BODY}"[:400])]
    assert "hedge" not in tree.rules()


@pytest.mark.parametrize(
    ("level", "too_strong"),
    [
        ("moderate", "Fibre helps the gut."),
        ("limited", "Fibre probably helps the gut."),
        ("mixed", "Fibre may help the gut."),
        ("none", "Studies disagree about fibre."),
    ],
)
def test_a_stronger_hedge_than_the_evidence_is_found(
    tree: Tree, level: str, too_strong: str
) -> None:
    tree.tips["fibre"] = [tip(claims=[f"fibre-{level}"], body=f"{too_strong} {OTHER_BODY}")]
    assert "hedge" in tree.rules()


def test_the_weakest_claim_sets_the_level(tree: Tree) -> None:
    tree.tips["fibre"] = [tip(claims=["fibre-feeds", "fibre-none"])]
    assert "hedge" in tree.rules()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"body": "Not by itself. " * 10}, "length"),
        ({"body": ANSWER + "\n\n" + ANSWER}, "length"),
        ({"wordings": ["one", "two", "three"]}, "wordings"),
        ({"wordings": ["one", "two", "three", "Is it my gut?"]}, "wordings"),
        ({"given": []}, "question"),
        ({"question": "Is the gut to blame?"}, "question"),
        ({"id": "never-asked"}, "question"),
        ({"topic": "fibre"}, "topic"),
        ({"claims": ["fibre-background"]}, "usable"),
        ({"doctor": "See a doctor if the miracle stays away."}, "promise"),
    ],
)
def test_a_broken_answer_is_found(tree: Tree, changes: dict[str, Any], rule: str) -> None:
    tree.answers["food-and-diet"] = [answer(**changes)]
    assert rule in tree.rules()


def test_an_answer_resting_on_many_claims_is_found(tree: Tree) -> None:
    tree.claims += [claim(f"more-{number}") for number in range(7)]
    tree.answers["food-and-diet"] = [answer(claims=[f"more-{number}" for number in range(7)])]
    assert tree.rules() == {"claims"}


def test_a_wording_leads_to_one_answer(tree: Tree) -> None:
    tree.questions.append(
        {**tree.questions[0], "id": "other", "question": "Why?", "variants": ["?"]}
    )
    other = answer("other", question="Why?", given=["?"])
    tree.answers["food-and-diet"] = [answer(), other]
    found = [f for f in tree.findings() if f.id == "other"]
    assert {f.rule for f in found} == {"wordings"}
    assert len(found) == len(other["wordings"])


def test_near_duplicates_are_found(tree: Tree) -> None:
    twin = tip("fibre-two", body=BODY.replace("A cup", "One cup"), action=ACTION)
    tree.tips["fibre"] = [tip(), twin]
    [finding] = tree.findings()
    assert (finding.id, finding.rule) == ("fibre-two", "twin")
    assert "fibre-one-spoon" in finding.message


def test_a_paraphrase_is_a_near_duplicate(tree: Tree) -> None:
    first = (
        "Hot air and sweat can set off itch. In surveys, many people with eczema name heat and "
        "sweat among their triggers. Cooler rooms and light layers may take the edge off. It is "
        "no one's fault."
    )
    second = (
        "Heat and sweat may trigger itching. Many people with eczema say in surveys that heat and "
        "sweat make them itch. Cooler rooms and light layers may well help a little. It is no "
        "one's fault at all."
    )
    tree.tips["fibre"] = [
        tip(body=first, action="Tonight, turn the bedroom radiator down by one notch."),
        tip("fibre-two", body=second, action="This evening, turn your bedroom radiator down."),
    ]
    assert "twin" in tree.rules("fibre-two")
