"""The admin page in a browser, at three sizes, light and dark: axe-core finds nothing, and nothing
is cut off; a broadcast is written and watched, with scripts and without."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.bot_harness import ADMIN, BotHarness, open_harness
from tests.browser.window import DESKTOP, PHONE, TABLET
from tests.ports import unused_port

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

SIZES = {"desktop": DESKTOP, "tablet": TABLET, "phone": PHONE}
PAGES = ("/", "/broadcasts", "/broadcasts/new", "/broadcasts/1", "/broadcasts/1/edit", "/calendar",
         "/content", "/questions", "/audit", "/health", "/nowhere")  # fmt: skip
WIDER = "() => document.documentElement.scrollWidth > innerWidth"


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[BotHarness]:
    port = unused_port()
    url = f"http://127.0.0.1:{port}/admin"
    async with open_harness(folder, admin_page_url=url, admin_page_port=port) as harness:
        yield harness


async def log_in(page: Page, harness: BotHarness) -> None:
    secret = await harness.app.services.logins.new_link(ADMIN)
    await page.goto(f"{harness.settings.admin_page_url}/login?key={secret}")
    await page.get_by_role("button", name="Log in").click()
    await page.get_by_role("heading", name="Overview").wait_for()


async def write(page: Page, base: str, text: str) -> None:
    await page.goto(f"{base}/broadcasts/new")
    await page.get_by_label("Message").fill(text)
    await page.get_by_role("button", name="Look at it before it goes").click()
    await page.get_by_role("button", name="Send it").click()
    await page.get_by_text("1 of 1").wait_for()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
async def test_every_page_is_fit_for_everybody(
    browser: Browser, tmp_path: Path, size: str, dark: bool
) -> None:
    width, height = SIZES[size]
    scheme = "dark" if dark else "light"
    async with running(tmp_path) as harness:
        await harness.subscriber()
        context = await browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme
        )
        page = await context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        await log_in(page, harness)
        base = harness.settings.admin_page_url or ""
        await write(page, base, "Hello all")
        for path in PAGES:
            await page.goto(base + path)
            results = await Axe().run(page)
            assert results.violations_count == 0, f"{path}:\n{results.generate_report()}"
            assert not await page.evaluate(WIDER), path
        assert faults == []
        await context.close()


async def test_without_scripts_it_works_the_same(browser: Browser, tmp_path: Path) -> None:
    async with running(tmp_path) as harness:
        rita = await harness.subscriber()
        context = await browser.new_context(java_script_enabled=False)
        page = await context.new_page()
        await log_in(page, harness)
        base = harness.settings.admin_page_url or ""
        await page.goto(f"{base}/broadcasts/new")
        await page.get_by_label("Message").fill("Hello without scripts")
        await page.get_by_role("button", name="Look at it before it goes").click()
        await page.get_by_role("button", name="Send it").click()
        await page.get_by_role("heading", name="Broadcast 1").wait_for()
        await harness.settle()
        await rita.sees("Hello without scripts")
        await context.close()


async def test_whoever_uses_a_keyboard_stays_on_the_button_while_figures_move(
    browser: Browser, tmp_path: Path
) -> None:
    async with running(tmp_path) as harness:
        rita, held = await harness.subscriber(), {"method": "sendMessage", "retry_after": 600}
        await harness.fault("429", chat=rita.id, times=1, **held)
        context = await browser.new_context()
        page = await context.new_page()
        await log_in(page, harness)
        base = harness.settings.admin_page_url or ""
        await page.goto(f"{base}/broadcasts/new")
        await page.get_by_label("Message").fill("Hello")
        await page.get_by_role("button", name="Look at it before it goes").click()
        await page.get_by_role("button", name="Send it").click()
        pause = page.get_by_role("button", name="Pause")
        await pause.focus()
        for _ in range(2):
            await page.wait_for_event(
                "response", lambda answer: answer.url.endswith("/progress"), timeout=20_000
            )
        await page.wait_for_timeout(300)
        await expect(pause).to_be_focused()
        await context.close()
