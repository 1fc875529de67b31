"""From a stored reader to the tip that comes next: the bridge to ``tips.rotation``."""

from __future__ import annotations

from datetime import date

from bot.store.queries.subscribers import Mark
from bot.store.values import Subscriber
from tips import rotation
from tips.library import Library
from tips.models import Audience
from tips.rotation import Pick, ReaderState, pick

_AUDIENCES = {"adult": Audience.ADULT, "parent": Audience.PARENT}


def audience_of(reader: Subscriber) -> Audience:
    """``EVERYONE`` stands for a reader who takes tips for adults and for parents."""
    return _AUDIENCES.get(reader.audience, Audience.EVERYONE)


def choose(library: Library, reader: Subscriber, on: date) -> Pick | None:
    """The reader's next tip for a local date; None where no tip fits."""
    return pick(library, _state(reader), on, reader.zone or "UTC")


def fitting(library: Library, reader: Subscriber, on: date) -> int:
    """How many tips there are for the reader on a local date: their themes, audience, season."""
    return rotation.fitting(library, _state(reader), on, reader.zone or "UTC")


def _state(reader: Subscriber) -> ReaderState:
    return ReaderState(
        seed=reader.seed,
        seen=reader.seen,
        recent=reader.recent,
        last_number=reader.last_number,
        last_topic=reader.last_topic,
        themes=reader.themes,
        audience=audience_of(reader),
    )


def mark_of(reader: Subscriber, chosen: Pick) -> Mark:
    """That the reader gets this tip."""
    after = (chosen.seen_after, chosen.recent_after)
    return Mark(reader.chat_id, chosen.number, chosen.topic, reader.seen, *after)
