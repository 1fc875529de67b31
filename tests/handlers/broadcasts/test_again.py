"""What an admin may do about a broadcast that is over, and what it costs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot_harness import BotHarness, Person, failing_broadcast, open_harness


async def _with_one_failure(harness: BotHarness, admin: Person, subscriber: Person) -> None:
    """A broadcast that one subscriber of two does not get."""
    await admin.compose()
    await harness.fault("error", method="copyMessage", chat=subscriber.id, error_code=400,
                        description="Bad Request: wrong file identifier")  # fmt: skip
    await admin.tap("Send it now")
    await admin.sees("Broadcast done", "Sent: 1", "Failed: 1")


async def _copies(harness: BotHarness, subscriber: Person) -> int:
    calls = await harness.copies()
    return sum(str(call["parameters"]["chat_id"]) == str(subscriber.id) for call in calls)


async def test_a_confirmation_has_the_planner_look_at_once(tmp_path: Path) -> None:
    async with open_harness(tmp_path) as harness:
        subscriber, admin = await harness.subscriber(), await harness.admin()
        await admin.compose()
        preview = (await admin.messages())[-1]["message_id"]
        # Nobody settles what is pending here: the bot is left to itself.
        await harness.post("tap", user=admin.id, message_id=preview, label="Send it now")
        async with asyncio.timeout(10):  # the next tick comes after 15
            while not await _copies(harness, subscriber):  # noqa: ASYNC110 - it is asked
                await asyncio.sleep(0.05)


class TestForStars:
    @pytest.fixture
    async def paid(self, tmp_path: Path) -> AsyncIterator[BotHarness]:
        async with open_harness(
            tmp_path, paid_broadcast=True, bulk_rate=900.0, total_rate=1000.0
        ) as harness:
            yield harness

    async def test_the_cost_is_told_before_anything_is_sent(self, paid: BotHarness) -> None:
        subscribers = [await paid.subscriber(f"R{number}") for number in range(3)]
        admin = await paid.admin()
        await admin.compose()
        await admin.sees(
            "Send the message above?", "3 subscribers", "Costs at most: 0.3 Telegram Stars"
        )
        assert [await _copies(paid, subscriber) for subscriber in subscribers] == [0, 0, 0]
        await admin.tap("Send it now")
        await admin.sees("Broadcast done", "Sent: 3")
        copies = await paid.copies()
        assert all(call["parameters"]["allow_paid_broadcast"] is True for call in copies)

    async def test_sending_again_tells_its_cost_first(self, paid: BotHarness) -> None:
        subscriber, _other = await paid.subscriber(), await paid.subscriber("Other")
        admin = await paid.admin()
        await _with_one_failure(paid, admin, subscriber)
        before = await _copies(paid, subscriber)
        await admin.tap("Try the failed ones again")
        await admin.sees("didn't get it?", "1 subscriber", "Costs at most: 0.1 Telegram Stars")
        assert await admin.labels() == ["Send it again now", "Back to the report"]
        assert await _copies(paid, subscriber) == before
        await admin.tap("Send it again now")
        await paid.pass_time(seconds=4)
        await admin.sees("Broadcast done", "Sent: 2")
        assert await _copies(paid, subscriber) == before + 1

    async def test_whoever_finds_it_too_dear_goes_back(self, paid: BotHarness) -> None:
        subscriber, _other = await paid.subscriber(), await paid.subscriber("Other")
        admin = await paid.admin()
        await _with_one_failure(paid, admin, subscriber)
        before = await _copies(paid, subscriber)
        await admin.tap("Try the failed ones again")
        await admin.tap("Back to the report")
        await admin.sees("Broadcast done", "Sent: 1", "Failed: 1")
        assert (await admin.labels())[0] == "Try the failed ones again"
        assert await _copies(paid, subscriber) == before

    async def test_those_in_doubt_are_asked_about_in_the_same_way(self, paid: BotHarness) -> None:
        await paid.subscriber()
        admin = await paid.admin()
        await admin.compose()
        await paid.fault("drop_after", method="copyMessage")
        await admin.tap("Send it now")
        await admin.sees("Broadcast done", "Not sure: 1")
        await admin.tap("Send the unsure ones again")
        await admin.sees("may get it twice", "Costs at most: 0.1 Telegram Stars")
        await admin.tap("Send it again now", times=2)
        await paid.pass_time(seconds=4)
        await admin.sees("Broadcast done", "Sent: 1")
        assert len(await paid.copies()) == 2

    async def test_the_yes_of_a_question_from_before_sends_nothing_twice(
        self, paid: BotHarness
    ) -> None:
        subscriber, _other = await paid.subscriber(), await paid.subscriber("Other")
        admin = await paid.admin()
        await _with_one_failure(paid, admin, subscriber)
        await admin.tap("Try the failed ones again")
        await admin.tap("Send it again now")
        await paid.pass_time(seconds=4)
        sent = len(await paid.copies())
        await admin.forge("1bd:retry_sure:1")
        await paid.pass_time(seconds=4)
        await admin.sees("Broadcast done", "Sent: 2")
        assert len(await paid.copies()) == sent


async def test_for_nothing_it_is_sent_again_at_the_first_tap(
    harness: BotHarness, admin: Person
) -> None:
    subscriber, _other = await harness.subscriber(), await harness.subscriber("Other")
    await _with_one_failure(harness, admin, subscriber)
    await admin.tap("Try the failed ones again")
    await harness.pass_time(seconds=4)
    await admin.sees("Broadcast done", "Sent: 2")


async def test_a_cancelled_broadcast_stays_cancelled(harness: BotHarness, admin: Person) -> None:
    subscriber, _other = await harness.subscriber(), await harness.subscriber("Other")
    await admin.compose()
    await harness.fault("error", method="copyMessage", chat=subscriber.id, error_code=400,
                        description="Bad Request: wrong file identifier")  # fmt: skip
    await harness.fault("429", method="copyMessage", retry_after=600, times=1)
    await admin.tap("Send it now")
    # While both messages are on their way there is nothing that could be held back.
    await harness.pass_time(seconds=4)
    await admin.tap("Cancel the rest")
    await admin.tap("Yes, cancel the rest")
    await admin.sees("Broadcast cancelled", "Failed: 1", "Cancelled: 1")
    assert await admin.labels() == ["List as a file"]
    sent = len(await harness.copies())
    for what in ("retry", "retry_sure", "doubt", "doubt_sure"):
        await admin.forge(f"1bd:{what}:1")
        await admin.hears("That's done already.")
    await harness.pass_time(hours=1)
    assert len(await harness.copies()) == sent


async def test_the_word_of_a_pause_reaches_the_admin_though_the_first_try_failed(
    tmp_path: Path,
) -> None:
    async with failing_broadcast(tmp_path) as (harness, admin):
        await harness.fault("error", method="sendMessage", chat=admin.id, error_code=400,
                            description="Bad Request: chat not found")  # fmt: skip
        before = len(await admin.messages())
        await admin.tap("Send it now")
        assert len(await admin.messages()) == before
        for _ in range(3):
            await harness.pass_time(seconds=4)
        assert len(await admin.messages()) == before + 1, "a new message makes a sound, once"
        await admin.sees("I've paused the broadcast")
