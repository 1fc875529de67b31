"""Exceptions, rendering, unreadable files, full size, balance and the command."""

from __future__ import annotations

from datetime import date

import pytest

from tests.tips.trees import OTHER_BODY, Tree, answer, claim, source, tip
from tips import check as checks
from tips.findings import Finding
from tips.library import Library, load_library
from tips.models import Answer, Tip

REVIEW = {"on": date(2026, 11, 22), "outcome": "supported", "useful": 5, "easy": 4}
GONE = {"id": "fibre-old", "number": 3, "on": date(2026, 11, 1), "why": "claim corrected"}


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


@pytest.mark.parametrize(
    "file", ["claims.yaml", "words.yaml", "en/names.yaml", "retired.yaml", "first-week.yaml"]
)
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

    def test_a_text_that_waits_to_be_read_again_may_stand(self, tree: Tree) -> None:
        tree.tips["fibre"] = [tip(number=0, reviewed="due")]
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
            "the topic fibre make up 1 of 1, 100.0%",
        }

    def test_a_group_keeps_to_its_share(self, tree: Tree) -> None:
        tree.groups = [{"id": "plate", "least": 0, "most": 0.4, "topics": ["fibre"]}]
        assert "the group plate make up 1 of 1, 100.0%" in self.out_of_balance(tree)

    def test_most_actions_are_things_to_do(self, tree: Tree) -> None:
        tree.tips["fibre"] = [tip(kind="ask"), tip("fibre-two", kind="think")]
        assert {
            "the actions of kind do make up 0 of 2, 0.0%",
            "the actions of kind note or ask make up 1 of 2, 50.0%",
            "the actions of kind think make up 1 of 2, 50.0%",
        } <= self.out_of_balance(tree)

    def test_few_tips_are_about_what_is_not_shown(self, tree: Tree) -> None:
        tree.tips["fibre"] = [tip(unproven=True)]
        assert "what is not shown make up 1 of 1, 100.0%" in self.out_of_balance(tree)

    def test_one_message_comes_twice_at_most(self, tree: Tree) -> None:
        said = [
            "A cool room can calm the night. Turn the heating down before you go to bed.",
            "Turn the heating down before bed: a cool bedroom can make for a calmer night.",
            "For a calmer night, keep your bedroom cool and turn the heating down at bedtime.",
        ]
        tree.tips["sleep"] = [
            tip(f"sleep-{n}", title="A cool room", body=body, claims=["sleep-matters"])
            for n, body in enumerate(said)
        ]
        found = {f.id for f in tree.findings(complete=True) if f.rule == "message"}
        assert found == {"sleep-0", "sleep-1", "sleep-2"}
        tree.tips["sleep"].pop()
        assert "message" not in tree.rules(complete=True)

    def test_no_tips_at_all_are_out_of_balance_too(self, tree: Tree) -> None:
        tree.tips = {}
        assert "0 tips" in self.out_of_balance(tree)

    def test_an_answer_leads_on_to_two_others(self, tree: Tree) -> None:
        [finding] = [f for f in tree.findings(complete=True) if f.rule == "related"]
        assert (finding.id, finding.message) == ("gut-cause", "it leads on to 0 answers")

    def out_of_balance(self, tree: Tree) -> set[str]:
        return {f.message for f in tree.findings(complete=True) if f.rule == "balance"}


def test_every_topic_counts_towards_one_group(tree: Tree) -> None:
    tree.groups[0]["topics"] = ["sleep"]
    [finding] = tree.findings()
    assert (finding.file, finding.message) == ("balance.yaml", "0 groups have the topic fibre")


def test_neighbours_ask_for_different_things(tree: Tree) -> None:
    tree.tips["fibre"] = [tip(), tip("fibre-two", title="Red soup", body=OTHER_BODY)]
    [finding] = tree.findings()
    assert (finding.id, finding.rule) == ("fibre-two", "action")


def test_few_tips_ask_for_a_diary(tree: Tree) -> None:
    tree.tips["fibre"] = [
        tip(f"fibre-{number}", action=f"Keep a food diary of dish {number}.")
        for number in range(9)
    ]
    found = [f for f in tree.findings() if "diary" in f.message]
    assert [finding.id for finding in found] == ["fibre-8"]


def test_the_first_week_names_tips_that_there_are(tree: Tree) -> None:
    tree.first_week = {"adult": ["fibre-one-spoon"], "parent": ["fibre-gone"]}
    [finding] = tree.findings()
    assert (finding.file, finding.id) == ("first-week.yaml", "fibre-gone")


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
        ("group", "all"): 3,
        ("kind", "do"): 3,
        ("kind", "note"): 0,
        ("kind", "ask"): 0,
        ("kind", "think"): 0,
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
