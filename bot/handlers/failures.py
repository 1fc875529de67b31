"""Errors: a kind word for the subscriber, and a log entry without what they wrote."""

from __future__ import annotations

import structlog
from telegram import Chat, Update
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.handlers.context import Context, topic_of
from bot.store.values import UnknownSubscriberError
from bot.telegram.responses import reason_of_refusal
from bot.texts import errors, start
from bot.texts.catalogue import Translator, translator
from bot.texts.message import Message

log = structlog.get_logger(__name__)

OUT_OF_REACH = ("not_found", "no_rights", "topic_closed")  # nothing that we could repair


async def on_error(update: object, context: Context) -> None:
    """Handle an error that a handler raised and that is not temporary."""
    error = context.error
    chat = update.effective_chat if isinstance(update, Update) else None
    if isinstance(error, Forbidden) and chat is not None:
        await context.services.subscribers.blocked(chat.id)
    elif isinstance(error, UnknownSubscriberError) and chat is not None:
        # Erased in the meantime, for instance by another tap.
        await _tell(update, context, start.finish_first(_translator(update)))
    elif isinstance(error, BadRequest) and reason_of_refusal(error.message) in OUT_OF_REACH:
        log.info("a chat cannot be answered", kind=reason_of_refusal(error.message))
    else:
        log.error("a handler failed", exc_info=error)
        if chat is not None and chat.type == Chat.PRIVATE:
            await _tell(update, context, errors.went_wrong(_translator(update)))


async def _tell(update: object, context: Context, message: Message) -> None:
    if not isinstance(update, Update) or update.effective_chat is None:
        return
    topic = topic_of(update.effective_message)
    try:
        await context.services.messenger.send(update.effective_chat.id, message, topic)
    except TelegramError as error:
        log.warning("nor could the subscriber be told", kind=type(error).__name__)


def _translator(update: object) -> Translator:
    user = update.effective_user if isinstance(update, Update) else None
    return translator(user.language_code if user else None)
