"""The commands that somebody has."""

from __future__ import annotations

from bot.handlers.context import Context
from bot.texts import help as texts


async def show_help(context: Context, _rest: str) -> None:
    """``/help``: the commands this person has."""
    role = await context.services.admins.role_of(context.user.id)
    await context.say(texts.help_message(context.translator, role))
