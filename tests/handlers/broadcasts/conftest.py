"""The bot, its Telegram, two admins and a viewer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.admins.roles import Role
from tests.bot_fixtures import admin, subscriber
from tests.bot_harness import ADMIN, BotHarness, Person, open_harness

__all__ = ["admin", "subscriber"]

BEA, VERA = 9001, 9002


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[BotHarness]:
    async with open_harness(tmp_path) as stage:
        yield stage


@pytest.fixture
async def other(harness: BotHarness) -> Person:
    """A second admin, who may send, too."""
    return await invited(harness, "Bea", BEA, Role.EDITOR)


@pytest.fixture
async def viewer(harness: BotHarness) -> Person:
    """Somebody who may look, and nothing else."""
    return await invited(harness, "Vera", VERA, Role.VIEWER)


async def invited(harness: BotHarness, name: str, user: int, role: Role) -> Person:
    """Somebody with this role, who has started the bot."""
    person = await harness.person(name, id=user)
    secret = await harness.app.services.admins.invite(role, ADMIN)
    assert await harness.app.services.admins.accept(secret, user) is not None
    await person.say("/start")
    return person
