"""Behind a webhook, an operator sees when Telegram's updates do not get through."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.bot_harness import BotHarness, open_harness

HOOK = "/hook"


@pytest.fixture
async def harness(tmp_path: Path, unused_tcp_port: int) -> AsyncIterator[BotHarness]:
    async with open_harness(
        tmp_path,
        webhook_url=f"http://127.0.0.1:{unused_tcp_port}{HOOK}",
        webhook_secret="a-secret_1",
        webhook_port=unused_tcp_port,
        health_port=0,
    ) as stage:
        await stage.app.tick()
        yield stage


async def told(harness: BotHarness) -> list[str]:
    """What readiness says of updates; of a clock that was moved far it may say more."""
    async with (
        aiohttp.ClientSession(harness.app.web_url) as session,
        session.get("/readyz") as response,
    ):
        lines = [line for line in (await response.text()).splitlines() if "update" in line]
        assert not (lines and response.status == 200)
        return lines


async def minutes(harness: BotHarness, count: int, *, failing: str = "") -> None:
    webhook = harness.sandbox.world.updates.webhook
    for _ in range(count):
        harness.clock.move(60)
        if failing and webhook is not None:
            webhook.last_error = failing
            webhook.last_error_date = harness.sandbox.world.timestamp()
        assert await harness.app.run_job("webhook")


async def test_all_is_well_while_updates_get_through(harness: BotHarness) -> None:
    subscriber = await harness.subscriber()
    await minutes(harness, 5)
    assert await told(harness) == []
    assert subscriber


async def test_what_telegram_says_is_told_in_one_line(harness: BotHarness) -> None:
    harness.sandbox.world.updates.in_flight[1] = {"update_id": 1}
    await minutes(harness, 1, failing="Connection refused")
    assert await told(harness) == []
    await minutes(harness, 3, failing="Connection refused")
    (line,) = await told(harness)
    assert line == (
        "no update could be posted for 180 s: Telegram says of the webhook: Connection refused"
    )
    harness.sandbox.world.updates.in_flight.clear()
    await minutes(harness, 1)
    assert await told(harness) == []


async def test_a_webhook_that_someone_else_has_set_is_told(harness: BotHarness) -> None:
    webhook = harness.sandbox.world.updates.webhook
    assert webhook is not None
    webhook.url = "https://other.example.org/hook"
    await minutes(harness, 4)
    (line,) = await told(harness)
    assert "another process has set another webhook" in line


async def test_where_telegram_cannot_be_asked_what_was_known_stays(harness: BotHarness) -> None:
    await harness.fault("500", method="getWebhookInfo", times=4)
    await minutes(harness, 4)
    assert await told(harness) == []
