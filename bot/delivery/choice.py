"""From a stored reader to the tip that comes next: the bridge to ``tips.rotation``."""

from __future__ import annotations

from datetime import date

from bot.store.values import Subscriber
from tips.library import Library
from tips.models import Audience
from tips.rotation import Pick, ReaderState, pick

_AUDIENCES = {"adult": Audience.ADULT, "parent": Audience.PARENT}


def audience_of(reader: Subscriber) -> Audience:
    """``EVERYONE`` stands for a reader who takes tips for adults and for parents."""
    return _AUDIENCES.get(reader.audience, Audience.EVERYONE)


def choose(library: Library, reader: Subscriber, on: date) -> Pick | None:
    """The reader's next tip for a local date; None where no tip fits."""
    state = ReaderState(
        seed=reader.seed,
        seen=reader.seen,
        last_number=reader.last_number,
        last_topic=reader.last_topic,
        themes=reader.themes,
        audience=audience_of(reader),
    )
    return pick(library, state, on, reader.zone or "UTC")
