"""``tips …``, ``faq`` and ``calendar``: as JSON nothing else on standard output."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.terminal import data, gutskin
from tips.library import load_library

ROOT = Path(__file__).parents[2]


def test_the_command_line_opens_quickly_and_lightly() -> None:
    heavy = "sqlalchemy telegram aiohttp pydantic numpy apscheduler yaml bot.services"
    code = f"import sys, bot.cli; print([m for m in {heavy!r}.split() if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"


def test_calendar_over_a_spring_gap() -> None:
    rows = data("calendar", "--time", "02:30", "--zone", "Europe/Berlin",
                "--from", "2026-03-27", "--days", "4")  # fmt: skip
    assert rows == [
        {"utc": "2026-03-27T01:30:00+00:00", "local": "2026-03-27T02:30:00+01:00"},
        {"utc": "2026-03-28T01:30:00+00:00", "local": "2026-03-28T02:30:00+01:00"},
        {"utc": "2026-03-29T01:00:00+00:00", "local": "2026-03-29T03:00:00+02:00"},
        {"utc": "2026-03-30T00:30:00+00:00", "local": "2026-03-30T02:30:00+02:00"},
    ]


def test_calendar_on_chosen_weekdays() -> None:
    rows = data("calendar", "--time", "08:00", "--zone", "Asia/Tokyo", "--from", "2026-03-01",
                "--days", "8", "--weekdays", "mon,Wednesday")  # fmt: skip
    assert [row["local"][:10] for row in rows] == ["2026-03-02", "2026-03-04"]
    shown = gutskin("calendar", "--time", "08:00", "--zone", "UTC", "--from", "2026-03-01")
    assert len(shown.stdout.splitlines()) == 8


@pytest.mark.parametrize(
    ("option", "value", "line"),
    [
        ("--time", "25:00", "--time 25:00: is not an hour"),
        ("--zone", "Mars/Olympus", "--zone Mars/Olympus: is not a time zone"),
        ("--from", "tomorrow", "--from tomorrow: is not a date"),
        ("--weekdays", "funday", "--weekdays funday: write days like"),
    ],
)
def test_calendar_refuses_with_one_line(option: str, value: str, line: str) -> None:
    given = {"--time": "08:00", "--zone": "UTC", "--from": "2026-03-01", option: value}
    result = gutskin("calendar", *(word for pair in given.items() for word in pair))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(line)


def test_tips_are_listed_with_all_that_belongs_to_them() -> None:
    tips = data("tips", "list")
    library = load_library()
    assert len(tips) == len(library.tips)
    keys = [
        "id",
        "topic",
        "language",
        "kind",
        "evidence",
        "about",
        "claims",
        "sources",
        "season",
        "audience",
        "text",
        "rendered",
    ]
    assert list(tips[0]) == keys
    assert tips[0]["rendered"].partition("\n")[2].startswith("<b>")
    some = data("tips", "list", "--topic", tips[0]["topic"])
    assert 0 < len(some) < len(tips)
    assert tips[0]["id"] in gutskin("tips", "list").stdout


def test_a_tip_is_shown_by_id_or_number() -> None:
    tip = load_library().tips[0]
    assert data("tips", "show", tip.id) == data("tips", "show", str(tip.number))
    shown = gutskin("tips", "show", tip.id).stdout
    assert tip.title in shown
    assert "Sources" in shown
    missing = gutskin("tips", "show", "no-such-tip")
    assert (missing.exit_code, missing.stdout) == (1, "")
    assert "there is no tip no-such-tip" in missing.stderr


def test_tips_are_counted_and_numbered() -> None:
    rows = data("tips", "stats")
    assert {"kind", "name", "count", "share"} == set(rows[0])
    shown = gutskin("tips", "stats").stdout
    assert "microbiome" in shown
    assert all(name in shown for name in rows[0])
    assert "0 tips were given a number" in gutskin("tips", "number").stderr


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy whose content may be broken."""
    shutil.copytree(ROOT / "tips", tmp_path / "tips", ignore=shutil.ignore_patterns("*.npz"))
    (tmp_path / "bot").symlink_to(ROOT / "bot")
    return tmp_path


def in_clone(clone: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "import bot.cli; bot.cli.main()", *words]
    environ = {**os.environ, "PYTHONPATH": str(clone)}
    return subprocess.run(
        command, cwd=clone, env=environ, capture_output=True, check=False, text=True
    )


@pytest.mark.parametrize(
    ("broken", "what"),
    [
        ("- id: [a", "[yaml] while parsing a flow sequence"),
        ("a: 1", "[schema] not a list of items"),
        ("- id: a-new-one", "a-new-one: [schema] title: Field required"),
        ("- number: " + 5000 * "9", "[yaml] a number or a date that is none"),
        ("- reviewed: 2026-13-01", "[yaml] a number or a date that is none"),
        (b"- id: \xff", "[yaml] 'utf-8' codec can't decode"),
    ],
)
def test_broken_content_is_numbered_by_nobody_and_told_in_one_line(
    clone: Path, broken: str | bytes, what: str
) -> None:
    file = clone / "tips/content/en/tips/a-new-one.yaml"
    file.write_bytes(broken if isinstance(broken, bytes) else broken.encode())
    done = in_clone(clone, "tips", "number")
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("en/tips/a-new-one.yaml: ")
    assert what in line


def test_tips_check_prints_what_it_finds() -> None:
    result = gutskin("tips", "check", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == (1 if found else 0)
    plain = gutskin("tips", "check")
    assert plain.exit_code == result.exit_code
    assert len(plain.stdout.splitlines()) == len(found)


def test_a_question_gets_answers_best_first() -> None:
    found = data("faq", "Do probiotics help against eczema?")
    assert found["urgent"] is False
    assert found["answers"]
    assert set(found["answers"][0]) == {"id", "question", "score"}
    scores = [answer["score"] for answer in found["answers"]]
    assert scores == sorted(scores, reverse=True)
    assert found["answers"][0]["id"] in gutskin("faq", "Do probiotics help against eczema?").stdout


def test_a_wish_about_the_bot_has_the_name_that_its_button_has() -> None:
    best = data("faq", "how do I stop the tips?")["answers"][0]
    assert (best["id"], best["question"]) == ("service-stop", "Stop the tips")


def test_warning_signs_and_nonsense_are_told_apart(tmp_path: Path) -> None:
    questions = tmp_path / "questions.txt"
    questions.write_text("my face is swelling and I cannot breathe\ntractor engine oil change\n")
    result = gutskin("faq", "--batch", str(questions))
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert first["urgent"] is True
    assert second == {"urgent": False, "answers": []}
    assert "seek care now" in gutskin("faq", "my face is swelling, I cannot breathe").stderr
    assert "No good match" in gutskin("faq", "tractor engine oil change").stderr
    assert gutskin("faq").exit_code == 2


def test_a_batch_answers_line_for_line_whatever_is_in_the_lines(tmp_path: Path) -> None:
    lines = [
        b"\xef\xbb\xbftractor engine oil change",
        b"",
        b"\xff\xfe not UTF-8",
        "one line with \x85 and \u2028 in it".encode(),
        b"my face is swelling and I cannot breathe\r",
    ]
    questions = tmp_path / "questions.txt"
    questions.write_bytes(b"\n".join(lines))
    result = gutskin("faq", "--batch", str(questions), "--json")
    assert result.exit_code == 0
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [item["urgent"] for item in found] == [False, False, False, False, True]


def test_calendar_at_the_end_of_all_dates() -> None:
    result = gutskin("calendar", "--time", "08:00", "--zone", "UTC", "--from", "9999-12-30")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("--from 9999-12-30: is too near")
