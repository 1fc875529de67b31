"""Subscribing: who we are and the consent, the time zone, the hour, done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.places.place import Place
from bot.texts import html, times
from bot.texts.callbacks import (
    Agree,
    AskHour,
    AskZone,
    KeepZone,
    PickHour,
    PickZone,
    ShowSettings,
)
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, ReplyKeyboard, Rows, page
from bot.texts.privacy import CONSENT_VERSION
from bot.texts.settings import next_tip_line, paused_line
from bot.texts.subscriber import SubscriberView

HOURS_OFFERED = (420, 480, 540, 720, 1080, 1200)
PROPOSED = 480
QUOTED_UNITS = 60


def welcome(_: Translator, link: str = "") -> Message:
    """The first message: five lines on what this is, and the question for consent.

    Nothing is stored before they agree. ``link`` is the deep link's parameter.
    """
    question = _(
        "To send you tips I keep your chat number, your settings and which tips you've had. "
        "Wanting eczema tips may say something about your health, so I ask first: is that OK?"
    )
    yes = Button(_("Yes, I agree"), Agree(CONSENT_VERSION, link))
    return page(_about_us(_), html.text(question), buttons=((yes,),))


def agreed(_: Translator) -> Message:
    """The same words after the consent, without the button."""
    thanks = _("You said yes, thank you. Changed your mind? /forget erases everything.")
    return page(_about_us(_), html.text(thanks))


def _about_us(_: Translator) -> html.Html:
    return html.join(
        [
            html.text(_("Hello, I'm GutSkin.")),
            html.text(_("One small, checked tip a day for living with eczema.")),
            html.text(_("Tap Why? under a tip to see how we know.")),
            html.text(_("It's for information and doesn't replace your doctor.")),
            html.text(_("I don't keep what you write to me. What I do keep: /privacy")),
        ]
    )


def ask_zone(_: Translator, suggestions: Sequence[Place]) -> Message:
    """Asks for the time zone."""
    return page(*_zone_question(_), reply=_zones(_, suggestions))


def zone_lost(_: Translator, suggestions: Sequence[Place]) -> Message:
    """Asks for a place, as the stored zone is no longer in the time-zone data."""
    return page(
        html.text(_("The time zone you gave me isn't in use any more, so your tips are on hold.")),
        *_zone_question(_),
        reply=_zones(_, suggestions),
    )


def _zone_question(_: Translator) -> tuple[html.Html, html.Html]:
    return (
        html.bold(_("Where are you, so that tips come at the right hour?")),
        html.text(
            _(
                "Tap a place below, share your location, or type your city, country or time zone. "
                "A shared location is only used to find the time zone and is not kept."
            )
        ),
    )


def _zones(_: Translator, suggestions: Sequence[Place]) -> ReplyKeyboard:
    return ReplyKeyboard(
        rows=tuple((place.label,) for place in suggestions[:5]),
        location_label=_("📍 Share my location"),
        placeholder=_("City, country or time zone"),
    )


def zone_candidates(_: Translator, typed: str, places: Sequence[Place], now: datetime) -> Message:
    """Asks which of several matching places is meant; each shows its present time."""
    question = html.fill(
        _("Several places fit “{typed}”. Which one is yours?"),
        typed=html.one_line(typed, QUOTED_UNITS),
    )
    rows: Rows = tuple((_place_button(place, now),) for place in places)
    return page(question, buttons=(*rows, (Button(_("None of these"), AskZone()),)))


def _place_button(place: Place, now: datetime) -> Button:
    hour = times.clock_at(now, place.zone)
    return Button(f"{html.one_line(place.label, 48)} · {hour}", PickZone(place.zone))


def zone_unknown(_: Translator, typed: str) -> Message:
    """No place matches what was typed."""
    return page(
        html.fill(
            _("I do not know the place “{typed}”."), typed=html.one_line(typed, QUOTED_UNITS)
        ),
        html.text(
            _(
                "Try the nearest bigger city, your country, or a zone name such as Europe/Berlin. "
                "You can also share your location."
            )
        ),
    )


def location_unknown(_: Translator) -> Message:
    """A shared location outside all zones: open sea, or invalid coordinates."""
    return page(
        html.text(_("I cannot find a time zone for that location.")),
        html.text(_("Please type your city or country instead.")),
    )


def zone_taken(_: Translator, zone: str) -> Message:
    """Says which zone was set and removes the place keyboard; :func:`ask_hour` follows."""
    words = html.fill(_("Time zone: {zone}"), zone=times.zone_name(_, zone))
    return page(words, remove_reply=True)


def ask_move(_: Translator, zone: str, now: datetime) -> Message:
    """Asks whether to use the zone of a location that was shared unasked."""
    return page(
        html.fill(
            _("That is {zone}, where it is {clock} now. Use it for your tips?"),
            zone=html.bold(times.zone_name(_, zone)),
            clock=html.bold(times.clock_at(now, zone)),
        ),
        buttons=(
            (Button(_("Yes, use it"), PickZone(zone)),),
            (Button(_("No, leave all as it is"), KeepZone()),),
        ),
    )


def zone_same(_: Translator, zone: str) -> Message:
    """A location that was shared unasked lies in the subscriber's own zone."""
    words = _("That is {zone}, your time zone already. Nothing has changed.")
    return page(html.fill(words, zone=times.zone_name(_, zone)))


def zone_kept(_: Translator, zone: str) -> Message:
    """The time zone stays as it is."""
    words = _("Nothing has changed. Your time zone stays {zone}.")
    return page(html.fill(words, zone=times.zone_name(_, zone)))


def ask_hour(_: Translator, zone: str, now: datetime, *, first: int = PROPOSED) -> Message:
    """Checks the clock and asks for the hour in one go, which saves a tap.

    ``first`` is the hour proposed before all others, in minutes after midnight.
    """
    clock = html.bold(times.clock_at(now, zone))
    return page(
        html.fill(_("It is {clock} for you now, right?"), clock=clock),
        html.text(_("Then choose the hour for your daily tip. You can change it any time.")),
        buttons=(
            *_hours(_, first),
            (Button(_("No, my clock shows another time"), AskZone()),),
        ),
    )


def _hours(_: Translator, first: int) -> Rows:
    others = [minute for minute in HOURS_OFFERED if minute != first]
    hours = [Button(times.hour(minute), PickHour(minute)) for minute in others]
    rest = (*hours, Button(_("Another hour"), AskHour()))
    rows = tuple(rest[start : start + 3] for start in range(0, len(rest), 3))
    return ((Button(times.hour(first), PickHour(first)),), *rows)


def ask_typed_hour(_: Translator) -> Message:
    """Asks to type the hour."""
    return page(html.text(_("Type the hour for your daily tip, for example 07:15, 7am or 21.30.")))


def hour_unknown(_: Translator, typed: str, *, first: int = PROPOSED) -> Message:
    """What was typed is no hour; ``first`` as for :func:`ask_hour`."""
    return page(
        html.fill(
            _("I do not read an hour in “{typed}”."), typed=html.one_line(typed, QUOTED_UNITS)
        ),
        html.text(_("Please type it like this: 07:15, 7am or 21.30.")),
        buttons=_hours(_, first),
    )


def done(
    _: Translator, subscriber: SubscriberView, next_at: datetime | None, now: datetime
) -> Message:
    """Subscribed; the first tip follows at once."""
    return page(
        html.bold(_("Done. Your first tip comes right below.")),
        next_tip_line(_, subscriber, next_at, now),
        html.text(_("You can ask me a question any time: just type it.")),
        buttons=_settings_row(_),
        remove_reply=True,
    )


def known(
    _: Translator, subscriber: SubscriberView, next_at: datetime | None, now: datetime
) -> Message:
    """A second /start: what is set; nothing has changed."""
    return page(
        html.text(_("Hello again. Nothing has changed.")),
        _what_is_set(_, subscriber),
        paused_line(_, subscriber, now),
        next_tip_line(_, subscriber, next_at, now),
        buttons=_settings_row(_),
    )


def returned(
    _: Translator, subscriber: SubscriberView, next_at: datetime | None, now: datetime
) -> Message:
    """Back after a stop or a block: tips come again with the settings of before."""
    return page(
        html.text(_("Welcome back. Your tips come again, with your settings as they were.")),
        _what_is_set(_, subscriber),
        next_tip_line(_, subscriber, next_at, now),
        buttons=_settings_row(_),
    )


def finish_first(_: Translator) -> Message:
    """Asks to subscribe first."""
    return page(html.text(_("Let us set your time zone and hour first: send /start")))


def _what_is_set(_: Translator, subscriber: SubscriberView) -> html.Html:
    if subscriber.zone is None or subscriber.local_minute is None:
        return html.text(_("Your time zone and hour are not set yet."))
    return html.fill(
        _("Your tip: {days}, about {hour}, time zone {zone}."),
        days=times.weekdays(_, subscriber.weekdays),
        hour=html.bold(times.hour(subscriber.local_minute)),
        zone=times.zone_name(_, subscriber.zone),
    )


def _settings_row(_: Translator) -> Rows:
    return ((Button(_("Settings"), ShowSettings("main")),),)
