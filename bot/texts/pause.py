"""A pause, its end, and a stop that is easy and without blame."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bot.texts import html, times
from bot.texts.callbacks import PauseMonth, PauseUntil, Resume, ShowSettings
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, Rows, page, toast
from bot.texts.settings import back_row, next_tip_line, pause_rows, paused_line
from bot.texts.subscriber import SubscriberView

LONGEST_DAYS = 365
MONTHS_AHEAD = 12
QUOTED_UNITS = 60


def _again_row(_: Translator) -> Rows:
    return ((Button(_("Start tips again"), Resume()),),)


def paused(
    _: Translator, subscriber: SubscriberView, next_at: datetime | None, now: datetime
) -> Message:
    """The pause is on."""
    if subscriber.paused_until is None or subscriber.zone is None:
        return page(
            html.text(_("Paused. No tips until you say so: /resume")), buttons=_again_row(_)
        )
    if next_at is None:
        return page(
            paused_line(_, subscriber, now),
            next_tip_line(_, subscriber, next_at, now),
            buttons=_again_row(_),
        )
    when = times.moment(_, next_at, now, subscriber.zone, about=True)
    return page(
        html.fill(_("Paused. Your next tip comes {when}."), when=html.bold(when)),
        buttons=_again_row(_),
    )


def is_over(_: Translator) -> html.Html:
    """Stands above the first tip after a pause that ended by itself."""
    return html.text(_("You're back from your break."))


def not_on(_: Translator, subscriber: SubscriberView) -> Message:
    """/pause without running tips: how things are, and how tips begin."""
    if subscriber.zone_lost:
        return page(html.text(_("Nothing to pause: your tips are on hold as it is.")))
    if subscriber.zone is None or subscriber.local_minute is None:
        return page(
            html.text(_("Nothing to pause: your tips haven't started yet.")),
            html.text(_("Let's set your time: /start")),
        )
    return page(
        html.text(_("Nothing to pause: your tips are off, and they stay off.")),
        html.text(_("For tips again: /resume")),
        buttons=_again_row(_),
    )


def choices(
    _: Translator, subscriber: SubscriberView, next_at: datetime | None, now: datetime
) -> Message:
    """/pause without a number of days from 1 to 365: how long shall it be?"""
    return page(
        html.bold(_("How long shall I pause?")),
        paused_line(_, subscriber, now),
        next_tip_line(_, subscriber, next_at, now),
        html.text(_("Tap one, or type it: 10 days, or until 3 March.")),
        buttons=(*pause_rows(_, subscriber), back_row(_)),
    )


def calendar(_: Translator, today: date, ahead: int) -> Message:
    """The days of a month (0: this one) to choose from, from tomorrow to a year from now."""
    ahead = max(ahead, _nearest(today))
    first = _first_of(today, ahead)
    days = [first + timedelta(days=count) for count in range(31)]
    last = today + timedelta(days=LONGEST_DAYS)
    shown = [day for day in days if day.month == first.month and today < day <= last]
    buttons = [Button(times.day_of_month(_, day), PauseUntil(day.isoformat())) for day in shown]
    rows = tuple(tuple(buttons[at : at + 4]) for at in range(0, len(buttons), 4))
    return page(
        html.bold(_("On which day shall I start again?")),
        html.text(times.month(_, first)),
        html.text(_("Tap a day, or type one: 3 March, next Monday, in two weeks.")),
        buttons=(
            *rows,
            _months_beside(_, today, ahead),
            (Button(_("Back"), ShowSettings("pause")),),
        ),
    )


def _nearest(today: date) -> int:
    """The first month with a day to choose: on its last day, a month has none left."""
    return int((today + timedelta(days=1)).month != today.month)


def _first_of(today: date, ahead: int) -> date:
    months = today.year * 12 + today.month - 1 + ahead
    return date(months // 12, months % 12 + 1, 1)


def _months_beside(_: Translator, today: date, ahead: int) -> tuple[Button, ...]:
    beside = [near for near in (ahead - 1, ahead + 1) if _nearest(today) <= near <= MONTHS_AHEAD]
    names = {near: times.month(_, _first_of(today, near)) for near in beside}
    return tuple(
        Button(f"◀ {name}" if near < ahead else f"{name} ▶", PauseMonth(near))
        for near, name in names.items()
    )


def day_gone(_: Translator) -> str:
    """Toast: the button was for a day that is no longer ahead."""
    return toast(_("That day has passed. Please pick another one."))


def day_unknown(_: Translator, typed: str) -> Message:
    """What was typed is no day to start again on, or none within a year."""
    return page(
        html.fill(
            _("Sorry, I didn't catch a date in “{typed}”. Try 3 March or next Monday."),
            typed=html.one_line(typed, QUOTED_UNITS),
        ),
        html.text(_("Any day within a year will do.")),
        buttons=(
            (Button(_("Show me the calendar"), PauseMonth(0)),),
            back_row(_),
        ),
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
            html.text(_("You don't get tips from me, and I don't keep anything about you.")),
            html.text(_("If you'd ever like to start: /start")),
            remove_reply=True,
        )
    return page(
        html.text(_("You're unsubscribed. No more tips. Take care.")),
        html.text(
            _(
                "I've kept your settings in case you come back: /resume. "
                "To erase everything: /forget"
            )
        ),
        buttons=_again_row(_),
    )
