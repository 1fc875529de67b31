"""The figures for admins."""

from __future__ import annotations

from bot.handlers.context import Visit
from bot.texts import errors
from bot.texts import stats as texts
from bot.texts.callbacks import ShowStats


async def stats(visit: Visit, _rest: str) -> None:
    """``/stats``: the last day; buttons show the other spans."""
    figures = await visit.desk.stats.figures(1)
    await visit.say(texts.figures(figures, visit.language))


async def stats_span(visit: Visit, tap: ShowStats) -> None:
    """Another span, in the same message."""
    if not visit.desk.is_admin(visit.user):
        await visit.toast(errors.bad_button(visit.language))
        return
    await visit.toast()
    figures = await visit.desk.stats.figures(tap.days)
    await visit.show(texts.figures(figures, visit.language))
