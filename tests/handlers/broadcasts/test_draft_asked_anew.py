"""A draft is confirmed as it was shown: more subscribers, a higher price or a new day ask anew."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import build
from tests.bot_harness import BotHarness, Person, open_harness

PAID = {"paid_broadcast": True, "bulk_rate": 900.0, "total_rate": 1000.0}


@pytest.fixture
async def paid(tmp_path: Path) -> AsyncIterator[BotHarness]:
    async with open_harness(tmp_path, **PAID) as harness:
        yield harness


async def copies(harness: BotHarness) -> int:
    return len(await harness.copies())


async def test_a_draft_of_forty_days_is_asked_anew_at_its_price_of_today(paid: BotHarness) -> None:
    await paid.subscriber()
    admin = await paid.admin()
    await admin.compose()
    await admin.sees("1 subscriber", "Costs at most: 0.1 Telegram Stars")
    await paid.pass_time(days=40)
    for number in range(3):
        await paid.subscriber(f"R{number}")
    await admin.tap("Send it now")
    await admin.sees(
        "Send the message above?",
        "more people would get it now: 4 instead of 1",
        "4 subscribers",
        "Costs at most: 0.4 Telegram Stars",
    )
    assert (await admin.labels())[0] == "Send it now"
    assert await copies(paid) == 0
    await admin.tap("Send it now")
    await admin.sees("Broadcast done", "Sent: 4")


async def test_a_day_alone_is_enough_to_ask_anew(harness: BotHarness, admin: Person) -> None:
    subscriber = await harness.subscriber()
    await admin.compose()
    await harness.pass_time(hours=24, minutes=1)
    await admin.tap("Send it now")
    await admin.sees("more than a day has passed", "1 subscriber")
    await admin.tap("Cancel")
    await admin.sees("Cancelled. Nothing was sent.")
    assert "Hello" not in [message["text"] for message in await subscriber.messages()]


async def test_a_price_that_came_up_meanwhile_is_asked_anew(tmp_path: Path) -> None:
    async with open_harness(tmp_path) as harness:
        await harness.subscriber()
        admin = await harness.admin()
        await admin.compose()
        await harness.app.stop()
        paid = harness.settings.model_copy(update=PAID)
        async with build(paid, clock=harness.clock) as harness.app:
            await admin.tap("Send it now")
            await admin.sees("it would cost more now: 0.1 instead of 0.0", "0.1 Telegram Stars")
            assert await copies(harness) == 0


async def test_fewer_readers_within_the_day_are_no_reason_to_ask(
    harness: BotHarness, admin: Person
) -> None:
    await harness.subscriber()
    leaves = await harness.subscriber("Leaves")
    await admin.compose()
    await leaves.say("/stop")
    await harness.pass_time(hours=23)
    await admin.tap("Send it now")
    await admin.sees("Broadcast done", "Sent: 1")


async def test_a_question_that_did_not_get_through_was_not_shown(
    harness: BotHarness, admin: Person
) -> None:
    await harness.subscriber()
    await admin.compose()
    await harness.subscriber("Other")
    await harness.fault("error", method="editMessageText", chat=admin.id, error_code=400,
                        description="Bad Request: something is wrong")  # fmt: skip
    await admin.tap("Send it now")
    assert await copies(harness) == 0
    await admin.tap("Send it now")
    await admin.hears("more people would get it now: 2 instead of 1")
    assert await copies(harness) == 0


async def test_the_yes_to_sending_again_holds_for_as_many_as_were_asked_about(
    paid: BotHarness,
) -> None:
    subscriber, doubtful = await paid.subscriber(), await paid.subscriber("Doubtful")
    admin = await paid.admin()
    await admin.compose()
    await paid.fault("error", method="copyMessage", chat=subscriber.id, times=2, error_code=400,
                     description="Bad Request: wrong file identifier")  # fmt: skip
    await paid.fault("drop_after", method="copyMessage", chat=doubtful.id)
    await admin.tap("Send it now")
    await admin.sees("Failed: 1", "Not sure: 1")
    await admin.tap("Try the failed ones again")
    await admin.sees("1 subscriber", "0.1 Telegram Stars")
    # Another admin lets those in doubt have it again, and it fails for both.
    await paid.fault("error", method="copyMessage", chat=doubtful.id, error_code=400,
                     description="Bad Request: wrong file identifier")  # fmt: skip
    await paid.app.services.broadcasts.retry_failed(1, 9001, in_doubt=True)
    paid.app.services.worker.wake()
    await paid.settle()
    before = await copies(paid)
    await admin.forge("1bd:retry_sure:1")
    await admin.sees("2 subscribers", "0.2 Telegram Stars")
    assert await copies(paid) == before
    await admin.tap("Send it again now")
    await paid.pass_time(seconds=4)
    await admin.sees("Broadcast done", "Sent: 2")
