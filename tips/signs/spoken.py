"""The things that a part of a message speaks of, in all languages at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from .folding import Utterance, utterances
from .language import ENGLISH, Advice, SignLanguage, told_until
from .phrases import Phrases

UNLESS = "unless"
FIGURATIVE = "figurative"


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
        return tuple([self.said.places[number] for number in self.at])

    @property
    def excuses(self) -> tuple[int, ...]:
        """The places of the words that are no sign because of it: of a manner of speaking those
        of its clause."""
        if self.thing.name == UNLESS:
            return self.written
        start = max(n for n in self.said.clauses if n <= self.at.start)
        stop = min((n for n in self.said.clauses if n >= self.at.stop), default=None)
        return tuple(self.said.places[start:stop])


class Spoken(NamedTuple):
    """A part of a message: its folded words, and where they name things."""

    words: list[str]
    places: list[Place]
    asks: bool  # what a thing is, of nobody who has it
    sentences: frozenset[int] = frozenset()  # words that begin one, behind the first
    written: str = ""  # the part itself, marks and all


class Told(NamedTuple):
    """The names of things that a part speaks of in one language, and of those it takes back."""

    things: set[str]
    taken_back: set[str]


class SignReader:
    """Reads a part of a message for the things of all languages."""

    def __init__(self, languages: Mapping[str, SignLanguage]) -> None:
        self._languages = languages
        self._phrases = Phrases(
            (Thing(language.code, name), phrase)
            for language in languages.values()
            for name, phrases in {
                **language.things,
                UNLESS: language.unless,
                FIGURATIVE: language.figurative,
            }.items()
            for phrase in phrases
        )

    def read(self, piece: str) -> Spoken:
        """What a part of a normalised line speaks of."""
        said = utterances(piece)
        return Spoken(
            said[0].words,
            [Place(t, one, at) for one in said for t, at in self._phrases.places(one.words)],
            asks=self.english.asks(said[0].words),
            sentences=said[0].sentences,
            written=piece,
        )

    @property
    def english(self) -> SignLanguage:
        """The language that the others borrow from."""
        return self._languages[ENGLISH]

    def advice_in(self, spoken: Spoken) -> Iterator[Advice]:
        """What the rules of each language advise a part, at most one of each."""
        if spoken.asks:
            return
        languages = self._languages_of({place.thing for place in spoken.places})
        until = told_until(languages, spoken.words, spoken.sentences)
        since = [place for place in spoken.places if place.written[0] >= until]
        for language in languages:
            told = self.told_in(language, spoken.places)
            advice = language.advice_for(told.things)
            if advice and self._hears_nothing(language, spoken.words, advice, over=until > 0):
                advice = self._said_since(language, since, spoken.words)
            if advice:
                yield advice

    def _with_close(self, language: SignLanguage) -> list[SignLanguage]:
        """A language and those it shares words with."""
        return [language, *(self._languages[code] for code in sorted(language.close))]

    def _said_since(
        self, language: SignLanguage, since: Sequence[Place], words: Sequence[str]
    ) -> Advice | None:
        """What is advised where sentences behind those that tell of the past are a sign."""
        advice = language.advice_for(self.told_in(language, since).things)
        silent = advice and self._hears_nothing(language, words, advice, over=False)
        return None if silent else advice

    def _hears_nothing(
        self, language: SignLanguage, words: Sequence[str], advice: Advice, *, over: bool
    ) -> bool:
        """Whether it only asks, or is over, in the words of this language or a close one."""
        return any(
            one.hears_nothing(words, advice.id, over=over) for one in self._with_close(language)
        )

    def _languages_of(self, things: AbstractSet[Thing]) -> list[SignLanguage]:
        """The languages in which these things may be signs."""
        names: dict[str, set[str]] = {}
        for thing in things:
            names.setdefault(thing.language, set()).add(thing.name)
        return [one for code in names if (one := self._languages[code]).may_advise(names[code])]

    def left_of(self, words: list[str]) -> tuple[list[str], set[str]]:
        """The words without what English phrases take back, and the things they name."""
        plain = [word.replace("'", "") for word in words]
        said = Utterance(plain, list(range(len(plain))), frozenset({0}))
        gone: set[int] = set()
        names: set[str] = set()
        for thing, at in self._phrases.places(plain):
            if thing.language == ENGLISH:
                names.add(thing.name)
                denied = self.english.denial_before(said, at.start)
                begin = at.start if thing.name == UNLESS else denied
                gone.update(range(at.stop if begin is None else begin, at.stop))
        return [word for at, word in enumerate(words) if at not in gone], names

    def told_in(self, language: SignLanguage, spoken: Sequence[Place]) -> Told:
        """The things of a language that all readings of a part speak of.

        Languages borrow words: what English takes back of them, it takes back of all, and what
        a close language does, of its neighbour.
        """
        own = self._with_close(language)
        codes = {ENGLISH, *(one.code for one in own)}
        excused = {
            at
            for place in spoken
            if place.thing.name in (UNLESS, FIGURATIVE) and place.thing.language in codes
            for at in place.excuses
        }
        places = [place for place in spoken if place.thing.language == language.code]
        denied = {
            (place.thing, place.written)
            for place in places
            for one in (*own, self.english)
            if one.denial_before(place.said, place.at.start) is not None
        }
        denied |= {
            (place.thing, place.written)
            for place in places
            for one in own
            if one.denial_after(place.thing.name, place.said, place.at.stop)
            and not _goes_on(place, places)
        }
        things = {
            place.thing.name
            for place in places
            if not excused.issuperset(place.written) and (place.thing, place.written) not in denied
        }
        return Told(things, {place.thing.name for place in places} - things)


def _goes_on(place: Place, places: Sequence[Place]) -> bool:
    """Whether the word behind a thing belongs to one, too ("no pulse" is a thing itself)."""
    return any(
        one.said is place.said and one.at.start <= place.at.start and place.at.stop < one.at.stop
        for one in places
    )
