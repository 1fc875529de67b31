"""A language is one .po file more, and no sentence bypasses the catalogue."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

from bot.texts import catalogue

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
NO_WORDS = shutil.ignore_patterns("__pycache__", "sandbox", "migrations", "training", "*.onnx")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """All sentences of the texts, as ``make template`` writes them."""
    line = re.search(r"pybabel (.*) -o \S+ \S+ (bot/texts bot/web)$", MAKEFILE, re.MULTILINE)
    assert line is not None
    file = tmp_path_factory.mktemp("template") / "gutskin.pot"
    command = [sys.executable, "-m", "babel.messages.frontend", *line[1].split(), "-o", file]
    done = subprocess.run(
        [*command, *line[2].split()], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    with file.open("rb") as pot:
        return read_po(pot)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The packages as an installation has them, free to be given one more language."""
    for package in ("bot", "tips"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=NO_WORDS)
    (tmp_path / "tests/texts").mkdir(parents=True)
    shutil.copy(ROOT / "tests/texts/slots.py", tmp_path / "tests/texts")
    return tmp_path


def give_language(copy: Path, language: str, words: Catalog) -> None:
    file = copy / "bot/texts/locales" / language / "LC_MESSAGES/gutskin.po"
    file.parent.mkdir(parents=True)
    with file.open("wb") as po:
        write_po(po, words)


def run(copy: Path, code: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_german_is_one_file_more(copy: Path) -> None:
    words = Catalog(locale="de")
    words.add("Next tip: {when}.", "Nächster Tipp: {when}.")
    words.add("tomorrow, {weekday}", "morgen, {weekday}")
    words.add("{day}, about {hour}", "{day}, gegen {hour} Uhr")
    words.add("3 days", "3 Tage")
    words.add("Time", "Uhrzeit")
    give_language(copy, "de", words)
    code = """
from bot.texts import catalogue, settings
from tests.texts.slots import BERLIN, NEXT, NOW, library_of
_ = catalogue.translator("de-AT")
lib = library_of("w")
shown = settings.view(_, "main", BERLIN, lib, NEXT, NOW)
print(catalogue.languages(), catalogue.choose("de-AT"), catalogue.choose("fr"))
print(shown.plain)
print([b.label for row in shown.buttons for b in row])
pauses = settings.view(_, "pause", BERLIN, lib, NEXT, NOW)
print([b.label for row in pauses.buttons for b in row])
tongues = settings.view(_, "language", BERLIN, lib, NEXT, NOW)
print([b.label for row in tongues.buttons for b in row])
"""
    said = run(copy, code)
    assert "('en', 'de') de en" in said
    assert "Nächster Tipp: morgen, Montag, gegen 08:00 Uhr." in said
    assert "Uhrzeit" in said
    assert "'Language'" in said  # not translated: reads as English
    assert "'3 Tage'" in said
    assert "['✓ English', 'Deutsch'" in said


def test_no_sentence_bypasses_the_catalogue(copy: Path, template: Catalog) -> None:
    words = Catalog(locale="en")
    for message in template:
        if isinstance(message.id, tuple):
            words.add(message.id, tuple(f"«{form}»" for form in message.id))
        elif message.id:
            words.add(message.id, f"«{message.id}»")
    give_language(copy, "en", words)
    code = r"""
import re
from bot.texts.message import Message
from tests.texts.slots import CALLS, library_of
KNOWN = re.compile(
    r"https://t\.me/\w+|/\w+|fibre-oats|\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun|Feb|Mar|February|March|April|Monday|Berlin|Europe|Buenos|Aires|America|Argentina|Buenos_Aires|UTC|English|doi|org|"
    r"[0-9]+)\b|1"
)
for name, call in CALLS.items():
    if name.endswith("_key"):  # what buttons carry, and nobody reads
        continue
    said = call("1", library_of("1"))
    texts = [said] if isinstance(said, str) else [said.plain]
    if isinstance(said, Message):
        texts += [b.label for row in said.buttons for b in row]
        if said.reply is not None:
            texts += [said.reply.location_label, said.reply.placeholder]
    for text in texts:
        bare = text
        while (shorter := re.sub("«[^«»]*»", "", bare)) != bare:
            bare = shorter
        bare = re.sub("«[^«»]*…$", "", bare)  # a label that was cut
        left = KNOWN.sub("", bare)
        assert not re.search(r"[^\W\d_]", left), (name, text, left)
print("all said by the catalogue")
"""
    assert "all said by the catalogue" in run(copy, code)


def test_a_slip_in_a_translation_reads_as_english(tmp_path: Path) -> None:
    words = Catalog(locale="de")
    words.add("Next tip: {when}.", "Nächster Tipp: {wann}.")
    words.add("Paused until {day}.", "Pause bis {day.")
    words.add("Hour: {value}", "Uhrzeit: {value}")
    words.add(("{count} day", "{count} days"), ("ein Tag", "{count} Tage"))
    file = tmp_path / "gutskin.po"
    with file.open("wb") as po:
        write_po(po, words)
    _ = catalogue.read_catalogue(file, "de")
    assert _("Next tip: {when}.") == "Next tip: {when}."
    assert _("Paused until {day}.") == "Paused until {day}."
    assert _("Hour: {value}") == "Uhrzeit: {value}"
    assert _.many("{count} day", "{count} days", 1) == "ein Tag"


def test_the_template_has_every_kind_of_sentence(template: Catalog) -> None:
    ids = [message.id for message in template]
    assert "Settings" in ids
    assert "Get a tip a day, or see your settings" in ids  # marked in a table
    assert ("{count} subscriber", "{count} subscribers") in ids  # with its plural


def test_an_unknown_language_reads_as_english() -> None:
    assert catalogue.choose(None) == "en"
    assert catalogue.choose("xx-YY") == "en"
    assert catalogue.choose("../../etc") == "en"
    assert catalogue.translator("xx")("Settings") == "Settings"
    assert catalogue.translator("xx").many("{count} day", "{count} days", 1) == "{count} day"
