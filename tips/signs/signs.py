"""All languages' warning signs at once, and the models that learned from descriptions of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from enum import IntEnum
from itertools import chain
from typing import Self

from tips.search.alarm import Alarm
from tips.search.model import Floats
from tips.search.reading import Part, Reading, spoken_parts
from tips.search.search import CONTENT, Search
from tips.search.words import lines_of, pieces

from .classifier import Likeness, SignClassifier, features
from .detection import language_of
from .folding import Utterance
from .language import ENGLISH, Advice, SignLanguage, read_languages, tells_of_the_past, told_until
from .spoken import UNLESS, Place, SignReader, Spoken, Thing

FEWEST_LEFT = 6  # words beside what was taken back, for the model to be asked about them
DOUBT = 4.0  # how far below the alarm's gate a message still is worth reading before others
DOUBT_ELSEWHERE = 1.0  # and how far below that of the classifier of other languages


class Suspicion(IntEnum):
    """How much a message sounds like an emergency at first sight."""

    NONE = 0
    SOME = 1
    STRONG = 2


class WarningSigns:
    """The warning signs of all languages."""

    def __init__(
        self,
        languages: Iterable[SignLanguage],
        *,
        search: Search | None = None,
        alarm: Alarm | None = None,
        classifier: SignClassifier | None = None,
    ) -> None:
        self.languages = {language.code: language for language in languages}
        self._search = search
        self._alarm = alarm
        self._classifier = classifier
        self._reader = SignReader(self.languages)

    @classmethod
    def load(cls, *, search: Search | None = None) -> Self:
        """Read the warning signs of every language there is a file of.

        Args:
            search: reads messages for the learned halves; without it only the rules are used.
        """
        alarm = Alarm.read(CONTENT / ENGLISH / "alarm.npz") if search else None
        classifier = SignClassifier.read() if search else None
        return cls(read_languages(), search=search, alarm=alarm, classifier=classifier)

    def match(self, message: str | Reading, speaks: str | None = None) -> Advice | None:
        """The gravest advice whose signs the message describes, wherever in it; or None.

        It is in the language that heard it: of several the one that the message is in, else the
        one the sender ``speaks``; never in English where the message certainly is not.
        """
        if isinstance(message, str) and self._search is not None:
            message = self._search.read(message)
        if isinstance(message, str):
            lines = lines_of(message)
            heard = [advice for line in lines for advice in self._by_rules(line)]
        else:
            lines = message.lines
            heard = list(self._heard_in(message, speaks))
        return self._gravest(heard, lines[0], speaks)

    def other_language(self, line: str, speaks: str | None = None) -> SignLanguage | None:
        """The language of a normalised message that is certainly not English; English itself for
        one that we have no words of."""
        code = language_of(line, speaks)
        return None if code is None else self.languages.get(code, self.languages[ENGLISH])

    def claims_of(self, advice_id: str) -> tuple[str, ...]:
        """The claims that an advice rests on; none if there is no such advice."""
        return self.languages[ENGLISH].claims.get(advice_id, ())

    @property
    def claims(self) -> frozenset[str]:
        """All claims that advice rests on."""
        return frozenset(chain(*self.languages[ENGLISH].claims.values()))

    def suspicion(self, text: str) -> Suspicion:
        """How much the message sounds like an emergency, from its words alone.

        It takes no sentence vector and mends no word, so that it can be asked of everything at
        the moment it arrives; rather too much than too little.
        """
        line, otherwise = lines_of(text)
        parts = [self._reader.read(piece) for piece in pieces(line)]
        hidden = (self._reader.read(piece) for piece in (pieces(otherwise) if otherwise else ()))
        if any(True for part in chain(parts, hidden) for _advice in self._by_rules_in(part)):
            return Suspicion.STRONG
        closeness = max(self._closeness_in_english(text), self._closeness_elsewhere(parts))
        if closeness >= 1:
            return Suspicion.STRONG
        return Suspicion.SOME if closeness >= 0 else Suspicion.NONE

    def _closeness_in_english(self, text: str) -> float:
        """How near the message comes to the alarm's gate: 1 at the gate, 0 where doubt begins."""
        if self._alarm is None:
            return -math.inf
        spoken, _otherwise = spoken_parts(text)
        left = (self._left_of(words)[0] for words in spoken)
        return 1 + max(map(self._alarm.beyond_gate, left), default=-math.inf) / DOUBT

    def _closeness_elsewhere(self, parts: Iterable[Spoken]) -> float:
        """The same for the other languages."""
        found = [like.margin for part in parts if (like := self._likeness(part))]
        return 1 + max(found, default=-math.inf) / DOUBT_ELSEWHERE

    def _gravest(self, heard: Sequence[Advice], line: str, speaks: str | None) -> Advice | None:
        ranks = {advice.id: rank for rank, advice in enumerate(self.languages[ENGLISH].advice)}
        if not heard:
            return None
        gravest = min(ranks.get(advice.id, len(ranks)) for advice in heard)
        fitting = {a.language: a for a in heard if ranks.get(a.id, len(ranks)) == gravest}
        own = _base(speaks)
        if set(fitting) == {ENGLISH}:
            return self._translated(fitting[ENGLISH], line, own)
        if len(fitting) == 1:
            return next(iter(fitting.values()))
        wanted = (language_of(line, own), own, ENGLISH, *sorted(fitting))
        return next(fitting[code] for code in wanted if code in fitting)

    def _translated(self, advice: Advice, line: str, own: str) -> Advice:
        """English advice in the language of a message that is certainly not English."""
        if self._classifier is None or language_of(line, own) is None:
            return advice
        words = self._reader.read(next(pieces(line))).words
        code = self._classifier.language(features(words, self._classifier.rarity), own)
        return next((a for a in self.languages[code].advice if a.id == advice.id), advice)

    def _heard_in(self, reading: Reading, speaks: str | None) -> Iterator[Advice]:
        line, otherwise = reading.lines
        yield from self._by_rules(otherwise)
        for number, (piece, part) in enumerate(zip(pieces(line), reading.parts, strict=True)):
            # The vector is of the first part alone: it is what costs time, and one is enough.
            vector = reading.vector if number == 0 else None
            spoken = self._reader.read(piece)
            yield from list(self._by_rules_in(spoken)) or [
                *self._by_ear(part, vector),
                *self._by_classifier(spoken, speaks),
            ]

    def _by_rules(self, line: str) -> Iterator[Advice]:
        for piece in pieces(line) if line else ():
            yield from self._by_rules_in(self._reader.read(piece))

    def _by_rules_in(self, spoken: Spoken) -> Iterator[Advice]:
        if spoken.asks:
            return
        languages = self._languages_of({place.thing for place in spoken.places})
        until = told_until(languages, spoken.words, spoken.sentences)
        since = [place for place in spoken.places if place.written[0] >= until]
        for language in languages:
            told = self._reader.told_in(language, spoken.places)
            advice = language.advice_for(told.things)
            if advice and language.hears_nothing(spoken.words, advice.id, over=until > 0):
                advice = self._said_since(language, since, spoken.words)
            if advice:
                yield advice

    def _said_since(
        self, language: SignLanguage, since: Sequence[Place], words: Sequence[str]
    ) -> Advice | None:
        """What is advised where sentences behind those that tell of the past are a sign."""
        advice = language.advice_for(self._reader.told_in(language, since).things)
        return None if advice and language.hears_nothing(words, advice.id, over=False) else advice

    def _languages_of(self, things: AbstractSet[Thing]) -> list[SignLanguage]:
        """The languages in which these things may be signs."""
        names: dict[str, set[str]] = {}
        for thing in things:
            names.setdefault(thing.language, set()).add(thing.name)
        return [one for code in names if (one := self.languages[code]).may_advise(names[code])]

    def _by_classifier(self, spoken: Spoken, speaks: str | None) -> list[Advice]:
        """What the model of other languages hears."""
        like = self._likeness(spoken, speaks)
        if like is None or like.margin < 0:
            return []
        return [a for a in self.languages[like.language].advice if a.id == like.kind]

    def _likeness(self, spoken: Spoken, speaks: str | None = None) -> Likeness | None:
        """What a part in another language than English is most like."""
        if self._classifier is None or spoken.asks or not spoken.words:
            return None
        found = features(spoken.words, self._classifier.rarity)
        language = self._classifier.language(found, _base(speaks))
        if language == ENGLISH:
            return None
        rules = self.languages[language]
        told = self._reader.told_in(rules, spoken.places)
        like = self._classifier.likeness(found, told, language)
        over = tells_of_the_past([rules], spoken.words)
        return None if rules.hears_nothing(spoken.words, like.kind, over=over) else like

    def _by_ear(self, part: Part, vector: Floats | None) -> list[Advice]:
        """What the model hears; it knows English alone, and no denial."""
        if self._alarm is None or not part.words:
            return []
        english = self.languages[ENGLISH]
        if english.asks([word.replace("'", "") for word in part.spoken]):
            return []
        left, names = self._left_of(part.words)
        whole = len(left) == len(part.words)
        if not whole and len(left) < FEWEST_LEFT:
            return []
        kind = self._alarm.kind(left, vector if whole else None)
        aside = english.aside(kind or "", names)
        if (aside or not whole) and self._alarm.beyond_gate(left) < DOUBT:
            return []
        return [advice for advice in english.advice if advice.id == (aside or kind)]

    def _left_of(self, words: list[str]) -> tuple[list[str], set[str]]:
        """The words without what English phrases take back, and the things they name."""
        plain = [word.replace("'", "") for word in words]
        said = Utterance(plain, list(range(len(plain))), frozenset({0}))
        gone: set[int] = set()
        names: set[str] = set()
        english = self.languages[ENGLISH]
        for thing, at in self._reader.phrases.places(plain):
            if thing.language == ENGLISH:
                names.add(thing.name)
                begin = at.start if thing.name == UNLESS else english.denial_before(said, at.start)
                gone.update(range(at.stop if begin is None else begin, at.stop))
        return [word for at, word in enumerate(words) if at not in gone], names


def _base(code: str | None) -> str:
    """A language's code without its country."""
    return (code or "").partition("-")[0].lower()
