"""Groups: the bot works in private chats only, and says so where it is called by its name.

Where it may not write it is quiet, in the chat and in the log: that is the group's choice.
"""

from __future__ import annotations

import structlog
from telegram import Chat, Message
from telegram.error import BadRequest, ChatMigrated, Forbidden

from bot.handlers.command import is_for, read_command
from bot.handlers.context import HandlerServices, is_forwarded, topic_of
from bot.handlers.recently import Recently
from bot.telegram.responses import reason_of_refusal
from bot.texts import errors
from bot.texts.catalogue import choose

OUR_FAULT = ("markup", "empty", "too_long")

log = structlog.get_logger(__name__)


async def on_message(services: HandlerServices, message: Message, told: Recently[int]) -> None:
    """A message in a group; in a channel nobody calls. Who was ``told`` just now is not again."""
    command = read_command(message.text or "")
    if message.chat.type == Chat.CHANNEL or command is None or not is_for(services, command):
        return
    if is_forwarded(message) or message.chat.id in told:
        return
    language = choose(message.from_user.language_code if message.from_user else None)
    try:
        await services.messenger.send(
            message.chat.id, errors.private_only(language), topic_of(message)
        )
    except (BadRequest, ChatMigrated, Forbidden) as refusal:
        if reason_of_refusal(refusal.message) in OUR_FAULT:
            raise
        log.debug("a group was not answered", kind=type(refusal).__name__)
    told.add(message.chat.id)
