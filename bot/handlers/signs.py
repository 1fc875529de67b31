"""Warning signs: what is said first, and what it rests on."""

from __future__ import annotations

from bot.handlers.context import Context
from bot.telegram import update_scope
from bot.texts import signs as texts
from bot.texts.callbacks import SignSources
from bot.texts.faq import gone
from bot.texts.orders import read_wish
from tips.signs import Advice


async def warn(context: Context, advice: Advice | None) -> bool:
    """Say first to seek care if there is a warning sign; whether there is one."""
    if advice is None:
        return False
    update_scope.claim()
    _, number = context.translator, context.emergency_number
    await context.say(texts.urgent(_, advice, number, leaving=_may_mean_the_tips(context)))
    return True


def _may_mean_the_tips(context: Context) -> bool:
    """Whether the same words ask to unsubscribe: "I want to leave"."""
    words = context.message.text if context.message is not None else None
    return read_wish(words or "") == "service-stop"


async def show_sources(context: Context, tap: SignSources) -> None:
    """What an advice rests on; the claims are the same in every language."""
    await context.toast()
    claims = context.services.analyser.claims_of(tap.advice)
    shown = context.services.library.shown_sources_of(claims)
    said = texts.signs_rest_on(context.translator, shown) if shown else gone(context.translator)
    await context.say(said)
