"""Settings that leave few tips, or none, say so; so does leaving a theme out."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from theatre import Person, Theatre

FEW = "tips fit what you've chosen"


async def choose(theatre: Theatre, reader: Person, theme: str, audience: str) -> None:
    """Nothing but this theme, for this audience."""
    readers, library = theatre.app.house.readers, theatre.app.house.library
    (bit,) = [one.bit for one in library.themes if one.id == theme]
    await readers.set_themes(reader.id, 1 << bit)
    await readers.set_audience(reader.id, audience)


async def test_two_settings_that_leave_two_tips_say_so(theatre: Theatre, reader: Person) -> None:
    await choose(theatre, reader, "children", "adult")
    await reader.say("/settings")
    await reader.sees(f"Only 2 {FEW}", "Switch on another theme for more", "Next tip:")
    await reader.tap("Themes")
    await reader.sees(f"Only 2 {FEW}")


async def test_it_is_said_as_soon_as_the_second_of_them_is_set(
    theatre: Theatre, reader: Person
) -> None:
    await choose(theatre, reader, "children", "both")
    await reader.say("/settings")
    assert FEW not in await reader.hears()
    await reader.tap("Whom for")
    await reader.tap("me (no tips for parents)")
    await reader.sees(f"Only 2 {FEW}")


async def test_it_is_said_as_soon_as_the_last_theme_but_one_is_left_out(
    theatre: Theatre, reader: Person
) -> None:
    await choose(theatre, reader, "children", "adult")
    library = theatre.app.house.library
    children, facts = (
        next(one for one in library.themes if one.id == name) for name in ("children", "facts")
    )
    both = 1 << children.bit | 1 << facts.bit
    await theatre.app.house.readers.set_themes(reader.id, both)
    await reader.forge(f"1td:{facts.bit}:1")
    await reader.hears("No more tips on", f"Only 2 {FEW}")


@pytest.mark.parametrize("command", ["/settings", "/start"])
async def test_where_all_themes_of_a_choice_were_withdrawn_no_tip_is_promised(
    theatre: Theatre, reader: Person, command: str
) -> None:
    async with theatre.app.house.db.write() as session:
        await session.execute(text(f"UPDATE subscriber SET themes = {1 << 9}"))
    await reader.say(command)
    heard = await reader.hears("No tip is planned. Check the days and themes in /settings.")
    assert "Next tip" not in heard
    await reader.say("/tip")
    await reader.hears("No tip fits your themes right now")
