"""The report of a broadcast reaches its admin, though Telegram did not take it at first."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.bot_harness import BotHarness, Person, open_harness

REFUSED = {"kind": "error", "error_code": 400, "description": "Bad Request: try another time"}


async def refuse_edits(harness: BotHarness, admin: Person, times: int, **fault: Any) -> None:
    await harness.post("faults", **{**REFUSED, **fault}, method="editMessageText", chat=admin.id,
                       times=times)  # fmt: skip


async def tries(harness: BotHarness) -> int:
    """How often something was drawn, or tried to be."""
    return len(await harness.calls("editMessageText"))


@pytest.mark.parametrize(
    "fault",
    [{}, {"kind": "500"}, {"error_code": 403, "description": "Forbidden: bot was blocked"}],
)
async def test_a_report_that_was_refused_is_drawn_later(
    harness: BotHarness, admin: Person, fault: dict[str, Any]
) -> None:
    subscriber = await harness.subscriber()
    await admin.say("/broadcast Hello")
    await refuse_edits(harness, admin, 99, **fault)
    await admin.tap("Send it now")
    await subscriber.sees("Hello")
    await harness.pass_time(seconds=10)
    await admin.sees("Send the message above?")
    async with harness.session.delete("/control/faults") as answer:
        assert answer.status == 200
    await harness.pass_time(hours=1)
    await admin.sees("Broadcast done", "Sent: 1")


async def test_it_is_tried_less_and_less_often_and_not_for_ever(
    harness: BotHarness, admin: Person
) -> None:
    await harness.subscriber()
    await admin.say("/broadcast Hello")
    await refuse_edits(harness, admin, 10_000)
    await admin.tap("Send it now")
    begun = await tries(harness)
    for _ in range(60):
        await harness.pass_time(seconds=10)
    assert await tries(harness) - begun < 12
    for _ in range(8):
        await harness.pass_time(days=1)
    (broadcast,) = [await harness.app.services.broadcasts.find(1)]
    assert broadcast is not None
    assert broadcast.reported_at is not None
    begun = await tries(harness)
    for _ in range(3):
        await harness.pass_time(hours=2)
    assert await tries(harness) == begun


async def test_once_it_got_through_it_is_not_drawn_again(
    harness: BotHarness, admin: Person
) -> None:
    await harness.subscriber()
    await admin.say("/broadcast Hello")
    await admin.tap("Send it now")
    await admin.sees("Broadcast done")
    begun = await tries(harness)
    for _ in range(4):
        await harness.pass_time(minutes=1)
    assert await tries(harness) == begun


async def test_the_next_run_draws_what_the_last_one_could_not(tmp_path: Path) -> None:
    async with open_harness(tmp_path) as harness:
        admin = await harness.admin()
        await harness.subscriber()
        await admin.say("/broadcast Hello")
        await refuse_edits(harness, admin, 99)
        await admin.tap("Send it now")
        assert await harness.app.services.broadcasts.running() == []
        await admin.sees("Send the message above?")
    async with open_harness(tmp_path) as harness:
        admin = await harness.admin()
        await admin.say("/start")
        # The chat is another one; Telegram says that the message is not there.
        await harness.pass_time(seconds=10)
        texts = [message["text"] for message in await admin.messages()]
        assert sum("Broadcast done" in text for text in texts) == 1


async def test_a_cancelled_one_says_that_it_waits_and_then_how_it_ended(
    harness: BotHarness, admin: Person
) -> None:
    for number in range(3):
        await harness.subscriber(f"R{number}")
    await admin.compose()
    await harness.fault("delay", method="copyMessage", seconds=5.0, times=3)
    sent = asyncio.create_task(admin.tap("Send it now"))
    async with asyncio.timeout(10):
        while await under_way(harness) < 3:
            pass
    await harness.app.services.broadcasts.cancel(1, admin.id)
    await harness.app.services.progress.follow(1)
    await admin.sees("Cancelling", "I'm waiting for 3 messages that are on their way")
    assert (await admin.messages())[-1]["keyboard"] == []
    await sent
    await harness.pass_time(seconds=5)
    await admin.sees("Broadcast cancelled", "Audience: 3", "Sent: 3")


async def under_way(harness: BotHarness) -> int:
    return (await harness.app.services.broadcasts.report(1)).under_way
