"""The page in each of its states, at three sizes, light and dark: nothing is cut off, and axe-core
finds nothing that keeps somebody out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect

from tests.browser.stage import LONG_WORD, Stage
from tests.browser.window import DESKTOP, PHONE, TABLET, ChatPage, open_window

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

SIZES = {"phone": PHONE, "tablet": TABLET, "desktop": DESKTOP}
State = Callable[[ChatPage, Stage], Awaitable[None]]
SMALLEST_TARGET_PX = 24
SMALL = f"""
  () => [...document.querySelectorAll('button, summary, .file')]
    .filter(node => node.checkVisibility())
    .map(node => [node, node.getBoundingClientRect()])
    .filter(([, box]) => box.width && (box.width < {SMALLEST_TARGET_PX} || box.height < {SMALLEST_TARGET_PX}))
    .map(([node]) => node.outerHTML)
"""  # noqa: E501 - one condition


async def empty(chat: ChatPage, stage: Stage) -> None:
    await expect(chat.button("Start")).to_be_visible()


async def onboarding(chat: ChatPage, stage: Stage) -> None:
    await chat.tap("Start")
    await chat.tap("Yes, I agree")
    await expect(chat.page.locator("#reply-keyboard")).to_be_visible()


async def folded(chat: ChatPage, stage: Stage) -> None:
    await stage.quote()
    await expect(chat.button("Show more", exact=False)).to_be_visible()


async def unfolded(chat: ChatPage, stage: Stage) -> None:
    await chat.tap("Show more", exact=False)
    await expect(chat.button("Show less", exact=False)).to_be_visible()


async def export(chat: ChatPage, stage: Stage) -> None:
    await chat.say("/export")
    await expect(chat.page.locator(".file").last).to_be_visible()


async def poll(chat: ChatPage, stage: Stage) -> None:
    await stage.poll()
    await expect(chat.button("Take my vote back")).to_be_visible()


async def album(chat: ChatPage, stage: Stage) -> None:
    await stage.album()
    await expect(chat.page.locator(".album img")).to_have_count(3)


async def voice(chat: ChatPage, stage: Stage) -> None:
    await stage.voice()
    await expect(chat.button("Play: Voice message, 0:02")).to_be_visible()


async def words(chat: ChatPage, stage: Stage) -> None:
    await stage.words()
    await chat.sees(LONG_WORD)


async def buttons(chat: ChatPage, stage: Stage) -> None:
    await stage.buttons()
    await chat.sees("Buttons")


async def settings(chat: ChatPage, stage: Stage) -> None:
    await chat.say("/settings")
    await chat.sees("Next tip")


async def menus(chat: ChatPage, stage: Stage) -> None:
    await chat.tap("Attach")
    await expect(chat.page.get_by_role("menuitem", name="Poll")).to_be_visible()


async def question(chat: ChatPage, stage: Stage) -> None:
    await chat.page.get_by_role("menuitem", name="Poll").click()
    await expect(chat.page.get_by_role("dialog")).to_be_visible()


async def calls(chat: ChatPage, stage: Stage) -> None:
    await chat.tap("Cancel")
    await chat.tap("API calls")
    await expect(chat.page.locator("#log")).to_be_visible()


async def people(chat: ChatPage, stage: Stage) -> None:
    await chat.page.keyboard.press("Escape")
    await chat.open_people()
    await expect(chat.page.locator("#people")).to_be_visible()


async def failing(chat: ChatPage, stage: Stage) -> None:
    await chat.page.keyboard.press("Escape")
    await chat.page.route("**/control/say", lambda route: route.abort())
    await chat.say("Are you there?")
    await expect(chat.page.locator("#toast")).to_contain_text("can't be reached")
    chat.faults.clear()  # the browser reports the failed request as an error, which is meant


SUBSCRIBED: tuple[State, ...] = (
    folded, unfolded, settings, export, poll, album, voice, words, buttons, menus, question, calls,
    people, failing,
)  # fmt: skip


@asynccontextmanager
async def opened(
    browser: Browser, size: str, *, dark: bool
) -> AsyncIterator[tuple[ChatPage, Stage]]:
    async with (
        open_window(browser, SIZES[size], dark=dark) as chat,
        aiohttp.ClientSession() as session,
    ):
        yield chat, Stage(chat, session)


async def is_fit_for_everybody(chat: ChatPage, state: str) -> None:
    results = await Axe().run(chat.page)
    assert results.violations_count == 0, f"{state}:\n{results.generate_report()}"
    assert await chat.page.evaluate(SMALL) == [], state
    await chat.nothing_is_cut_off()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
async def test_every_state_at_every_size(browser: Browser, size: str, dark: bool) -> None:
    async with opened(browser, size, dark=dark) as (chat, stage):
        for state in (empty, onboarding):
            await state(chat, stage)
            await is_fit_for_everybody(chat, state.__name__)
        await chat.page.locator("#reply-keyboard button", has_text="Berlin").click()
        await chat.tap("08:00")
        await chat.sees("Try today:")
        await is_fit_for_everybody(chat, "tip")
        for state in SUBSCRIBED:
            await state(chat, stage)
            await is_fit_for_everybody(chat, state.__name__)
