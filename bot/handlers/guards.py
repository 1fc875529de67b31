"""What comes before the table's rows: signs past their queue, late messages, second taps."""

from __future__ import annotations

from telegram import Chat, Message, Update
from telegram.ext import ApplicationHandlerStop

from bot.handlers import faq
from bot.handlers.command import order_in, read_command
from bot.handlers.context import Context
from bot.handlers.text_analysis import TextAnalysis
from bot.telegram import update_scope
from bot.telegram.update_scope import NoSignError
from bot.texts import errors
from bot.texts.callbacks import decode

LATE_S = 3600.0  # what was asked so long ago is asked again if it still matters
LASTING = ("start", "stop", "pause", "resume", "forget")  # carried out however late they come


async def open_message(_update: Update, context: Context) -> None:
    """Look up who wrote, and let the table's rows answer unless it comes too late."""
    message = context.written
    if update_scope.looks_for_sign():
        context.analysis = await _sign_in(context, message)
    await context.load()
    late = context.services.messenger.age(message.date) > LATE_S
    if late and message.location is None and not await _is_lasting(context, message):
        raise ApplicationHandlerStop


async def _sign_in(context: Context, message: Message) -> TextAnalysis:
    """The sign of danger in a message that goes before others if there is one.

    Raises:
        NoSignError: there is none, or it is a command's business, or already answered.
    """
    words = message.text or message.caption or ""
    analysis = await context.services.analyser.analyse_signs(words)
    command = read_command(words)
    if analysis.advice is None or (command is not None and command["name"].lower() != "faq"):
        raise NoSignError
    update_scope.claim()
    return analysis


async def _is_lasting(context: Context, message: Message) -> bool:
    """Whether it is to be answered; if not, only signs of danger are, and the rest asked anew."""
    words = message.text or message.caption or ""
    if await faq.warn(context, await context.services.analyser.warning(words)):
        return False
    order = order_in(message.text or "", context.bot.username)
    if order is not None and order.name in LASTING and not context.forwarded:
        return True
    told = context.services.recent.told_late
    if context.chat_id not in told:
        await context.say(errors.came_late(context.translator))
        told.add(context.chat_id)
    return False


async def open_tap(update: Update, context: Context) -> None:
    """Look up who tapped, and let the table's rows act unless nothing is to be done."""
    query = update.callback_query
    if query is None or query.from_user.is_bot:
        raise ApplicationHandlerStop
    in_group = query.message is not None and query.message.chat.type != Chat.PRIVATE
    context.tap = decode(query.data) if query.data else None
    if context.tap is None and not in_group:
        await context.toast(errors.bad_button(context.translator))
        raise ApplicationHandlerStop
    if in_group or _is_second_tap(context, query.data or ""):
        await context.toast()
        raise ApplicationHandlerStop
    await context.load()


def _is_second_tap(context: Context, data: str) -> bool:
    place = context.sent_message
    key = context.user.id, place.message_id if place is not None else 0, data
    if key in context.services.recent.tapped:
        return True
    context.services.recent.tapped.add(key)
    return False


async def slow_down(context: Context) -> None:
    """Somebody's flood: what they wrote is left alone, and they are told so."""
    if context.is_private_person:
        await context.load()
        await context.say(errors.slow_down(context.translator))
