"""Whoever acts on a broadcast leaves a line in the log: what, on which, who, but never a word."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot_harness import ADMIN, BotHarness, Person, open_harness
from tests.logbook import captured

SECOND = 9001
WORDS = "the-words-of-my-broadcast"


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[BotHarness]:
    async with open_harness(tmp_path, admin_ids=f"{ADMIN}, {SECOND}") as stage:
        yield stage


def acts(log: str) -> list[str]:
    """Each act with what became of it."""
    found = []
    for line in log.splitlines():
        fields = dict(part.split("=", 1) for part in line.split() if "=" in part)
        if "an admin's act on a broadcast" in line:
            became = fields.get("changed") or "refused"
            found.append(f"{fields['admin']} {fields['act']} {became}")
    return found


async def test_every_act_from_draft_to_retry(harness: BotHarness, admin: Person) -> None:
    for number in range(3):
        await harness.subscriber(f"R{number}")
    with captured("INFO") as log:
        await admin.compose(WORDS)
        await harness.fault("error", method="copyMessage", error_code=400)
        await admin.tap("Send it now")
        await admin.tap("Try the failed ones again")
        await admin.forge("1bd:pause:1")
    assert acts(log.getvalue()) == [
        f"{ADMIN} draft True",
        f"{ADMIN} confirm True",
        f"{ADMIN} retry True",
        f"{ADMIN} pause refused",
    ]
    assert WORDS not in log.getvalue()


async def test_an_act_of_a_stranger_and_on_another_s_draft_is_noted(
    harness: BotHarness, admin: Person
) -> None:
    subscriber = await harness.subscriber()
    other = await harness.person("Bea", id=SECOND)
    await other.say("/start")
    with captured("INFO") as log:
        await admin.say(f"/broadcast {WORDS}")
        await subscriber.forge("1bd:confirm:1")
        await other.forge("1bd:confirm:1")
        await admin.tap("Cancel")
    assert acts(log.getvalue()) == [
        f"{ADMIN} draft True",
        f"{SECOND} confirm refused",
        f"{ADMIN} cancel True",
    ]
    assert "somebody without the role for it tapped an admin's button" in log.getvalue()
    assert str(subscriber.id) not in log.getvalue()


async def test_pause_and_resume(harness: BotHarness, admin: Person) -> None:
    await harness.subscriber()
    rules = harness.app.services.broadcasts
    with captured("INFO") as log:
        draft = await rules.draft(ADMIN, admin.id, 1)
        await rules.confirm(draft.id, ADMIN)
        await rules.pause(draft.id, ADMIN)
        await rules.resume(draft.id, SECOND)
        await rules.resume(draft.id, SECOND)
    assert acts(log.getvalue())[2:] == [
        f"{ADMIN} pause True",
        f"{SECOND} resume True",
        f"{SECOND} resume False",
    ]
