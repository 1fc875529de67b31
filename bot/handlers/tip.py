"""Tips: one now, why it says so, what the reader thinks of it, and the saved ones."""

from __future__ import annotations

from functools import partial

from bot.handlers.context import Visit
from bot.telegram.replay import once
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


async def tip_now(visit: Visit, _rest: str) -> None:
    """``/tip``: one at once; the schedule stays as it is."""
    if visit.reader is None:
        await visit.say(start.finish_first(visit.language))
    else:
        await give_tip(visit)


async def another(visit: Visit, _tap: TipNow) -> None:
    """The button for a tip at once."""
    await visit.toast()
    await tip_now(visit, "")


async def give_tip(visit: Visit) -> None:
    """Pick the reader's next tip and send it."""
    tip = await once("tip", partial(visit.desk.readers.take_tip, visit.chat_id))
    if tip is None:
        await visit.say(texts.none_fits(visit.language))
    else:
        await visit.say(texts.render(tip, visit.desk.library, visit.language))


async def why(visit: Visit, tap: Why) -> None:
    """The claims, their caveats and the sources in full."""
    await visit.toast()
    tip = _tip(visit, tap.tip)
    library = visit.desk.library
    await visit.say(
        texts.why(tip, library, visit.language) if tip else texts.withdrawn(visit.language)
    )


def _tip(visit: Visit, number: int) -> Tip | None:
    try:
        return visit.desk.library.by_number(number)
    except KeyError:
        return None


async def rate(visit: Visit, tap: RateTip) -> None:
    """👍 or 👎, or taken back."""
    tip = _tip(visit, tap.tip)
    if tip is None or visit.reader is None:
        await _lost(visit)
        return
    await visit.toast(texts.thanks(tap.vote, visit.language))
    vote = await visit.desk.readers.vote_tip(visit.chat_id, tip.id, tap.vote)
    await _redraw(visit, tip)
    if vote.changed and vote.ask_drop_theme is not None:
        await _ask_to_drop(visit, vote.ask_drop_theme)


async def _lost(visit: Visit) -> None:
    await visit.toast()
    text = start.finish_first if visit.reader is None else texts.withdrawn
    await visit.say(text(visit.language))


async def _redraw(visit: Visit, tip: Tip) -> None:
    said = await visit.desk.readers.said_of_tip(visit.chat_id, tip.id)
    message = texts.render(
        tip, visit.desk.library, visit.language, vote=said.vote, saved=said.saved
    )
    await visit.desk.chat.edit_buttons(visit.spot, message)


async def _ask_to_drop(visit: Visit, topic: str) -> None:
    chosen = visit.known.themes & visit.desk.library.all_themes
    for theme in visit.desk.library.themes:
        alone = chosen == 1 << theme.bit
        if topic in theme.topics and chosen >> theme.bit & 1 and not alone:
            await visit.say(texts.drop_theme(theme, visit.desk.library, visit.language))


async def drop_theme(visit: Visit, tap: DropTheme) -> None:
    """No more of this theme, or keep it."""
    await visit.toast()
    if visit.reader is None:
        await visit.say(start.finish_first(visit.language))
        return
    theme = _theme(visit, tap.theme)
    if theme is None:
        await visit.show(texts.theme_gone(visit.language))
        return
    left = visit.reader.themes & visit.desk.library.all_themes & ~(1 << theme.bit)
    if not (tap.drop and left):
        await visit.show(texts.theme_kept(theme, visit.desk.library, visit.language))
        return
    visit = visit.of(await visit.desk.readers.set_themes(visit.chat_id, left))
    text = texts.theme_dropped(theme, visit.desk.library, visit.language, fitting=visit.fitting)
    await visit.show(text)


def _theme(visit: Visit, bit: int) -> Theme | None:
    return next((theme for theme in visit.desk.library.themes if theme.bit == bit), None)


async def save(visit: Visit, tap: SaveTip) -> None:
    """Keep a tip, or let it go."""
    tip = _tip(visit, tap.tip)
    if tip is None or visit.reader is None:
        await _lost(visit)
        return
    await visit.toast(texts.kept(on=bool(tap.on), language=visit.language))
    change = visit.desk.readers.save if tap.on else visit.desk.readers.unsave
    await change(visit.chat_id, tip.id)
    await _redraw(visit, tip)


async def saved(visit: Visit, _rest: str) -> None:
    """``/saved``: the list, newest first."""
    await visit.say(await _saved_page(visit, 0))


async def saved_page(visit: Visit, tap: SavedPage) -> None:
    """Another page of the list."""
    await visit.toast()
    await visit.show(await _saved_page(visit, tap.page))


async def _saved_page(visit: Visit, wanted: int) -> Message:
    kept = await visit.desk.readers.saved(visit.chat_id)
    pages = max(1, -(-len(kept.tips) // SAVED_SHOWN))
    page = min(wanted, pages - 1)
    shown = kept.tips[page * SAVED_SHOWN :][:SAVED_SHOWN]
    return texts.saved(shown, page, pages, visit.language, withdrawn=kept.withdrawn)


async def open_saved(visit: Visit, tap: OpenTip) -> None:
    """A saved tip again."""
    await visit.toast()
    tip = _tip(visit, tap.tip)
    if tip is None:
        await visit.say(texts.withdrawn(visit.language))
        return
    said = await visit.desk.readers.said_of_tip(visit.chat_id, tip.id)
    await visit.say(
        texts.render(tip, visit.desk.library, visit.language, vote=said.vote, saved=said.saved)
    )
