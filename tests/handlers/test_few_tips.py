"""Settings that leave few tips, or none, say so; so does leaving a theme out."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.bot_harness import BotHarness, Person

FEW = "tips fit what you've chosen"


async def choose(harness: BotHarness, subscriber: Person, theme: str, audience: str) -> None:
    """Nothing but this theme, for this audience."""
    subscribers, library = harness.app.services.subscribers, harness.app.services.library
    (bit,) = [one.bit for one in library.themes if one.id == theme]
    await subscribers.set_themes(subscriber.id, 1 << bit)
    await subscribers.set_audience(subscriber.id, audience)


async def test_two_settings_that_leave_two_tips_say_so(
    harness: BotHarness, subscriber: Person
) -> None:
    await choose(harness, subscriber, "children", "adult")
    await subscriber.say("/settings")
    await subscriber.sees(f"Only 2 {FEW}", "Switch on another theme for more", "Next tip:")
    await subscriber.tap("Themes")
    await subscriber.sees(f"Only 2 {FEW}")


async def test_it_is_said_as_soon_as_the_second_of_them_is_set(
    harness: BotHarness, subscriber: Person
) -> None:
    await choose(harness, subscriber, "children", "both")
    await subscriber.say("/settings")
    assert FEW not in await subscriber.hears()
    await subscriber.tap("Who it's for")
    await subscriber.tap("Just me")
    await subscriber.sees(f"Only 2 {FEW}")


async def test_it_is_said_as_soon_as_the_last_theme_but_one_is_left_out(
    harness: BotHarness, subscriber: Person
) -> None:
    await choose(harness, subscriber, "children", "adult")
    library = harness.app.services.library
    children, facts = (
        next(one for one in library.themes if one.id == name) for name in ("children", "facts")
    )
    both = 1 << children.bit | 1 << facts.bit
    await harness.app.services.subscribers.set_themes(subscriber.id, both)
    await subscriber.forge(f"1td:{facts.bit}:1")
    await subscriber.hears("No more tips on", f"Only 2 {FEW}")


@pytest.mark.parametrize("command", ["/settings", "/start"])
async def test_where_all_themes_of_a_choice_were_withdrawn_no_tip_is_promised(
    harness: BotHarness, subscriber: Person, command: str
) -> None:
    async with harness.app.services.db.write() as session:
        await session.execute(text(f"UPDATE subscriber SET themes = {1 << 9}"))
    await subscriber.say(command)
    answers = await subscriber.hears("No tip on the way. Check your days and themes: /settings")
    assert "Next tip" not in answers
    await subscriber.say("/tip")
    await subscriber.hears("No tip fits your themes right now")
