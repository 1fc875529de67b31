"""Moves the clock of a running bot through all that is due: for the demo and the tests alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.clock import MovableClock

if TYPE_CHECKING:
    from bot.app import App

FARTHEST = timedelta(days=400)  # how far ahead the next tip is looked for


async def move_to(app: App, clock: MovableClock, goal: datetime) -> datetime:
    """Move ``clock`` to ``goal``, living through each due instant on the way."""
    planner = app.services.planner
    while (due := await planner.next_due()) is not None and due < goal:
        reached = clock.move_to(due)
        await app.settle()
        if await planner.next_due() == due and reached >= due:
            break
    clock.move_to(goal)
    await app.settle()
    return clock.now()


async def move_to_next_tip(app: App, clock: MovableClock) -> datetime:
    """Move ``clock`` until a tip is sent, at most ``FARTHEST``; stay if none is planned."""
    begin, sent = clock.now(), app.services.worker.sent
    while (due := await app.services.planner.next_due()) is not None:
        if due > begin + FARTHEST or app.services.worker.sent > sent:
            break
        await move_to(app, clock, due)
    return clock.now()
