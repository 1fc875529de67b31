"""Subscribing: who we are and the consent, the time zone, the hour, done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.places.place import Place
from bot.texts import html, times
from bot.texts.callbacks import (
    Agree,
    AskHour,
    AskZone,
    Begin,
    KeepZone,
    PickAudience,
    PickHour,
    PickZone,
    ShowSettings,
)
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, ReplyKeyboard, Rows, page
from bot.texts.privacy import CONSENT_VERSION
from bot.texts.settings import audience_names, next_tip_line, paused_line
from bot.texts.signs import urgent_hint
from bot.texts.subscriber import SubscriberView
from bot.texts.tip import Shown, render
from tips.library import Library
from tips.models import Tip

HOURS_OFFERED = (420, 480, 540, 720, 1080, 1200)
PROPOSED = 480
QUOTED_UNITS = 60
WORDS_OF_A_PLACE = 2


def welcome(_: Translator, link: str = "", only_english: str = "") -> Message:
    """The first message: three lines on what this is, and the question for consent.

    Nothing is stored before they agree. ``link`` is the deep link's parameter,
    ``only_english`` says in the reader's language that the bot writes English.
    """
    question = _(
        "For that I keep your chat number, settings and which tips you've had, but not what you "
        "write: /privacy. Wanting eczema tips may say something about your health. Is that OK?"
    )
    yes = Button(_("Yes, start"), Agree(CONSENT_VERSION, link))
    return page(html.text(only_english), _about_us(_), html.text(question), buttons=((yes,),))


def agreed(_: Translator) -> Message:
    """The same words after the consent, without the button."""
    thanks = _("You said yes, thank you. To undo it: /forget")
    return page(_about_us(_), html.text(thanks))


def _about_us(_: Translator) -> html.Html:
    return html.join(
        [
            html.text(_("Hello, I'm GutSkin: one small, checked tip a day for life with eczema.")),
            html.text(_("Tap Why? under a tip to see how we know.")),
            html.text(_("I share information and don't replace your doctor.")),
        ]
    )


def ask_audience(_: Translator) -> Message:
    """Asks who the tips are for."""
    rows = tuple((Button(name, PickAudience(key)),) for key, name in audience_names(_).items())
    return page(html.bold(_("Who are the tips for?")), buttons=rows)


def audience_unknown(_: Translator, number: str | None) -> Message:
    """What was typed doesn't say who the tips are for; ``number`` is for emergencies."""
    return page(
        html.text(_("Sorry, I didn't catch that.")),
        html.bold(_("Who are the tips for?")),
        urgent_hint(_, number),
        buttons=ask_audience(_).buttons,
    )


def audience_taken(_: Translator, audience: str) -> Message:
    """The same question once it is answered; :func:`ask_zone` follows."""
    return page(html.fill(_("Tips for: {value}"), value=audience_names(_)[audience]))


def sample(_: Translator, tip: Tip, library: Library) -> Message:
    """A tip for somebody who has not subscribed, with its reasons and the way to one every day."""
    card = render(_, tip, library, Shown(unfolded=True))
    return replace(card, buttons=((Button(_("Get one every day"), Begin()),),))


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
        html.bold(_("What time zone are you in?")),
        html.text(
            _("Tap your city, type a place or share your location. I only keep the time zone.")
        ),
    )


def _zones(_: Translator, suggestions: Sequence[Place]) -> ReplyKeyboard:
    return ReplyKeyboard(
        rows=tuple((place.label,) for place in suggestions[:5]),
        location_label=_("📍 Share my location"),
        placeholder=_("City, country or time zone"),
    )


def zone_candidates(
    _: Translator, typed: str, places: Sequence[Place], now: datetime, *, named: bool = True
) -> Message:
    """Asks which of several matching places is meant; each shows its present time.

    Where none is ``named`` so, they only look like what was typed.
    """
    words = _("I know a few places called “{typed}”. Which one is yours?")
    if not named:
        words = _("I can't find “{typed}”. Did you mean this?")
    question = html.fill(words, typed=html.one_line(typed, QUOTED_UNITS))
    rows: Rows = tuple((_place_button(place, now),) for place in places)
    return page(question, buttons=(*rows, (Button(_("None of these"), AskZone()),)))


def _place_button(place: Place, now: datetime) -> Button:
    hour = times.clock_at(now, place.zone)
    return Button(f"{html.one_line(place.label, 27)} · {hour}", PickZone(place.zone))


def zone_unknown(_: Translator, typed: str, number: str | None = None) -> Message:
    """No place matches what was typed; several words may have been something urgent."""
    hint = urgent_hint(_, number) if len(typed.split()) > WORDS_OF_A_PLACE else html.Html()
    return page(
        html.fill(
            _("I can't find “{typed}”. Try a bigger city nearby."),
            typed=html.one_line(typed, QUOTED_UNITS),
        ),
        html.text(_("Your country works too, or you can share your location.")),
        hint,
    )


def let_be(_: Translator) -> Message:
    """Whoever was asked for something wants to leave it as it is."""
    return page(html.text(_("OK, I've kept everything as it was.")), remove_reply=True)


def zone_left(_: Translator) -> Message:
    """The question for a place is dropped, as something else was wanted."""
    words = _("OK, we'll leave your time zone as it is.")
    return page(html.text(words), remove_reply=True)


def location_unknown(_: Translator) -> Message:
    """A shared location outside all zones: open sea, or invalid coordinates."""
    return page(
        html.text(_("I can't tell the time zone there.")),
        html.text(_("Please type your city or country instead.")),
    )


def zone_taken(_: Translator, zone: str, place: str = "") -> Message:
    """Says which place was understood, and its zone, and removes the place keyboard;
    :func:`ask_hour` follows."""
    name = times.zone_name(_, zone)
    if place and name.endswith(f"({zone})"):
        name = f"{html.one_line(place, QUOTED_UNITS)} ({zone})"
    return page(html.fill(_("Time zone: {zone}"), zone=name), remove_reply=True)


def ask_move(_: Translator, zone: str, now: datetime) -> Message:
    """Asks whether to use the zone of a location that was shared unasked."""
    return page(
        html.fill(
            _("That's {zone}, where it's {clock} now. Shall I use it for your tips?"),
            zone=html.bold(times.zone_name(_, zone)),
            clock=html.bold(times.clock_at(now, zone)),
        ),
        buttons=(
            (Button(_("Yes, use it"), PickZone(zone)),),
            (Button(_("No, keep it as it is"), KeepZone()),),
        ),
    )


def zone_same(_: Translator, zone: str) -> Message:
    """A location that was shared unasked lies in the subscriber's own zone."""
    words = _("That's {zone}, which is your time zone already.")
    return page(html.fill(words, zone=times.zone_name(_, zone)))


def zone_kept(_: Translator, zone: str) -> Message:
    """The time zone stays as it is."""
    words = _("OK, your time zone is still {zone}.")
    return page(html.fill(words, zone=times.zone_name(_, zone)))


def ask_hour(_: Translator, zone: str, now: datetime, *, first: int = PROPOSED) -> Message:
    """Checks the clock and asks for the hour in one go, which saves a tap.

    ``first`` is the hour proposed before all others, in minutes after midnight.
    """
    clock = html.bold(times.clock_at(now, zone))
    return page(
        html.fill(_("It's {clock} where you are, right?"), clock=clock),
        html.bold(_("When would you like your tip?")),
        buttons=(
            *_hours(_, first),
            _not_my_time(_),
        ),
    )


def _not_my_time(_: Translator) -> tuple[Button, ...]:
    return (Button(_("That's not my time"), AskZone()),)


def _hours(_: Translator, first: int) -> Rows:
    others = [minute for minute in HOURS_OFFERED if minute != first]
    hours = [Button(times.hour(minute), PickHour(minute)) for minute in others]
    rest = (*hours, Button(_("Another time"), AskHour()))
    rows = tuple(rest[start : start + 3] for start in range(0, len(rest), 3))
    return ((Button(times.hour(first), PickHour(first)),), *rows)


def ask_typed_hour(_: Translator) -> Message:
    """Asks to type the hour."""
    return page(html.text(_("What time would you like? Type it, like 07:30 or 7:30 pm.")))


def hour_unknown(_: Translator, typed: str, *, first: int = PROPOSED) -> Message:
    """What was typed is no hour; ``first`` as for :func:`ask_hour`."""
    return page(
        html.fill(
            _("Sorry, I didn't catch a time in “{typed}”. Try 07:30 or 7:30 pm."),
            typed=html.one_line(typed, QUOTED_UNITS),
        ),
        buttons=(*_hours(_, first), _not_my_time(_)),
    )


def done(
    _: Translator, subscriber: SubscriberView, next_at: datetime | None, now: datetime
) -> Message:
    """Subscribed; the first tip follows at once."""
    return page(
        html.bold(_("You're all set. Here's your first tip.")),
        next_tip_line(_, subscriber, next_at, now),
        html.text(_("Got a question? Just type it.")),
        buttons=_settings_row(_),
    )


def known(
    _: Translator, subscriber: SubscriberView, next_at: datetime | None, now: datetime
) -> Message:
    """A second /start: what is set; nothing has changed."""
    return page(
        html.text(_("Hello again. You're still signed up.")),
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
        html.text(_("Welcome back. Your tips are on again, with your old settings.")),
        _what_is_set(_, subscriber),
        next_tip_line(_, subscriber, next_at, now),
        buttons=_settings_row(_),
    )


def finish_first(_: Translator) -> Message:
    """Asks to subscribe first."""
    return page(html.text(_("Let's set your time first: /start")))


def _what_is_set(_: Translator, subscriber: SubscriberView) -> html.Html:
    if subscriber.zone is None or subscriber.local_minute is None:
        return html.text(_("You haven't set your time yet: /start"))
    return html.fill(
        _("Your tip: {days}, about {hour}, time zone {zone}."),
        days=times.weekdays(_, subscriber.weekdays),
        hour=html.bold(times.hour(subscriber.local_minute)),
        zone=times.zone_name(_, subscriber.zone),
    )


def _settings_row(_: Translator) -> Rows:
    return ((Button(_("Settings"), ShowSettings("main")),),)
