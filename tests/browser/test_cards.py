"""A tip's card and its buttons fit one screen of a phone."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from bot.sandbox.model.player import Player
from bot.texts import html, tip
from bot.texts.catalogue import translator
from tests.browser.window import ChatPage
from tests.content import library
from tips.models import Tip

LONGEST = 12

pytestmark = pytest.mark.asyncio(loop_scope="module")


def longest_cards() -> list[Tip]:
    """The tips whose cards have the most words."""
    shown = library()
    words = {t.id: tip.render(translator("en"), t, shown).plain for t in shown.tips}
    return sorted(shown.tips, key=lambda t: -html.units(words[t.id]))[:LONGEST]


async def open_card(chat: ChatPage, one: Tip) -> float:
    """Have a tip sent, as from the list of saved ones; the height of the card and its buttons."""
    world = chat.sandbox.world
    user = next(user for user in world.users.values() if user.first_name == "Anna")
    newest = [m for m in world.messages[user.id].values() if m.from_bot][-1]
    Player(world).tap(user, newest, f"1to:{one.number}", inaccessible=False, stale=False)
    card = chat.heard.filter(has_text=one.title).last
    await expect(card.get_by_role("button", name="Another tip")).to_be_visible()
    box = await card.bounding_box()
    assert box is not None
    return box["height"]


async def test_the_longest_cards_fit_a_phone_with_their_buttons(phone: ChatPage) -> None:
    await phone.subscribe()
    room = await phone.page.locator("#messages").evaluate("node => node.clientHeight")
    heights = {one.id: await open_card(phone, one) for one in longest_cards()}
    assert {name: height for name, height in heights.items() if height > room} == {}
