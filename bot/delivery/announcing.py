"""Tells of what became of broadcasts, beside the sending, which waits for nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.delivery.outbox import Event

log = structlog.get_logger(__name__)

LAST_WORDS = 0.5
"""Seconds given to it when stopping; the next run tells what is left."""

OnEvent = Callable[[Event], Awaitable[None]]


class Announcing:
    """Hands events to ``on_event``, each in a task of its own; what that raises is logged."""

    def __init__(self, on_event: OnEvent | None) -> None:
        self.on_event = on_event
        self._under_way: set[asyncio.Task[None]] = set()

    def begin(self, event: Event) -> None:
        """Tell of it, without waiting for that."""
        if self.on_event is None:
            return
        telling = asyncio.create_task(self._tell(self.on_event, event), name="worker-event")
        self._under_way.add(telling)
        telling.add_done_callback(self._under_way.discard)

    async def _tell(self, on_event: OnEvent, event: Event) -> None:
        try:
            await on_event(event)
        except Exception:
            # Whatever a listener raises: its task has nobody who would wait for it, and what is
            # left untold is told by the next drawing of the report.
            log.exception("telling of broadcast failed", broadcast=event.broadcast_id)

    async def done(self) -> None:
        """Wait until all of it is told."""
        await asyncio.gather(*self._under_way)

    async def end(self) -> None:
        """Give what is under way a moment, and then leave off."""
        if not self._under_way:
            return
        _, late = await asyncio.wait(self._under_way, timeout=LAST_WORDS)
        for telling in late:
            telling.cancel()
