"""The index in the repository is what its sources give, and says which versions they were."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import zip_longest
from pathlib import Path
from zoneinfo import available_timezones

import pytest

from bot.places import build
from bot.places.folding import fold, spellings
from bot.places.index import FILE, Index
from tests.places.stored import stored


def content(file: Path) -> Iterator[str]:
    """As SQL: the bytes of a file depend on the release of SQLite, too."""
    with closing(sqlite3.connect(f"{file.as_uri()}?immutable=1", uri=True)) as database:
        yield from database.iterdump()


def test_the_file_is_made_of_the_installed_data() -> None:
    """When this fails after an update: python -m bot.places.build"""
    assert dict(stored("SELECT package, version FROM source")) == build.built_from()


def test_every_zone_in_the_file_exists() -> None:
    assert {zone for (zone,) in stored("SELECT zone FROM place")} <= available_timezones()


def test_building_again_gives_the_same(tmp_path: Path) -> None:
    again = tmp_path / "again.db"
    again.write_bytes(b"an older file")
    build.write(again)
    assert all(new == old for new, old in zip_longest(content(again), content(FILE)))


def test_the_file_stays_small() -> None:
    assert FILE.stat().st_size < 14_000_000


def test_the_file_is_read_where_nothing_can_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "read only & odd? #1"
    folder.mkdir()
    file = folder / "places.db"
    file.write_bytes(FILE.read_bytes())
    file.chmod(0o444)
    folder.chmod(0o555)
    assert Index(file).rows_of("berlin")
    assert [path.name for path in folder.iterdir()] == ["places.db"]
    folder.chmod(0o755)


def test_a_file_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        Index(tmp_path / "places.db")
    assert list(tmp_path.iterdir()) == []


def test_any_thread_may_ask() -> None:
    index = Index()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(index.rows_of, ["berlin", "paris"] * 200))
    assert found == [index.rows_of("berlin"), index.rows_of("paris")] * 200


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


def test_common_names_are_those_of_the_letter() -> None:
    index = Index()
    names = index.common_names("b")
    assert "berlin" in names
    assert names == sorted(name for name in names if name.startswith("b"))
    assert index.common_names("!") == []
