"""How the tips spread over topics, seasons and subscribers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz import fuzz, utils

from tips.checks.context import Context
from tips.findings import Finding
from tips.library import Library
from tips.models import Audience, Kind, Season, Tip

FULL_SIZE = 366  # a leap year without a repeat
LARGEST_SHARE = 0.12
FEWEST_SEASONAL = 45
FEWEST_PARENT = 70
MOST_DIARIES = 8
MOST_UNPROVEN = 0.25
# Token-set similarity (0-100) of two actions that are the same to who does them.
SAME_ACTION = 80.0
DIARY = re.compile(r"\b(?:diary|log ?book)\b", re.IGNORECASE)
# Shares of the year: things to do, to note or ask, and to think about.
KINDS = (
    ("do", frozenset({Kind.DO}), 0.65, 1.0),
    ("note or ask", frozenset({Kind.NOTE, Kind.ASK}), 0.0, 0.30),
    ("think", frozenset({Kind.THINK}), 0.0, 0.04),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the balance: a topic's or a group's share of the tips (0 to 1)."""

    kind: str
    name: str
    count: int
    share: float


def balance(library: Library) -> list[Row]:
    """The spread of the tips over topics, then seasons, audiences and levels of evidence."""
    tips = library.tips
    groups: dict[str, Mapping[str, int]] = {
        "topic": {topic: sum(tip.topic == topic for tip in tips) for topic in library.topics},
        "group": {
            group.id: sum(tip.topic in group.topics for tip in tips) for group in library.groups
        },
        "kind": {kind: sum(tip.kind is kind for tip in tips) for kind in Kind},
        "season": {"any": sum(bool(tip.season) for tip in tips)}
        | {season: sum(season in tip.season for tip in tips) for season in Season},
        "audience": {who: sum(tip.audience is who for tip in tips) for who in Audience},
        "evidence": Counter(str(library.evidence_of(tip)) for tip in tips),
    }
    total = len(tips) or 1
    return [
        Row(kind, name, count, count / total)
        for kind, counts in groups.items()
        for name, count in counts.items()
    ]


def balanced(context: Context) -> Iterator[Finding]:
    """At full size: a year of tips, no subject too loud, seasons and parents served."""
    if not context.complete:
        return
    tips = context.content.tips
    yield from _too_few(context, "tips", len(tips), FULL_SIZE)
    yield from _too_few(context, "seasonal tips", sum(map(_seasonal, tips)), FEWEST_SEASONAL)
    yield from _too_few(context, "tips for parents", sum(map(_for_parents, tips)), FEWEST_PARENT)
    for topic, count in Counter(tip.topic for tip in tips).items():
        yield from _share(context, f"the topic {topic}", count, 0.0, LARGEST_SHARE)
    for group in context.content.groups:
        count = sum(tip.topic in group.topics for tip in tips)
        yield from _share(context, f"the group {group.id}", count, group.least, group.most)
    for name, kinds, least, most in KINDS:
        count = sum(tip.kind in kinds for tip in tips)
        yield from _share(context, f"the actions of kind {name}", count, least, most)
    unproven = sum(tip.unproven for tip in tips)
    yield from _share(context, "what is not shown", unproven, 0.0, MOST_UNPROVEN)


def one_group_each(context: Context) -> Iterator[Finding]:
    """Every topic of the tips counts towards one group of the balance."""
    groups = context.content.groups
    for topic in sorted({tip.topic for tip in context.content.tips} if groups else ()):
        count = sum(topic in group.topics for group in groups)
        if count != 1:
            message = f"{count} groups have the topic {topic}"
            yield Finding("balance.yaml", "", "balance", message, "Let one group have it")


def many_actions(context: Context) -> Iterator[Finding]:
    """Neighbours in a topic ask for different things, and few tips for a diary."""
    diaries = [tip for tip in context.content.tips if DIARY.search(tip.action)]
    for number, tip in enumerate(diaries[MOST_DIARIES:], MOST_DIARIES + 1):
        message = f"it is diary number {number} of the year"
        yield context.finding(
            tip, "action", message, f"Keep {MOST_DIARIES}; ask for another thing"
        )
    for before, tip in pairwise(context.content.tips):
        if before.topic == tip.topic and _alike(before.action, tip.action) > SAME_ACTION:
            message = f"the action is that of {before.id}, its neighbour"
            yield context.finding(tip, "action", message, "Ask for another thing")


def _alike(one: str, other: str) -> float:
    return fuzz.token_set_ratio(one, other, processor=utils.default_process)


def _seasonal(tip: Tip) -> bool:
    return bool(tip.season)


def _for_parents(tip: Tip) -> bool:
    return tip.audience is Audience.PARENT


def _share(
    context: Context, what: str, count: int, least: float, most: float
) -> Iterator[Finding]:
    total = len(context.content.tips) or 1
    if not least <= count / total <= most:
        message = f"{what} make up {count} of {total}, {count / total:.1%}"
        remedy = f"Keep them between {least:.0%} and {most:.0%}"
        yield Finding(f"{context.content.language}/tips", "", "balance", message, remedy)


def _too_few(context: Context, what: str, count: int, fewest: int) -> Iterator[Finding]:
    if count < fewest:
        message = f"{count} {what}"
        yield Finding(
            f"{context.content.language}/tips", "", "balance", message, f"Write {fewest}"
        )


RULES = (balanced, one_group_each, many_actions)
