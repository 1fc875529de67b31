"""``gutskin subscriber export|forget``: what somebody may ask for by letter."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.clock import SystemClock
from bot.config import load_settings
from bot.delivery.broadcasts import Broadcasts
from bot.store import migrate
from bot.store.database import Database
from bot.subscribers.service import Subscribers
from tests import content
from tests.cli.terminal import TOKEN, data, gutskin

ANNA, BEN, ADMIN = 5_111_222_333, 5_999_888_777, 77


def fill(folder: Path) -> None:
    async def fill_it() -> None:
        settings = load_settings(token=TOKEN, data_dir=folder)
        await migrate.upgrade(settings.database)
        db = await Database.open(settings.database)
        subscribers = Subscribers(db, SystemClock(), content.library(), settings)
        for chat in (ANNA, BEN):
            await subscribers.arrive(chat, "en", consent="3", source="leaflet")
            await subscribers.set_zone(chat, "Europe/Berlin")
            await subscribers.set_hour(chat, 480)
        await subscribers.save(ANNA, "a-tip")
        broadcasts = Broadcasts(db, SystemClock(), settings)
        draft = await broadcasts.draft(ADMIN, ADMIN, 1)
        assert await broadcasts.confirm(draft.id, ADMIN) == "sending"
        await db.close()

    asyncio.run(fill_it())


def held(folder: Path) -> str:
    with closing(sqlite3.connect(folder / "gutskin.db")) as database:
        return "\n".join(database.iterdump())


def test_export_has_every_table_and_nobody_else(tmp_path: Path) -> None:
    fill(tmp_path)
    found = data("subscriber", "export", str(ANNA))
    assert {"subscriber", "subscription", "saved"} <= found.keys()
    assert found["subscriber"][0]["consent_version"] == "3"
    assert str(BEN) not in str(found)
    shown = gutskin("subscriber", "export", str(ANNA))
    assert "Europe/Berlin" in shown.stdout
    assert "a-tip" in shown.stdout


def test_forget_erases_one_and_leaves_the_others(tmp_path: Path) -> None:
    fill(tmp_path)
    assert data("subscriber", "forget", str(ANNA)) == {
        "chat_id": ANNA, "erased": True, "under_way": [],
    }  # fmt: skip
    assert str(ANNA) not in held(tmp_path)
    assert str(BEN) in held(tmp_path)
    again = gutskin("subscriber", "forget", str(ANNA))
    assert (again.exit_code, again.stderr) == (0, f"{ANNA}: nothing is kept\n")


def test_of_someone_unknown_it_tells_the_truth(tmp_path: Path) -> None:
    fill(tmp_path)
    unknown = gutskin("subscriber", "export", "4711", "--json")
    assert (unknown.exit_code, unknown.stdout) == (0, "{}\n")
    assert unknown.stderr == "nothing is kept about 4711\n"
    assert gutskin("subscriber", "export", "anna").exit_code == 2


def test_the_number_of_a_group_is_no_option(tmp_path: Path) -> None:
    fill(tmp_path)
    for command in ("export", "forget"):
        unknown = gutskin("subscriber", command, "-1001234567890", "--json")
        assert unknown.exit_code == 0
        assert "nothing is kept" in unknown.stderr


def test_an_admin_s_broadcast_under_way_is_named(tmp_path: Path) -> None:
    fill(tmp_path)
    done = gutskin("subscriber", "forget", str(ADMIN))
    assert "broadcast 1 of theirs is under way and stays" in done.stderr
    assert "nothing is kept" not in done.stderr
    again = gutskin("subscriber", "forget", str(ADMIN))
    assert again.stderr.startswith(f"{ADMIN}: nothing else is kept\nbroadcast 1 of theirs is")
    assert gutskin("broadcast", "cancel", "1").exit_code == 0
    assert data("subscriber", "forget", str(ADMIN))["under_way"] == []
    assert data("subscriber", "export", str(ADMIN)) == {}


def test_revive_brings_back_who_is_gone(tmp_path: Path) -> None:
    fill(tmp_path)
    with closing(sqlite3.connect(tmp_path / "gutskin.db")) as database:
        database.execute(
            "UPDATE subscriber SET state = 'gone', state_before = 'active', "
            "left_reason = 'not_found', left_at = created_at WHERE chat_id = ?",
            (ANNA,),
        )
        database.commit()
    assert data("subscriber", "revive", "--since", "2100-01-01T00:00:00+00:00") == {"revived": []}
    since = "2026-01-01T00:00:00+00:00"
    assert data("subscriber", "revive", "--since", since, "--reason", "blocked") == {"revived": []}
    assert data("subscriber", "revive", "--since", since) == {"revived": [ANNA]}
    found = data("subscriber", "export", str(ANNA))["subscriber"][0]
    assert (found["state"], found["left_reason"]) == ("active", None)
    assert gutskin("subscriber", "revive", "--since", "yesterday").exit_code == 2
