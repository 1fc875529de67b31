"""Drawing on a thread of its own, one picture at a time: it takes a second of the processor."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial

import structlog

from bot.charts.drawing import draw
from bot.charts.picture import Picture

log = structlog.get_logger(__name__)

KEPT = 6
"""The last pictures are not drawn again: three spans, light and dark; some 100 kB each."""


class Painter:
    """Draws pictures; replies and sending go on meanwhile. Close it after use."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="charts")
        self._drawn = lru_cache(KEPT)(draw)

    async def draw(self, picture: Picture, *, dark: bool = False) -> bytes:
        """The picture as a PNG."""
        drawing = partial(self._drawn, picture, dark=dark)
        return await asyncio.get_running_loop().run_in_executor(self._thread, drawing)

    async def draw_if_possible(self, picture: Picture, *, dark: bool = False) -> bytes | None:
        """The picture; None where it cannot be drawn, for words say it all, too."""
        try:
            return await self.draw(picture, dark=dark)
        except Exception:
            log.exception("the picture of the figures cannot be drawn")
            return None

    def close(self) -> None:
        """Begin no other picture; one that is being drawn ends by itself."""
        self._thread.shutdown(wait=False, cancel_futures=True)
