"""The states of the page, one after the other: each begins where the one before ended."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
from playwright.async_api import Browser, expect

from tests.browser.stage import LONG_WORD, Stage
from tests.browser.window import DESKTOP, PHONE, TABLET, ChatPage, open_window

SIZES = {"phone": PHONE, "tablet": TABLET, "desktop": DESKTOP}
State = Callable[[ChatPage, Stage], Awaitable[None]]


async def empty(chat: ChatPage, stage: Stage) -> None:
    await expect(chat.button("Start")).to_be_visible()


async def onboarding(chat: ChatPage, stage: Stage) -> None:
    await chat.tap("Start")
    await chat.tap("Yes, start")
    await chat.tap("Just me")
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


async def commands(chat: ChatPage, stage: Stage) -> None:
    await chat.tap("Cancel")
    await chat.tap("Menu")
    await expect(chat.page.get_by_role("menuitem", name="/help")).to_be_visible()


async def places(chat: ChatPage, stage: Stage) -> None:
    await chat.page.keyboard.press("Escape")
    await chat.choose("Attach", "Location")
    await expect(chat.button("Tokyo")).to_be_visible()


async def inline(chat: ChatPage, stage: Stage) -> None:
    await chat.tap("Tokyo")
    await chat.page.locator("#text").fill("@GutSkinBot moisturiser")
    await expect(chat.page.locator("#result-list button").first).to_be_visible()


async def replying(chat: ChatPage, stage: Stage) -> None:
    await chat.page.locator("#text").fill("")
    sent = await chat.sees("Location 35.676")
    await chat.options(sent, "Reply")
    await chat.say("about a quokka")
    await chat.options(await chat.wrote("about a quokka"), "Edit")
    await expect(chat.page.locator("#replying")).to_contain_text("Edit: about a quokka")


async def topics(chat: ChatPage, stage: Stage) -> None:
    await chat.tap("Not any more")
    await stage.anna("topics", name=LONG_WORD)
    await expect(chat.page.locator("#topics")).to_be_visible()


async def calls(chat: ChatPage, stage: Stage) -> None:
    await chat.tap("API calls")
    await chat.page.locator("#calls summary").first.click()
    await expect(chat.page.locator("#calls pre").first).to_be_visible()


async def people(chat: ChatPage, stage: Stage) -> None:
    await chat.page.keyboard.press("Escape")
    await chat.open_people()
    await expect(chat.page.locator("#people")).to_be_visible()


async def blocked(chat: ChatPage, stage: Stage) -> None:
    await chat.page.keyboard.press("Escape")
    await chat.choose("More", "Block the bot")
    await expect(chat.page.locator("#start")).to_have_text("Unblock the bot")


async def failing(chat: ChatPage, stage: Stage) -> None:
    await chat.page.route("**/control/say", lambda route: route.abort())
    await chat.say("Are you there?")
    await expect(chat.page.locator("#toast")).to_contain_text("can't be reached")
    chat.faults.clear()  # the browser reports the failed request as an error, which is meant


async def tip(chat: ChatPage, stage: Stage) -> None:
    await chat.page.locator("#reply-keyboard button", has_text="Berlin").click()
    await chat.tap("08:00")
    await chat.sees("Try today:")


async def why(chat: ChatPage, stage: Stage) -> None:
    await chat.tap("Why?")
    await expect(chat.button("Hide why")).to_be_visible()
    await expect(chat.button("Show more", exact=False)).to_be_visible()


async def why_unfolded(chat: ChatPage, stage: Stage) -> None:
    await chat.tap("Show more", exact=False)
    await expect(chat.button("Show less", exact=False)).to_be_visible()


async def answer(chat: ChatPage, stage: Stage) -> None:
    await chat.say("can i go swimming?")
    await expect(chat.button("Not what I asked")).to_be_visible()


STATES: tuple[State, ...] = (
    empty, onboarding, tip, why, why_unfolded, answer, folded, unfolded, settings, export, poll,
    album, voice, words, buttons, menus, question, commands, places, inline, replying, topics,
    calls, people, blocked, failing,
)  # fmt: skip


@asynccontextmanager
async def opened(
    browser: Browser, size: str, *, dark: bool
) -> AsyncIterator[tuple[ChatPage, Stage]]:
    """A fresh demo's page, and a stage to put messages there."""
    async with (
        open_window(browser, SIZES[size], dark=dark) as chat,
        aiohttp.ClientSession() as session,
    ):
        yield chat, Stage(chat, session)
