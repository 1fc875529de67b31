"""PTB's filters, and those that it lacks."""

from __future__ import annotations

from telegram import Message, Update
from telegram.ext import filters

from bot.handlers.command import OrderReader
from bot.handlers.context import is_forwarded

HAPPENED = ("ed", "_set", "_sent", "_paid", "_left", "_done")


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


class NewEvent(filters.MessageFilter):
    """Messages that only tell of something that happened, in fields that PTB has no filter for or
    does not know yet. Telegram names them by what was done: ``boost_added``, ``gift_sent``."""

    def filter(self, message: Message) -> bool:
        known = message.boost_added is not None
        return known or any(name.endswith(HAPPENED) for name in message.api_kwargs)


NEW = filters.UpdateType.MESSAGE  # neither edited nor in a channel
PRIVATE = NEW & FromPerson() & filters.ChatType.PRIVATE
GROUP = NEW & FromPerson() & ~filters.ChatType.PRIVATE
FORWARDED = Forwarded()
TELLS_OF_AN_EVENT = filters.StatusUpdate.ALL | NewEvent()
SAYS_SOMETHING = filters.TEXT | filters.ATTACHMENT | ~TELLS_OF_AN_EVENT
"""Rather than a pin, a timer and the like; also in kinds of messages that are still to come."""
