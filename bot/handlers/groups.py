"""Groups: the bot works in private chats only, and says so when called by its name.

Where it may not write it stays quiet, also in the log: that is the group's choice.
"""

from __future__ import annotations

import structlog
from telegram import Chat, Update
from telegram.error import BadRequest, ChatMigrated, Forbidden

from bot.handlers.command import is_for, read_command
from bot.handlers.context import Context
from bot.telegram.responses import reason_of_refusal
from bot.texts import errors

OUR_FAULT = ("markup", "empty", "too_long")

log = structlog.get_logger(__name__)


async def on_message(_update: Update, context: Context) -> None:
    """Answer a command in a group, unless it was answered recently; channels get no answer."""
    message, told = context.written, context.services.recent.called
    command = read_command(message.text or "")
    if message.chat.type == Chat.CHANNEL or command is None:
        return
    if not is_for(context.bot.username, command) or context.forwarded or message.chat.id in told:
        return
    try:
        await context.say(errors.private_only(context.translator))
    except (BadRequest, ChatMigrated, Forbidden) as refusal:
        if reason_of_refusal(refusal.message) in OUR_FAULT:
            raise
        log.debug("a group was not answered", kind=type(refusal).__name__)
    told.add(message.chat.id)
