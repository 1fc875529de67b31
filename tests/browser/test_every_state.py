"""The page in each of its states, at three sizes, light and dark: nothing is cut off, and axe-core
finds nothing that keeps somebody out.
"""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser

from tests.browser.states import SIZES, STATES, opened
from tests.browser.window import ChatPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

SMALLEST_TARGET_PX = 24
SMALL = f"""
  () => [...document.querySelectorAll('button, summary, .file')]
    .filter(node => node.checkVisibility())
    .map(node => [node, node.getBoundingClientRect()])
    .filter(([, box]) => box.width && (box.width < {SMALLEST_TARGET_PX} || box.height < {SMALLEST_TARGET_PX}))
    .map(([node]) => node.outerHTML)
"""  # noqa: E501 - one condition


async def is_fit_for_everybody(chat: ChatPage, state: str) -> None:
    results = await Axe().run(chat.page)
    assert results.violations_count == 0, f"{state}:\n{results.generate_report()}"
    assert await chat.page.evaluate(SMALL) == [], state
    await chat.nothing_is_cut_off()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
async def test_every_state_at_every_size(browser: Browser, size: str, dark: bool) -> None:
    async with opened(browser, size, dark=dark) as (chat, stage):
        for state in STATES:
            await state(chat, stage)
            await is_fit_for_everybody(chat, state.__name__)
