"""Subscribing: consent, time zone, hour, and the first tip at once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from functools import partial

from telegram import Update

from bot.handlers.context import Context
from bot.handlers.text_analysis import TextAnalysis
from bot.handlers.tip import give_tip
from bot.places.place import Match, Place
from bot.store.models import SubscriberRead
from bot.subscribers.service import DEEP_LINK
from bot.texts import privacy, service_wishes, settings, start, wish_values
from bot.texts.audience import read_audience
from bot.texts.callbacks import (
    Agree,
    AskHour,
    AskZone,
    Begin,
    KeepZone,
    PickAudience,
    PickHour,
    PickZone,
)
from bot.texts.catalogue import SOURCE_LANGUAGE
from bot.texts.hours import Hour, read_clock
from bot.texts.message import Message
from bot.texts.orders import bare
from tips.normalise import normalise
from tips.search.search import SERVICE

PLACES_SHOWN = 5
LET_BE = re.compile(
    "cancel|never ?mind|(maybe )?later|not now|skip( it)?|leave it( as it is| for now)?|"
    "keep it( as it is)?|no( thanks| thank you)?|back|go back|nothing|forget (it|that)|"
    "doesn ?t matter"
)
LINK_LONGEST = 55  # characters that fit into the button


async def greet(context: Context, link: str) -> None:
    """``/start``, perhaps with a deep link's parameter.

    Nothing about a new person is stored before they agree: the parameter waits in the button.
    """
    role = await context.services.admins.role_of(context.user.id)
    if role is not None:
        await context.services.offer_admin_menu(context.chat_id, role)
    if await _asks_for_consent(context, link):
        return
    subscriber = context.known
    if subscriber.state == "stopped":
        context.subscriber = await context.services.subscribers.resume(context.chat_id)
    if not context.known.subscribed:
        await _go_on(context, context.known)
        return
    text = start.returned if context.returned or subscriber.state == "stopped" else start.known
    await context.say(
        text(context.translator, context.known, await context.next_at(), context.now)
    )


async def _asks_for_consent(context: Context, link: str = "") -> bool:
    """Ask for consent if it is lacking; whether it was asked."""
    if context.subscriber is not None and not _has_not_agreed(context.subscriber):
        return False
    known = DEEP_LINK.fullmatch(link.strip())
    only_english = ""
    if context.translator.language == SOURCE_LANGUAGE:
        only_english = context.services.analyser.welcome_in(context.speaks)
    kept = known[0][:LINK_LONGEST] if known else ""
    await context.say(start.welcome(context.translator, kept, only_english))
    return True


def _has_not_agreed(subscriber: SubscriberRead) -> bool:
    """Whether consent is lacking; who subscribed before it was asked keeps what is on record."""
    complete = subscriber.zone is not None and subscriber.local_minute is not None
    return subscriber.consent_version is None and not complete


async def agree(context: Context, tap: Agree) -> None:
    """Consent: only now is anything stored."""
    await context.toast()
    if context.subscriber is not None and not _has_not_agreed(context.subscriber):
        await greet(context, "")  # an old button
        return
    subscriber = await context.services.subscribers.arrive(
        context.chat_id,
        context.translator.language,
        source=tap.link or None,
        consent=str(min(tap.version, privacy.CONSENT_VERSION)),
    )
    context.subscriber = subscriber
    await context.show(start.agreed(context.translator))
    await _go_on(context, subscriber)


async def _go_on(context: Context, subscriber: SubscriberRead) -> None:
    if subscriber.zone_lost:
        await ask_for_lost_zone(context)
    elif subscriber.zone is None:
        await _ask_audience(context, subscriber)
    else:
        await _ask_hour(context, subscriber.zone)


async def _ask_audience(context: Context, subscriber: SubscriberRead) -> None:
    """Ask who the tips are for, once: from then on a place is expected."""
    if subscriber.expecting == "zone":
        await _ask_zone(context)
        return
    await context.services.subscribers.expect(context.chat_id, "audience")
    await context.say(start.ask_audience(context.translator))


async def _ask_zone(context: Context) -> None:
    await context.services.subscribers.expect(context.chat_id, "zone")
    await context.say(start.ask_zone(context.translator, _suggestions(context)))


async def expect(context: Context, what: str | None) -> None:
    """Have what is typed next answer this question, or none; the keyboard of places goes away
    where it was a place that we had asked for."""
    before = context.known.expecting
    context.subscriber = await context.services.subscribers.expect(context.chat_id, what)
    if before == "zone" and what != "zone":
        await context.say(start.zone_left(context.translator))


async def drop_question(context: Context) -> None:
    """Drop our open question, as something else is wanted; whoever joins has to answer."""
    subscriber = context.subscriber
    if subscriber is not None and subscriber.subscribed and subscriber.expecting:
        await expect(context, None)


async def begin(context: Context, _tap: Begin) -> None:
    """The button for ``/start``."""
    await context.toast()
    await greet(context, "")


async def pick_audience(context: Context, tap: PickAudience) -> None:
    """Who the tips are for, chosen while subscribing."""
    await context.toast()
    if await needs_start(context):
        return
    await context.services.subscribers.set_audience(context.chat_id, tap.audience)
    await context.show(start.audience_taken(context.translator, tap.audience))
    await _go_on_to_zone(context)


async def _go_on_to_zone(context: Context) -> None:
    if context.known.zone is None and not context.known.zone_lost:
        await _ask_zone(context)


async def ask_for_lost_zone(context: Context) -> None:
    """Ask for a place, as the stored zone no longer exists."""
    await context.services.subscribers.expect(context.chat_id, "zone")
    await context.say(start.zone_lost(context.translator, _suggestions(context)))


async def ask_if_zone_lost(context: Context) -> None:
    """Ask for a lost zone once: whoever has been asked is not asked again at every command."""
    if context.subscriber is None or not context.subscriber.zone_lost:
        return
    subscriber = await context.services.subscribers.find(context.chat_id)
    if subscriber is not None and subscriber.zone_lost and subscriber.expecting != "zone":
        await ask_for_lost_zone(context)


def _suggestions(context: Context) -> Sequence[Place]:
    return context.services.places.suggest(
        context.user.language_code, context.services.settings.default_timezone
    )


def _first_hour(context: Context) -> int:
    first = context.services.settings.default_time
    return first.hour * 60 + first.minute


async def _ask_hour(context: Context, zone: str) -> None:
    await context.services.subscribers.expect(context.chat_id, "hour")
    await context.say(
        start.ask_hour(context.translator, zone, context.now, first=_first_hour(context))
    )


async def ask_zone(context: Context, _tap: AskZone) -> None:
    """The button that asks for the zone (again)."""
    await context.toast()
    if not await needs_start(context):
        await _ask_zone(context)


async def needs_start(context: Context) -> bool:
    """Ask for /start, or for consent, if it is lacking; whether it was asked."""
    if context.subscriber is not None:
        return await _asks_for_consent(context)
    await context.say(start.finish_first(context.translator))
    return True


async def pick_zone(context: Context, tap: PickZone) -> None:
    """A zone chosen from the places that were offered."""
    await context.toast()
    if not await needs_start(context):
        await take_zone(context, tap.zone)


async def on_location(_update: Update, context: Context) -> None:
    """A shared location: looked up, never stored, taken at once only if we had asked for it."""
    location = context.written.location
    if location is None or await needs_start(context):
        return
    # The first time the zones' polygons are loaded, which would hold up everybody else.
    zone = await asyncio.to_thread(
        context.services.places.at, location.latitude, location.longitude
    )
    if zone is None:
        await context.say(start.location_unknown(context.translator))
    elif _asked_for_zone(context.known) and not context.forwarded:
        await take_zone(context, zone)
    elif zone == context.known.zone:
        await context.say(start.zone_same(context.translator, zone))
    else:
        await context.say(start.ask_move(context.translator, zone, context.now))


def _asked_for_zone(subscriber: SubscriberRead) -> bool:
    """Whether a zone is expected: by our last question, or because they are still subscribing."""
    joining = subscriber.zone is None or subscriber.local_minute is None
    return joining or subscriber.expecting == "zone"


async def keep_zone(context: Context, _tap: KeepZone) -> None:
    """Keep the zone, and drop that of a shared location."""
    await context.toast()
    if context.subscriber is None or context.subscriber.zone is None:
        await context.say(start.finish_first(context.translator))
    else:
        await context.show(start.zone_kept(context.translator, context.subscriber.zone))
        if context.subscriber.expecting == "zone":
            await expect(context, None)


async def typed_zone(context: Context, typed: str, *, named: bool) -> bool:
    """Take a typed place, or ask which of several is meant; False if none matches.

    With ``named`` only those count that bear the name: a slip is mended when nothing else fits.
    """
    match = await asyncio.to_thread(context.services.places.match, typed, PLACES_SHOWN)
    if not match.places or (named and not match.named):
        return False
    if match.clear is not None:
        await take_zone(context, match.clear.zone, match.clear.label)
    else:
        candidates = partial(start.zone_candidates, context.translator, typed, match.places)
        await context.say(candidates(context.now, named=match.named))
    return True


def which_place(context: Context, typed: str, match: Match) -> Message:
    """Whether to go by a place's clock, or which of several is meant."""
    _, now = context.translator, context.now
    if match.clear is None:
        return start.zone_candidates(_, typed.title(), match.places, now, named=match.named)
    return service_wishes.ask_place(_, match.clear, now)


async def take_zone(context: Context, zone: str, place: str = "") -> None:
    """Set the zone; then ask for the hour while subscribing, else show the settings.

    ``place`` is what the zone was found by.
    """
    if await needs_start(context):
        return
    subscribers, before = context.services.subscribers, context.known
    subscriber = await subscribers.set_zone(context.chat_id, zone)
    await context.say(start.zone_taken(context.translator, zone, place))
    context.subscriber = subscriber
    if subscriber.local_minute is None:
        await _ask_hour(context, zone)
    elif before.zone is None and not before.zone_lost:
        context.subscriber = await subscribers.expect(context.chat_id, None)
        await _done(context, context.known)
    else:
        context.subscriber = await subscribers.expect(context.chat_id, None)
        await context.say(
            settings.overview(
                context.translator,
                subscriber,
                context.services.library,
                await context.next_at(),
                context.now,
                fitting=context.fitting,
            )
        )


async def ask_hour(context: Context, _tap: AskHour) -> None:
    """The button that asks to type another hour."""
    await context.toast()
    if await needs_start(context):
        return
    await expect(context, "hour")
    await context.say(start.ask_typed_hour(context.translator))


async def pick_hour(context: Context, tap: PickHour) -> None:
    """An hour chosen from those that were offered."""
    await context.toast()
    if not await needs_start(context):
        await take_hour(context, tap.minute)


async def typed_hour(context: Context, typed: str) -> bool:
    """Take a typed hour, or ask for the half of the day; False if it is none."""
    hour = read_clock(typed)
    if hour is None:
        return False
    await _take_typed_hour(context, hour)
    return True


async def _take_typed_hour(context: Context, hour: Hour) -> None:
    if hour.unlikely:
        await context.say(service_wishes.ask_half(context.translator, hour))
        return
    if hour.other is not None:
        await context.say(service_wishes.half_taken(context.translator, hour))
    await take_hour(context, hour.minute)


async def hour_and_place_in(
    context: Context, words: str, *, mend: bool = False
) -> tuple[Hour, str, Match] | None:
    """The hour and the place of words that say nothing else; with ``mend`` a misspelt one, too."""
    match = partial(context.services.places.match, limit=PLACES_SHOWN, mend=mend)
    return await asyncio.to_thread(wish_values.hour_and_place, words, match)


async def ask_if_elsewhere(context: Context, typed: str, match: Match) -> None:
    """Ask whether to go by the clock of a place that keeps another one."""
    if context.known.zone not in {place.zone for place in match.places}:
        await context.say(which_place(context, typed, match))


async def typed_hour_and_place(context: Context, typed: str, *, mend: bool = False) -> bool:
    """Take the hour of "8am London time", and the place if we asked for one; else ask about it."""
    found = await hour_and_place_in(context, typed, mend=mend)
    if found is None:
        return False
    hour, name, match = found
    if _expected(context) == "hour":
        await _take_typed_hour(context, hour)
        await ask_if_elsewhere(context, name, match)
        return True
    if not hour.unlikely:
        subscriber = await context.services.subscribers.set_hour(context.chat_id, hour.minute)
        context.subscriber = subscriber
    if hour.other is not None and not hour.unlikely:
        await context.say(service_wishes.half_taken(context.translator, hour))
    return await typed_zone(context, name.title(), named=not mend)


async def take_hour(context: Context, minute: int) -> None:
    """Set the hour; completes a subscription, else shows the settings."""
    if await needs_start(context):
        return
    before = context.known
    context.subscriber = await context.services.subscribers.set_hour(context.chat_id, minute)
    if before.expecting is not None and before.zone is not None:
        await expect(context, None)
    subscriber = context.known
    if subscriber.zone is None:
        await _ask_zone(context)
    elif before.local_minute is None:
        await _done(context, subscriber)
    else:
        await context.show(
            settings.overview(
                context.translator,
                subscriber,
                context.services.library,
                await context.next_at(),
                context.now,
                fitting=context.fitting,
            )
        )


def _expected(context: Context) -> str | None:
    """What our last question asked for, if it is open: ``audience``, ``zone`` or ``hour``."""
    expecting = context.subscriber.expecting if context.subscriber is not None else None
    return expecting if expecting in ("audience", "zone", "hour") else None


async def lets_it_be(context: Context, text: str) -> bool:
    """Drop our question where a subscriber answers "cancel"; whoever is joining has to choose."""
    known = context.subscriber
    asked = known is not None and known.subscribed and known.expecting and not known.zone_lost
    if not asked or not LET_BE.fullmatch(bare(text)):
        return False
    context.subscriber = await context.services.subscribers.expect(context.chat_id, None)
    await context.say(start.let_be(context.translator))
    return True


def looks_asked(text: str) -> bool:
    """Whether words are more likely a question in between than a place."""
    words = normalise(text)
    return len(words.split()) > 5 or ("?" in words and len(words.split()) > 2)


async def answers_our_question(context: Context, text: str) -> bool:
    """Whether the words are, without a doubt, the place or the hour that we asked for."""
    expected = _expected(context)
    if expected is None:
        return False
    if expected == "hour" and await typed_hour(context, text):
        return True
    if expected == "audience" and await _typed_audience(context, text):
        return True
    if await typed_hour_and_place(context, text):
        return True
    # A place answers the question that comes after who the tips are for.
    asks = expected == "hour" or looks_asked(text)
    return not asks and await typed_zone(context, text, named=True)


async def ask_again(context: Context) -> bool:
    """Ask once more what our open question asked for; False where none is open."""
    known, expected = context.subscriber, _expected(context)
    if known is None or expected is None:
        return False
    if expected == "audience":
        await context.say(start.ask_audience(context.translator))
    elif expected == "zone":
        await _ask_zone(context)
    elif known.zone is None or known.subscribed:
        await context.say(start.ask_typed_hour(context.translator))
    else:
        await _ask_hour(context, known.zone)
    return True


async def answers_with_a_slip(context: Context, text: str) -> bool:
    """Whether we asked for a place, and the words are a misspelt one: "new yrok"."""
    return _expected(context) == "zone" and await _names_a_place(context, text, mend=True)


async def _names_a_place(context: Context, text: str, *, mend: bool) -> bool:
    """Whether the words are a place, or with ``mend`` a misspelt one, even beside an hour."""
    if mend and await typed_hour_and_place(context, text, mend=True):
        return True
    return await typed_zone(context, text, named=not mend)


async def may_answer_our_question(context: Context, text: str, analysis: TextAnalysis) -> bool:
    """Whether the words can only be meant as an answer to our question: a place with a slip, a
    long one, or what is neither place nor hour, so that it is asked for again."""
    expected = _expected(context)
    if expected is None:
        return False
    if expected != "hour" and await _names_a_place(context, text, mend=not looks_asked(text)):
        return True
    if expected == "hour" and await _asks_about_place(context, text):
        return True
    if looks_asked(text) and not (expected == "hour" and any(map(str.isdecimal, text))):
        return False
    if wish_values.hour_in(text) is not None and await _may_be_a_question(context, analysis):
        return False  # "my son wakes at 2am itching"
    if not await answers_with_an_hour_inside(context, text):
        await _not_understood(context, text)
    return True


async def _may_be_a_question(context: Context, analysis: TextAnalysis) -> bool:
    found = await context.services.analyser.look_up(analysis)
    return found.confidence == "unsure" and not found.hits[0].id.startswith(SERVICE)


async def _asks_about_place(context: Context, text: str) -> bool:
    """Ask about a place that was typed where we asked for an hour."""
    match = partial(context.services.places.match, limit=PLACES_SHOWN, mend=False)
    name = wish_values.bare_place(text)
    found = await asyncio.to_thread(match, name)
    if found.places:
        await context.say(which_place(context, name, found))
    return bool(found.places)


async def answers_with_an_hour_inside(context: Context, text: str) -> bool:
    """Whether we asked for an hour: the one in a wish is taken, and where none is clear, asked for
    again."""
    if _expected(context) != "hour":
        return False
    hour = wish_values.hour_in(text)
    if hour is None:
        await _not_understood(context, text)
    else:
        await _take_typed_hour(context, hour)
    return True


async def _typed_audience(context: Context, typed: str) -> bool:
    """Take who the tips are for; False if the words do not say so."""
    audience = read_audience(typed)
    if audience is None:
        return False
    await context.services.subscribers.set_audience(context.chat_id, audience)
    await _ask_zone(context)
    return True


async def _not_understood(context: Context, typed: str) -> None:
    if context.known.expecting == "audience":
        await context.say(start.audience_unknown(context.translator, context.emergency_number))
    elif context.known.expecting == "zone":
        number = context.emergency_number
        await context.say(start.zone_unknown(context.translator, typed, number))
    else:
        await context.say(
            start.hour_unknown(context.translator, typed, first=_first_hour(context))
        )


async def _done(context: Context, subscriber: SubscriberRead) -> None:
    await context.show(
        start.done(context.translator, subscriber, await context.next_at(), context.now)
    )
    await give_tip(context)
