"""Waiting for something that the loop is about to do; no time has to pass for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

TURNS = 100_000


async def until(true: Callable[[], bool]) -> None:
    """Let the loop turn until ``true`` is; a test that waits in vain fails."""
    for _ in range(TURNS):
        if true():
            return
        await asyncio.sleep(0)
    raise TimeoutError("it never came true")
