"""What ``doctor`` says of clocks: the machine's against others', and what a wrong one has left."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from bot.clock import SystemClock, http_date
from bot.clock_watch import CLOCK_SET
from bot.config import load_settings
from bot.delivery.planner import Planner
from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.store.queries import heartbeat
from bot.subscribers.service import Subscribers
from tests import content
from tests.cli.terminal import TOKEN, gutskin
from tests.postgres import Cluster


class Ahead(SystemClock):
    """The machine's clock, four days ahead."""

    def now(self) -> datetime:
        return super().now() + timedelta(days=4)


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GUTSKIN_TOKEN", TOKEN)
    monkeypatch.setenv("GUTSKIN_API_BASE_URL", "http://127.0.0.1:9/bot")
    monkeypatch.setenv("GUTSKIN_DATA_DIR", str(tmp_path))


def findings(what: str) -> list[dict[str, Any]]:
    result = gutskin("doctor", "--json")
    return [item for item in json.loads(result.stdout) if item["what"] == what]


async def lived(url: Any, clock: SystemClock, set_by: str = "") -> None:
    """A run by that clock: someone subscribed, a tick went well."""
    await upgrade(url)
    db, library, given = await Database.open(url), content.library(), load_settings(token=TOKEN)
    try:
        subscribers = Subscribers(db, clock, library, given)
        await subscribers.arrive(7, "en")
        await subscribers.set_zone(7, "Europe/Berlin")
        await subscribers.set_hour(7, 480)
        await Planner(db, clock, library, given).tick()
        if set_by:
            async with db.write() as session:
                await heartbeat.beat(session, CLOCK_SET, clock.now(), set_by)
    finally:
        await db.close()


def test_an_ordinary_run_leaves_nothing_to_say(tmp_path: Path) -> None:
    asyncio.run(lived(load_settings(token=TOKEN, data_dir=tmp_path).database, SystemClock()))
    (found,) = findings("stored times")
    assert (found["ok"], found["found"]) == (True, "none lies too far ahead")


def test_a_run_that_was_ahead_is_told_and_what_to_do(tmp_path: Path) -> None:
    asyncio.run(lived(load_settings(token=TOKEN, data_dir=tmp_path).database, Ahead()))
    (found,) = findings("stored times")
    assert not found["ok"]
    assert found["found"] == "some lie up to 96.0 h too far ahead"
    assert "start the bot again: it sets them right" in found["remedy"]


def test_that_the_clock_was_set_while_the_bot_ran_is_told(tmp_path: Path) -> None:
    url = load_settings(token=TOKEN, data_dir=tmp_path).database
    asyncio.run(lived(url, SystemClock(), "-3600"))
    (found,) = findings("stored times")
    assert found["ok"]
    assert "the clock was set by -3600 s at" in found["found"]


@pytest.mark.postgres
def test_on_postgresql_its_clock_is_compared_too(
    monkeypatch: pytest.MonkeyPatch, postgres: Cluster
) -> None:
    monkeypatch.setenv("GUTSKIN_DATABASE_URL", postgres.migrated_database())
    (found,) = findings("clock")
    assert found["ok"]
    assert found["found"].endswith("0 s against that of the database")


@pytest.mark.parametrize("text", ["", "soon", "Mon, 99 Mar 2026 12:00:00 GMT"])
def test_a_server_that_names_no_time(text: str) -> None:
    assert http_date(text) is None


def test_a_server_s_date_is_an_instant() -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert http_date(format_datetime(noon, usegmt=True)) == noon
    assert http_date("Mon, 02 Mar 2026 12:00:00 -0000") == noon
    assert http_date("Mon, 02 Mar 2026 14:00:00 +0200") == noon
