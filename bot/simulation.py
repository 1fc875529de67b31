"""Moves the clock of a running bot through all that is due: for the demo and the tests alone."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.app import App
from bot.clock import MovableClock

FARTHEST = timedelta(days=400)  # how far ahead the next tip is looked for


async def settle(app: App) -> None:
    """Do all that is pending now: updates, plan, sends, progress."""
    await app.inbox.idle()
    await app.tick()
    await app.services.worker.drain()
    await app.services.progress.draw()
    await app.inbox.idle()


async def move(app: App, clock: MovableClock, seconds: float) -> datetime:
    """Move ``clock`` by ``seconds``, living through each due instant on the way."""
    return await move_to(app, clock, clock.now() + timedelta(seconds=seconds))


async def move_to(app: App, clock: MovableClock, goal: datetime) -> datetime:
    """Move ``clock`` to ``goal``, living through each due instant on the way."""
    planner = app.services.planner
    while (due := await planner.next_due()) is not None and due < goal:
        reached = clock.move_to(due)
        await settle(app)
        if await planner.next_due() == due and reached >= due:
            break
    clock.move_to(goal)
    await settle(app)
    return clock.now()


async def move_to_next_tip(app: App, clock: MovableClock) -> datetime:
    """Move ``clock`` until a tip is sent, at most ``FARTHEST``; stay if none is planned."""
    begin, sent = clock.now(), app.services.worker.sent
    while (due := await app.services.planner.next_due()) is not None:
        if due > begin + FARTHEST or app.services.worker.sent > sent:
            break
        await move_to(app, clock, due)
    return clock.now()
