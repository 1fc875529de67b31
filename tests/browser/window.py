"""A browser window on the demo's chat page: people at a keyboard, a mouse or a phone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from bot.cli.demo import Demo
from bot.sandbox.http.server import Sandbox
from tests.chromium import chromium_or_skip

SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP = (1280, 860)
TABLET = (768, 1024)
PHONE = (390, 844)
PATIENCE_MS = 15_000
TOO_WIDE = """
  () => [...document.querySelectorAll('body *')]
    .filter(node => node.checkVisibility())
    .filter(node => !node.closest('#people, .skip, .unseen, .label'))
    .filter(node => node.getBoundingClientRect().right > innerWidth + 1)
    .map(node => node.outerHTML)
"""


class ChatPage:
    """What one does on the page, and what one sees there."""

    def __init__(self, page: Page, sandbox: Sandbox) -> None:
        self.page = page
        self.sandbox = sandbox
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._note)

    def _note(self, message: object) -> None:
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        if kind == "error":
            self.faults.append(str(text))

    async def load(self) -> None:
        """Open the page, or open it again."""
        await self.page.goto(self.sandbox.page_url)
        await self.page.locator("body[data-ready]").wait_for()

    @property
    def bot_address(self) -> str:
        """Where the bot calls, its token included."""
        return f"{self.sandbox.api_base_url}{self.sandbox.token}"

    @property
    def messages(self) -> Locator:
        return self.page.locator("#messages .message")

    @property
    def heard(self) -> Locator:
        """Bubbles of the bot."""
        return self.page.locator("#messages .message:not(.mine)")

    def button(self, label: str, *, exact: bool = True) -> Locator:
        """The newest button with this label, wherever on the page it is."""
        return self.page.get_by_role("button", name=label, exact=exact).last

    async def open_people(self) -> None:
        """On a phone, people and clock are behind a button."""
        opener = self.page.locator("#show-side")
        if await opener.is_visible() and not await self.page.locator("#side").is_visible():
            await opener.click()

    async def be(self, name: str) -> None:
        await self.open_people()
        await self.page.locator("#people button", has_text=name).click()
        await expect(self.page.locator("#chat-note")).to_contain_text(name.split(maxsplit=1)[0])

    async def say(self, text: str) -> None:
        await self.page.locator("#text").fill(text)
        await self.page.locator("#text").press("Enter")

    async def tap(self, label: str, *, exact: bool = True) -> None:
        await self.button(label, exact=exact).click()

    async def sees(self, words: str) -> Locator:
        """The newest message with these words, once it is there."""
        message = self.messages.filter(has_text=words).last
        await expect(message).to_be_visible()
        return message

    async def wrote(self, words: str) -> Locator:
        """The newest message of one's own with these words: the bot may quote them."""
        message = self.page.locator("#messages .message.mine").filter(has_text=words).last
        await expect(message).to_be_visible()
        return message

    async def sees_topic(self, name: str) -> None:
        """The topic is the one that is looked at."""
        topic = self.page.locator("#topics").get_by_role("button", name=name)
        await expect(topic).to_have_attribute("aria-pressed", "true")

    async def choose(self, opener: str, item: str) -> None:
        """Open a menu by its button's name, and take one of its items."""
        await self.tap(opener)
        await self.page.get_by_role("menuitem", name=item).click()

    async def options(self, message: Locator, item: str) -> None:
        """What the menu of one message offers."""
        await message.get_by_role("button", name="Options for").click()
        await self.page.get_by_role("menuitem", name=item).click()

    async def subscribe(self, place: str = "Berlin", hour: str = "08:00") -> None:
        await self.say("/start")
        await self.tap("Yes, start")
        await self.tap("Both of us")
        await self.page.locator("#reply-keyboard button", has_text=place).click()
        await self.tap(hour)
        await self.sees("Try today:")

    async def to_next_tip(self) -> None:
        await self.open_people()
        await self.tap("To the next tip")
        await expect(self.button("To the next tip")).to_be_enabled()

    async def nothing_is_cut_off(self) -> None:
        """No part of the page is wider than the window."""
        wide = await self.page.evaluate(TOO_WIDE)
        assert wide == []


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """Chromium without a window."""
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_or_skip(), args=list(SWITCHES)
        )
        yield browser
        await browser.close()


@asynccontextmanager
async def open_window(
    browser: Browser,
    size: tuple[int, int] = DESKTOP,
    *,
    touch: bool = False,
    scale: float = 1,
    dark: bool = False,
) -> AsyncIterator[ChatPage]:
    """A fresh demo with the page opened on it."""
    options = {"has_touch": touch, "device_scale_factor": scale}
    async with (
        Demo().running() as sandbox,
        open_page(browser, sandbox, size, dark=dark, **options) as chat,
    ):
        yield chat


@asynccontextmanager
async def open_page(
    browser: Browser,
    sandbox: Sandbox,
    size: tuple[int, int] = DESKTOP,
    *,
    dark: bool = False,
    **options: Any,
) -> AsyncIterator[ChatPage]:
    """The page of a sandbox that runs already."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        reduced_motion="reduce",
        color_scheme="dark" if dark else "light",
        permissions=["clipboard-read", "clipboard-write"],
        **options,
    )
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    chat = ChatPage(page, sandbox)
    await chat.load()
    yield chat
    await context.close()
    assert chat.faults == []
