"""What the tests of the whole bot share: the bot, its Telegram and its people."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot_harness import BotHarness, Person, open_harness


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[BotHarness]:
    async with open_harness(tmp_path) as stage:
        yield stage


@pytest.fixture
async def subscriber(harness: BotHarness) -> Person:
    return await harness.subscriber()


@pytest.fixture
async def newcomer(harness: BotHarness) -> Person:
    return await harness.person()


@pytest.fixture
async def admin(harness: BotHarness) -> Person:
    return await harness.admin()


@pytest.fixture
def unused_tcp_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
