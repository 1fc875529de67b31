"""Several processes with one token behind a webhook: who takes up what a killed one left."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from theatre import Person, Theatre, open_theatre

from bot.replicas.presence import LIVE_SECONDS, PREFIX
from bot.store.queries import heartbeat, inbox
from tests.postgres import Cluster

pytestmark = pytest.mark.postgres


def webhook(postgres: Cluster, port: int) -> dict[str, object]:
    return {
        "database_url": postgres.migrated_database(),
        "webhook_url": f"http://127.0.0.1:{port}/telegram/hook",
        "webhook_secret": "a-secret_1",
        "webhook_port": port,
    }


async def beats(theatre: Theatre, *others: str) -> int:
    """The others say that they are alive, then our process looks; how many there are."""
    async with theatre.app.house.db.write() as session:
        for name in others:
            await heartbeat.beat(session, PREFIX + name, theatre.clock.now())
    await theatre.app._beat()
    await theatre.settle()
    return theatre.app.house.replicas.count


async def left_undone(theatre: Theatre, reader: Person, text: str) -> None:
    """Another process wrote this message down, told Telegram so, and was killed."""
    user = {"id": reader.id, "is_bot": False, "first_name": reader.name}
    chat = {"id": reader.id, "type": "private", "first_name": reader.name}
    body = {"message_id": 900, "date": 1772452800, "chat": chat, "from": user, "text": text}
    update = orjson.dumps({"update_id": 1, "message": body})
    async with theatre.app.house.db.write() as session:
        row = inbox.Arrived(1, reader.id, update)
        await inbox.put(session, [row], theatre.clock.now())


async def test_who_is_left_alone_answers_what_a_killed_one_had_in_hand(
    tmp_path: Path, postgres: Cluster, unused_tcp_port: int
) -> None:
    async with open_theatre(tmp_path, **webhook(postgres, unused_tcp_port)) as theatre:
        reader = await theatre.reader()
        assert await beats(theatre, "other") == 2
        await left_undone(theatre, reader, "/saved")
        assert await beats(theatre) == 2
        assert "saved no tip" not in await reader.hears()
        theatre.clock.move(LIVE_SECONDS + 1)
        assert await beats(theatre) == 1
        await reader.sees("saved no tip yet")
        before = len(await reader.messages())
        assert await beats(theatre) == 1
        assert len(await reader.messages()) == before


async def test_with_others_alive_it_waits_since_it_might_be_in_their_hands(
    tmp_path: Path, postgres: Cluster, unused_tcp_port: int
) -> None:
    async with open_theatre(tmp_path, **webhook(postgres, unused_tcp_port)) as theatre:
        reader = await theatre.reader()
        assert await beats(theatre, "lives", "is-killed") == 3
        await left_undone(theatre, reader, "/saved")
        theatre.clock.move(LIVE_SECONDS + 1)
        assert await beats(theatre, "lives") == 2
        assert "saved no tip" not in await reader.hears()
        theatre.clock.move(LIVE_SECONDS + 1)
        assert await beats(theatre) == 1
        await reader.sees("saved no tip yet")
