"""``/week``: the tips of the last days, together."""

from __future__ import annotations

from bot.handlers.context import Context
from bot.texts import start
from bot.texts import week as texts


async def week(context: Context, _rest: str) -> None:
    """The last tips in one message, the newest first."""
    if context.subscriber is None:
        await context.say(start.finish_first(context.translator))
        return
    tips = context.services.subscribers.last_tips(context.subscriber)
    await context.say(texts.week(context.translator, tips, context.services.library))
