"""All languages' warning signs at once, and the models that learned from descriptions of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from functools import partial
from itertools import chain
from typing import Self

from tips.search.alarm import Alarm
from tips.search.reading import Reading
from tips.search.search import CONTENT, SERVICE, Confidence, Search
from tips.search.words import lines_of, pieces

from .classifier import Likeness, SignClassifier, features
from .detection import language_of
from .english import FEWEST_ALONE, OVERRULED, EnglishModels, Heard, Wish
from .english_classifier import EnglishClassifier
from .evidence import PAST, SEEN, EvidenceReader, read_cues
from .language import DESPAIR, ENGLISH, Advice, SignLanguage, read_languages
from .spoken import SignReader, Spoken

DOUBT_ELSEWHERE = 1.0  # how far below the gate of the classifier of other languages is doubt


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
        english: EnglishClassifier | None = None,
    ) -> None:
        self.languages = {language.code: language for language in languages}
        self._search = search
        self._classifier = classifier
        self._reader = SignReader(self.languages)
        # The rules alone make nothing of cues, and these take a second to read.
        cues = read_cues() if classifier or english else {}
        self._evidence = EvidenceReader(self._reader, cues)
        self._english = EnglishModels(self._reader, self._evidence, alarm, english)

    @classmethod
    def load(cls, *, search: Search | None = None) -> Self:
        """Read the warning signs of every language there is a file of.

        Args:
            search: reads messages for the learned halves; without it only the rules are used.
        """
        alarm = Alarm.read(CONTENT / ENGLISH / "alarm.npz") if search else None
        classifier = SignClassifier.read() if search else None
        english = EnglishClassifier.read() if search else None
        return cls(
            read_languages(), search=search, alarm=alarm, classifier=classifier, english=english
        )

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
        if any(True for part in chain(parts, hidden) for _advice in self._reader.advice_in(part)):
            return Suspicion.STRONG
        closeness = max(self._english.closeness(text), self._closeness_elsewhere(parts))
        if closeness >= 1:
            return Suspicion.STRONG
        return Suspicion.SOME if closeness >= 0 else Suspicion.NONE

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
            spoken = self._reader.read(piece)
            # Of the first part alone: the sentence model is what costs time, and once is enough.
            seen = number == 0 and self._language(spoken) == ENGLISH
            heard = self._english.hear(spoken, part, reading.pieces if seen else None)
            told = list(self._reader.advice_in(spoken))
            yield from (
                self._not_overruled(told, heard, spoken)
                if told
                else self._by_models(reading, heard)
            )
            if not told:
                yield from self._by_classifier(spoken, speaks)

    def _language(self, spoken: Spoken) -> str:
        """The likeliest language of a part."""
        if self._classifier is None or not spoken.words:
            return ENGLISH
        return self._classifier.language(features(spoken.words, self._classifier.rarity), "")

    def _not_overruled(
        self, told: Sequence[Advice], heard: Heard, spoken: Spoken
    ) -> Iterator[Advice]:
        """What rules advise and the models leave. Words that English shares with other languages
        are overruled together with the English."""
        english = (advice.id for advice in told if advice.language == ENGLISH)
        overruled = {kind for kind in english if self._english.overrules(heard, kind)}
        left = [advice for advice in told if advice.id not in overruled]
        foreign = {advice.id for advice in left if advice.language != ENGLISH}
        none = self._overruled_elsewhere(spoken) if foreign else frozenset()
        yield from (a for a in left if a.language == ENGLISH or a.id not in none)

    def _overruled_elsewhere(self, spoken: Spoken) -> frozenset[str]:
        """The kinds of which the classifier of the other languages is sure that a part is none. Of
        what is very short or long it is not; of words that may mean life only where a film, a book
        or the news is named, and nobody speaks of themselves."""
        if self._classifier is None or not FEWEST_ALONE <= len(spoken.words) <= SEEN:
            return frozenset()
        like = self._likeness_elsewhere(spoken, "")
        if like is None or not self._classifier.overrules(like):
            return frozenset()
        a_tale = "cue told" in like.names and "cue me" not in like.names
        return OVERRULED | {DESPAIR} if a_tale else OVERRULED

    def _by_models(self, reading: Reading, heard: Heard) -> Iterator[Advice]:
        """What no rule hears, in English."""
        kind = self._english.kind(heard, partial(self._wish, reading))
        yield from (advice for advice in self.languages[ENGLISH].advice if advice.id == kind)

    def _wish(self, reading: Reading) -> Wish | None:
        """The wish about the bot that a message is most like."""
        found = self._search.find(reading, 1) if self._search else None
        if found is None or not found.hits or not found.hits[0].id.startswith(SERVICE):
            return None
        return Wish(found.hits[0].id, sure=found.confidence == Confidence.SURE)

    def _by_rules(self, line: str) -> Iterator[Advice]:
        for piece in pieces(line) if line else ():
            yield from self._reader.advice_in(self._reader.read(piece))

    def _by_classifier(self, spoken: Spoken, speaks: str | None) -> list[Advice]:
        """What the model of other languages hears."""
        like = self._likeness(spoken, speaks)
        if like is None or like.margin < 0:
            return []
        return [a for a in self.languages[like.language].advice if a.id == like.kind]

    def _likeness(self, spoken: Spoken, speaks: str | None = None) -> Likeness | None:
        """What a part in another language than English is most like, if it is told of now."""
        like = None if spoken.asks else self._likeness_elsewhere(spoken, _base(speaks))
        if like is None:
            return None
        rules = self.languages[like.language]
        silent = rules.hears_nothing(spoken.words, like.kind, over=PAST in like.names)
        return None if silent else like

    def _likeness_elsewhere(self, spoken: Spoken, speaks: str) -> Likeness | None:
        """What the words of a part in another language than English are most like."""
        if self._classifier is None or not spoken.words:
            return None
        found = features(spoken.words, self._classifier.rarity)
        language = self._classifier.language(found, speaks)
        if language == ENGLISH:
            return None
        names = self._evidence.names(self.languages[language], spoken)
        return self._classifier.likeness(found, names, language)


def _base(code: str | None) -> str:
    """A language's code without its country."""
    return (code or "").partition("-")[0].lower()
