"""Draws every state of the page into ``screenshots/``, outside git, for somebody to look at.

``python -m tests.browser.gallery`` takes some two minutes; ``phone dark`` draws these alone.
"""

from __future__ import annotations

import asyncio
import sys

from playwright.async_api import Browser

from bot.logs import configure
from tests.browser.screenshots import OTHERS
from tests.browser.states import SIZES, STATES, opened
from tests.browser.window import open_browser


async def draw(browser: Browser, size: str, *, dark: bool) -> None:
    """Draw every state at a size, light or dark."""
    colours = "dark" if dark else "light"
    async with opened(browser, size, dark=dark) as (chat, stage):
        for number, state in enumerate(STATES):
            await state(chat, stage)
            name = f"{size}-{colours}-{number:02}-{state.__name__}.png"
            await chat.page.screenshot(path=OTHERS / name)


async def main(wanted: set[str]) -> None:
    """Draw what was asked for, else everything."""
    configure("WARNING")
    async with open_browser() as browser:
        for size in (wanted & SIZES.keys()) or SIZES:
            for colours in (wanted & {"light", "dark"}) or ("light", "dark"):
                await draw(browser, size, dark=colours == "dark")


if __name__ == "__main__":
    asyncio.run(main(set(sys.argv[1:])))
