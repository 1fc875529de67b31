"""``gutskin audit``: what admins did, for people and for programs."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.admins.audit import Audit
from bot.clock import MovableClock
from bot.config import load_settings
from bot.store import migrate
from bot.store.database import Database
from tests.cli.terminal import TOKEN, data, gutskin

START = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def fill(folder: Path) -> None:
    settings = load_settings(token=TOKEN, data_dir=folder)
    await migrate.upgrade(settings.database)
    db, clock = await Database.open(settings.database), MovableClock(START)
    audit = Audit(db, clock)
    await audit.record(None, 9000, "invite", "invitation", after={"role": "editor"})
    clock.move(3600)
    await audit.record(None, 0, "pause", "broadcast 7", {"state": "sending"}, {"state": "paused"})
    await db.close()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GUTSKIN_DATA_DIR", str(tmp_path))
    asyncio.run(fill(tmp_path))
    return tmp_path


def test_as_data_it_has_every_field_newest_first(folder: Path) -> None:
    paused, invited = data("audit")
    assert paused == {
        "id": 2,
        "at": "2026-03-02T13:00:00+00:00",
        "actor": 0,
        "act": "pause",
        "subject": "broadcast 7",
        "before": {"state": "sending"},
        "after": {"state": "paused"},
    }
    assert (invited["before"], invited["after"]) == (None, {"role": "editor"})


def test_a_limit_and_a_beginning(folder: Path) -> None:
    assert [entry["id"] for entry in data("audit", "--limit", "1")] == [2]
    assert [entry["id"] for entry in data("audit", "--since", "2026-03-02T12:30:00+00:00")] == [2]
    assert data("audit", "--since", "2026-04-02T12:30:00+00:00") == []


def test_the_table_for_people_says_the_same(folder: Path) -> None:
    result = gutskin("audit")
    assert result.exit_code == 0
    for words in ("broadcast 7", "invitation", '{"state":"paused"}', "9000"):
        assert words in result.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--since", "yesterday"), "is not an instant"),
        (("--since", "2026-03-02"), "lacks its offset"),
        (("--limit", "0"), "--limit"),
        (("--limit", "many"), "--limit"),
    ],
)
def test_what_cannot_be_read_is_named(folder: Path, options: tuple[str, ...], said: str) -> None:
    result = gutskin("audit", *options)
    assert result.exit_code == 2
    assert said in result.output


def test_without_a_database_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUTSKIN_DATA_DIR", str(tmp_path / "none"))
    result = gutskin("audit")
    assert result.exit_code == 1
    assert "gutskin db upgrade" in result.output
