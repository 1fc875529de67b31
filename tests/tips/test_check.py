"""Each editorial rule on texts, shown by the smallest content that breaks it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.tips.trees import ACTION, ANSWER, BODY, OTHER_BODY, Tree, answer, claim, tip

REVIEW = {"on": date(2026, 11, 22), "outcome": "supported", "useful": 5, "easy": 4}
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
        ({"body": BODY + " One more. And one more. And one."}, "sentences"),
        ({"body": BODY.replace(". ", ", ")}, "sentences"),
        ({"kind": "dream"}, "schema"),
        ({"kind": None}, "schema"),
        ({"about": None}, "schema"),
        ({"about": "gut bacteria"}, "about"),
        ({"about": "for " + "x" * 57}, "about"),
        ({"title": "A trial of lentils"}, "study-words"),
        ({"action": "Ask 240 people about lentils."}, "study-words"),
        ({"action": "Eat 30% more lentils tonight."}, "study-words"),
        ({"action": "Just relax and cook some lentils."}, "stiff"),
        ({"caution": "Whom to ask: your doctor."}, "stiff"),
        ({"caution": "If the skin gets redder, see a doctor."}, "skin-colour"),
        ({"caution": "Call an ambulance, or tell your doctor soon."}, "urgency"),
        ({"caution": "Painful blisters? See a doctor."}, "sign"),
        ({"caution": "No kisses from anyone with a cold sore. Fever: go today."}, "sign"),
        ({"caution": "A swollen tongue? Ring your surgery today."}, "sign"),
        ({"caution": "Weeping skin? A doctor comes before the cream, today."}, "stiff"),
        ({"action": "Lentils may help, and soup often does."}, "hedged-twice"),
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
            {"claims": ["fibre-limited"], "body": BODY.replace("so a", "so definitely a")},
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
        ({"body": "Eat well now. " * 3 + "x" * 300}, "body has 342 units"),
        ({"body": "Eat well now. " * 4}, "the body has 12 words"),
        ({"body": "Eat well. " * 26}, "the body has 52 words"),
        ({"action": "x" * 181}, "action has 181 units"),
        ({"caution": "x" * 161}, "caution has 161 units"),
    ],
)
def test_a_tip_over_its_budget_is_found(tree: Tree, changes: dict[str, Any], message: str) -> None:
    tree.tips["fibre"] = [tip(**changes)]
    assert message in [f.message for f in tree.findings() if f.rule == "length"]


def test_a_tip_at_its_limits_is_fine(tree: Tree) -> None:
    body = " ".join(["word"] * 49 + ["x" * 75])
    tree.tips["fibre"] = [tip(title="x" * 60, body=body, action="x" * 180, caution="x" * 160)]
    assert "length" not in tree.rules()


def test_a_sign_with_its_urgency_is_fine(tree: Tree) -> None:
    caution = "Painful blisters? Get help the same day. Near the eye or with fever: at once."
    tree.tips["fibre"] = [tip(caution=caution)]
    assert tree.findings() == []


@pytest.mark.parametrize(
    "action",
    [
        "Remember that there is no cure, and rest a little.",
        "Do not stop taking your tablets on your own.",
        "Ask your doctor before you cut out dairy.",
    ],
)
def test_a_denied_promise_and_a_deferred_command_are_fine(tree: Tree, action: str) -> None:
    tree.tips["fibre"] = [tip(action=action)]
    assert tree.findings() == []


@pytest.mark.parametrize(
    ("level", "hedged"),
    [
        ("moderate", "Fibre helps the gut."),
        ("limited", "Fibre may help the gut."),
        ("limited", "Nobody knows if fibre helps."),
        ("mixed", "It isn't clear if fibre helps."),
        ("none", "Fibre isn't shown to help."),
    ],
)
def test_a_hedge_of_the_level_or_a_weaker_one_will_do(tree: Tree, level: str, hedged: str) -> None:
    tree.tips["fibre"] = [tip(claims=[f"fibre-{level}"], body=f"{hedged} {OTHER_BODY}")]
    assert "hedge" not in tree.rules()


@pytest.mark.parametrize(
    ("level", "too_strong"),
    [
        ("limited", "Fibre helps the gut."),
        ("mixed", "Fibre often helps the gut."),
        ("none", "It isn't clear if fibre helps."),
    ],
)
def test_a_stronger_hedge_than_the_evidence_is_found(
    tree: Tree, level: str, too_strong: str
) -> None:
    tree.tips["fibre"] = [tip(claims=[f"fibre-{level}"], body=f"{too_strong} {OTHER_BODY}")]
    assert "hedge" in tree.rules()


@pytest.mark.parametrize("about", ["for gut bacteria, not shown for skin", "everyday advice"])
def test_the_evidence_line_may_say_it_instead(tree: Tree, about: str) -> None:
    tree.tips["fibre"] = [tip(claims=["fibre-none"], about=about)]
    assert "hedge" not in tree.rules()


def test_the_weakest_claim_sets_the_level(tree: Tree) -> None:
    tree.tips["fibre"] = [tip(claims=["fibre-feeds", "fibre-none"])]
    assert "hedge" in tree.rules()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"body": "Not by itself. " * 3}, "length"),
        ({"body": ANSWER + "\n\n" + ANSWER}, "length"),
        ({"headline": "Not by itself, as far as we know. " * 4}, "length"),
        ({"headline": None}, "schema"),
        ({"label": "What does a label say that no button has room for?"}, "label"),
        ({"headline": "No, not by itself."}, "headline"),
        ({"headline": "None is best."}, "headline"),
        ({"details": "word " * 91}, "length"),
        ({"headline": "No, says a review of 44 studies."}, "study-words"),
        ({"related": ["gut-cause"]}, "related"),
        ({"related": ["nowhere"]}, "related"),
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
    tree.claims += [claim(f"more-{number}") for number in range(13)]
    tree.answers["food-and-diet"] = [answer(claims=[f"more-{number}" for number in range(13)])]
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
    twin = tip("fibre-two", body=BODY.replace("a handful", "one handful"), action=ACTION)
    tree.tips["fibre"] = [tip(), twin]
    [finding] = [finding for finding in tree.findings() if finding.rule == "twin"]
    assert finding.id == "fibre-two"
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
