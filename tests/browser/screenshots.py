"""Remakes the README's pictures: the chat, a broadcast in it, the figures and the admin page; the
others go to ``screenshots/``, outside git.

Run it with ``make screenshots``.
"""

from __future__ import annotations

import asyncio
import sys
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, Page, expect

from bot.charts.drawing import draw
from bot.logs import configure
from bot.texts.catalogue import translator
from bot.texts.stats_picture import picture as stats_picture
from tests import content
from tests.bench.figures import a_year
from tests.browser.admin_stage import Desk, desk, log_in
from tests.browser.window import PHONE, TABLET, ChatPage, open_browser, open_window

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "chat.png"
BROADCAST_PICTURE = ROOT / "docs" / "broadcast.png"
FIGURES_PICTURE = ROOT / "docs" / "figures.png"
ADMIN_PICTURE = ROOT / "docs" / "admin-page.png"
OTHERS = ROOT / "screenshots"
FRAME = (1180, 880)
QUESTION = "can i go swimming?"
PLACES = ("Berlin", "Tokyo", "London", "Berlin", "Paris")
NEWS = "New this week: a page about creams.\nThank you for asking, {first_name}."
SHOWN = ("/", "/broadcasts/1", "/broadcasts/2/edit")
TALL = 1010
SENT = "Hello {first_name}, our new tips on winter skin are here."
CHANGED = "Hello {first_name}, our new tips on winter skin are ready."
CHOOSING = {
    "Audience": "Who gets it?",
    "Where": "Where do they live?",
    "Europe": "Only: in Europe",
    "Back": "Who gets it?",
}
SIDE_BY_SIDE = (
    "<style>body {{ margin: 0; display: flex }} img {{ border: 1px solid #cfd6d3 }}</style>{}"
)


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


async def remake_broadcast(browser: Browser, picture: Path = BROADCAST_PICTURE) -> Path:
    """Draw a broadcast's card, its report and its edit, side by side, as a phone shows them."""
    async with open_window(browser, PHONE) as chat:
        await chat.be("Anna")
        await chat.subscribe()
        await chat.be("Ada")
        await chat.say(f"/broadcast {SENT}\nRead more - https://example.org")
        for label, then in CHOOSING.items():
            await chat.tap(label)
            await chat.sees(then)
        await chat.tap("Back")
        shots = [await _seen(chat, "Send the message above?")]
        await chat.tap("Send it now")
        shots.append(await _seen(chat, "Broadcast done"))
        await chat.tap("Edit")
        await chat.sees("Send me the new text")
        await chat.say(CHANGED)
        await chat.tap("Change it now")
        shots.append(await _seen(chat, "Changed: 1"))
        await _draw_side_by_side(browser, shots, PHONE, picture)
    return picture


async def _seen(chat: ChatPage, words: str) -> str:
    """The page once it says that, and its notice has gone."""
    await chat.sees(words)
    await expect(chat.page.locator("#toast")).to_be_empty()
    await chat.page.locator("#bot-name").hover()
    return await _shown(chat.page)


async def remake_figures(picture: Path = FIGURES_PICTURE) -> Path:
    """Draw what ``/stats 30`` shows of the year that the bench of figures makes up."""
    with TemporaryDirectory() as folder:
        async with a_year(f"sqlite+aiosqlite:///{folder}/figures.db") as stats:
            overview = await stats.overview(30)
    drawn = draw(stats_picture(translator("en"), overview, content.library()))
    await asyncio.to_thread(picture.write_bytes, drawn)
    return picture


async def first_week(admin: Desk) -> None:
    """Five subscribers get tips for a week; one broadcast has reached them, one is a draft."""
    for number, place in enumerate(PLACES):
        await admin.harness.subscriber(f"R{number}", place)
    await admin.harness.pass_time(days=6)
    await log_in(admin.page, admin.harness)
    await admin.draft(NEWS)
    await admin.press("Send it")
    await admin.page.get_by_text(f"{len(PLACES)} of {len(PLACES)}").wait_for()
    await admin.draft(NEWS)


async def remake_admin_page(browser: Browser, picture: Path = ADMIN_PICTURE) -> Path:
    """Draw three of its pages, side by side, as a phone shows them."""
    width, _ = PHONE
    size = {"width": width, "height": TALL}
    with TemporaryDirectory() as folder:
        async with desk(browser, Path(folder), viewport=size, color_scheme="light") as admin:
            await first_week(admin)
            shots = [await _shot(admin, path) for path in SHOWN]
            await _draw_side_by_side(browser, shots, (width, TALL), picture)
    return picture


async def _shot(admin: Desk, path: str) -> str:
    await admin.open(path)
    return await _shown(admin.page)


async def _shown(page: Page) -> str:
    """The page as it looks now, as an image for another page."""
    await page.wait_for_load_state("networkidle")
    drawn = b64encode(await page.screenshot()).decode()
    return f'<img src="data:image/png;base64,{drawn}">'


async def _draw_side_by_side(
    browser: Browser, shots: Sequence[str], size: tuple[int, int], picture: Path
) -> None:
    whole = {"width": len(shots) * (size[0] + 2), "height": size[1] + 2}
    frame = await browser.new_page(viewport=whole)  # without the policy of the page that is shown
    await frame.set_content(SIDE_BY_SIDE.format("".join(shots)))
    await frame.screenshot(path=picture)
    await frame.close()


async def main() -> None:
    """Draw them and say where they are."""
    configure("WARNING")
    async with open_browser() as browser:
        made = [*await remake(browser), await remake_broadcast(browser)]
        made += [await remake_figures(), await remake_admin_page(browser)]
    for path in made:
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    asyncio.run(main())
