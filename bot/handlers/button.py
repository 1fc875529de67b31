"""Taps on the bot's buttons, dispatched by what the button means."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram import Message, Update
from telegram.ext import CallbackQueryHandler

from bot.handlers.context import Context
from bot.texts.callbacks import Callback, decode
from bot.texts.codec import VERSION

Kind = TypeVar("Kind", bound=Callback)


def taps_under(context: Context) -> list[Callback]:
    """What the buttons mean under the message that was tapped: it shows what has been said, and
    how much is unfolded. Empty for a message too old to be read."""
    query = context.given.callback_query
    message = query.message if query is not None else None
    markup = message.reply_markup if isinstance(message, Message) else None
    rows = markup.inline_keyboard if markup is not None else ()
    carried = (decode(str(button.callback_data)) for row in rows for button in row)
    return [tap for tap in carried if tap is not None]


def on_tap(
    kind: type[Kind], act: Callable[[Context, Kind], Awaitable[None]]
) -> CallbackQueryHandler[Context, None]:
    """PTB's handler for the buttons of one kind; ``act`` gets the decoded button.

    PTB's own typed callback data lives in memory, and a button outlives the process. What cannot
    be decoded never gets here; see :func:`bot.handlers.guards.open_tap`.
    """

    async def callback(_update: Update, context: Context) -> None:
        if isinstance(context.tap, kind):
            await act(context, context.tap)

    return CallbackQueryHandler(callback, pattern=rf"{VERSION}{kind.kind}(:|$)")
