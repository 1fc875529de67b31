"""The way to a subscription: consent, time zone, hour, done, and the first tip at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from telegram import Location

from bot.handlers.context import Visit
from bot.handlers.faq import answer_if_sure
from bot.handlers.questions import Heard
from bot.handlers.tip import give_tip
from bot.places.place import Place
from bot.store.values import Subscriber
from bot.subscribers.service import DEEP_LINK
from bot.texts import privacy, settings, start
from bot.texts.callbacks import Agree, AskHour, AskZone, KeepZone, PickHour, PickZone
from bot.texts.hours import read_hour
from tips.normalise import normalise

PLACES_SHOWN = 5
LINK_LONGEST = 55  # characters that fit into the button


async def greet(visit: Visit, link: str) -> None:
    """``/start``, perhaps with where the reader came from.

    Nothing is stored of somebody new before they agree: the link waits in the button.
    """
    if visit.desk.is_admin(visit.user):
        await visit.desk.offer_admin_menu(visit.chat_id)
    if await _asks_for_consent(visit, link):
        return
    reader = visit.known
    if reader.state == "stopped":
        visit = visit.of(await visit.desk.readers.resume(visit.chat_id))
    if not visit.known.subscribed:
        await _go_on(visit, visit.known)
        return
    text = start.returned if visit.returned or reader.state == "stopped" else start.known
    await visit.say(text(visit.known, await visit.next_at(), visit.now, visit.language))


async def _asks_for_consent(visit: Visit, link: str = "") -> bool:
    """Whether this person has not agreed yet; asks them."""
    if visit.reader is not None and not _has_not_agreed(visit.reader):
        return False
    known = DEEP_LINK.fullmatch(link.strip())
    await visit.say(start.welcome(known[0][:LINK_LONGEST] if known else "", visit.language))
    return True


def _has_not_agreed(reader: Subscriber) -> bool:
    """Whoever was subscribed before this was asked keeps what is on record."""
    complete = reader.zone is not None and reader.local_minute is not None
    return reader.consent_version is None and not complete


async def agree(visit: Visit, tap: Agree) -> None:
    """Yes to the words above the button: only now is anything stored."""
    await visit.toast()
    if visit.reader is not None and not _has_not_agreed(visit.reader):
        await greet(visit, "")  # a button of old
        return
    reader = await visit.desk.readers.arrive(
        visit.chat_id,
        language=visit.language,
        source=tap.link or None,
        consent=str(min(tap.version, privacy.CONSENT_VERSION)),
    )
    visit = visit.of(reader)
    await visit.show(start.agreed(visit.language))
    await _go_on(visit, reader)


async def _go_on(visit: Visit, reader: Subscriber) -> None:
    if reader.zone_lost:
        await ask_for_lost_zone(visit)
    elif reader.zone is None:
        await visit.desk.readers.expect(visit.chat_id, "zone")
        await visit.say(start.ask_zone(_suggestions(visit), visit.language))
    else:
        await _ask_hour(visit, reader.zone)


async def ask_for_lost_zone(visit: Visit) -> None:
    """The zone that was stored is one no more: which place?"""
    await visit.desk.readers.expect(visit.chat_id, "zone")
    await visit.say(start.zone_lost(_suggestions(visit), visit.language))


async def ask_if_zone_lost(visit: Visit) -> None:
    """Once: whoever is asked already need not be asked again at every command."""
    if visit.reader is None or not visit.reader.zone_lost:
        return
    reader = await visit.desk.readers.find(visit.chat_id)
    if reader is not None and reader.zone_lost and reader.expecting != "zone":
        await ask_for_lost_zone(visit)


def _suggestions(visit: Visit) -> Sequence[Place]:
    return visit.desk.places.suggest(
        visit.user.language_code, visit.desk.settings.default_timezone
    )


def _first_hour(visit: Visit) -> int:
    first = visit.desk.settings.default_time
    return first.hour * 60 + first.minute


async def _ask_hour(visit: Visit, zone: str) -> None:
    await visit.desk.readers.expect(visit.chat_id, "hour")
    await visit.say(start.ask_hour(zone, visit.now, visit.language, first=_first_hour(visit)))


async def ask_zone(visit: Visit, _tap: AskZone) -> None:
    """The button that asks for the zone (again)."""
    await visit.toast()
    if await needs_start(visit):
        return
    await visit.desk.readers.expect(visit.chat_id, "zone")
    await visit.say(start.ask_zone(_suggestions(visit), visit.language))


async def needs_start(visit: Visit) -> bool:
    """Whether this person has to begin with /start, or to agree first; says so."""
    if visit.reader is not None:
        return await _asks_for_consent(visit)
    await visit.say(start.finish_first(visit.language))
    return True


async def pick_zone(visit: Visit, tap: PickZone) -> None:
    """A zone chosen from the places that were offered."""
    await visit.toast()
    if not await needs_start(visit):
        await take_zone(visit, tap.zone)


async def located(visit: Visit, location: Location) -> None:
    """A shared location: looked up, never kept; taken at once only where we had asked for it."""
    if await needs_start(visit):
        return
    # Opening the zones' polygons for the first time takes long enough to be noticed elsewhere.
    zone = await asyncio.to_thread(visit.desk.places.at, location.latitude, location.longitude)
    if zone is None:
        await visit.say(start.location_unknown(visit.language))
    elif _asked_for_zone(visit.known) and not visit.forwarded:
        await take_zone(visit, zone)
    elif zone == visit.known.zone:
        await visit.say(start.zone_same(zone, visit.language))
    else:
        await visit.say(start.ask_move(zone, visit.now, visit.language))


def _asked_for_zone(reader: Subscriber) -> bool:
    """By our last question, or because they are still on the way to a subscription."""
    joining = reader.zone is None or reader.local_minute is None
    return joining or reader.expecting == "zone"


async def keep_zone(visit: Visit, _tap: KeepZone) -> None:
    """The zone of a shared location is not to be the reader's."""
    await visit.toast()
    if visit.reader is None or visit.reader.zone is None:
        await visit.say(start.finish_first(visit.language))
    else:
        await visit.show(start.zone_kept(visit.reader.zone, visit.language))


async def typed_zone(visit: Visit, typed: str) -> bool:
    """A typed place; False when no place answers to it."""
    found = await asyncio.to_thread(visit.desk.places.find, typed, PLACES_SHOWN)
    if not found:
        return False
    if len({place.zone for place in found}) == 1:
        await take_zone(visit, found[0].zone)
    else:
        await visit.say(start.zone_candidates(typed, found, visit.now, visit.language))
    return True


async def take_zone(visit: Visit, zone: str) -> None:
    """Set the zone; then the hour while subscribing, else what is set now."""
    if await needs_start(visit):
        return
    readers, before = visit.desk.readers, visit.known
    reader = await readers.set_zone(visit.chat_id, zone)
    await visit.say(start.zone_taken(zone, visit.language))
    visit = visit.of(reader)
    if reader.local_minute is None:
        await _ask_hour(visit, zone)
    elif before.zone is None and not before.zone_lost:
        await _done(visit, reader)
    else:
        visit = visit.of(await readers.expect(visit.chat_id, None))
        await visit.say(
            settings.overview(
                reader,
                visit.desk.library,
                await visit.next_at(),
                visit.now,
                visit.language,
                fitting=visit.fitting,
            )
        )


async def ask_hour(visit: Visit, _tap: AskHour) -> None:
    """The button that asks to type another hour."""
    await visit.toast()
    if await needs_start(visit):
        return
    await visit.desk.readers.expect(visit.chat_id, "hour")
    await visit.say(start.ask_typed_hour(visit.language))


async def pick_hour(visit: Visit, tap: PickHour) -> None:
    """An hour chosen from those that were offered."""
    await visit.toast()
    if not await needs_start(visit):
        await take_hour(visit, tap.minute)


async def typed_hour(visit: Visit, typed: str) -> bool:
    """A typed hour; False when it is none."""
    minute = read_hour(typed)
    if minute is None:
        return False
    await take_hour(visit, minute)
    return True


async def take_hour(visit: Visit, minute: int) -> None:
    """Set the hour; completes a subscription, else shows what is set now."""
    if await needs_start(visit):
        return
    before = visit.reader
    reader = await visit.desk.readers.set_hour(visit.chat_id, minute)
    if reader.expecting is not None and reader.zone is not None:
        reader = await visit.desk.readers.expect(visit.chat_id, None)
    visit = visit.of(reader)
    if reader.zone is None:
        await visit.desk.readers.expect(visit.chat_id, "zone")
        await visit.say(start.ask_zone(_suggestions(visit), visit.language))
    elif before is not None and before.local_minute is None:
        await _done(visit, reader)
    else:
        await visit.show(
            settings.overview(
                reader,
                visit.desk.library,
                await visit.next_at(),
                visit.now,
                visit.language,
                fitting=visit.fitting,
            )
        )


async def answers_our_question(visit: Visit, text: str, heard: Heard) -> bool:
    """Whether the words are what we asked for last: a place, or an hour.

    A question typed in between is answered as one; what is neither is asked for again.
    """
    if visit.reader is None or visit.reader.expecting not in {"zone", "hour"}:
        return False
    words = normalise(text)
    looks_asked = "?" in words or len(words.split()) > 5
    if looks_asked and await answer_if_sure(visit, heard):
        return True
    take = typed_zone if visit.reader.expecting == "zone" else typed_hour
    if not await take(visit, text) and not await answer_if_sure(visit, heard):
        await _not_understood(visit, text)
    return True


async def _not_understood(visit: Visit, typed: str) -> None:
    if visit.known.expecting == "zone":
        await visit.say(start.zone_unknown(typed, visit.language))
    else:
        await visit.say(start.hour_unknown(typed, visit.language, first=_first_hour(visit)))


async def _done(visit: Visit, reader: Subscriber) -> None:
    await visit.show(start.done(reader, await visit.next_at(), visit.now, visit.language))
    await give_tip(visit)
