"""Messages that are no command: questions, answers to ours, captions, forwarded words."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from difflib import get_close_matches
from functools import partial

from telegram import Message, Update

from bot.handlers import faq, service_wishes, settings, signs, start
from bot.handlers.broadcasts import compose
from bot.handlers.command import NAMES, is_for, read_command
from bot.handlers.context import Context
from bot.handlers.text_analysis import TextAnalysis
from bot.texts import broadcast, errors
from bot.texts.commands import commands_for, spoken
from bot.texts.orders import read_wish
from tips.normalise import normalise

ALIKE = 0.7  # how alike a mistyped command has to be to one that there is
# Nothing that we ask for is answered by them, so that it is asked again.
NODS = ("service-ok", "service-yes")
NO_WORDS = re.compile(r"[\W_]*")


async def on_words(_update: Update, context: Context) -> None:
    """Warning signs first; then whatever the words are."""
    text = context.written.text or ""
    analysis = await faq.analyse(context, text)
    if analysis.advice is not None:
        await faq.reply(context, analysis)
    elif NO_WORDS.fullmatch(normalise(text)):
        if not await _nod(context, text) and not await _short_wish(context, text):
            await context.say(errors.emoji_only(context.translator))
    else:
        await _hear(context, text, analysis)
        await start.ask_if_zone_lost(context)


async def _hear(context: Context, text: str, analysis: TextAnalysis) -> None:
    """An answer to our question, an order, a wish, small talk, or a question; the surest first."""
    hearers: tuple[Callable[[], Awaitable[bool]], ...] = (
        partial(start.lets_it_be, context, text),
        partial(_nod, context, text),
        partial(service_wishes.stop_elsewhere, context, text, own=True),
        partial(start.answers_our_question, context, text),
        partial(settings.typed_day, context, text),
        partial(service_wishes.stop_elsewhere, context, text),
        partial(service_wishes.carry_out, context, text),
        partial(service_wishes.move_hour_by_place, context, text),
        partial(_short_wish, context, text),
        partial(service_wishes.answer_if_sure, context, analysis),
        partial(service_wishes.answer_clause, context, text),
        partial(faq.answer_if_sure, context, analysis),
        partial(service_wishes.answer_courtesy, context, text, analysis),
        partial(start.may_answer_our_question, context, text, analysis),
        partial(service_wishes.ask_misspelt_place, context, text),
        partial(settings.day_unknown, context, text, analysis),
    )
    for hear in hearers:
        if await hear():
            return
    await faq.reply(context, analysis, await service_wishes.question_if_likely(context, analysis))


async def _nod(context: Context, text: str) -> bool:
    """Ask our open question again where the words are no more than a nod to it."""
    if read_wish(text) not in NODS:
        return False
    return await start.ask_again(context) or await settings.ask_again(context)


async def _short_wish(context: Context, text: str) -> bool:
    wish = read_wish(text)
    return wish is not None and await service_wishes.answer_wish(context, wish, text)


async def on_unknown_command(_update: Update, context: Context) -> None:
    """A command that this person does not have, or that is meant for another bot."""
    command = read_command(context.written.text or "")
    name = command["name"].lower() if command is not None and command["bot"] is None else ""
    if await start.lets_it_be(context, name):
        return
    if name not in NAMES and await _short_wish(context, name.replace("_", " ")):
        return  # "/unsubscribe", "/language"
    role = await context.services.admins.role_of(context.user.id)
    names = [known.name for known in commands_for(role)]
    # What is spelt right, but is an admin's, was not meant for another one.
    alike = [] if name in NAMES else get_close_matches(name, names, n=1, cutoff=ALIKE)
    await context.say(errors.unknown_command(context.translator, *alike))


async def on_forwarded(_update: Update, context: Context) -> None:
    """Forwarded words: read like a question, never as a command or an answer to ours."""
    text = context.written.text or ""
    analysis = await faq.analyse(context, text)
    if analysis.advice is None and context.to_offer is not None:
        await context.say(broadcast.offer_this(context.translator))
    elif analysis.advice is None and _is_order(context, text):
        await context.say(errors.forwarded(context.translator))
    elif analysis.advice is None and NO_WORDS.fullmatch(normalise(text)):
        await context.say(errors.emoji_only(context.translator))
    else:
        await faq.reply(context, analysis)


def _is_order(context: Context, text: str) -> bool:
    commands = read_command(text) is not None or spoken(text) is not None
    return commands or service_wishes.order_in(context, text) is not None


async def on_attachment(_update: Update, context: Context) -> None:
    """A photo, a voice message, …: only its caption can be read; an album is one message."""
    message = context.written
    words = message.caption or ""
    if await _asks_for_broadcast(context, words):
        await compose.from_caption(context)
        return
    if words:
        analysis = await faq.analyse(context, words)
        await signs.warn(context, analysis.advice)
        await faq.answer_if_sure(context, analysis)
    if not _is_more_of_an_album(context, message):
        text = errors.no_text if context.to_offer is None else broadcast.offer_this
        await context.say(text(context.translator))


async def _asks_for_broadcast(context: Context, words: str) -> bool:
    command = read_command(words)
    if command is None or context.forwarded or command["name"].lower() != "broadcast":
        return False
    elsewhere = command["bot"] is not None and not is_for(context.bot.username, command)
    return not elsewhere and await context.may("edit")


def _is_more_of_an_album(context: Context, message: Message) -> bool:
    """Whether another picture of the same album was handled just now."""
    if message.media_group_id is None:
        return False
    albums = context.services.recent.albums
    album = message.chat.id, message.media_group_id
    first = albums.note(album, message.message_id)
    albums.add(album, first)
    # The first one may be handled again, if its answer could not be sent.
    return first != message.message_id
