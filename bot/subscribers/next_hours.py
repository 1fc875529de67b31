"""When the next tips of many subscribers come, in a few queries for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from bot.store.queries import addressees
from bot.store.queries.addressees import Addressee, Place
from bot.store.queries.deliveries import dates_around
from bot.store.tables import Executor
from bot.subscribers.calendar import next_instant


async def next_hours(
    session: Executor, people: Iterable[Addressee], now: datetime
) -> dict[int, datetime]:
    """The instant of each one's next hour that has not had its tip, by chat; those left out get
    none for now."""
    by_chat = {one.chat_id: one for one in people}
    found = await addressees.places(session, by_chat)
    dates = dates_around(now.date())
    taken = await addressees.taken(session, [place.id for place in found], dates)
    hours = ((place.chat_id, _next(by_chat[place.chat_id], place, taken, now)) for place in found)
    return {chat: instant for chat, instant in hours if instant is not None}


def _next(
    one: Addressee, place: Place, taken: set[tuple[int, date]], now: datetime
) -> datetime | None:
    if one.zone is None or one.local_minute is None:
        return None
    after, first = max(now, place.snoozed_until), place.not_before
    while True:
        due = next_instant(one.local_minute, one.zone, one.weekdays, after, not_before_date=first)
        if due is None or (place.id, due.local_date) not in taken:
            return due.instant_utc if due else None
        after = due.instant_utc
