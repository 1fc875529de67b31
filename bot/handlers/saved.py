"""The saved tips: the list, a search in it, and what is removed from it."""

from __future__ import annotations

from bot.handlers import faq, signs
from bot.handlers.context import Context
from bot.handlers.tip import tip_of
from bot.texts import saved as texts
from bot.texts.callbacks import RemoveSaved, SavedPage, TidySaved
from bot.texts.message import Message

SHOWN = 8


async def saved(context: Context, words: str) -> None:
    """``/saved``: the list, newest first; ``/saved …`` those about something, warning signs
    first."""
    if not words.strip():
        await context.say(await _page(context, 0))
        return
    if await signs.warn(context, (await faq.analyse(context, words)).advice):
        return
    kept = await context.services.subscribers.saved(context.chat_id)
    if not kept.tips:
        await context.say(await _page(context, 0))
        return
    numbers = [tip.number for tip in kept.tips]
    found = await context.services.analyser.find_tips(words, SHOWN, numbers)
    tips = [context.services.library.by_number(number) for number in found]
    await context.say(texts.found(context.translator, words, tips))


async def saved_page(context: Context, tap: SavedPage) -> None:
    """Another page of the list."""
    await context.toast()
    await context.show(await _page(context, tap.page))


async def tidy(context: Context, tap: TidySaved) -> None:
    """The list, in which a tap removes."""
    await context.toast()
    await context.show(await _page(context, tap.page, tidying=True))


async def remove(context: Context, tap: RemoveSaved) -> None:
    """Remove one from the list; one that was withdrawn is gone from it anyway."""
    await context.toast(texts.removed(context.translator))
    tip = tip_of(context, tap.tip)
    if tip is not None:
        await context.services.subscribers.unsave(context.chat_id, tip.id)
    await context.show(await _page(context, tap.page, tidying=True))


async def _page(context: Context, wanted: int, *, tidying: bool = False) -> Message:
    kept = await context.services.subscribers.saved(context.chat_id)
    pages = max(1, -(-len(kept.tips) // SHOWN))
    page = min(wanted, pages - 1)
    return texts.saved(
        context.translator,
        kept.tips[page * SHOWN :][:SHOWN],
        len(kept.tips),
        page,
        pages,
        withdrawn=kept.withdrawn,
        tidying=tidying,
    )
