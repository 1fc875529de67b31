"""Remakes the README's picture of the chat; the others go to ``screenshots/``, outside git.

Run it with ``make screenshots``.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from playwright.async_api import Browser, expect

from bot.logs import configure
from tests.browser.window import PHONE, TABLET, ChatPage, open_browser, open_window

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "chat.png"
OTHERS = ROOT / "screenshots"
FRAME = (1180, 880)
QUESTION = "can i go swimming?"


async def first_days(chat: ChatPage) -> None:
    """Two subscribers subscribe, and each gets the next morning's tip."""
    await chat.be("Chiyo")
    await chat.subscribe(place="Tokyo", hour="08:00")
    await chat.be("Anna")
    await chat.subscribe()
    await chat.to_next_tip()
    await chat.to_next_tip()
    await expect(chat.heard.filter(has_text="Try today:")).to_have_count(2)
    await chat.page.locator("#bot-name").hover()


async def remake(browser: Browser, folder: Path = OTHERS, picture: Path = PICTURE) -> list[Path]:
    """Draw every picture; the files. Playwright makes the folder."""
    made = [picture]
    async with open_window(browser, FRAME, scale=1.5) as chat:
        await first_days(chat)
        await chat.page.screenshot(path=picture)
        await chat.say(QUESTION)
        await expect(chat.button("Not what I asked")).to_be_visible()
        for name, (width, height) in (("tablet", TABLET), ("phone", PHONE)):
            await chat.page.set_viewport_size({"width": width, "height": height})
            await expect(chat.messages.last.locator(".keys")).to_be_in_viewport(ratio=0.99)
            made.append(folder / f"{name}.png")
            await chat.page.screenshot(path=made[-1])
    return made


async def main() -> None:
    """Draw them and say where they are."""
    configure("WARNING")
    async with open_browser() as browser:
        for path in await remake(browser):
            sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    asyncio.run(main())
