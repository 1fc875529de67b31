"""What comes before the table's rows: warning signs out of turn, late messages, second taps."""

from __future__ import annotations

import structlog
from telegram import Chat, Message, Update
from telegram.ext import ApplicationHandlerStop

from bot.admins.roles import What
from bot.handlers import signs
from bot.handlers.command import order_in, read_command
from bot.handlers.context import Context
from bot.handlers.text_analysis import TextAnalysis
from bot.telegram import update_scope
from bot.telegram.update_scope import NoSignError
from bot.texts import errors, roles
from bot.texts.callbacks import decode

log = structlog.get_logger(__name__)

LATE_S = 3600.0  # what is older is answered only if it is sent again
LASTING = ("start", "stop", "pause", "resume", "forget")  # carried out however late they come


async def open_message(_update: Update, context: Context) -> None:
    """Look up who wrote, and stop unless the message is to be answered by a row.

    A card of ours that somebody posted here by inline mode wants no answer.
    """
    message = context.written
    if message.via_bot is not None and message.via_bot.id == context.bot.id:
        raise ApplicationHandlerStop
    if update_scope.looks_for_sign():
        context.analysis = await _sign_in(context, message)
    await context.load()
    late = context.services.messenger.age(message.date) > LATE_S
    if late and message.location is None and not await _is_lasting(context, message):
        raise ApplicationHandlerStop


async def _sign_in(context: Context, message: Message) -> TextAnalysis:
    """The analysis of a message that is answered out of turn for its warning sign.

    Raises:
        NoSignError: it has none, is another command, or was answered already.
    """
    if await context.services.dialogues.expected(context.user.id) is not None:
        raise NoSignError  # what an admin composes may well be about warning signs
    words = message.text or message.caption or ""
    analysis = await context.services.analyser.analyse_signs(words, context.speaks)
    command = read_command(words)
    if analysis.advice is None or (command is not None and command["name"].lower() != "faq"):
        raise NoSignError
    update_scope.claim()
    return analysis


async def _is_lasting(context: Context, message: Message) -> bool:
    """Whether a late message is still carried out. If not, only its warning sign is answered, and
    its sender asked to repeat the rest."""
    words = message.text or message.caption or ""
    advice = await context.services.analyser.warning(words, context.speaks)
    if await signs.warn(context, advice):
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
    """Look up who tapped, and stop unless there is something to do."""
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


async def may_tap(context: Context, what: What) -> bool:
    """Whether whoever tapped has the role for it now; if not, they are told so.

    A button grants no right: it may be forged, or be an admin's of yesterday.
    """
    role = await context.services.admins.role_of(context.user.id)
    if role is not None and role.may(what):
        return True
    kind = context.tap.kind if context.tap is not None else ""
    log.warning("somebody without the role for it tapped an admin's button", button=kind)
    await context.toast(roles.tap_refused(context.translator, role))
    return False


def _is_second_tap(context: Context, data: str) -> bool:
    """Whether the last tap on that message was on the same button, and a moment ago.

    After another button of it the first one may mean something again: there, back, and there.
    """
    place, tapped = context.sent_message, context.services.recent.tapped
    key = context.user.id, place.message_id if place is not None else 0
    if key in tapped and tapped.note(key, 0) == hash(data):
        return True
    tapped.add(key, hash(data))
    return False


async def slow_down(context: Context) -> None:
    """Tell the sender of a flood to slow down; their messages are left alone."""
    if context.is_private_person:
        await context.load()
        await context.say(errors.slow_down(context.translator))
