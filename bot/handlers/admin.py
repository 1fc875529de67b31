"""The figures for admins: a picture with what it says as its caption, or a file."""

from __future__ import annotations

from bot.handlers.context import Context
from bot.handlers.guards import may_tap
from bot.texts import stats as texts
from bot.texts import stats_file
from bot.texts.callbacks import SendStatsFile, ShowStats
from bot.texts.stats_picture import picture


async def stats(context: Context, words: str) -> None:
    """``/stats``, ``/stats 30``, ``/stats csv``: the figures of a week, or what is asked for."""
    asked = texts.read_request(words)
    if asked is None:
        await context.say(texts.how_to_ask(context.translator))
    elif asked.as_file:
        await _send_file(context, asked.days)
    else:
        await _show(context, asked.days)


async def stats_span(context: Context, tap: ShowStats) -> None:
    """Another span, in the same message."""
    if await may_tap(context, "look"):
        await context.toast()
        await _show(context, tap.days)


async def stats_file_tapped(context: Context, tap: SendStatsFile) -> None:
    """The span that is shown, as a file."""
    if await may_tap(context, "look"):
        await context.toast()
        await _send_file(context, tap.days)


async def _show(context: Context, days: int) -> None:
    _, library = context.translator, context.services.library
    overview = await context.services.stats.overview(days)
    png = await context.services.painter.draw_if_possible(picture(_, overview, library))
    if png is None:
        await context.say(texts.figures(_, overview, library))
        return
    told = texts.in_words(_, overview, library)
    await context.show_picture(png, told.caption)
    if told.more is not None:
        await context.say(told.more)


async def _send_file(context: Context, days: int) -> None:
    counted = await context.services.stats.by_day(days)
    first, last = counted[0].first, counted[-1].last
    await context.services.messenger.send_file(
        context.chat_id,
        f"gutskin-figures-{last}.csv",
        stats_file.as_csv(counted),
        texts.file_caption(context.translator, first, last).plain,
        context.topic,
    )
