"""All languages' warning signs at once, and the model that knows English descriptions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from enum import IntEnum
from typing import NamedTuple, Self

from tips.search.alarm import Alarm
from tips.search.model import Floats
from tips.search.reading import Part, Reading, spoken_parts
from tips.search.search import CONTENT, Search
from tips.search.words import lines_of, pieces

from .detection import language_of
from .folding import Utterance, utterances
from .language import ENGLISH, Advice, SignLanguage, read_languages
from .phrases import Phrases

UNLESS = "unless"
FEWEST_LEFT = 6  # words beside what was taken back, for the model to be asked about them
DOUBT = 4.0  # how far below the alarm's gate a message still is worth reading before others


class Suspicion(IntEnum):
    """How much a message sounds like an emergency at first sight."""

    NONE = 0
    SOME = 1
    STRONG = 2


class Thing(NamedTuple):
    """A name of a language's data."""

    language: str
    name: str


class Place(NamedTuple):
    """Where in a message a thing is spoken of."""

    thing: Thing
    said: Utterance
    at: range

    @property
    def written(self) -> tuple[int, ...]:
        """The places of its words among the words as they were written."""
        return tuple(self.said.places[number] for number in self.at)


class WarningSigns:
    """The warning signs of all languages."""

    def __init__(
        self,
        languages: Iterable[SignLanguage],
        *,
        search: Search | None = None,
        alarm: Alarm | None = None,
    ) -> None:
        self.languages = {language.code: language for language in languages}
        self._search = search
        self._alarm = alarm
        self._phrases = Phrases(
            (Thing(language.code, name), phrase)
            for language in self.languages.values()
            for name, phrases in {**language.things, UNLESS: language.unless}.items()
            for phrase in phrases
        )

    @classmethod
    def load(cls, *, search: Search | None = None) -> Self:
        """Read the warning signs of every language there is a file of.

        Args:
            search: reads messages for the learned half; without it only the rules are used.
        """
        alarm = Alarm.read(CONTENT / ENGLISH / "alarm.npz") if search else None
        return cls(read_languages(), search=search, alarm=alarm)

    def match(self, message: str | Reading, speaks: str | None = None) -> Advice | None:
        """The gravest advice whose signs the message describes, wherever in it; or None.

        It is in the language whose rules heard it: of several the one that the message is in,
        else the one the sender ``speaks``.
        """
        if isinstance(message, str) and self._search is not None:
            message = self._search.read(message)
        if isinstance(message, str):
            lines = lines_of(message)
            heard = [advice for line in lines for advice in self._by_rules(line)]
        else:
            lines = message.lines
            heard = list(self._heard_in(message))
        return self._gravest(heard, lines[0], speaks)

    def other_language(self, line: str, speaks: str | None = None) -> SignLanguage | None:
        """The language of a normalised message that is certainly not English; English itself for
        one that we have no words of."""
        code = language_of(line, speaks)
        return None if code is None else self.languages.get(code, self.languages[ENGLISH])

    def claims_of(self, advice_id: str) -> tuple[str, ...]:
        """The claims that an advice rests on; none if there is no such advice."""
        return self.languages[ENGLISH].claims.get(advice_id, ())

    def suspicion(self, text: str) -> Suspicion:
        """How much the message sounds like an emergency, from its words alone.

        It takes no sentence vector and mends no word, so that it can be asked of everything at
        the moment it arrives; rather too much than too little.
        """
        if any(True for line in lines_of(text) for _advice in self._by_rules(line)):
            return Suspicion.STRONG
        if self._alarm is None:
            return Suspicion.NONE
        spoken, _otherwise = spoken_parts(text)
        left = (self._left_of(words)[0] for words in spoken)
        margin = max(map(self._alarm.beyond_gate, left), default=-math.inf)
        if margin >= 0:
            return Suspicion.STRONG
        return Suspicion.SOME if margin >= -DOUBT else Suspicion.NONE

    def _gravest(self, heard: Sequence[Advice], line: str, speaks: str | None) -> Advice | None:
        ranks = {advice.id: rank for rank, advice in enumerate(self.languages[ENGLISH].advice)}
        if not heard:
            return None
        gravest = min(ranks.get(advice.id, len(ranks)) for advice in heard)
        fitting = {a.language: a for a in heard if ranks.get(a.id, len(ranks)) == gravest}
        if len(fitting) == 1:
            return next(iter(fitting.values()))
        own = (speaks or "").partition("-")[0].lower()
        wanted = (language_of(line, own), own, ENGLISH, *sorted(fitting))
        return next(fitting[code] for code in wanted if code in fitting)

    def _heard_in(self, reading: Reading) -> Iterator[Advice]:
        line, otherwise = reading.lines
        yield from self._by_rules(otherwise)
        for number, (piece, part) in enumerate(zip(pieces(line), reading.parts, strict=True)):
            # The vector is of the first part alone: it is what costs time, and one is enough.
            vector = reading.vector if number == 0 else None
            yield from list(self._by_rules_in(piece)) or self._by_ear(part, vector)

    def _by_rules(self, line: str) -> Iterator[Advice]:
        for piece in pieces(line) if line else ():
            yield from self._by_rules_in(piece)

    def _by_rules_in(self, piece: str) -> Iterator[Advice]:
        heard = utterances(piece)
        if self.languages[ENGLISH].asks(heard[0].words):
            return
        found = [(said, self._phrases.places(said.words)) for said in heard]
        languages = self._languages_of({thing for _, places in found for thing, _ in places})
        spoken = [Place(t, said, at) for said, places in found for t, at in places if languages]
        for language in languages:
            if advice := self._advice_in(language, spoken):
                yield advice

    def _languages_of(self, things: AbstractSet[Thing]) -> list[SignLanguage]:
        """The languages in which these things may be signs."""
        names: dict[str, set[str]] = {}
        for thing in things:
            names.setdefault(thing.language, set()).add(thing.name)
        return [one for code in names if (one := self.languages[code]).may_advise(names[code])]

    def _advice_in(self, language: SignLanguage, spoken: Sequence[Place]) -> Advice | None:
        """The gravest advice for what all readings of a part speak of, and none takes back.

        Languages borrow words: what English takes back of them, it takes back of all.
        """
        english = self.languages[ENGLISH]
        own = (language.code, ENGLISH)
        excused = {
            at
            for place in spoken
            if place.thing.name == UNLESS and place.thing.language in own
            for at in place.written
        }
        places = [place for place in spoken if place.thing.language == language.code]
        denied = {
            (place.thing, place.written)
            for place in places
            for one in (language, english)
            if one.denial_before(place.said, place.at.start) is not None
        }
        return language.advice_for(
            {
                place.thing.name
                for place in places
                if not excused.issuperset(place.written)
                and (place.thing, place.written) not in denied
            }
        )

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
        for thing, at in self._phrases.places(plain):
            if thing.language == ENGLISH:
                names.add(thing.name)
                begin = at.start if thing.name == UNLESS else english.denial_before(said, at.start)
                gone.update(range(at.stop if begin is None else begin, at.stop))
        return [word for at, word in enumerate(words) if at not in gone], names
