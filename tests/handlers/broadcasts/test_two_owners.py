"""Two admins: each has their own draft, and either may stop what is under way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot_harness import ADMIN, BotHarness, Person, open_harness

SECOND = 9001


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[BotHarness]:
    async with open_harness(tmp_path, admin_ids=f"{ADMIN}, {SECOND}") as stage:
        yield stage


@pytest.fixture
async def other(harness: BotHarness) -> Person:
    return await harness.person("Bea", id=SECOND)


async def state_of(harness: BotHarness, broadcast: int) -> str:
    found = await harness.app.services.broadcasts.find(broadcast)
    assert found is not None
    return found.state


@pytest.fixture
async def addressee(harness: BotHarness, admin: Person, other: Person) -> Person:
    """The one subscriber, for whom each admin has a draft of their own."""
    subscriber = await harness.subscriber()
    await admin.say("/broadcast From Ada")
    await other.say("/broadcast From Bea")
    return subscriber


def texts(messages: list[dict[str, str]]) -> list[str]:
    return [message["text"] for message in messages]


async def test_a_draft_is_shown_to_its_author_alone(
    harness: BotHarness, admin: Person, other: Person
) -> None:
    await harness.subscriber()
    await other.say("/start")
    before = len(await other.messages())
    await admin.say("/broadcast Hello")
    await admin.sees("Send the message above?")
    assert len(await other.messages()) == before


@pytest.mark.parametrize("what", ["confirm", "cancel"])
async def test_nobody_else_can_confirm_or_cancel_a_draft(
    harness: BotHarness, admin: Person, other: Person, what: str
) -> None:
    subscriber = await harness.subscriber()
    await other.say("/start")
    await admin.say("/broadcast Hello")
    await other.forge(f"1bd:{what}:1")
    await other.hears("another admin's draft")
    assert await state_of(harness, 1) == "draft"
    await admin.tap("Send it now")
    await admin.sees("Broadcast done", "Sent: 1")
    await subscriber.sees("Hello")


async def test_two_drafts_at_once_stay_apart(
    harness: BotHarness, addressee: Person, admin: Person, other: Person
) -> None:
    await other.tap("Cancel")
    await other.sees("Cancelled. Nothing was sent.")
    await admin.tap("Send it now")
    await admin.sees("Broadcast done", "Sent: 1")
    arrived = " ".join(texts(await addressee.messages()))
    assert "From Ada" in arrived
    assert "From Bea" not in arrived
    assert await state_of(harness, 2) == "cancelled"


async def test_two_broadcasts_at_once_are_reported_each_to_its_author(
    addressee: Person, admin: Person, other: Person
) -> None:
    await other.tap("Send it now")
    await admin.tap("Send it now")
    for author in (admin, other):
        await author.sees("Broadcast done", "Sent: 1")
    arrived = " ".join(texts(await addressee.messages()))
    assert "From Ada" in arrived
    assert "From Bea" in arrived


async def test_either_may_stop_what_is_under_way_and_its_author_sees_it(
    harness: BotHarness, admin: Person, other: Person
) -> None:
    await harness.subscriber()
    await other.say("/start")
    before = len(await other.messages())
    await admin.compose()
    await harness.fault("429", method="copyMessage", retry_after=600, times=1)
    await admin.tap("Send it now")
    await other.forge("1bd:pause:1")
    await admin.sees("The broadcast is on hold.")
    await other.sees("The broadcast is on hold.")
    await other.forge("1bd:resume:1")
    await other.sees("Sending", "0 of 1")
    await other.forge("1bd:cancel_sure:1")
    for one in (admin, other):
        await one.sees("Broadcast cancelled", "Cancelled: 1")
    assert len(await other.messages()) == before


async def test_both_have_the_menu_the_help_and_the_figures(
    harness: BotHarness, admin: Person, other: Person
) -> None:
    for one in (admin, other):
        await one.say("/start")
        menu = await harness.get("commands", user=one.id)
        assert {"broadcast", "stats"} <= {item["command"] for item in menu}
        await one.say("/stats")
        await one.sees("The last 7 days")
