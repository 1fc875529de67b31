"""``stats``, ``ratings``, ``plan`` and ``db …`` on a database of one's own."""

from __future__ import annotations

import asyncio
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.config import load_settings
from bot.delivery.broadcasts import Broadcasts
from bot.store import migrate
from bot.store.database import Database
from bot.subscribers.service import Subscribers
from tests import content
from tests.cli.terminal import TOKEN, data, gutskin
from tips.loading import CONTENT
from tips.reactions import WhyNot


def _fill(folder: Path) -> None:
    async def fill() -> None:
        settings = load_settings(token=TOKEN, data_dir=folder)
        await migrate.upgrade(settings.database)
        db = await Database.open(settings.database)
        subscribers = Subscribers(db, SystemClock(), content.library(), settings)
        for chat in (1, 2):
            await subscribers.arrive(chat, "en")
            await subscribers.set_zone(chat, "Europe/Berlin")
            await subscribers.set_hour(chat, 480)
        broadcasts = Broadcasts(db, SystemClock(), settings)
        draft = await broadcasts.draft(9, 9, 1)
        assert await broadcasts.confirm(draft.id, 9) == "sending"
        await db.close()

    asyncio.run(fill())


def test_ratings_tell_editors_why_a_tip_was_not_for_somebody(tmp_path: Path) -> None:
    _fill(tmp_path)
    tip, liked = content.library().tips[:2]

    async def rate() -> None:
        settings = load_settings(token=TOKEN, data_dir=tmp_path)
        db = await Database.open(settings.database)
        subscribers = Subscribers(db, SystemClock(), content.library(), settings)
        for chat, why_not in ((1, WhyNot.HARD), (2, WhyNot.OBVIOUS)):
            await subscribers.vote_tip(chat, tip.id, -1)
            await subscribers.say_why_not(chat, tip.id, why_not)
        await subscribers.vote_tip(1, liked.id, 1)
        await db.close()

    asyncio.run(rate())
    nothing = {"obvious": 0, "not_me": 0, "hard": 0, "not_skin": 0}
    assert data("ratings") == [
        {"tip": tip.id, "up": 0, "down": 2, **nothing, "obvious": 1, "hard": 1},
        {"tip": liked.id, "up": 1, "down": 0, **nothing},
    ]
    assert tip.id in gutskin("ratings", "--days", "1").stdout


def test_stats_are_of_the_content_that_the_bot_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(tmp_path)
    own = Path(shutil.copytree(CONTENT, tmp_path / "content"))
    themes = own / "themes.yaml"
    text = themes.read_text("utf-8")
    first = content.library().themes[0].id
    themes.write_text(text.replace(f"id: {first}", "id: my-own"), "utf-8")
    monkeypatch.setenv("GUTSKIN_CONTENT_DIR", str(own))
    assert "my-own" in data("stats")[0]["themes"]
    themes.write_text("- id: : :\n", "utf-8")
    assert "themes.yaml" in gutskin("stats").stderr


def test_stats_and_plan(tmp_path: Path) -> None:
    assert "gutskin db upgrade" in gutskin("stats").stderr
    _fill(tmp_path)
    figures = data("stats")
    assert [item["days"] for item in figures] == [1, 7, 30, 365]
    assert figures[0]["active"] == figures[0]["new"] == 2
    assert {"tips", "lateness", "themes", "questions", "reach", "sources"} <= set(figures[0])
    assert "subscribers" in gutskin("stats").stdout
    forecast = data("plan", "--dry-run", "--at", "2026-03-02T00:00:00+00:00")
    assert {"busiest_minute", "holds", "tips"} <= set(forecast)
    assert forecast["queued_copies"] == 0, "what waits today says nothing of another day"
    assert data("plan", "--dry-run")["queued_copies"] == 2
    today = gutskin("plan", "--dry-run")
    assert "holds" in today.stdout
    assert "counted in: 0 tips and 2 messages of running broadcasts" in today.stderr
    for words, line in (
        (["plan"], "only --dry-run"),
        (["plan", "--dry-run", "--at", "noon"], "is not an instant"),
        (["plan", "--dry-run", "--at", "2026-03-02T00:00:00"], "lacks its offset"),
    ):
        result = gutskin(*words)
        assert (result.exit_code, result.stdout) == (2, "")
        assert line in result.stderr


def test_a_plan_that_cannot_hold_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(tmp_path)
    monkeypatch.setenv("GUTSKIN_BULK_RATE", "0.01")
    monkeypatch.setenv("GUTSKIN_SPREAD_MINUTES", "0")
    result = gutskin("plan", "--dry-run")
    assert result.exit_code == 0
    assert "the unluckiest tip would come" in result.stderr
    assert "GUTSKIN_BULK_RATE=30: every tip comes in its window" in result.stderr
    assert re.search(r"GUTSKIN_SPREAD_MINUTES=\d: every tip comes in its window", result.stderr)


def test_the_database_is_upgraded_copied_and_put_back(tmp_path: Path) -> None:
    assert "was upgraded" in gutskin("db", "upgrade").stderr
    assert "is up to date" in gutskin("db", "upgrade").stderr
    copy = tmp_path / "copies" / "gutskin.db"
    copy.parent.mkdir()
    assert gutskin("db", "backup", str(copy)).exit_code == 0
    assert gutskin("db", "restore", str(copy)).exit_code == 0
    broken = tmp_path / "broken.db"
    broken.write_text("this is no database")
    refused = gutskin("db", "restore", str(broken))
    assert refused.exit_code == 1
    assert "nothing was restored" in refused.stderr
    assert "no backup was made" in gutskin("db", "backup", str(tmp_path)).stderr


@pytest.mark.parametrize("command", ["stats", "plan --dry-run", "db upgrade", "broadcast list"])
def test_a_database_out_of_reach_is_one_line(
    monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("GUTSKIN_DATABASE_URL", "postgresql://u:secret@127.0.0.1:9/x")
    result = gutskin(*command.split())
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("the database cannot be used: nothing answers at its address")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "command",
    ["run", "stats", "plan --dry-run", "db upgrade", "broadcast list", "broadcast pause 1"],
)
def test_a_newer_database_is_called_so_and_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
) -> None:
    monkeypatch.setenv("GUTSKIN_TOKEN", TOKEN)
    assert gutskin("db", "upgrade").exit_code == 0
    with closing(sqlite3.connect(tmp_path / "gutskin.db")) as database:
        database.execute("update alembic_version set version_num = 'from-the-future'")
        database.commit()
    before = (tmp_path / "gutskin.db").read_bytes()
    result = gutskin(*command.split())
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.removeprefix("gutskin cannot start: ") == (
        "this database was written by a newer GutSkin: install that version, or restore a backup "
        "from before it\n"
    )
    assert (tmp_path / "gutskin.db").read_bytes() == before
