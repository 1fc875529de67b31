"""The commands that somebody has."""

from __future__ import annotations

from bot.handlers.context import Context
from bot.texts import help as texts


async def show_help(context: Context, _rest: str) -> None:
    """``/help``: the commands this person has."""
    is_admin = context.services.is_admin(context.user)
    await context.say(texts.help_message(context.translator, admin=is_admin))
