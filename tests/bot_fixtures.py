"""What the tests of the whole bot share: the bot, its Telegram and its people."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.bot_harness import BotHarness, Person, open_harness
from tests.ports import unused_port
from tips.search import Search
from tips.search.reading import Reading


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


@dataclass
class SlowReading:
    """Messages are looked at by one thread, and the first takes until ``go_on`` is set."""

    begun: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def slow_reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowReading]:
    slow, read = SlowReading(), Search.read

    def slowly(search: Search, text: str) -> Reading:
        slow.begun.set()
        slow.go_on.wait()
        return read(search, text)

    monkeypatch.setattr(Search, "read", slowly)
    yield slow
    slow.go_on.set()


@pytest.fixture
def unused_tcp_port() -> int:
    return unused_port()
