"""The way to a subscription: who we are and whether they agree, the time zone, the hour, done."""

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
from bot.texts.catalogue import translator
from bot.texts.message import Button, Message, ReplyKeyboard, Rows, page
from bot.texts.privacy import CONSENT_VERSION
from bot.texts.settings import next_tip_line, paused_line
from bot.texts.subscriber import SubscriberView

HOURS_OFFERED = (420, 480, 540, 720, 1080, 1200)
PROPOSED = 480
QUOTED_UNITS = 60


def welcome(link: str = "", language: str = "en") -> Message:
    """The first message: five lines on what this is, and the question whether that is all right.

    Nothing is kept of whoever has not said yes. ``link`` is what the deep link carried.
    """
    _ = translator(language)
    question = _(
        "To send you tips I keep your chat number, your settings and which tips you've had. "
        "Wanting eczema tips may say something about your health, so I ask first: is that OK?"
    )
    yes = Button(_("Yes, I agree"), Agree(CONSENT_VERSION, link))
    return page(_about_us(language), html.text(question), buttons=((yes,),))


def agreed(language: str = "en") -> Message:
    """The same words once they were agreed to, without the button."""
    _ = translator(language)
    thanks = _("You said yes, thank you. Changed your mind? /forget erases everything.")
    return page(_about_us(language), html.text(thanks))


def _about_us(language: str) -> html.Html:
    _ = translator(language)
    return html.join(
        [
            html.text(_("Hello, I'm GutSkin.")),
            html.text(_("One small, checked tip a day for living with eczema.")),
            html.text(_("Tap Why? under a tip to see how we know.")),
            html.text(_("It's for information and doesn't replace your doctor.")),
            html.text(_("I don't keep what you write to me. What I do keep: /privacy")),
        ]
    )


def ask_zone(suggestions: Sequence[Place], language: str = "en") -> Message:
    """The question for the time zone alone: again, or from the settings."""
    return page(*_zone_question(language), reply=_zones(suggestions, language))


def zone_lost(suggestions: Sequence[Place], language: str = "en") -> Message:
    """The zone that was given has left the time-zone data: a place is asked for."""
    _ = translator(language)
    return page(
        html.text(_("The time zone you gave me isn't in use any more, so your tips are on hold.")),
        *_zone_question(language),
        reply=_zones(suggestions, language),
    )


def _zone_question(language: str) -> tuple[html.Html, html.Html]:
    _ = translator(language)
    return (
        html.bold(_("Where are you, so that tips come at the right hour?")),
        html.text(
            _(
                "Tap a place below, share your location, or type your city, country or time zone. "
                "A shared location is only used to find the time zone and is not kept."
            )
        ),
    )


def _zones(suggestions: Sequence[Place], language: str) -> ReplyKeyboard:
    _ = translator(language)
    return ReplyKeyboard(
        rows=tuple((place.label,) for place in suggestions[:5]),
        location_label=_("📍 Share my location"),
        placeholder=_("City, country or time zone"),
    )


def zone_candidates(
    typed: str, places: Sequence[Place], now: datetime, language: str = "en"
) -> Message:
    """Several places answer to what was typed: which one? Each with its present time."""
    _ = translator(language)
    question = html.fill(
        _("Several places fit “{typed}”. Which one is yours?"),
        typed=html.one_line(typed, QUOTED_UNITS),
    )
    rows: Rows = tuple((_place_button(place, now),) for place in places)
    return page(question, buttons=(*rows, (Button(_("None of these"), AskZone()),)))


def _place_button(place: Place, now: datetime) -> Button:
    hour = times.clock_at(now, place.zone)
    return Button(f"{html.one_line(place.label, 48)} · {hour}", PickZone(place.zone))


def zone_unknown(typed: str, language: str = "en") -> Message:
    """Nothing answers to what was typed."""
    _ = translator(language)
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


def location_unknown(language: str = "en") -> Message:
    """A shared location that lies in no zone: open sea, or not on this earth."""
    _ = translator(language)
    return page(
        html.text(_("I cannot find a time zone for that location.")),
        html.text(_("Please type your city or country instead.")),
    )


def zone_taken(zone: str, language: str = "en") -> Message:
    """Says which zone was taken and puts the place keyboard away; :func:`ask_hour` follows."""
    _ = translator(language)
    words = html.fill(_("Time zone: {zone}"), zone=times.zone_name(zone, language))
    return page(words, remove_reply=True)


def ask_move(zone: str, now: datetime, language: str = "en") -> Message:
    """A location that nobody had asked for: is the subscriber's time to be that of ``zone``?"""
    _ = translator(language)
    return page(
        html.fill(
            _("That is {zone}, where it is {clock} now. Use it for your tips?"),
            zone=html.bold(times.zone_name(zone, language)),
            clock=html.bold(times.clock_at(now, zone)),
        ),
        buttons=(
            (Button(_("Yes, use it"), PickZone(zone)),),
            (Button(_("No, leave all as it is"), KeepZone()),),
        ),
    )


def zone_same(zone: str, language: str = "en") -> Message:
    """A location that nobody had asked for, in the subscriber's own zone."""
    _ = translator(language)
    words = _("That is {zone}, your time zone already. Nothing has changed.")
    return page(html.fill(words, zone=times.zone_name(zone, language)))


def zone_kept(zone: str, language: str = "en") -> Message:
    """The time zone is left as it is."""
    _ = translator(language)
    words = _("Nothing has changed. Your time zone stays {zone}.")
    return page(html.fill(words, zone=times.zone_name(zone, language)))


def ask_hour(zone: str, now: datetime, language: str = "en", *, first: int = PROPOSED) -> Message:
    """Checks the clock and asks for the hour in one go, which saves a tap.

    ``first`` is the hour that is proposed before all others, in minutes after midnight.
    """
    _ = translator(language)
    clock = html.bold(times.clock_at(now, zone))
    return page(
        html.fill(_("It is {clock} for you now, right?"), clock=clock),
        html.text(_("Then choose the hour for your daily tip. You can change it any time.")),
        buttons=(
            *_hours(first, language),
            (Button(_("No, my clock shows another time"), AskZone()),),
        ),
    )


def _hours(first: int, language: str) -> Rows:
    _ = translator(language)
    others = [minute for minute in HOURS_OFFERED if minute != first]
    hours = [Button(times.hour(minute), PickHour(minute)) for minute in others]
    rest = (*hours, Button(_("Another hour"), AskHour()))
    rows = tuple(rest[start : start + 3] for start in range(0, len(rest), 3))
    return ((Button(times.hour(first), PickHour(first)),), *rows)


def ask_typed_hour(language: str = "en") -> Message:
    """Asks to type the hour."""
    _ = translator(language)
    return page(html.text(_("Type the hour for your daily tip, for example 07:15, 7am or 21.30.")))


def hour_unknown(typed: str, language: str = "en", *, first: int = PROPOSED) -> Message:
    """What was typed is no hour; ``first`` as for :func:`ask_hour`."""
    _ = translator(language)
    return page(
        html.fill(
            _("I do not read an hour in “{typed}”."), typed=html.one_line(typed, QUOTED_UNITS)
        ),
        html.text(_("Please type it like this: 07:15, 7am or 21.30.")),
        buttons=_hours(first, language),
    )


def done(
    subscriber: SubscriberView, next_at: datetime | None, now: datetime, language: str = "en"
) -> Message:
    """Subscribed; the first tip follows at once."""
    _ = translator(language)
    return page(
        html.bold(_("Done. Your first tip comes right below.")),
        next_tip_line(subscriber, next_at, now, language),
        html.text(_("You can ask me a question any time: just type it.")),
        buttons=_settings_row(language),
        remove_reply=True,
    )


def known(
    subscriber: SubscriberView, next_at: datetime | None, now: datetime, language: str = "en"
) -> Message:
    """A second /start: what is set; nothing has changed."""
    _ = translator(language)
    return page(
        html.text(_("Hello again. Nothing has changed.")),
        _what_is_set(subscriber, language),
        paused_line(subscriber, now, language),
        next_tip_line(subscriber, next_at, now, language),
        buttons=_settings_row(language),
    )


def returned(
    subscriber: SubscriberView, next_at: datetime | None, now: datetime, language: str = "en"
) -> Message:
    """Back after a stop or a block: tips come again with the settings of before."""
    _ = translator(language)
    return page(
        html.text(_("Welcome back. Your tips come again, with your settings as they were.")),
        _what_is_set(subscriber, language),
        next_tip_line(subscriber, next_at, now, language),
        buttons=_settings_row(language),
    )


def finish_first(language: str = "en") -> Message:
    """Something was asked that needs a subscription."""
    _ = translator(language)
    return page(html.text(_("Let us set your time zone and hour first: send /start")))


def _what_is_set(subscriber: SubscriberView, language: str) -> html.Html:
    _ = translator(language)
    if subscriber.zone is None or subscriber.local_minute is None:
        return html.text(_("Your time zone and hour are not set yet."))
    return html.fill(
        _("Your tip: {days}, about {hour}, time zone {zone}."),
        days=times.weekdays(subscriber.weekdays, language),
        hour=html.bold(times.hour(subscriber.local_minute)),
        zone=times.zone_name(subscriber.zone, language),
    )


def _settings_row(language: str) -> Rows:
    _ = translator(language)
    return ((Button(_("Settings"), ShowSettings("main")),),)
