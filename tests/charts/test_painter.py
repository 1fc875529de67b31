"""Pictures are drawn beside everything else."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.charts.painter import Painter
from bot.charts.picture import Head, Nothing, Picture, Words

PICTURE = Picture(Head("Now", "1", ""), "", "", ((Nothing("", (Words("x"),)),),))
PNG = b"\x89PNG\r\n\x1a\n"


async def test_the_loop_goes_on_while_pictures_are_drawn() -> None:
    painter = Painter()
    drawing = asyncio.gather(*(painter.draw(PICTURE) for _ in range(3)))
    turns = 0
    while not drawing.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert all(png.startswith(PNG) for png in await drawing)
    assert turns > 3
    painter.close()


async def test_a_fault_is_the_caller_s_and_the_next_picture_is_drawn() -> None:
    painter = Painter()
    broken = Picture(Head("Now", "1", ""), "", "", ((None,),))  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        await painter.draw(broken)
    assert (await painter.draw(PICTURE)).startswith(PNG)
    painter.close()


async def test_what_was_drawn_last_is_not_drawn_again_but_dark_and_light_are_two() -> None:
    painter = Painter()
    light, dark = await painter.draw(PICTURE), await painter.draw(PICTURE, dark=True)
    assert light != dark
    assert await painter.draw(PICTURE) is light
    assert await painter.draw(PICTURE, dark=True) is dark
    painter.close()


async def test_once_closed_it_begins_nothing_and_nobody_waits() -> None:
    painter = Painter()
    under_way = asyncio.ensure_future(painter.draw(PICTURE))
    waiting = asyncio.ensure_future(painter.draw(PICTURE))
    await asyncio.sleep(0)
    begun = time.monotonic()
    painter.close()
    assert time.monotonic() - begun < 1
    with pytest.raises(RuntimeError):
        await painter.draw(PICTURE)
    await asyncio.wait([under_way, waiting])
    assert waiting.cancelled() or not under_way.cancelled()
