"""The warning signs of one language as its file has them: what is said first, and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import yaml

from .folding import Utterance, folded_words
from .phrases import Phrase

CONTENT = Path(__file__).parent.parent / "content" / "signs"
ENGLISH = "en"
DESPAIR, LEAVING = "despair", "leaving"
TIPS = "tips"  # what somebody may want to leave who means no more than that
YOUR_NUMBER = "your local emergency number"
LONGEST_ASKED = 20  # words of a message that only asks
LONGEST_PAST = 40  # and of one that only tells of the past
THEN = " ... "  # between two phrases of the data, the second anywhere behind the first
OPENING = 2  # words before the question: "hi", "quick question"
REACH = 2  # words between a denial and what it denies, if they count


@dataclass(frozen=True, slots=True)
class Advice:
    """What is said first, in one language, and the claims it rests on.

    ``{number}`` in the text is the emergency number, or ``your_number`` where it is not known.
    """

    id: str
    text: str
    claims: tuple[str, ...]
    language: str = ENGLISH
    your_number: str = YOUR_NUMBER


@dataclass(frozen=True, slots=True)
class Rule:
    """What a message must speak of, and what it must not ("!" in the data)."""

    needed: frozenset[str]
    absent: frozenset[str]

    @classmethod
    def of(cls, names: Iterable[str]) -> Self:
        """Read a rule of the data."""
        absent = frozenset(name[1:] for name in names if name.startswith("!"))
        return cls(frozenset(name for name in names if not name.startswith("!")), absent)

    def holds(self, things: AbstractSet[str]) -> bool:
        """Whether it holds for these things."""
        return things >= self.needed and not things & self.absent


@dataclass(frozen=True, slots=True)
class SignLanguage:
    """A language: its words for things, what takes them back, and the advice, gravest first."""

    code: str
    rules: tuple[tuple[Advice, tuple[Rule, ...]], ...]
    things: Mapping[str, Sequence[Phrase]]
    unless: Sequence[Phrase]
    denied: Mapping[str, Sequence[Phrase]]  # by their last words; starred ones under ""
    bodily: frozenset[str]  # the things that other advice than that of despair asks for
    denied_after: Mapping[str, Sequence[Phrase]]  # "no fever" the other way round; by first words
    but: frozenset[str]
    over: frozenset[str]
    asked: Mapping[str, Sequence[Phrase]]  # by their first words
    someone: frozenset[str]
    past: Sequence[Sequence[Phrase]]  # what is over, or told of nobody; each in this order
    present: Sequence[Sequence[Phrase]]
    figurative: Sequence[Phrase]  # what makes the words of its clause a manner of speaking
    whole: Mapping[str, str]  # the advice for a message of no more than these words
    close: frozenset[str] = frozenset()  # languages it shares words with: they take back for it
    only_english: str = ""
    welcome: str = ""
    your_number: str = YOUR_NUMBER

    @classmethod
    def of(
        cls, data: Mapping[str, Any], code: str = ENGLISH, english: SignLanguage | None = None
    ) -> Self:
        """Make the content of a file usable.

        Args:
            english: whose claims the advice of the same id rests on, as it says the same.
        """
        same = english.claims if english else {}
        advice = [
            Advice(
                item["id"],
                item["text"],
                tuple(item.get("claims", same.get(item["id"], ()))),
                code,
                str(data.get("your_number", YOUR_NUMBER)),
            )
            for item in data["advice"]
        ]
        rules = [tuple(map(Rule.of, item["rules"])) for item in data["advice"]]
        return cls(
            code=code,
            rules=tuple(zip(advice, rules, strict=True)),
            things={name: _phrases(entries) for name, entries in data["things"].items()},
            unless=_phrases(data.get("unless", ())),
            denied=_by_word(_phrases(data.get("denied", ())), -1),
            bodily=frozenset(
                name
                for one, held in zip(advice, rules, strict=True)
                for rule in held
                for name in rule.needed
                if one.id != DESPAIR
            ),
            denied_after=_by_word(_phrases(data.get("denied_after", ())), 0),
            but=_words(data.get("but", ())),
            over=_words(data.get("over", ())),
            asked=_by_word(_phrases(data.get("asked", ())), 0),
            someone=_words(data.get("someone", ())),
            past=_in_order(data.get("past", ())),
            present=_in_order(data.get("present", ())),
            figurative=_phrases(data.get("figurative", ())),
            whole={
                " ".join(folded_words(entry)): advised
                for advised, entries in data.get("whole", {}).items()
                for entry in entries
            },
            close=frozenset(data.get("close", ())),
            only_english=str(data.get("only_english", "")),
            welcome=str(data.get("welcome", "")),
            your_number=str(data.get("your_number", YOUR_NUMBER)),
        )

    @classmethod
    def read(cls, path: Path, english: SignLanguage | None = None) -> Self:
        """Read a language's file. All of it is words: to YAML, "no" would be none."""
        data = yaml.load(path.read_text("utf-8"), yaml.CBaseLoader)  # noqa: S506 - makes text alone
        return cls.of(data, path.stem, english)

    @property
    def claims(self) -> Mapping[str, tuple[str, ...]]:
        """The claims that each advice rests on."""
        return {advice.id: advice.claims for advice in self.advice}

    @property
    def advice(self) -> tuple[Advice, ...]:
        """Everything that can be said first, gravest first."""
        return tuple(advice for advice, _ in self.rules)

    def advice_for(self, things: AbstractSet[str]) -> Advice | None:
        """The gravest advice of which a rule holds."""
        return next((a for a, rules in self.rules if any(r.holds(things) for r in rules)), None)

    def aside(self, advice: str, things: AbstractSet[str]) -> str | None:
        """The advice that is given instead, where these things are spoken of, too."""
        return LEAVING if advice == DESPAIR and TIPS in things else None

    def asks(self, words: Sequence[str]) -> bool:
        """Whether a short message asks what a thing is, of nobody who has it."""
        return len(words) <= LONGEST_ASKED and (
            self.someone.isdisjoint(words)
            and any(
                phrase.stands_at(words, at)
                for at, word in enumerate(words[: OPENING + 1])
                for phrase in self.asked.get(word, ())
            )
        )

    def hears_nothing(self, words: Sequence[str], advice: str, *, over: bool) -> bool:
        """Whether it is no sign for another reason than its things. Despair that is over is
        still worth a caring line; English has no words for what is over."""
        return self.asks(words) or (over and advice != DESPAIR and self.code != ENGLISH)

    def may_advise(self, names: AbstractSet[str]) -> bool:
        """Whether any advice can be given where nothing but these things is spoken of."""
        return any(names >= rule.needed for _, rules in self.rules for rule in rules)

    def denial_before(self, said: Utterance, start: int) -> int | None:
        """Where a denial of what stands at ``start`` begins: close before it, in its clause."""
        if self.denied.keys().isdisjoint(said.words) and "" not in self.denied:
            return None
        between = 0
        for at in range(start - 1, -1, -1):
            word = said.words[at]
            if at + 1 in said.clauses:
                return None
            for phrase in (*self.denied.get(word, ()), *self.denied.get("", ())):
                begin = at + 1 - len(phrase.words)
                if phrase.stands_at(said.words, begin):
                    return begin
            between += word not in self.over
            if word in self.but or between > REACH:
                return None
        return None

    def denial_after(self, name: str, said: Utterance, stop: int) -> bool:
        """Whether a thing that ends before ``stop`` is denied right behind it, where its clause
        ends ("febre não"). Of despair that is none: "no hope"."""
        return name in self.bodily and any(
            phrase.stands_at(said.words, stop) and not _word_at(said, stop + len(phrase.words))
            for phrase in self.denied_after.get(_word_at(said, stop), ())
        )


def tells_of_the_past(languages: Iterable[SignLanguage], words: Sequence[str]) -> bool:
    """Whether a short message tells of what is over, or of a story, and of nothing now, in the
    words of any of these languages: they share the names of illnesses. A word for now within the
    telling is none: "never again"."""
    return told_until(languages, words) > 0


def told_until(
    languages: Iterable[SignLanguage],
    words: Sequence[str],
    sentences: AbstractSet[int] = frozenset(),
) -> int:
    """Where the sentence ends that last tells of the past; 0 if none does, or one tells of now."""
    if len(words) > LONGEST_PAST:
        return 0
    languages = list(languages)
    told = set().union(*(_places_of(one.past, words) for one in languages))
    now = set().union(*(_places_of(one.present, words) for one in languages))
    if not told or not now <= told:
        return 0
    return min((at for at in sentences if at > max(told)), default=len(words))


def _word_at(said: Utterance, at: int) -> str:
    """The word there; none where a clause begins, or the message has ended."""
    return "" if at in said.clauses or at >= len(said.words) else said.words[at]


def read_languages(folder: Path = CONTENT) -> tuple[SignLanguage, ...]:
    """Every language there is a file of, English first."""
    english = SignLanguage.read(folder / f"{ENGLISH}.yaml")
    others = (path for path in sorted(folder.glob("*.yaml")) if path.stem != ENGLISH)
    return (english, *(SignLanguage.read(path, english) for path in others))


def _phrases(entries: Sequence[object]) -> tuple[Phrase, ...]:
    return tuple(Phrase.of(str(entry)) for entry in entries)


def _in_order(entries: Sequence[object]) -> tuple[tuple[Phrase, ...], ...]:
    return tuple(_phrases(str(entry).split(THEN)) for entry in entries)


def _places_of(told: Sequence[Sequence[Phrase]], words: Sequence[str]) -> set[int]:
    """The places of all words of those that stand in the message, each phrase behind the last."""
    spoken = set(words)
    return {at for phrases in told for at in _places_in_order(phrases, words, spoken)}


def _places_in_order(
    phrases: Sequence[Phrase], words: Sequence[str], spoken: AbstractSet[str]
) -> set[int]:
    if any(not phrase.may_stand_among(spoken) for phrase in phrases):
        return set()
    found: set[int] = set()
    start = 0
    for phrase in phrases:
        starts = [at for at in range(start, len(words)) if phrase.stands_at(words, at)]
        if not starts:
            return set()
        found.update(n for at in starts for n in range(at, at + len(phrase.words)))
        start = starts[0] + len(phrase.words)
    return found


def _words(entries: Sequence[object]) -> frozenset[str]:
    return frozenset(word for entry in entries for word in folded_words(str(entry)))


def _by_word(phrases: Sequence[Phrase], place: int) -> Mapping[str, Sequence[Phrase]]:
    found: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        word, starred = phrase.words[place]
        found.setdefault("" if starred else word, []).append(phrase)
    return found
