"""Each editorial rule, shown by the smallest content that breaks it."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pytest

from tests.tips.trees import ACTION, ANSWER, BODY, OTHER_BODY, Tree, answer, claim, source, tip
from tips import check as checks
from tips.findings import Finding
from tips.library import Library, load_library
from tips.models import Answer, Tip

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


def test_an_exception_silences_its_rule_for_its_item_only(tree: Tree) -> None:
    tree.tips["fibre"] = [tip(action="Lentils will cure your skin tonight.")]
    tree.allow = [{"id": "fibre-one-spoon", "rule": "promise", "reason": "quotes a label"}]
    assert tree.findings() == []


def test_an_exception_nobody_needs_is_found(tree: Tree) -> None:
    tree.allow = [{"id": "fibre-one-spoon", "rule": "promise", "reason": "quotes a label"}]
    [finding] = tree.findings()
    assert (finding.file, finding.rule) == ("allow.yaml", "allow")


@pytest.mark.parametrize("allowance", [{"rule": "schema"}, {"reason": ""}])
def test_an_exception_needs_an_excusable_rule_and_a_reason(
    tree: Tree, allowance: dict[str, str]
) -> None:
    sound = {"id": "fibre-one-spoon", "rule": "promise", "reason": "quotes a label"}
    tree.allow = [{**sound, **allowance}]
    assert tree.rules() == {"schema"}


def test_what_is_rendered_fits_into_its_message(tree: Tree) -> None:
    def render(item: Tip | Answer, library: Library) -> str:
        assert library.evidence_of(item) == "established"
        return "😀" * (450 if isinstance(item, Tip) else 2049)

    [finding] = tree.findings(render=render)
    assert (finding.id, finding.rule, finding.message) == (
        "gut-cause",
        "rendered",
        "rendered it has 4098 units",
    )


def test_what_cannot_be_rendered_is_reported_without_rendering(tree: Tree) -> None:
    tree.tips["fibre"] = [tip(claims=["nowhere"])]
    found = tree.findings(render=lambda item, library: str(library.evidence_of(item)))
    assert "claim-exists" in {finding.rule for finding in found}


@pytest.mark.parametrize(
    ("file", "text", "rule"),
    [
        ("en/tips/fibre.yaml", "- id: [", "yaml"),
        ("en/tips/fibre.yaml", "- id: one\n  id: two\n", "yaml"),
        ("en/tips/fibre.yaml", "id: one", "schema"),
        ("en/tips/fibre.yaml", "- just words", "schema"),
        ("sources.yaml", "- just words", "schema"),
        ("sources.yaml", "shown-2020: words", "schema"),
        ("words.yaml", "brands: 3", "schema"),
        ("spelling.yaml", "- words", "schema"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tree: Tree, file: str, text: str, rule: str) -> None:
    root = tree.write()
    (root / file).write_text(text, encoding="utf-8")
    found = checks.check(root, complete=False)
    assert (file, rule) in {(finding.file, finding.rule) for finding in found}


@pytest.mark.parametrize("file", ["claims.yaml", "words.yaml", "en/names.yaml", "retired.yaml"])
def test_a_missing_file_is_named(tree: Tree, file: str) -> None:
    root = tree.write()
    (root / file).unlink()
    found = checks.check(root, complete=False)
    assert Finding(file, "", "file", "No such file or directory", "Restore the file") in found


class TestAtFullSize:
    """What is asked only once all content is there."""

    def test_numbers_and_reviews_are_asked_for(self, tree: Tree) -> None:
        assert {"number", "review"} <= tree.rules("fibre-one-spoon", complete=True)
        tree.tips["fibre"] = [tip(number=0, reviewed=REVIEW)]
        assert tree.rules("fibre-one-spoon", complete=True) == set()

    def test_every_usable_claim_is_told(self, tree: Tree) -> None:
        found = [f.id for f in tree.findings(complete=True) if f.rule == "unused"]
        assert "sleep-matters" in found
        assert "fibre-background" not in found

    def test_a_seed_claim_is_told_in_a_tip(self, tree: Tree) -> None:
        tree.claims.append(claim("fibre-seed", seed=True))
        tree.answers["food-and-diet"] = [answer(claims=["fibre-seed"])]
        [finding] = [f for f in tree.findings(complete=True) if f.id == "fibre-seed"]
        assert finding.message == "it is a seed claim, and no tip rests on it"

    def test_every_shown_source_is_reached(self, tree: Tree) -> None:
        tree.sources |= {"idle-2020": source(), "resting-2020": source()}
        tree.claims.append(claim("fibre-rests", usable=False, sources=["resting-2020"]))
        found = [f.id for f in tree.findings(complete=True) if f.rule == "unreached"]
        assert found == ["idle-2020"]

    def test_every_question_is_answered(self, tree: Tree) -> None:
        tree.answers = {}
        [finding] = [f for f in tree.findings(complete=True) if f.rule == "question"]
        assert (finding.file, finding.id) == ("questions.yaml", "gut-cause")

    def test_a_year_of_tips_spread_over_topics_seasons_and_parents(self, tree: Tree) -> None:
        found = {f.message for f in tree.findings(complete=True) if f.rule == "balance"}
        assert found == {
            "1 tips",
            "0 seasonal tips",
            "0 tips for parents",
            "1 of 1 tips, 100.0%",
            "0 of 1 tips, 0.0%",
        }

    def test_no_tips_at_all_are_out_of_balance_too(self, tree: Tree) -> None:
        tree.tips = {}
        assert "0 of 0 tips, 0.0%" in {f.message for f in tree.findings(complete=True)}


def test_the_balance_counts_topics_seasons_audiences_and_levels(tree: Tree) -> None:
    tree.tips = {
        "fibre": [
            tip("fibre-a", season=["winter", "autumn"]),
            tip("fibre-b", claims=["fibre-limited"], audience="parent"),
        ],
        "sleep": [tip("sleep-a", claims=["sleep-matters"])],
    }
    rows = {(row.kind, row.name): row.count for row in checks.balance(_library(tree))}
    assert rows == {
        ("topic", "fibre"): 2,
        ("topic", "sleep"): 1,
        ("season", "any"): 1,
        ("season", "spring"): 0,
        ("season", "summer"): 0,
        ("season", "autumn"): 1,
        ("season", "winter"): 1,
        ("audience", "everyone"): 2,
        ("audience", "adult"): 0,
        ("audience", "parent"): 1,
        ("evidence", "established"): 2,
        ("evidence", "limited"): 1,
    }
    shares = [row.share for row in checks.balance(_library(tree)) if row.kind == "topic"]
    assert shares == [pytest.approx(2 / 3), pytest.approx(1 / 3)]


def _library(tree: Tree) -> Library:

    return load_library(root=tree.write())


class TestCommand:
    """``python -m tips.check``."""

    def test_it_prints_the_findings_of_the_files_given(
        self, tree: Tree, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tree.tips["fibre"] = [tip(title="One spoon.")]
        root = tree.write()
        monkeypatch.setattr(checks, "CONTENT", root)
        monkeypatch.setattr(checks.check, "__defaults__", (root,))
        assert checks.main([str(root / "en/tips/fibre.yaml")]) == 1
        assert "[title]" in capsys.readouterr().out
        assert checks.main([str(root / "claims.yaml")]) == 0
        assert capsys.readouterr().out == "0 findings\n"
        assert checks.main(["--complete"]) == 1
        assert "[balance]" in capsys.readouterr().out


def test_checking_a_full_library_takes_less_than_fifteen_seconds(tree: Tree) -> None:
    words = BODY.split()
    tree.tips["fibre"] = [
        tip(f"fibre-{n}", body=" ".join(words[n % 30 :] + words[: n % 30])) for n in range(366)
    ]
    tree.answers["food-and-diet"] = [answer(f"gut-{n}") for n in range(125)]
    root = tree.write()
    begun = time.perf_counter()
    checks.check(root)
    assert time.perf_counter() - begun < 15
