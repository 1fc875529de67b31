"""All languages' warning signs at once, and the models that learned from descriptions of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
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
from .evidence import SEEN, EvidenceReader
from .judge import Judge, Prediction
from .language import ENGLISH, Advice, SignLanguage, read_languages
from .spoken import SignReader, Spoken

FEWEST_LEFT = 6  # words beside what was taken back, for the model to be asked about them
FEWEST_JUDGED = 5  # words that a rule is overruled for; "is this anaphylaxis" says too little else
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
        judge: Judge | None = None,
    ) -> None:
        self.languages = {language.code: language for language in languages}
        self._search = search
        self._alarm = alarm
        self._classifier = classifier
        self._judge = judge
        self._reader = SignReader(self.languages)
        self._evidence = EvidenceReader.read(self._reader)

    @classmethod
    def load(cls, *, search: Search | None = None) -> Self:
        """Read the warning signs of every language there is a file of.

        Args:
            search: reads messages for the learned halves; without it only the rules are used.
        """
        alarm = Alarm.read(CONTENT / ENGLISH / "alarm.npz") if search else None
        classifier = SignClassifier.read() if search else None
        judge = Judge.read() if search else None
        return cls(
            read_languages(), search=search, alarm=alarm, classifier=classifier, judge=judge
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
        closeness = max(self._closeness_in_english(text), self._closeness_elsewhere(parts))
        if closeness >= 1:
            return Suspicion.STRONG
        return Suspicion.SOME if closeness >= 0 else Suspicion.NONE

    def _closeness_in_english(self, text: str) -> float:
        """How near the message comes to the alarm's gate: 1 at the gate, 0 where doubt begins."""
        if self._alarm is None:
            return -math.inf
        spoken, _otherwise = spoken_parts(text)
        left = (self._reader.left_of(words)[0] for words in spoken)
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
            # Of the first part alone: the sentence model is what costs time, and once is enough.
            states = reading.pieces if number == 0 else None
            spoken = self._reader.read(piece)
            prediction = self._predicted(piece, spoken, part, states)
            told = list(self._reader.advice_in(spoken))
            yield from (
                self._upheld(told, part, prediction)
                if told
                else [
                    *self._by_ear(part, prediction),
                    *self._by_classifier(spoken, speaks),
                ]
            )

    def _predicted(
        self, piece: str, spoken: Spoken, part: Part, states: Floats | None
    ) -> Prediction | None:
        """What the judge makes of a part in English; None where it cannot tell."""
        if self._judge is None or states is None or self._language(spoken) != ENGLISH:
            return None
        return self._judge.weigh(part.words, states, self._evidence.of(piece, spoken, part.words))

    def _language(self, spoken: Spoken, speaks: str = "") -> str:
        """The likeliest language of a part."""
        if self._classifier is None or not spoken.words:
            return ENGLISH
        found = features(spoken.words, self._classifier.rarity)
        return self._classifier.language(found, speaks)

    def _upheld(
        self, told: Sequence[Advice], part: Part, prediction: Prediction | None
    ) -> Iterator[Advice]:
        """What rules advise, without what the judge, who saw the whole, is sure is nothing.

        Words that English shares with other languages are overruled together with the English; one
        that is spelled out letter by letter never is.
        """
        spelled = sum(len(word) == 1 for word in part.words) > len(part.words) / 2
        judge, seen = self._judge, not spelled and FEWEST_JUDGED <= len(part.words) <= SEEN
        overruled: set[str] = set()
        if judge is not None and prediction is not None and seen:
            english = (advice.id for advice in told if advice.language == ENGLISH)
            overruled = {kind for kind in english if judge.overrules(prediction, kind)}
        yield from (advice for advice in told if advice.id not in overruled)

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
        """What a part in another language than English is most like."""
        if self._classifier is None or spoken.asks or not spoken.words:
            return None
        found = features(spoken.words, self._classifier.rarity)
        language = self._classifier.language(found, _base(speaks))
        if language == ENGLISH:
            return None
        told = self._reader.told_in(self.languages[language], spoken.places)
        return self._classifier.likeness(found, told, language)

    def _by_ear(self, part: Part, prediction: Prediction | None) -> list[Advice]:
        """What no rule hears: by the judge, and by words alone what that has not seen."""
        if self._alarm is None or not part.words:
            return []
        left, names = self._reader.left_of(part.words)
        kind = None
        if self._judge is not None and prediction is not None:
            kind = prediction.kind if self._judge.hears(prediction) else None
        if kind is None and self._leaves_open(part, prediction):
            kind = self._by_words(part, left, names)
        if kind is None:
            return []
        english = self.languages[ENGLISH]
        aside = english.aside(kind, names)
        return [advice for advice in english.advice if advice.id == (aside or kind)]

    def _leaves_open(self, part: Part, prediction: Prediction | None) -> bool:
        """Whether the judge has not seen all, or would believe the model of words."""
        if self._judge is None or prediction is None or len(part.words) > SEEN:
            return True
        return self._judge.suspects(prediction)

    def _by_words(self, part: Part, left: list[str], names: set[str]) -> str | None:
        """What the model of words alone hears; it knows no denial."""
        if self._alarm is None or self._asks(part):
            return None
        whole = len(left) == len(part.words)
        if not whole and len(left) < FEWEST_LEFT:
            return None
        kind = self._alarm.kind(left)
        aside = self.languages[ENGLISH].aside(kind or "", names)
        return None if (aside or not whole) and self._alarm.beyond_gate(left) < DOUBT else kind

    def _asks(self, part: Part) -> bool:
        return self._reader.english.asks([word.replace("'", "") for word in part.spoken])


def _base(code: str | None) -> str:
    """A language's code without its country."""
    return (code or "").partition("-")[0].lower()
