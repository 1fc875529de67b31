"""Draws every state of the pages into ``screenshots/``, outside git, for somebody to look at.

``python -m tests.browser.gallery`` takes some four minutes; ``admin phone dark``
draws these alone.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser

from bot.logs import configure
from tests.browser import admin_states
from tests.browser.admin_stage import desk, seen_at
from tests.browser.screenshots import OTHERS
from tests.browser.states import SIZES, STATES, opened
from tests.browser.window import open_browser


async def draw_chat(browser: Browser, size: str, *, dark: bool) -> None:
    """Draw every state of the chat's page at a size, light or dark."""
    async with opened(browser, size, dark=dark) as (chat, stage):
        for number, state in enumerate(STATES):
            await state(chat, stage)
            name = f"{_named('chat', size, dark=dark)}-{number:02}-{state.__name__}.png"
            await chat.page.screenshot(path=OTHERS / name)


async def draw_admin(browser: Browser, size: str, *, dark: bool) -> None:
    """Draw every state of the admin page's forms at a size, light or dark, each as a whole."""
    with TemporaryDirectory() as folder:
        async with desk(browser, Path(folder), **seen_at(size, dark=dark)) as admin:
            await admin.harness.subscriber()
            await admin.write("Hello all")
            for number, state in enumerate(admin_states.STATES):
                await state(admin)
                name = f"{_named('admin', size, dark=dark)}-{number:02}-{state.__name__}.png"
                await admin.page.screenshot(path=OTHERS / name, full_page=True)


def _named(page: str, size: str, *, dark: bool) -> str:
    return f"{page}-{size}-{'dark' if dark else 'light'}"


DRAWN = {"chat": draw_chat, "admin": draw_admin}


async def main(wanted: set[str]) -> None:
    """Draw what was asked for, else everything."""
    configure("WARNING")
    async with open_browser() as browser:
        for page in (wanted & DRAWN.keys()) or DRAWN:
            for size in (wanted & SIZES.keys()) or SIZES:
                for colours in (wanted & {"light", "dark"}) or ("light", "dark"):
                    await DRAWN[page](browser, size, dark=colours == "dark")


if __name__ == "__main__":
    asyncio.run(main(set(sys.argv[1:])))
