"""A pause, its end, and a stop that is easy and without blame."""

from __future__ import annotations

from datetime import datetime

from bot.texts import html, times
from bot.texts.callbacks import Resume, ShowSettings
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, Rows, page
from bot.texts.settings import next_tip_line
from bot.texts.subscriber import SubscriberView


def _resume_row(_: Translator) -> Rows:
    return ((Button(_("Resume"), Resume()),),)


def paused(
    _: Translator, subscriber: SubscriberView, next_at: datetime | None, now: datetime
) -> Message:
    """The pause is on."""
    if subscriber.paused_until is None or subscriber.zone is None:
        return page(
            html.text(_("Paused. No tips until you send /resume.")),
            buttons=_resume_row(_),
        )
    until = times.moment(_, subscriber.paused_until, now, subscriber.zone)
    return page(
        html.fill(_("Paused until {when}. Tips then come again by themselves."), when=until),
        next_tip_line(_, subscriber, next_at, now),
        buttons=_resume_row(_),
    )


def is_over(_: Translator) -> html.Html:
    """Stands above the first tip after a pause that ended by itself."""
    return html.text(_("You're back from your break."))


def not_on(_: Translator, subscriber: SubscriberView) -> Message:
    """/pause without running tips: how things are, and how tips begin."""
    if subscriber.zone_lost:
        return page(html.text(_("There's nothing to pause: your tips are on hold as it is.")))
    if subscriber.zone is None or subscriber.local_minute is None:
        return page(
            html.text(_("There is nothing to pause: your tips have not begun yet.")),
            html.text(_("To set your time zone and hour, send /start.")),
        )
    return page(
        html.text(_("There is nothing to pause: your tips are stopped, and stay so.")),
        html.text(_("To get them again, send /resume.")),
        buttons=_resume_row(_),
    )


def how_long(_: Translator) -> Message:
    """/pause with something else than a number of days from 1 to 365."""
    return page(
        html.text(_("For how many days, from 1 to 365? For example: /pause 7")),
        html.text(_("Just /pause stops the tips until you send /resume.")),
    )


def resumed(
    _: Translator, subscriber: SubscriberView, next_at: datetime | None, now: datetime
) -> Message:
    """Tips come again (also when they never stopped)."""
    return page(
        html.text(_("Your tips are on.")),
        next_tip_line(_, subscriber, next_at, now),
        buttons=((Button(_("Settings"), ShowSettings("main")),),),
    )


def stopped(_: Translator, *, kept: bool = True) -> Message:
    """No more tips; how to come back. ``kept`` is false where nothing was stored anyway."""
    if not kept:
        return page(
            html.text(_("You get no tips from me, and nothing is stored about you.")),
            html.text(_("If you ever want to start again, send /start.")),
            remove_reply=True,
        )
    return page(
        html.text(_("Stopped. You get no more tips.")),
        html.text(
            _(
                "Your settings are kept in case you come back: send /resume. "
                "To erase everything instead, send /forget."
            )
        ),
        buttons=_resume_row(_),
        remove_reply=True,
    )
