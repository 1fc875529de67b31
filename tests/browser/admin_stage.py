"""The admin page of a running bot, in a browser that has logged in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from tests.bot_harness import ADMIN, BotHarness
from tests.browser.window import DESKTOP, PHONE, TABLET
from tests.web.page_stage import with_page

SIZES = {"desktop": DESKTOP, "tablet": TABLET, "phone": PHONE}


class Desk:
    """An admin at the page, and the bot behind it."""

    def __init__(self, page: Page, harness: BotHarness) -> None:
        self.page = page
        self.harness = harness
        self.base = harness.settings.admin_page_url or ""

    async def open(self, path: str) -> None:
        await self.page.goto(self.base + path)

    async def press(self, name: str) -> None:
        """Press the button, or follow the link that looks like one."""
        await self.page.locator("button, a.button").filter(has_text=name).first.click()

    async def draft(self, text: str) -> None:
        await self.open("/broadcasts/new")
        await self.page.get_by_label("Message").fill(text)
        await self.look()

    async def look(self) -> None:
        """Hand in the form."""
        await self.press("Look at it before it goes")

    async def write(self, text: str) -> None:
        """Write a broadcast to the one subscriber there is, and wait until it has arrived."""
        await self.draft(text)
        await self.press("Send it")
        await self.page.get_by_text("1 of 1").wait_for()


async def log_in(page: Page, harness: BotHarness) -> None:
    secret = await harness.app.services.logins.new_link(ADMIN)
    await page.goto(f"{harness.settings.admin_page_url}/login?key={secret}")
    await page.get_by_role("button", name="Log in").click()
    await page.get_by_role("heading", name="Overview").wait_for()


@asynccontextmanager
async def desk(browser: Browser, folder: Path, **more: Any) -> AsyncIterator[Desk]:
    """An admin who has logged in; ``more`` is what the browser's window is like."""
    async with with_page(folder) as harness:
        context = await browser.new_context(**more)
        page = await context.new_page()
        await log_in(page, harness)
        yield Desk(page, harness)
        await context.close()


def seen_at(size: str, *, dark: bool) -> dict[str, Any]:
    """A window of that size, in those colours."""
    width, height = SIZES[size]
    return {
        "viewport": {"width": width, "height": height},
        "color_scheme": "dark" if dark else "light",
    }
