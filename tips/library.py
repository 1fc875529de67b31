"""The library: all content of one language, sound, immutable, ready to be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import reduce
from operator import or_
from pathlib import Path
from types import MappingProxyType

from tips.findings import ContentError, Finding, refuse
from tips.loading import CONTENT, Content, read_content
from tips.models import Answer, Audience, Claim, Evidence, Group, Season, Source, Theme, Tip

__all__ = ["ContentError", "Library", "load_library"]


class Library:
    """Tips, answers and the evidence under them. Masks are ints with a bit for each tip number."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self.language = content.language
        self.tips: tuple[Tip, ...] = tuple(sorted(content.tips, key=lambda tip: tip.number))
        self.answers: tuple[Answer, ...] = content.answers
        self.claims: Mapping[str, Claim] = MappingProxyType(dict(content.claims))
        self.sources: Mapping[str, Source] = MappingProxyType(dict(content.sources))
        self.themes: tuple[Theme, ...] = content.themes
        self.groups: tuple[Group, ...] = content.groups
        self.theme_names: Mapping[str, str] = MappingProxyType(content.names.themes)
        self.theme_titles: Mapping[str, str] = MappingProxyType(
            {theme.id: _titled(theme, content.names.themes) for theme in self.themes}
        )
        """What subscribers see of a theme: its sign and its name."""
        self.topic_names: Mapping[str, str] = MappingProxyType(content.names.topics)
        self.service_names: Mapping[str, str] = MappingProxyType(
            {service.id: service.name for service in content.services.values()}
        )
        self._themes_of = {topic: theme for theme in self.themes for topic in theme.topics}
        self._tips = {tip.id: tip for tip in self.tips}
        self._numbers = {tip.number: tip for tip in self.tips}
        self._answers = {answer.id: answer for answer in self.answers}
        self.topic_of: Mapping[int, str] = MappingProxyType(
            {tip.number: tip.topic for tip in self.tips}
        )
        self.topics: tuple[str, ...] = tuple(
            dict.fromkeys(t for th in self.themes for t in th.topics)
        )
        self.all_mask = self._mask(lambda _: True)
        self._topic_masks = {name: self._mask(_has_topic(name)) for name in self.topics}
        self._audience_masks = {who: self._mask(_speaks_to(who)) for who in Audience}
        self._season_masks = {now: self._mask(_fits_season(now)) for now in Season}
        self.all_year_mask = self._mask(lambda tip: not tip.season)
        self.unproven_mask = self._mask(lambda tip: tip.unproven)
        first = content.first_week
        self._first_weeks = {
            Audience.ADULT: self._numbers_of(first.adult),
            Audience.PARENT: self._numbers_of(first.parent),
        }
        self.all_themes = reduce(or_, (1 << theme.bit for theme in self.themes), 0)

    def _mask(self, fits: Callable[[Tip], bool]) -> int:
        return reduce(or_, (1 << tip.number for tip in self.tips if fits(tip)), 0)

    def _numbers_of(self, ids: Iterable[str]) -> tuple[int, ...]:
        return tuple(self._tips[name].number for name in ids if name in self._tips)

    def without(self, tip_ids: AbstractSet[str]) -> Library:
        """The same library without these tips; itself where it has none of them."""
        if self._tips.keys().isdisjoint(tip_ids):
            return self
        kept = tuple(tip for tip in self._content.tips if tip.id not in tip_ids)
        return Library(replace(self._content, tips=kept))

    def tip(self, tip_id: str) -> Tip:
        """The tip with this id.

        Raises:
            KeyError: no tip has it (any more).
        """
        return self._tips[tip_id]

    def by_number(self, number: int) -> Tip:
        """The tip with this number.

        Raises:
            KeyError: no tip has it (any more).
        """
        return self._numbers[number]

    def answer(self, answer_id: str) -> Answer:
        """The answer with this id.

        Raises:
            KeyError: no answer has it (any more).
        """
        return self._answers[answer_id]

    def claim(self, claim_id: str) -> Claim:
        """The claim with this id.

        Raises:
            KeyError: the evidence has none.
        """
        return self.claims[claim_id]

    def source(self, key: str) -> Source:
        """The source with this key.

        Raises:
            KeyError: the evidence has none.
        """
        return self.sources[key]

    def evidence_of(self, item: Tip | Answer) -> Evidence:
        """The level that the text as a whole may be given: that of its weakest claim."""
        return Evidence.weakest(self.claims[name].strength for name in item.claims)

    def evidence_range(self, item: Tip | Answer) -> tuple[Evidence, Evidence]:
        """The levels of its strongest and of its weakest claim."""
        levels = [self.claims[name].strength for name in item.claims]
        return min(levels, key=lambda level: level.rank), Evidence.weakest(levels)

    def related(self, answer: Answer) -> tuple[Answer, ...]:
        """The answers that its authors chose to lead on to."""
        return tuple(self._answers[name] for name in answer.related)

    def shown_sources(self, item: Tip | Answer) -> tuple[Source, ...]:
        """The sources that subscribers may be sent to, each once, in the order of the claims."""
        return self.shown_sources_of(item.claims)

    def shown_sources_of(self, claims: Iterable[str]) -> tuple[Source, ...]:
        """Those that these claims rest on."""
        keys = dict.fromkeys(key for name in claims for key in self.claims[name].sources)
        return tuple(self.sources[key] for key in keys if self.sources[key].show)

    def title_of(self, tip: Tip) -> str:
        """The sign and the name of the theme that a tip belongs to; "" where it has none."""
        theme = self._themes_of.get(tip.topic)
        return self.theme_titles[theme.id] if theme else ""

    def theme_mask(self, theme_bits: int) -> int:
        """The tips of all themes whose bit is set in ``theme_bits``; unknown bits are ignored."""
        chosen = (theme for theme in self.themes if theme_bits >> theme.bit & 1)
        return self.topics_mask(topic for theme in chosen for topic in theme.topics)

    def topics_mask(self, topics: Iterable[str]) -> int:
        """The tips of any of these topics."""
        return reduce(or_, map(self.topic_mask, topics), 0)

    def topic_mask(self, topic: str) -> int:
        """The tips of one topic; 0 for a topic that no theme has."""
        return self._topic_masks.get(topic, 0)

    def audience_mask(self, audience: Audience) -> int:
        """The tips for this audience: ``EVERYONE`` has not said who they are and gets them all."""
        return self._audience_masks[audience]

    def first_week(self, audience: Audience) -> tuple[int, ...]:
        """The numbers of the tips that come first, in their order.

        Who gets tips for themselves and a child, or has not said, begins with those for adults.
        """
        return self._first_weeks.get(audience, self._first_weeks[Audience.ADULT])

    def season_mask(self, season: Season) -> int:
        """The tips that can be sent in this season: those of the season and those of none."""
        return self._season_masks[season]


def _titled(theme: Theme, names: Mapping[str, str]) -> str:
    return f"{theme.sign} {names.get(theme.id, theme.id)}".strip()


def _has_topic(topic: str) -> Callable[[Tip], bool]:
    return lambda tip: tip.topic == topic


def _speaks_to(audience: Audience) -> Callable[[Tip], bool]:
    return lambda tip: Audience.EVERYONE in {audience, tip.audience} or tip.audience is audience


def _fits_season(now: Season) -> Callable[[Tip], bool]:
    return lambda tip: not tip.season or now in tip.season


def load_library(language: str = "en", root: Path | None = None) -> Library:
    """Read the content of a language (English where there is none in it) from ``root``.

    ``root`` is a content directory; without it, the one that comes with the package.

    Raises:
        ContentError: something cannot be read, is no tip, answer, claim or source, hangs on a
            claim or source that does not exist, or is numbered twice.
    """
    content = read_content(root or CONTENT, language, refuse)
    for finding in soundness(content):
        raise ContentError(finding)
    return Library(content)


def soundness(content: Content) -> list[Finding]:
    """What would make a library answer wrongly or fail later: loose ends and doubled numbers."""
    return [
        *_loose_ends(content),
        *_numbering(content),
        *_homeless(content),
        *_strangers(content),
    ]


def _loose_ends(content: Content) -> Iterable[Finding]:
    texts: tuple[Tip | Answer, ...] = (*content.tips, *content.answers)
    for item in texts:
        for name in item.claims:
            if name not in content.claims:
                remedy = "Take an id from claims.yaml"
                file = content.file_of(item)
                yield Finding(file, item.id, "claim-exists", f"no claim '{name}'", remedy)
    for claim in content.claims.values():
        for key in claim.sources:
            if key not in content.sources:
                message = f"no source '{key}'"
                remedy = "Take a key from sources.yaml"
                yield Finding("claims.yaml", claim.id, "source-exists", message, remedy)


def _numbering(content: Content) -> Iterable[Finding]:
    if len(content.unnumbered) == len(content.tips):
        return
    holders: dict[int, str] = {}
    for tip in content.tips:
        file = content.file_of(tip)
        if tip.id in content.unnumbered:
            remedy = "Run: gutskin tips number"
            yield Finding(file, tip.id, "number", "the tip has no number", remedy)
            continue
        other = holders.setdefault(tip.number, tip.id)
        if other != tip.id:
            message = f"number {tip.number} belongs to {other}"
            remedy = "Take the newer tip's number line out and run: gutskin tips number"
            yield Finding(file, tip.id, "number", message, remedy)


def _homeless(content: Content) -> Iterable[Finding]:
    homes = {topic for theme in content.themes for topic in theme.topics}
    for tip in content.tips:
        if tip.topic not in homes:
            message = f"no theme has the topic '{tip.topic}'"
            yield Finding(content.file_of(tip), tip.id, "topic", message, "Add it in themes.yaml")


def _strangers(content: Content) -> Iterable[Finding]:
    """Ids of the first week that no tip has, and related ids that no answer has."""
    tips = {tip.id for tip in content.tips}
    for name in sorted({*content.first_week.adult, *content.first_week.parent} - tips):
        remedy = "Name tips that there are"
        yield Finding("first-week.yaml", name, "first-week", "no tip has this id", remedy)
    answers = {answer.id for answer in content.answers}
    for answer in content.answers:
        for name in answer.related:
            if name not in answers or name == answer.id:
                message = f"no other answer is called '{name}'"
                file = content.file_of(answer)
                yield Finding(file, answer.id, "related", message, "Name two other answers")
