"""PTB's filters, and those that it lacks."""

from __future__ import annotations

from telegram import Message, Update
from telegram.ext import filters

from bot.handlers.command import OrderReader
from bot.handlers.context import is_forwarded


class FromPerson(filters.MessageFilter):
    """Messages from a person, not from a bot or a channel."""

    def filter(self, message: Message) -> bool:
        return message.from_user is not None and not message.from_user.is_bot


class Forwarded(filters.MessageFilter):
    """Messages that somebody else wrote; PTB's own filter misses the fields of older Bot API
    servers."""

    def filter(self, message: Message) -> bool:
        return is_forwarded(message)


class AnyCommand(filters.UpdateFilter):
    """Messages that have the form of a command."""

    def __init__(self, orders: OrderReader) -> None:
        super().__init__()
        self._orders = orders

    def filter(self, update: Update) -> bool:
        order = self._orders.read(update)
        return order is not None and order.slashed


NEW = filters.UpdateType.MESSAGE  # neither edited nor in a channel
PRIVATE = NEW & FromPerson() & filters.ChatType.PRIVATE
GROUP = NEW & FromPerson() & ~filters.ChatType.PRIVATE
FORWARDED = Forwarded()
SAYS_SOMETHING = filters.TEXT | filters.ATTACHMENT  # rather than a pin, a timer and the like
