"""What every editorial rule is given: the content, the word lists and how to report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field

from tips.findings import Finding, Report
from tips.library import Library
from tips.loading import Content
from tips.models import Answer, Evidence, Frozen, Line, Slug, Tip
from tips.reading import FileReader

Item = Tip | Answer
Render = Callable[[Item, Library], str]
"""Gives the text of an item as a subscriber sees it, entities already taken out."""

Excusable = Literal[
    "promise",
    "command",
    "hedge",
    "hedged-twice",
    "too-sure",
    "twin",
    "grade",
    "brand",
    "attribution",
    "study-words",
    "stiff",
    "typography",
    "sign",
]


class Urgency(Frozen):
    """A warning sign, and the words of which one at least stands wherever it is named."""

    sign: tuple[Line, ...]
    say: tuple[Line, ...]


class Words(Frozen):
    """The word lists of ``words.yaml``."""

    hedges: dict[Evidence, tuple[Line, ...]]
    too_sure: tuple[Line, ...]
    promises: tuple[Line, ...]
    commands: tuple[Line, ...]
    denials: tuple[Line, ...]
    deferrals: tuple[Line, ...]
    attributions: tuple[Line, ...]
    brands: tuple[Line, ...]
    studies: tuple[Line, ...]
    doubts: tuple[Line, ...]
    """Every word that hedges, whatever the level: a tip has one."""
    urgencies: tuple[Urgency, ...]
    stiff: dict[Line, Line]
    """Phrases that nobody says aloud, or that comfort nobody, and what to write instead."""


class Spelling(Frozen):
    """The word lists of ``spelling.yaml``."""

    british: tuple[Line, ...] = ()
    vocabulary: tuple[Line, ...] = ()
    american: dict[str, Line] = Field(default_factory=dict)


class Allowance(Frozen):
    """An exception from a rule for one item, with its reason."""

    id: Slug
    rule: Excusable
    reason: Line


NO_WORDS = Words(
    hedges={},
    too_sure=(),
    promises=(),
    commands=(),
    denials=(),
    deferrals=(),
    attributions=(),
    brands=(),
    studies=(),
    doubts=(),
    urgencies=(),
    stiff={},
)


@dataclass(frozen=True)
class Context:
    """One run of the checks. ``complete``: the content is meant to be at its full size."""

    content: Content
    words: Words
    spelling: Spelling
    allowed: tuple[Allowance, ...]
    render: Render | None
    complete: bool

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Tips, then answers."""
        return (*self.content.tips, *self.content.answers)

    def evidence_of(self, item: Item) -> Evidence | None:
        """The level of the weakest claim; None where no claim of the item exists."""
        claims = self.content.claims
        levels = [claims[name].strength for name in item.claims if name in claims]
        return Evidence.weakest(levels) if levels else None

    def finding(self, item: Item, rule: str, message: str, remedy: str) -> Finding:
        """A finding about a tip or an answer."""
        return Finding(self.content.file_of(item), item.id, rule, message, remedy)


Rule = Callable[[Context], Iterator[Finding]]


def read_lists(root: Path, report: Report) -> tuple[Words, Spelling, tuple[Allowance, ...]]:
    """The word lists and exceptions of a content directory."""
    reader = FileReader(root, report)
    path = root / "allow.yaml"
    built = (reader.build(Allowance, path, raw) for raw in reader.listed(path))
    return (
        reader.one(Words, root / "words.yaml") or NO_WORDS,
        reader.one(Spelling, root / "spelling.yaml") or Spelling(),
        tuple(allowance for allowance in built if allowance is not None),
    )


def texts_of(item: Item) -> Mapping[str, str]:
    """The texts that authors wrote and subscribers see, by field name; empty ones left out."""
    if isinstance(item, Tip):
        fields = {"title": item.title, "body": item.body, "action": item.action}
        return fields | ({"caution": item.caution} if item.caution else {})
    fields = {"headline": item.headline, "body": item.body}
    more = {"doctor": item.doctor, "details": item.details}
    return fields | {name: text for name, text in more.items() if text}
