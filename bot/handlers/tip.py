"""Tips: one now, why it says so, what somebody says of it, and that they keep it."""

from __future__ import annotations

from functools import partial

from bot.handlers.button import taps_under
from bot.handlers.context import Context
from bot.telegram.update_scope import once
from bot.texts import errors, start
from bot.texts import tip as texts
from bot.texts import why_not as reasons
from bot.texts.callbacks import (
    DropTheme,
    FoldWhy,
    OpenTip,
    RateTip,
    SaveTip,
    SayWhyNot,
    TipNow,
    Why,
)
from bot.texts.message import Message
from bot.texts.tip import NOTHING_SAID, Shown
from tips.models import Audience, Theme, Tip
from tips.reactions import What, WhyNot


async def tip_now(context: Context, _rest: str) -> None:
    """``/tip``: one at once; the schedule stays as it is."""
    if context.subscriber is None:
        await context.say(_sample(context))
    else:
        await give_tip(context)


def _sample(context: Context) -> Message:
    """The day's tip for whoever has not subscribed: nothing is stored, not even that they had it.

    The first of the week stays out: it is the one that everybody gets on subscribing.
    """
    library = context.services.library
    numbers = library.first_week(Audience.ADULT)[1:] or range(len(library.tips))
    number = numbers[context.now.toordinal() % len(numbers)]
    return start.sample(context.translator, library.by_number(number), library)


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
        await context.say(_card(context, tip, NOTHING_SAID))


def _card(context: Context, tip: Tip, shown: Shown) -> Message:
    services = context.services
    return texts.render(context.translator, tip, services.library, shown, services.sharing())


async def why(context: Context, tap: Why) -> None:
    """The claims, their caveats and the sources in full, in place."""
    await _unfold(context, tap.tip, unfolded=True)


async def fold_why(context: Context, tap: FoldWhy) -> None:
    """The card alone again."""
    await _unfold(context, tap.tip, unfolded=False)


async def _unfold(context: Context, number: int, *, unfolded: bool) -> None:
    await context.toast()
    tip = tip_of(context, number)
    if tip is None:
        await context.say(texts.withdrawn(context.translator))
    else:
        await context.show(_card(context, tip, await _shown(context, tip, unfolded=unfolded)))


async def _shown(context: Context, tip: Tip, *, unfolded: bool) -> Shown:
    said = await context.services.subscribers.said_of_tip(context.chat_id, tip.id)
    return Shown(said.vote, said.why_not, said.saved, unfolded)


def tip_of(context: Context, number: int) -> Tip | None:
    """The tip with this number; None where it was withdrawn."""
    try:
        return context.services.library.by_number(number)
    except KeyError:
        return None


async def rate(context: Context, tap: RateTip) -> None:
    """👍 or 👎, or taken back."""
    tip = tip_of(context, tap.tip)
    if tip is None or context.subscriber is None:
        await _lost(context)
        return
    await context.toast(texts.thanks(context.translator, tap.vote))
    vote = await context.services.subscribers.vote_tip(context.chat_id, tip.id, tap.vote)
    await _redraw(context, tip)
    if vote.changed and vote.ask_drop_theme is not None:
        await _ask_to_drop(context, vote.ask_drop_theme)


async def say_why_not(context: Context, tap: SayWhyNot) -> None:
    """Why a tip was not for them: it changes what comes, and the toast says how."""
    tip = tip_of(context, tap.tip)
    if tip is None or context.subscriber is None:
        await _lost(context)
        return
    why_not = WhyNot(tap.why)
    subscribers = context.services.subscribers
    change = await once(
        "why_not", partial(subscribers.say_why_not, context.chat_id, tip.id, why_not)
    )
    topic = context.services.library.topic_names.get(tip.topic, tip.topic)
    _ = context.translator
    told = reasons.what_changed(_, change, topic) if change else errors.already_done(_)
    await context.toast(told)
    await _redraw(context, tip)
    if change and change.what is What.AUDIENCE and context.subscriber.audience == "both":
        await context.say(reasons.ask_audience(context.translator))


async def _lost(context: Context) -> None:
    await context.toast()
    text = start.finish_first if context.subscriber is None else texts.withdrawn
    await context.say(text(context.translator))


async def _redraw(context: Context, tip: Tip) -> None:
    unfolded = any(isinstance(tap, FoldWhy) for tap in taps_under(context))
    shown = await _shown(context, tip, unfolded=unfolded)
    await context.services.messenger.edit_buttons(context.sent_message, _card(context, tip, shown))


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
    tip = tip_of(context, tap.tip)
    if tip is None or context.subscriber is None:
        await _lost(context)
        return
    await context.toast(texts.kept(context.translator, on=bool(tap.on)))
    change = context.services.subscribers.save if tap.on else context.services.subscribers.unsave
    await change(context.chat_id, tip.id)
    await _redraw(context, tip)


async def open_tip(context: Context, tap: OpenTip) -> None:
    """A tip from a list."""
    await context.toast()
    tip = tip_of(context, tap.tip)
    if tip is None:
        await context.say(texts.withdrawn(context.translator))
    else:
        await context.say(_card(context, tip, await _shown(context, tip, unfolded=False)))
