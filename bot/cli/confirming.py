"""Asking for a yes at the terminal, and telling what came of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.broadcasts import OPERATOR
from bot.cli.database import asked
from bot.cli.output import emit, fail, say, settings

if TYPE_CHECKING:
    from bot.delivery.broadcasts import Broadcasts
    from bot.delivery.confirmation import Confirmed
    from bot.delivery.content import Content
    from bot.delivery.offers import Offer
    from bot.store.outbox_models import BroadcastRead
    from bot.texts.broadcast_card import Card

OUTCOMES: dict[Confirmed, str] = {
    "sending": "begins within 15 seconds where the bot runs, else when it next starts",
    "scheduled": "waits for its time; see: gutskin broadcast list",
    "waiting": "waits for an admin's yes: the bot asks them in their chats, see /scheduled",
}
REFUSALS: dict[Confirmed, str] = {
    "nobody": "nobody would get it",
    "stale": "more people would get it than a moment ago: try again",
    "changed": "another time was chosen a moment ago: look at it and try again",
    "past": "its time has passed: choose a later one",
    "no": "it has begun, or somebody changed or cancelled it",
}


def show(content: Content) -> None:
    """What will arrive."""
    from bot.texts import announcement
    from bot.texts.catalogue import SOURCE_LANGUAGE, translator

    say(f"{announcement.label(translator(SOURCE_LANGUAGE))}\n\n{content.text}\n")
    for label, url in content.buttons:
        say(f"[{label}] {url}")


def card_of(offer: Offer, **more: Any) -> Card:
    """The question as the chat asks it, by the clock of GUTSKIN_DEFAULT_TIMEZONE."""
    from bot.clock import SystemClock
    from bot.delivery.audiences import Filter
    from bot.delivery.schedules import Schedule
    from bot.texts.broadcast_card import Card

    given = {"kind": "message", "audience": Filter(), "schedule": Schedule(), **more}
    return Card(
        number=1,  # of buttons, which a terminal does not show
        state="draft",
        themes={},
        now=SystemClock().now(),
        zone=settings(token=False).default_timezone,
        count=offer.audience,
        seconds=offer.seconds,
        stars=offer.stars,
        **given,
    )


def ask(shown: Card) -> None:
    """Ask for a yes; without one nothing happens."""
    from bot.texts.broadcast_card import card
    from bot.texts.catalogue import SOURCE_LANGUAGE, translator

    say(f"\n{card(translator(SOURCE_LANGUAGE), shown).plain}\n(Your clock: {shown.zone})\n")
    if not sys.stdin.isatty():
        fail("nothing was done: this is no terminal to ask at; say yes by --yes")
    if not typer.confirm("Go ahead?", err=True):
        fail("nothing was done")


def held(work: Callable[[], Any]) -> Any:
    """What the rules say; what they refuse is one clear line and exit 1."""
    from bot.delivery.audiences import FilterError
    from bot.delivery.schedules import ScheduleError

    try:
        return asked(work())
    except FilterError as error:
        fail(f"--audience: {error}")
    except ScheduleError as error:
        fail(f"--not-after: {error}" if error.why == "ends_before" else f"--at: {error}")


async def confirmed(rules: Broadcasts, draft: BroadcastRead, offer: Offer) -> Confirmed:
    """What came of it; a draft that could not be confirmed is not left behind."""
    came: Confirmed = "no"
    try:
        await rules.offered(draft.id, offer)
        came = await rules.confirm(draft.id, OPERATOR)
    finally:
        if came not in OUTCOMES:
            await rules.cancel(draft.id, OPERATOR)
    return came


def tell(outcome: tuple[int, Confirmed], offer: Offer, *, as_json: bool) -> None:
    """What came of the confirmation; of a refusal in one clear line and exit 1."""
    number, came = outcome
    if came in REFUSALS:
        fail(f"nothing was sent: {REFUSALS[came]}")
    if as_json:
        emit({"id": number, "state": came, **offer._asdict()})
    say(f"broadcast {number}: {OUTCOMES[came]}")
