"""How the tips spread over topics, seasons and subscribers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tips.checks.context import Context
from tips.findings import Finding
from tips.library import Library
from tips.models import Audience, Season, Tip

FULL_SIZE = 366  # a leap year without a repeat
LARGEST_SHARE = 0.12
SMALLEST_SHARE = 0.02
FEWEST_SEASONAL = 40
FEWEST_PARENT = 50


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
    """At full size: a year of tips, no topic too loud or too quiet, seasons and parents served."""
    if not context.complete:
        return
    tips = context.content.tips
    yield from _too_few(context, "tips", len(tips), FULL_SIZE)
    yield from _too_few(context, "seasonal tips", sum(map(_seasonal, tips)), FEWEST_SEASONAL)
    yield from _too_few(context, "tips for parents", sum(map(_for_parents, tips)), FEWEST_PARENT)
    counts = Counter(tip.topic for tip in tips)
    for topic in (topic for theme in context.content.themes for topic in theme.topics):
        share = counts[topic] / (len(tips) or 1)
        if not SMALLEST_SHARE <= share <= LARGEST_SHARE:
            file = f"{context.content.language}/tips/{topic}.yaml"
            message = f"{counts[topic]} of {len(tips)} tips, {share:.1%}"
            remedy = f"Keep a topic between {SMALLEST_SHARE:.0%} and {LARGEST_SHARE:.0%}"
            yield Finding(file, "", "balance", message, remedy)


def _seasonal(tip: Tip) -> bool:
    return bool(tip.season)


def _for_parents(tip: Tip) -> bool:
    return tip.audience is Audience.PARENT


def _too_few(context: Context, what: str, count: int, fewest: int) -> Iterator[Finding]:
    if count < fewest:
        message = f"{count} {what}"
        yield Finding(
            f"{context.content.language}/tips", "", "balance", message, f"Write {fewest}"
        )


RULES = (balanced,)
