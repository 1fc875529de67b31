"""Drawing on a thread of its own, one picture at a time: it takes a second of the processor."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from bot.charts.drawing import draw
from bot.charts.picture import Picture


class Painter:
    """Draws pictures; replies and sending go on meanwhile. Close it after use."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="charts")

    async def draw(self, picture: Picture) -> bytes:
        """The picture as a PNG."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, draw, picture)

    def close(self) -> None:
        """Begin no other picture; one that is being drawn ends by itself."""
        self._thread.shutdown(wait=False, cancel_futures=True)
