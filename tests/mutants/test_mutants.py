"""What counts as a single fault, which are tried, and what a run makes of the tests' answers."""

from __future__ import annotations

import subprocess
from pathlib import Path
from textwrap import dedent

import pytest
from coverage import CoverageData

from tests.mutants.faults import faults_of
from tests.mutants.measured import Measured
from tests.mutants.reach import Reach
from tests.mutants.sample import Place, sample
from tests.mutants.trial import Trial, copy


def faulty(source: str) -> set[str]:
    """The source with each of its faults, in turn."""
    return {one.put_into(source.encode()).decode() for one in faults_of(source.encode())}


@pytest.mark.parametrize(
    ("source", "with_fault"),
    [
        ("x = 3", "x = 4"),
        ("x = 60", "x = 120"),
        ("x = 2.5", "x = 5.0"),
        ("x = True", "x = False"),
        ("x = a < b", "x = a <= b"),
        ("x = (a) is (b)", "x = (a) is not (b)"),
        ("x = é not in b", "x = é in b"),
        ("x = a and b", "x = a or b"),
        ("x = a + b", "x = a - b"),
        ("x = not a", "x = (a)"),
        ("x = min(a, b)", "x = max(a, b)"),
        ("x = f.order_by(a.b).all()", "x = f.all()"),
        ('x = "SELECT a ORDER BY b DESC LIMIT c"', 'x = "SELECT a LIMIT c"'),
        ("raise a from None", "raise a"),
        ("if a: b", "if not (a): b"),
        ("f(a)", "pass"),
        ("await f(a)", "pass"),
        ("a.b = c", "pass"),
        ("a += b", "pass"),
    ],
)
def test_a_fault_is_one_small_change(source: str, with_fault: str) -> None:
    assert faulty(source) == {with_fault}


@pytest.mark.parametrize(
    "source",
    [
        '"""A text of 3 words."""',
        "log.info(a, n=3)",
        'x = f"{a + b}"',
        'x = "a" + b',
        "def f(a: List[3]) -> Dict[4]: ...",
        "@frozen(True)\nclass A(B, table=True): ...",
        "raise a from b",
    ],
)
def test_what_no_test_should_see_is_no_fault(source: str) -> None:
    assert faulty(source) == set()


def test_a_sample_is_the_same_each_time_and_leaves_out_no_room() -> None:
    once = sample(60)
    assert once == sample(60)
    assert len(once) == 60
    assert len({place.room for place in once}) > 10
    assert len({place.fault.kind for place in once}) > 8


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """One module, one test that looks at it, and one that does not."""
    files = {
        "bot/__init__.py": "",
        "bot/age.py": """\
            def is_grown(age):
                return age >= 18
            """,
        "bot/other.py": "",
        "tests/ages/test_age.py": """\
            from bot import age
            def test_grown():
                assert age.is_grown(18)
            """,
        "tests/ages/test_other.py": """\
            import bot.other
            def test_other():
                pass
            """,
    }
    root = tmp_path / "checkout"
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(dedent(text))
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    return root


def places(checkout: Path) -> dict[str, Place]:
    source = (checkout / "bot/age.py").read_bytes()
    found = (Place("bot/age.py", fault, source) for fault in faults_of(source))
    return {place.fault.kind: place for place in found}


class TestATrial:
    @pytest.fixture
    def trial(self, checkout: Path, tmp_path: Path) -> Trial:
        return copy(checkout, tmp_path / "copy")

    def test_knows_which_tests_reach_a_module(self, checkout: Path) -> None:
        place = places(checkout)["comparison"]
        assert Reach(checkout).of(place) == ["tests/ages/test_age.py"]

    def test_asks_only_the_tests_that_ran_the_statement(
        self, checkout: Path, tmp_path: Path
    ) -> None:
        data = CoverageData(basename=str(tmp_path / "coverage"))
        for test, line in (("test_grown|run", 2), ("test_said[a|b]|run", 2), ("test_new|run", 1)):
            data.set_context(f"tests/ages/test_age.py::{test}")
            data.add_lines({str(checkout / "bot/age.py"): [line]})
        data.write()
        measured = Measured(Reach(checkout), tmp_path / "coverage")
        assert measured.of(places(checkout)["comparison"]) == [
            "tests/ages/test_age.py::test_grown",
            "tests/ages/test_age.py::test_said[a|b]",
        ]

    def test_asks_all_that_reach_a_statement_which_ran_before_any_test(
        self, checkout: Path, tmp_path: Path
    ) -> None:
        data = CoverageData(basename=str(tmp_path / "coverage"))
        data.add_lines({str(checkout / "bot/age.py"): [2]})
        data.write()
        measured = Measured(Reach(checkout), tmp_path / "coverage")
        assert measured.of(places(checkout)["comparison"]) == ["tests/ages/test_age.py"]

    def test_tells_what_is_found_from_what_goes_unseen(self, checkout: Path, trial: Trial) -> None:
        place, test = places(checkout)["comparison"], "tests/ages/test_age.py"
        outcome = trial.run(place, [test], 60)
        assert (outcome.found, outcome.by) == (True, f"{test}::test_grown")
        assert not trial.run(place, ["tests/ages/test_other.py"], 60).found
        assert not trial.run(place, [], 60).found

    def test_leaves_the_checkout_and_its_copy_as_they_were(
        self, checkout: Path, trial: Trial
    ) -> None:
        before = (checkout / "bot/age.py").read_bytes()
        trial.run(places(checkout)["constant"], ["tests/ages/test_age.py"], 60)
        assert (checkout / "bot/age.py").read_bytes() == before
        assert (trial.folder / "bot/age.py").read_bytes() == before
        again, _ = trial.test(["tests/ages/test_age.py"], 60)
        assert not again.found

    def test_gives_up_when_its_time_is_over(self, checkout: Path, trial: Trial) -> None:
        outcome = trial.run(places(checkout)["comparison"], ["tests/ages/test_age.py"], 0.0)
        assert (outcome.found, outcome.in_time) == (False, False)
