"""From a stored subscriber to their next tip, by ``tips.rotation``."""

from __future__ import annotations

from datetime import date

from bot.store.models import Recipient
from bot.store.queries.rotations import Mark
from tips import rotation
from tips.library import Library
from tips.models import Audience
from tips.rotation import Pick, SubscriberState, pick

_AUDIENCES = {"adult": Audience.ADULT, "parent": Audience.PARENT}


def audience_of(subscriber: Recipient) -> Audience:
    """The subscriber's audience; ``EVERYONE`` takes tips for adults and for parents."""
    return _AUDIENCES.get(subscriber.audience, Audience.EVERYONE)


def choose(library: Library, subscriber: Recipient, on: date) -> Pick | None:
    """The subscriber's next tip for a local date; None where no tip fits."""
    return pick(library, _state(subscriber), on, subscriber.zone or "UTC")


def fitting(library: Library, subscriber: Recipient, on: date) -> int:
    """How many tips fit the subscriber on a local date: themes, audience, season."""
    return rotation.fitting(library, _state(subscriber), on, subscriber.zone or "UTC")


def _state(subscriber: Recipient) -> SubscriberState:
    return SubscriberState(
        seed=subscriber.seed,
        seen=subscriber.seen,
        recent=subscriber.recent,
        last_number=subscriber.last_number,
        last_topic=subscriber.last_topic,
        themes=subscriber.themes,
        audience=audience_of(subscriber),
        put_off=subscriber.put_off,
    )


def mark_of(subscriber: Recipient, chosen: Pick) -> Mark:
    """The mark that the subscriber gets this tip."""
    return Mark(
        subscriber.chat_id,
        chosen.number,
        chosen.topic,
        before=subscriber.seen,
        after=chosen.seen_after,
        recent=chosen.recent_after,
        seat=subscriber.seat,
    )
