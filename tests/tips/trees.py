"""Small content directories and libraries to test on: sound by themselves, easy to break."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tips.check import check
from tips.checks.context import Render
from tips.findings import Finding
from tips.library import Library
from tips.loading import CONTENT, Content
from tips.models import (
    Audience,
    Claim,
    FirstWeek,
    Kind,
    Names,
    Retired,
    Season,
    Source,
    Theme,
    Tip,
)

Item = dict[str, Any]

BODY = (
    "Tip a handful of red lentils into the pot tonight. They are full of fibre, and your gut "
    "bacteria live on it. Most people eat less of it than they need, so a small step counts."
)
ACTION = "Stir one spoon of lentils into tonight's soup."
OTHER_BODY = (
    "A label tells you how much sugar hides in a drink. Look for the line that counts grams. "
    "Two drinks on one shelf can be far apart, and nobody has to give up the sweet ones."
)
HEADLINE = "Not by itself, as far as we know."
ANSWER = (
    "Many things come together in eczema, and the gut is only one of them. Nobody has to find a "
    "culprit on the plate.\n\n"
    "Eat in a way that suits you and your family. Look after your skin each day, and tell your "
    "doctor what you notice. That is plenty."
)
DETAILS = "Some studies find other bacteria in people with eczema, and other studies do not."


def tip(name: str = "fibre-one-spoon", **changes: Any) -> Item:
    """A tip that breaks no rule; a change to None takes the field out."""
    sound = {
        "id": name,
        "title": "One spoon of lentils",
        "body": BODY,
        "action": ACTION,
        "kind": "do",
        "about": "for general health",
        "claims": ["fibre-feeds"],
    }
    return {key: value for key, value in {**sound, **changes}.items() if value is not None}


def answer(name: str = "gut-cause", **changes: Any) -> Item:
    """An answer that breaks no rule; a change to None takes the field out."""
    sound = {
        "id": name,
        "topic": "food-and-diet",
        "question": "Can the gut cause eczema?",
        "given": ["Is it my gut?"],
        "wordings": [
            "gut to blame?",
            "is my tummy behind this",
            "bad gut bad skin",
            "gut n eczema",
        ],
        "headline": HEADLINE,
        "body": ANSWER,
        "details": DETAILS,
        "claims": ["fibre-feeds"],
    }
    return {key: value for key, value in {**sound, **changes}.items() if value is not None}


def claim(name: str, topic: str = "fibre", **changes: Any) -> Item:
    """A usable, well established claim on the shown source."""
    sound = {
        "id": name,
        "topic": topic,
        "claim": "Gut bacteria ferment fibre.",
        "strength": "established",
        "caveat": "",
        "practical": [],
        "sources": ["shown-2020"],
        "seed": False,
        "usable": True,
    }
    return {**sound, **changes}


def source(**changes: Any) -> Item:
    """A source that subscribers may be sent to."""
    sound = {
        "title": "Fibre and bacteria",
        "authors": ["Doe J"],
        "year": 2020,
        "doi": "10.1000/182",
        "type": "review",
        "read": "abstract",
        "show": True,
    }
    return {key: value for key, value in {**sound, **changes}.items() if value is not None}


@dataclass
class Tree:
    """A content directory in the making."""

    root: Path
    tips: dict[str, Any] = field(default_factory=lambda: {"fibre": [tip()]})
    answers: dict[str, Any] = field(default_factory=lambda: {"food-and-diet": [answer()]})
    claims: list[Item] = field(
        default_factory=lambda: [
            claim("fibre-feeds"),
            claim("fibre-moderate", strength="moderate"),
            claim("fibre-limited", strength="limited"),
            claim("fibre-mixed", strength="mixed"),
            claim("fibre-none", strength="none"),
            claim("fibre-background", usable=False),
            claim("sleep-matters", topic="sleep"),
        ]
    )
    sources: dict[str, Item] = field(
        default_factory=lambda: {
            "shown-2020": source(),
            "hidden-2020": source(show=False, doi=None),
        }
    )
    themes: list[Item] = field(
        default_factory=lambda: [
            {"id": "food", "bit": 0, "topics": ["fibre"]},
            {"id": "mind", "bit": 1, "topics": ["sleep"]},
        ]
    )
    questions: list[Item] = field(
        default_factory=lambda: [
            {
                "id": "gut-cause",
                "question": "Can the gut cause eczema?",
                "variants": ["Is it my gut?"],
                "topic": "food-and-diet",
                "claims": ["fibre-feeds"],
            }
        ]
    )
    groups: list[Item] = field(
        default_factory=lambda: [
            {"id": "all", "least": 0, "most": 1, "topics": ["fibre", "sleep"]},
        ]
    )
    first_week: Item = field(default_factory=dict)
    retired: Item = field(default_factory=dict)
    allow: list[Item] = field(default_factory=list)
    names: Item = field(
        default_factory=lambda: {
            "themes": {"food": "Food", "mind": "Mood and sleep"},
            "topics": {"fibre": "Fibre", "sleep": "Sleep", "food-and-diet": "Food and diet"},
        }
    )

    def write(self) -> Path:
        """Write all files and give the directory."""
        for name in ("tips", "answers"):
            (self.root / "en" / name).mkdir(parents=True, exist_ok=True)
            for topic, items in getattr(self, name).items():
                self.dump(f"en/{name}/{topic}.yaml", items)
        for name in ("claims", "sources", "themes", "questions", "retired", "allow"):
            self.dump(f"{name}.yaml", getattr(self, name))
        self.dump("balance.yaml", self.groups)
        self.dump("first-week.yaml", self.first_week)
        self.dump("en/names.yaml", self.names)
        for name in ("words.yaml", "spelling.yaml"):
            shutil.copy(CONTENT / name, self.root / name)
        return self.root

    def dump(self, name: str, value: Any) -> None:
        text = value if isinstance(value, str) else yaml.safe_dump(value, sort_keys=False)
        (self.root / name).write_text(text, encoding="utf-8")

    def findings(self, *, complete: bool = False, render: Render | None = None) -> list[Finding]:
        """What the checks say about it."""
        return check(self.write(), complete=complete, render=render)

    def rules(self, item: str | None = None, *, complete: bool = False) -> set[str]:
        """The broken rules, of one item where one is named."""
        found = self.findings(complete=complete)
        return {finding.rule for finding in found if item in {None, finding.id}}


@dataclass(frozen=True)
class Sketch:
    """As much of a tip as the rotation looks at."""

    number: int
    topic: str
    season: tuple[Season, ...] = ()
    audience: Audience = Audience.EVERYONE
    unproven: bool = False


def library_of(
    sketches: Iterable[Sketch],
    themes: Mapping[str, tuple[str, ...]],
    first_week: FirstWeek | None = None,
) -> Library:
    """A library with these tips; themes get their bits in the order given."""
    built = tuple(
        Tip(
            id=f"tip-{sketch.number}",
            number=sketch.number,
            topic=sketch.topic,
            title="A tip",
            body="A body.",
            action="An action.",
            kind=Kind.DO,
            about="for a test",
            claims=("known",),
            season=sketch.season,
            audience=sketch.audience,
            unproven=sketch.unproven,
        )
        for sketch in sketches
    )
    known = Claim.model_validate(claim("known"))
    shown = Source.model_validate({"key": "shown-2020", **source()})
    content = Content(
        root=Path(),
        language="en",
        claims={"known": known},
        sources={"shown-2020": shown},
        themes=tuple(
            Theme(id=name, bit=bit, topics=topics)
            for bit, (name, topics) in enumerate(themes.items())
        ),
        groups=(),
        first_week=first_week or FirstWeek(),
        questions={},
        retired=Retired(),
        names=Names(themes={name: f"The {name}" for name in themes}, topics={}),
        tips=built,
        answers=(),
        unnumbered=frozenset(),
        files={},
    )
    return Library(content)
