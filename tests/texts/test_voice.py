"""The bot speaks as VOICE.md says: every line that it can say, in the catalogue's own list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from bot.texts.catalogue import translator
from bot.texts.html import shortened, units
from bot.texts.message import LABEL_UNITS, Message
from tests.texts.slots import CALLS, library_of
from tips.library import load_library

ROOT = Path(__file__).parents[2]
VOICE = (ROOT / "bot" / "texts" / "VOICE.md").read_text("utf-8")
NEVER = re.findall(r"^- (.+)$", VOICE.partition("## Never")[2], re.MULTILINE)
PAIRS = re.findall(r"^\| (.+?) \| (.+?) \|$", VOICE, re.MULTILINE)[1:]
KEYWORDS = {"_": None, "mark": None, "many": (1, 2)}


def sentences() -> Iterator[tuple[str, str]]:
    """Every line in the texts, with where it stands."""
    found = extract_from_dir(ROOT / "bot", [("**.py", "python")], keywords=KEYWORDS)
    for name, number, message, _comments, _context in found:
        for form in (message,) if isinstance(message, str) else message:
            if form:
                yield f"{name}:{number}", form


SAID = tuple(sentences())


def phrase(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(words)}\b", re.IGNORECASE)


def test_all_lines_are_looked_at() -> None:
    assert len(SAID) > 250
    assert translator("en")("Settings") in {line for _place, line in SAID}


@pytest.mark.parametrize("words", NEVER)
def test_no_line_has_a_phrase_that_nobody_says(words: str) -> None:
    assert [(place, line) for place, line in SAID if phrase(words).search(line)] == []


def test_the_page_has_twenty_pairs_and_its_better_halves_obey_it() -> None:
    assert len(PAIRS) >= 20
    assert [
        after for _before, after in PAIRS for words in NEVER if phrase(words).search(after)
    ] == []


def test_a_button_names_a_question_whole() -> None:
    names = [answer.name for answer in load_library().answers]
    assert len(set(names)) == len(names)
    assert [name for name in names if units(name) > LABEL_UNITS] == []


def test_what_is_cut_for_a_button_is_still_told_apart() -> None:
    library = load_library()
    names = [tip.title for tip in library.tips]
    cut = [shortened(name, LABEL_UNITS) for name in names]
    assert len(set(cut)) == len(set(names))
    assert max(map(units, cut)) <= LABEL_UNITS


@pytest.mark.parametrize("name", CALLS)
def test_a_button_is_as_wide_as_a_phone_shows(name: str) -> None:
    said = CALLS[name]("words", library_of("words"))
    if isinstance(said, Message):
        labels = [button.label for row in said.buttons for button in row]
        assert [label for label in labels if len(label) > LABEL_UNITS] == []
        assert [
            label for label in labels if label.endswith("…") and label != "Until a date…"
        ] == []
