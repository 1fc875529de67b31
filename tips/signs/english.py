"""What learned models add to the rules in English: they hear what no rule does, and overrule a
rule where they are sure that nothing is wrong."""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from tips.search.alarm import Alarm
from tips.search.model import Floats
from tips.search.reading import Part, spoken_parts

from .english_classifier import EnglishClassifier, Prediction
from .evidence import SEEN, EvidenceReader
from .language import DESPAIR, LEAVING, TIPS
from .spoken import SignReader, Spoken

FEWEST_LEFT = 6  # words beside what was taken back, for the model of words to be asked about them
FEWEST_ALONE = 5  # words in which the classifier hears or overrules alone: fewer say too little
DOUBT = 4.0  # how far below the alarm's gate a message still is worth reading before others
CERTAIN = 3.0  # how far beyond its gate the classifier is believed against the search
OVERRULED = frozenset({"breathing", "blisters", "fever"})
"""The advice that may be overruled. Words that may mean life keep theirs."""
MAY_LEAVE = frozenset({"service-stop", "service-pause", "service-erase"})
"""Wishes that somebody who means life may seem to have. All other wishes mean the bot alone, but
for courtesies, which are said by those who despair as well."""
COURTESIES = frozenset(
    f"service-{name}"
    for name in ("goodbye", "thanks", "greeting", "complaint", "help", "person-or-doctor")
)


class Wish(NamedTuple):
    """A wish about the bot, and whether the search is sure of it."""

    id: str
    sure: bool


class Heard(NamedTuple):
    """A part of a message, and what the classifier makes of it."""

    part: Part
    prediction: Prediction | None  # None where it cannot tell


class EnglishModels:
    """The classifier, for the first words of a message, and the alarm, for all others."""

    def __init__(
        self,
        reader: SignReader,
        evidence: EvidenceReader,
        alarm: Alarm | None,
        classifier: EnglishClassifier | None,
    ) -> None:
        self._reader = reader
        self._alarm = alarm
        self._classifier = classifier
        self._evidence = evidence

    def hear(self, spoken: Spoken, part: Part, states: Floats | None) -> Heard:
        """What the classifier makes of a part.

        Args:
            spoken: what the part speaks of.
            part: its words.
            states: its pieces as the sentence model understands them; None beyond its reach, and
                in another language.
        """
        if self._classifier is None or states is None:
            return Heard(part, None)
        evidence = self._evidence.in_english(spoken, part.words)
        return Heard(part, self._classifier.predict(part.words, states, evidence))

    def overrules(self, heard: Heard, kind: str) -> bool:
        """Whether a rule's advice of this kind is none. What was not read whole, is spelled out
        letter by letter or may mean life is never overruled."""
        words, prediction = heard.part.words, heard.prediction
        spelled = sum(len(word) == 1 for word in words) > len(words) / 2
        if self._classifier is None or prediction is None or spelled or kind not in OVERRULED:
            return False
        whole = FEWEST_ALONE <= len(words) <= SEEN
        return whole and self._classifier.overrules(prediction, kind)

    def kind(self, heard: Heard, wish: Callable[[], Wish | None]) -> str | None:
        """The kind of emergency that no rule hears, or None.

        Args:
            heard: what is asked about.
            wish: the wish about the bot that the message is most like; it costs a search.
        """
        if not heard.part.words:
            return None
        plain = " ".join(heard.part.words).replace("'", "")
        if plain in self._reader.english.whole:
            return self._reader.english.whole[plain]
        left, names = self._reader.left_of(heard.part.words)
        kind = self._by_classifier(heard)
        if kind is None and self._leaves_open(heard):
            kind = self._by_words(heard.part, left, names)
        if kind is None:
            return None
        kind = self._reader.english.aside(kind, names) or kind
        return beside_wish(kind, wish(), names, certain=self._is_certain(heard))

    def _is_certain(self, heard: Heard) -> bool:
        """Whether the classifier hears far more than it would have to."""
        if self._classifier is None or heard.prediction is None:
            return False
        return self._classifier.hears(heard.prediction, by=CERTAIN)

    def _by_classifier(self, heard: Heard) -> str | None:
        prediction = heard.prediction
        if self._classifier is None or prediction is None:
            return None
        if len(heard.part.words) < FEWEST_ALONE or not self._classifier.hears(prediction):
            return None
        return prediction.kind

    def _leaves_open(self, heard: Heard) -> bool:
        """Whether the classifier has not seen all, or would believe the model of words."""
        if self._classifier is None or heard.prediction is None or len(heard.part.words) > SEEN:
            return True
        return self._classifier.suspects(heard.prediction)

    def _by_words(self, part: Part, left: list[str], names: AbstractSet[str]) -> str | None:
        """What the model of words alone hears; it knows no denial."""
        english, whole = self._reader.english, len(left) == len(part.words)
        asks = english.asks([word.replace("'", "") for word in part.spoken])
        if self._alarm is None or asks or (not whole and len(left) < FEWEST_LEFT):
            return None
        kind = self._alarm.kind(left)
        aside = english.aside(kind or "", names)
        return None if (aside or not whole) and self._alarm.beyond_gate(left) < DOUBT else kind

    def closeness(self, text: str) -> float:
        """How near a message comes to the alarm's gate: 1 at the gate, 0 where doubt begins."""
        if self._alarm is None:
            return -math.inf
        spoken, _otherwise = spoken_parts(text)
        left = (self._reader.left_of(words)[0] for words in spoken)
        return 1 + max(map(self._alarm.beyond_gate, left), default=-math.inf) / DOUBT


def beside_wish(
    kind: str, wish: Wish | None, names: AbstractSet[str], *, certain: bool
) -> str | None:
    """What is advised where models hear an emergency and the search a wish.

    Where life may be meant as well as the tips, both ways on are offered, also where the search is
    not sure. Where the words name the tips, or no more than a setting is surely wished for, none,
    unless the models are ``certain``: to the search "I've been saving up my tablets" is a wish for
    what was saved.
    """
    if wish is None or wish.id in COURTESIES:
        return kind
    may_leave = kind in (DESPAIR, LEAVING) and wish.id in MAY_LEAVE
    if not wish.sure:
        return LEAVING if may_leave and not certain else kind
    if may_leave:
        return LEAVING if certain or TIPS not in names else None
    return kind if certain else None
