"""What changes when a tip was not for somebody: which others come last, and for how long.

All rules are here. Nothing is ever left out by them: what comes last still comes, when nothing
else is left. So a tip that was put off by mistake costs a subscriber nothing but time.

========== ==================================================== ====
reason     what comes last                                      days
========== ==================================================== ====
obvious    of its topic, what every leaflet says: everyday        60
           advice, and what is well shown
not_me     of a tip for parents or adults only, all such tips;    30
           else its topic
hard       tips about studies, and those where studies disagree   60
not_skin   its topic                                              60
========== ==================================================== ====
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache, reduce
from operator import or_
from typing import Final, NamedTuple

from tips.library import Library
from tips.models import Audience, Evidence, Kind, Tip

RESEARCH: Final = "research-literacy"
MOST: Final = 8
"""So many changes are kept of one subscriber, the latest."""


class WhyNot(StrEnum):
    """Why a tip was not for somebody."""

    OBVIOUS = "obvious"
    NOT_ME = "not_me"
    HARD = "hard"
    NOT_SKIN = "not_skin"


class What(StrEnum):
    """What comes last."""

    BASICS = "basics"
    TOPIC = "topic"
    AUDIENCE = "audience"
    RESEARCH = "research"


@dataclass(frozen=True, slots=True)
class Change:
    """What comes last, of which topic or for which audience, and for how many days."""

    what: What
    target: str
    days: int


class Entry(NamedTuple):
    """What was put off, of which topic or for which audience, and its last day."""

    what: What
    target: str
    last: date


@dataclass(frozen=True, slots=True)
class Reaction:
    """Why a tip was not for somebody, and the day on which they said so."""

    tip: Tip
    why_not: WhyNot
    on: date


def change_of(tip: Tip, why_not: WhyNot) -> Change:
    """What a reason changes."""
    if why_not is WhyNot.OBVIOUS:
        return Change(What.BASICS, tip.topic, 60)
    if why_not is WhyNot.HARD:
        return Change(What.RESEARCH, "", 60)
    if why_not is WhyNot.NOT_SKIN:
        return Change(What.TOPIC, tip.topic, 60)
    if tip.audience is Audience.EVERYONE:
        return Change(What.TOPIC, tip.topic, 30)
    return Change(What.AUDIENCE, tip.audience.value, 30)


def put_off(reactions: Sequence[Reaction], on: date) -> str | None:
    """What somebody's reactions (oldest first) put off after this day, as rows hold it."""
    until: dict[tuple[What, str], date] = {}
    for reaction in reactions:
        change = change_of(reaction.tip, reaction.why_not)
        key = change.what, change.target
        last = reaction.on + timedelta(days=change.days)
        until[key] = max(last, until.pop(key, last))
    kept = [(key, last) for key, last in until.items() if last >= on][-MOST:]
    return " ".join(f"{what}:{target}:{last}" for (what, target), last in kept) or None


@lru_cache(maxsize=4096)
def put_off_mask(library: Library, written: str, on: date) -> int:
    """The tips that come last on a day, a bit for each number; ``written`` is of `put_off`."""
    there = (entry for entry in entries(written) if on <= entry.last)
    return reduce(or_, (_mask(library, entry.what, entry.target) for entry in there), 0)


def entries(written: str) -> Iterable[Entry]:
    """What was put off; ``written`` is of :func:`put_off`."""
    for entry in written.split():
        what, target, last = entry.split(":")
        yield Entry(What(what), target, date.fromisoformat(last))


@lru_cache(maxsize=1024)
def _mask(library: Library, what: What, target: str) -> int:
    if what is What.TOPIC:
        return library.topic_mask(target)
    found = {What.BASICS: _is_basic, What.AUDIENCE: _is_for, What.RESEARCH: _is_research}
    fits = found[what]
    return reduce(or_, (1 << tip.number for tip in library.tips if fits(library, tip, target)), 0)


def _is_basic(library: Library, tip: Tip, topic: str) -> bool:
    known = library.evidence_of(tip).rank <= Evidence.MODERATE.rank
    return tip.topic == topic and (tip.is_advice or known)


def _is_for(_library: Library, tip: Tip, audience: str) -> bool:
    return tip.audience == audience


def _is_research(library: Library, tip: Tip, _target: str) -> bool:
    disputed = library.evidence_of(tip) is Evidence.MIXED
    return tip.kind is Kind.THINK or tip.topic == RESEARCH or disputed


def forget_libraries() -> None:
    """Keep nothing of any library in memory."""
    put_off_mask.cache_clear()
    _mask.cache_clear()
