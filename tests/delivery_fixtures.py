"""What the delivery tests share: a still clock, the real library, rules over both, a Telegram."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.clock import MovableClock
from bot.config import Settings, load_settings
from bot.store.database import Database
from bot.subscribers.privacy import Privacy
from bot.subscribers.service import Subscribers
from tests import content
from tests.delivery_harness import DeliveryHarness, delivery_harness
from tests.scripted_telegram import Telegram, telegram
from tips.library import Library

TOKEN = "123456789:AAaaBBbbCCccDDddEEeeFFffGGggHHhhIIi"
MONDAY_NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def library() -> Library:
    return content.library()


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(MONDAY_NOON)


@pytest.fixture
def settings() -> Settings:
    return load_settings(token=TOKEN)


@pytest.fixture
def subscribers(
    db: Database, clock: MovableClock, library: Library, settings: Settings
) -> Subscribers:
    return Subscribers(db, clock, library, settings)


@pytest.fixture
def privacy(db: Database, clock: MovableClock, library: Library) -> Privacy:
    return Privacy(db, clock, library, "UTC")


@pytest.fixture
async def tg() -> AsyncIterator[Telegram]:
    async with telegram() as fake:
        yield fake


@pytest.fixture
async def harness(db: Database, library: Library, tg: Telegram) -> AsyncIterator[DeliveryHarness]:
    async with delivery_harness(db, library, tg) as made:
        yield made
