"""Tips: one now, why it says so, votes on it, and the saved ones."""

from __future__ import annotations

from functools import partial

from bot.handlers.context import Context
from bot.telegram.update_scope import once
from bot.texts import start
from bot.texts import tip as texts
from bot.texts.callbacks import (
    DropTheme,
    OpenTip,
    RateTip,
    SavedPage,
    SaveTip,
    TipNow,
    Why,
)
from bot.texts.message import Message
from tips.models import Theme, Tip

SAVED_SHOWN = 8


async def tip_now(context: Context, _rest: str) -> None:
    """``/tip``: one at once; the schedule stays as it is."""
    if context.subscriber is None:
        await context.say(start.finish_first(context.translator))
    else:
        await give_tip(context)


async def another(context: Context, _tap: TipNow) -> None:
    """The button for ``/tip``."""
    await context.toast()
    await tip_now(context, "")


async def give_tip(context: Context) -> None:
    """Pick the subscriber's next tip and send it."""
    tip = await once("tip", partial(context.services.subscribers.take_tip, context.chat_id))
    if tip is None:
        await context.say(texts.none_fits(context.translator))
    else:
        await context.say(texts.render(context.translator, tip, context.services.library))


async def why(context: Context, tap: Why) -> None:
    """The claims, their caveats and the sources in full."""
    await context.toast()
    tip = _tip(context, tap.tip)
    library = context.services.library
    await context.say(
        texts.why(context.translator, tip, library) if tip else texts.withdrawn(context.translator)
    )


def _tip(context: Context, number: int) -> Tip | None:
    try:
        return context.services.library.by_number(number)
    except KeyError:
        return None


async def rate(context: Context, tap: RateTip) -> None:
    """👍 or 👎, or taken back."""
    tip = _tip(context, tap.tip)
    if tip is None or context.subscriber is None:
        await _lost(context)
        return
    await context.toast(texts.thanks(context.translator, tap.vote))
    vote = await context.services.subscribers.vote_tip(context.chat_id, tip.id, tap.vote)
    await _redraw(context, tip)
    if vote.changed and vote.ask_drop_theme is not None:
        await _ask_to_drop(context, vote.ask_drop_theme)


async def _lost(context: Context) -> None:
    await context.toast()
    text = start.finish_first if context.subscriber is None else texts.withdrawn
    await context.say(text(context.translator))


async def _redraw(context: Context, tip: Tip) -> None:
    said = await context.services.subscribers.said_of_tip(context.chat_id, tip.id)
    message = texts.render(
        context.translator, tip, context.services.library, vote=said.vote, saved=said.saved
    )
    await context.services.messenger.edit_buttons(context.sent_message, message)


async def _ask_to_drop(context: Context, topic: str) -> None:
    chosen = context.known.themes & context.services.library.all_themes
    for theme in context.services.library.themes:
        alone = chosen == 1 << theme.bit
        if topic in theme.topics and chosen >> theme.bit & 1 and not alone:
            await context.say(
                texts.drop_theme(context.translator, theme, context.services.library)
            )


async def drop_theme(context: Context, tap: DropTheme) -> None:
    """Drop a theme, or keep it."""
    await context.toast()
    if context.subscriber is None:
        await context.say(start.finish_first(context.translator))
        return
    theme = _theme(context, tap.theme)
    if theme is None:
        await context.show(texts.theme_gone(context.translator))
        return
    left = context.subscriber.themes & context.services.library.all_themes & ~(1 << theme.bit)
    if not (tap.drop and left):
        await context.show(texts.theme_kept(context.translator, theme, context.services.library))
        return
    context.subscriber = await context.services.subscribers.set_themes(context.chat_id, left)
    text = texts.theme_dropped(
        context.translator, theme, context.services.library, fitting=context.fitting
    )
    await context.show(text)


def _theme(context: Context, bit: int) -> Theme | None:
    return next((theme for theme in context.services.library.themes if theme.bit == bit), None)


async def save(context: Context, tap: SaveTip) -> None:
    """Save a tip, or remove it."""
    tip = _tip(context, tap.tip)
    if tip is None or context.subscriber is None:
        await _lost(context)
        return
    await context.toast(texts.kept(context.translator, on=bool(tap.on)))
    change = context.services.subscribers.save if tap.on else context.services.subscribers.unsave
    await change(context.chat_id, tip.id)
    await _redraw(context, tip)


async def saved(context: Context, _rest: str) -> None:
    """``/saved``: the list, newest first."""
    await context.say(await _saved_page(context, 0))


async def saved_page(context: Context, tap: SavedPage) -> None:
    """Another page of the list."""
    await context.toast()
    await context.show(await _saved_page(context, tap.page))


async def _saved_page(context: Context, wanted: int) -> Message:
    kept = await context.services.subscribers.saved(context.chat_id)
    pages = max(1, -(-len(kept.tips) // SAVED_SHOWN))
    page = min(wanted, pages - 1)
    shown = kept.tips[page * SAVED_SHOWN :][:SAVED_SHOWN]
    return texts.saved(context.translator, shown, page, pages, withdrawn=kept.withdrawn)


async def open_saved(context: Context, tap: OpenTip) -> None:
    """A saved tip again."""
    await context.toast()
    tip = _tip(context, tap.tip)
    if tip is None:
        await context.say(texts.withdrawn(context.translator))
        return
    said = await context.services.subscribers.said_of_tip(context.chat_id, tip.id)
    await context.say(
        texts.render(
            context.translator, tip, context.services.library, vote=said.vote, saved=said.saved
        )
    )
