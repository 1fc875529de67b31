"""The figures for admins."""

from __future__ import annotations

from bot.handlers.context import Context
from bot.handlers.guards import may_tap
from bot.texts import stats as texts
from bot.texts.callbacks import ShowStats


async def stats(context: Context, _rest: str) -> None:
    """``/stats``: the last day; buttons show the other spans."""
    figures = await context.services.stats.figures(1)
    await context.say(texts.figures(context.translator, figures))


async def stats_span(context: Context, tap: ShowStats) -> None:
    """Another span, in the same message."""
    if not await may_tap(context, "look"):
        return
    await context.toast()
    figures = await context.services.stats.figures(tap.days)
    await context.show(texts.figures(context.translator, figures))
