"""Marks a row as begun before its message can leave.

After a kill what was leased and never begun goes back to the queue; without the mark all of it
would be in doubt. Only a broadcast's messages need one: tips are sent once more in any case.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from itertools import islice
from typing import TypeAlias

import structlog

from bot.delivery.message import OutgoingMessage

log = structlog.get_logger(__name__)

MARKS_A_SECOND = 60.0
"""Transactions at most. Up to that rate each message is marked alone, so that a kill leaves none
in doubt that was not begun; above it a few are marked at once, and before their turn."""

MarkBegun: TypeAlias = Callable[[list[int]], Awaitable[Collection[int]]]
"""Marks rows as begun; which of them are still ours."""


class BeginMarker:
    """Marks the rows at the head of one queue.

    Args:
        rate: messages a second.
    """

    def __init__(self, mark_begun: MarkBegun, rate: float) -> None:
        self._mark_begun = mark_begun
        self._at_once = max(1, round(rate / MARKS_A_SECOND))
        self._ahead: asyncio.Task[None] | None = None

    async def mark(self, items: deque[OutgoingMessage], permits: int) -> None:
        """Have the first ``permits`` of the items marked; what is no longer ours is taken out.

        Raises whatever the database raises.
        """
        await self.rest()
        if not all(item.may_start for item in islice(items, permits)):
            await self._mark(items, max(permits, self._at_once))

    async def rest(self) -> None:
        """Wait for what is being marked beside the sending."""
        if self._ahead is not None:
            await asyncio.wait([self._ahead])
            self._ahead = None

    def go_ahead(self, items: deque[OutgoingMessage]) -> None:
        """Mark the next few beside the sending, where the limiter would have to wait for each."""
        if self._at_once == 1 or self._ahead is not None:
            return
        if not all(item.may_start for item in islice(items, self._at_once // 2)):
            self._ahead = asyncio.create_task(self._mark_ahead(items))

    async def _mark_ahead(self, items: deque[OutgoingMessage]) -> None:
        try:
            await self._mark(items, self._at_once)
        except Exception as error:  # noqa: BLE001 - tried again when the turn comes, and told then
            log.debug("not marked ahead", kind=type(error).__name__)

    async def _mark(self, items: deque[OutgoingMessage], most: int) -> None:
        some = [item for item in islice(items, most) if not item.may_start]
        ours = await self._mark_begun([item.row.id for item in some])
        for item in some:
            if item.row.id in ours:
                item.may_start = True
            elif item in items:
                items.remove(item)
