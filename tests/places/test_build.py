"""The index in the repository is what its sources give, and says which versions they were."""

from __future__ import annotations

import zlib

from bot.places import build
from bot.places.folding import fold, spellings
from bot.places.index import FILE, Index, Lines


def test_the_file_is_made_of_the_installed_data() -> None:
    """When this fails after an update: python -m bot.places.build"""
    assert Index.load().head["from"] == build.built_from()


def test_building_again_gives_the_same() -> None:
    assert zlib.decompress(build.pack()) == zlib.decompress(FILE.read_bytes())


def test_the_file_stays_small() -> None:
    assert FILE.stat().st_size < 4_000_000


def test_names_are_folded() -> None:
    assert fold("São Paulo") == "sao paulo"
    assert fold("  St.-Étienne ") == "st etienne"
    assert fold("Nuku'alofa") == fold("Nukuʻalofa") == "nukualofa"
    assert fold("Łódź") == "lodz"
    assert fold("Straße") == "strasse"
    assert fold("서울") == "서울"
    assert fold("🙂!") == ""
    assert set(spellings("Köln")) == {"koln", "koeln"}
    assert list(spellings("Bern")) == ["bern"]


def test_lines_are_found_by_halving() -> None:
    lines = Lines(b"alpha\nbeta\nbetb\ngamma\n")
    assert len(lines) == 4
    assert lines.line(0) == b"alpha"
    assert lines.line(3) == b"gamma"
    assert lines.first(b"beta") == 1
    assert lines.first(b"zeta") == 4
    assert lines.between(b"b", b"c") == ["beta", "betb"]
    assert lines.between(b"a", b"b") == ["alpha"]
    assert lines.between(b"x", b"y") == []
