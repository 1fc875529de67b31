"""The bot with its admin page, for the tests of that page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot_harness import BotHarness
from tests.web.page_stage import with_page


@pytest.fixture
async def paged(tmp_path: Path) -> AsyncIterator[BotHarness]:
    async with with_page(tmp_path) as harness:
        yield harness
