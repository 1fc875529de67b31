"""The admin page in a browser, at three sizes, light and dark: axe-core finds nothing, and nothing
is cut off; a broadcast is written and watched, with scripts and without."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.browser.admin_stage import SIZES, desk, seen_at
from tests.browser.admin_states import STATES

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PAGES = ("/", "/broadcasts", "/broadcasts/new", "/broadcasts/1", "/calendar", "/content",
         "/questions", "/audit", "/health", "/nowhere")  # fmt: skip
WIDER = "() => document.documentElement.scrollWidth > innerWidth"


async def is_fit_for_everybody(page: Page, what: str) -> None:
    results = await Axe().run(page)
    assert results.violations_count == 0, f"{what}:\n{results.generate_report()}"
    assert not await page.evaluate(WIDER), what


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
async def test_every_page_and_state_is_fit_for_everybody(
    browser: Browser, tmp_path: Path, size: str, dark: bool
) -> None:
    async with desk(browser, tmp_path, **seen_at(size, dark=dark)) as admin:
        await admin.harness.subscriber()
        faults: list[str] = []
        admin.page.on("pageerror", lambda error: faults.append(str(error)))
        await admin.write("Hello all")
        for path in PAGES:
            await admin.open(path)
            await is_fit_for_everybody(admin.page, path)
        for state in STATES:
            await state(admin)
            await is_fit_for_everybody(admin.page, state.__name__)
        assert faults == []


async def test_without_scripts_it_works_the_same(browser: Browser, tmp_path: Path) -> None:
    async with desk(browser, tmp_path, java_script_enabled=False) as admin:
        rita = await admin.harness.subscriber()
        await admin.draft("Hello without scripts")
        await admin.press("Send it")
        await admin.page.get_by_role("heading", name="Broadcast 1").wait_for()
        await admin.harness.settle()
        await rita.sees("Hello without scripts")


async def test_whoever_uses_a_keyboard_stays_on_the_button_while_figures_move(
    browser: Browser, tmp_path: Path
) -> None:
    async with desk(browser, tmp_path) as admin:
        rita, page = await admin.harness.subscriber(), admin.page
        held = {"method": "sendMessage", "retry_after": 600}
        await admin.harness.fault("429", chat=rita.id, times=1, **held)
        await admin.draft("Hello")
        await admin.press("Send it")
        pause = page.get_by_role("button", name="Pause")
        await pause.focus()
        for _ in range(2):
            await page.wait_for_event(
                "response", lambda answer: answer.url.endswith("/progress"), timeout=20_000
            )
        await page.wait_for_timeout(300)
        await expect(pause).to_be_focused()
