"""Inline mode: ``@bot fibre`` in any chat finds tips and answers, of nobody and for anybody.

What is found depends on the words alone, since Telegram keeps it for whoever types the same: so
its language is that of the library, and no subscriber is looked up.
"""

from __future__ import annotations

from telegram import Update

from bot.handlers.context import Context
from bot.handlers.search import look_up
from bot.texts import inline as texts
from bot.texts.catalogue import translator
from bot.texts.inline import InlineResult, InlineResults
from tips.library import Library
from tips.models import Audience, Tip


async def answer(update: Update, context: Context) -> None:
    """Give what fits the words typed so far; without any, the tips that everybody begins with."""
    query = update.inline_query
    if query is None:
        return
    found = await _found(context, query.query)
    await context.services.messenger.answer_inline(query.id, found)


async def _found(context: Context, words: str) -> InlineResults:
    library = context.services.library
    _ = translator(library.language)
    if not words.strip():
        first = library.first_week(Audience.ADULT)
        return texts.results([_card(context, library.by_number(number)) for number in first])
    if (shared := _named(library, words)) is not None:
        return texts.results([_card(context, shared)])
    analysis = await context.services.analyser.analyse(words)
    if analysis.advice is not None:
        return texts.urgent(_, analysis.advice, library)
    answers, tips = await look_up(context, words, analysis)
    username = context.services.sharing().username
    shown = [_card(context, tip) for tip in tips]
    replies = [texts.answer(_, one, library, username) for one in answers]
    found = [*replies, *shown]
    return texts.results(found) if found else texts.nothing(_)


def _named(library: Library, words: str) -> Tip | None:
    """The tip whose title somebody typed, or had typed by its Share button: a title such as "Skin
    getting you down?" is no cry for help then."""
    title = words.strip().casefold()
    return next((tip for tip in library.tips if tip.title.casefold() == title), None)


def _card(context: Context, tip: Tip) -> InlineResult:
    library = context.services.library
    username = context.services.sharing().username
    return texts.tip(translator(library.language), tip, library, username)
