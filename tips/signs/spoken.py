"""The things that a part of a message speaks of, in all languages at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .folding import Utterance, utterances
from .language import ENGLISH, SignLanguage
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
        return tuple(self.said.places[number] for number in self.at)

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


class Told(NamedTuple):
    """The names of things that a part speaks of in one language, and of those it takes back."""

    things: set[str]
    taken_back: set[str]


class SignReader:
    """Reads a part of a message for the things of all languages."""

    def __init__(self, languages: Mapping[str, SignLanguage]) -> None:
        self._languages = languages
        self.phrases = Phrases(
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
            [Place(t, one, at) for one in said for t, at in self.phrases.places(one.words)],
            asks=self._languages[ENGLISH].asks(said[0].words),
            sentences=said[0].sentences,
        )

    def told_in(self, language: SignLanguage, spoken: Sequence[Place]) -> Told:
        """The things of a language that all readings of a part speak of.

        Languages borrow words: what English takes back of them, it takes back of all.
        """
        english = self._languages[ENGLISH]
        own = (language.code, ENGLISH)
        excused = {
            at
            for place in spoken
            if place.thing.name in (UNLESS, FIGURATIVE) and place.thing.language in own
            for at in place.excuses
        }
        places = [place for place in spoken if place.thing.language == language.code]
        denied = {
            (place.thing, place.written)
            for place in places
            for one in (language, english)
            if one.denial_before(place.said, place.at.start) is not None
        }
        denied |= {
            (place.thing, place.written)
            for place in places
            if language.denial_after(place.thing.name, place.said, place.at.stop)
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
