"""Groups: the bot works in private chats only, and says so where it is called by its name."""

from __future__ import annotations

from telegram import Chat, Message

from bot.handlers.command import COMMAND, is_for
from bot.handlers.desk import Desk
from bot.texts import errors
from bot.texts.catalogue import choose


async def on_message(desk: Desk, message: Message) -> None:
    """A message in a group; in a channel nobody calls."""
    command = COMMAND.fullmatch(message.text or "")
    if message.chat.type == Chat.CHANNEL or command is None or not is_for(desk, command):
        return
    language = choose(message.from_user.language_code if message.from_user else None)
    await desk.chat.send(message.chat.id, errors.private_only(language))
