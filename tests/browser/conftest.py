from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.window import PHONE, ChatPage, open_browser, open_window


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def chat(browser: Browser) -> AsyncIterator[ChatPage]:
    """The page on a desktop, in front of a fresh demo."""
    async with open_window(browser) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def phone(browser: Browser) -> AsyncIterator[ChatPage]:
    """The page on a phone that is held upright."""
    async with open_window(browser, PHONE, touch=True) as opened:
        yield opened
