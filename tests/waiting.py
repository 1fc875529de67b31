"""Waiting for what is about to come true; a test that waits in vain fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

TURNS = 100_000
LONG_S = 120.0  # a machine may be busy


async def until(true: Callable[[], bool]) -> None:
    """Let the loop turn until ``true`` is: for what it does by itself, without any time."""
    for _ in range(TURNS):
        if true():
            return
        await asyncio.sleep(0)
    raise TimeoutError("it never came true")


async def soon(true: Callable[[], bool]) -> None:
    """Look every few milliseconds: for what a server, a thread or a timer has to do first."""
    async with asyncio.timeout(LONG_S):
        while not true():  # noqa: ASYNC110 - whoever does it knows of no event
            await asyncio.sleep(0.002)
