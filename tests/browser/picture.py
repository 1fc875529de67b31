"""Draws the bot's profile picture anew: ``python -m tests.browser.picture``.

Telegram takes a JPEG, and shows it in a circle: nothing stands in the corners.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import async_playwright

from bot.telegram.setup import PICTURE

SIDE = 640
DRAWING = """
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 640" width="640" height="640">
  <rect width="640" height="640" fill="#17655a"/>
  <circle cx="320" cy="320" r="236" fill="#f6efe3"/>
  <path d="M320 150 C395 250 440 315 440 375 A120 120 0 0 1 200 375 C200 315 245 250 320 150 Z"
    fill="#2f9e8b"/>
  <path d="M262 402 C262 330 318 300 388 300 C388 372 346 424 276 420 Z" fill="#f6efe3"/>
  <path d="M250 446 C280 396 318 358 366 322" fill="none" stroke="#17655a" stroke-width="12"
    stroke-linecap="round"/>
</svg>
"""


async def draw(file: Path) -> None:
    """Have the browser draw it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium")
        page = await browser.new_page(viewport={"width": SIDE, "height": SIDE})
        await page.set_content(
            f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{DRAWING}"
        )
        await page.screenshot(path=file, type="jpeg", quality=90)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(draw(PICTURE))
