"""Several processes with one token behind a webhook: who takes up what a killed one left."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from bot.replicas.presence import LIVE_SECONDS, PREFIX
from bot.store.outbox_models import Arrived
from bot.store.queries import heartbeat, inbox
from tests.bot_harness import BotHarness, Person, open_harness
from tests.postgres import Cluster

pytestmark = pytest.mark.postgres


def webhook(postgres: Cluster, port: int) -> dict[str, object]:
    return {
        "database_url": postgres.migrated_database(),
        "webhook_url": f"http://127.0.0.1:{port}/telegram/hook",
        "webhook_secret": "a-secret_1",
        "webhook_port": port,
    }


async def beats(harness: BotHarness, *others: str) -> int:
    """The others say that they are alive, then our process looks; how many there are."""
    async with harness.app.services.db.write() as session:
        for name in others:
            await heartbeat.beat(session, PREFIX + name, harness.clock.now())
    await harness.app.beat()
    await harness.settle()
    return harness.app.services.replicas.count


async def left_undone(harness: BotHarness, subscriber: Person, text: str) -> None:
    """Another process wrote this message down, told Telegram so, and was killed."""
    user = {"id": subscriber.id, "is_bot": False, "first_name": subscriber.name}
    chat = {"id": subscriber.id, "type": "private", "first_name": subscriber.name}
    body = {"message_id": 900, "date": 1772452800, "chat": chat, "from": user, "text": text}
    update = orjson.dumps({"update_id": 1, "message": body})
    async with harness.app.services.db.write() as session:
        row = Arrived(update_id=1, chat_id=subscriber.id, body=update)
        await inbox.put(session, [row], harness.clock.now())


async def test_who_is_left_alone_answers_what_a_killed_one_had_in_hand(
    tmp_path: Path, postgres: Cluster, unused_tcp_port: int
) -> None:
    async with open_harness(tmp_path, **webhook(postgres, unused_tcp_port)) as harness:
        subscriber = await harness.subscriber()
        assert await beats(harness, "other") == 2
        await left_undone(harness, subscriber, "/saved")
        assert await beats(harness) == 2
        assert "No saved tips" not in await subscriber.hears()
        harness.clock.move(LIVE_SECONDS + 1)
        assert await beats(harness) == 1
        await subscriber.sees("No saved tips yet")
        before = len(await subscriber.messages())
        assert await beats(harness) == 1
        assert len(await subscriber.messages()) == before


async def test_with_others_alive_it_waits_since_it_might_be_in_their_hands(
    tmp_path: Path, postgres: Cluster, unused_tcp_port: int
) -> None:
    async with open_harness(tmp_path, **webhook(postgres, unused_tcp_port)) as harness:
        subscriber = await harness.subscriber()
        assert await beats(harness, "lives", "is-killed") == 3
        await left_undone(harness, subscriber, "/saved")
        harness.clock.move(LIVE_SECONDS + 1)
        assert await beats(harness, "lives") == 2
        assert "No saved tips" not in await subscriber.hears()
        harness.clock.move(LIVE_SECONDS + 1)
        assert await beats(harness) == 1
        await subscriber.sees("No saved tips yet")
