"""Finds tips and answers by words: those of a title count for more than those of its text."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from tips.library import Library
from tips.models import Answer, Tip

from .grams import COMMON as COMMON_WORDS
from .words import stem

TITLE, TOPIC, TEXT = 4.0, 2.0, 1.0
COVERED = 0.4  # share of the weight of the words asked for that a text has to have
STRANGE = 2.0  # how much more a word counts that no text has: it is about something else
COMMON = 0.2  # share of the texts from which a word says nothing of what is looked for
LONGEST_ASKED = 600  # characters that are looked at
SHORTEST_BEGINNING = 3  # letters from which an unknown last word may be the beginning of one

Read = Callable[[str], Sequence[str]]
Key = TypeVar("Key", int, str)


class Words(NamedTuple, Generic[Key]):
    """What a text is found by."""

    key: Key
    title: str
    topic: str
    text: str


class WordSearch(Generic[Key]):
    """The texts of one kind and language by their words.

    Args:
        read: gives the words of a text, corrected, with one name for each thing.
    """

    def __init__(self, texts: Iterable[Words[Key]], read: Read) -> None:
        self._read = read
        self._titles: dict[tuple[str, ...], Key] = {}
        self._weights: dict[str, dict[Key, float]] = defaultdict(dict)
        count = 0
        for text in texts:
            count += 1
            self._titles[tuple(read(text.title))] = text.key
            for words, weight in ((text.text, TEXT), (text.topic, TOPIC), (text.title, TITLE)):
                for word in read(words):
                    # The heaviest comes last.
                    self._weights[stem(word)][text.key] = weight
        self._count = max(1, count)

    def find(
        self, words: str, limit: int, among: Collection[Key] | None = None
    ) -> tuple[Key, ...]:
        """The keys of at most ``limit`` texts that have these words, the best first."""
        asked = tuple(self._read(words[:LONGEST_ASKED]))  # dear: words are mended there
        meant = self._meant(asked)
        rare = [words for words in meant if not self._is_common(words)]
        scores = self._scores(rare or _subjects(meant))
        named = self._titles.get(asked)
        if named is not None:
            scores[named] = math.inf
        fitting = [key for key in scores if among is None or key in among]
        if not rare and len(fitting) > limit:
            # Every subject asked for is common ("moisturiser"): a title that has it is about it.
            titled = self._scores(_subjects(meant), TITLE)
            fitting = [key for key in fitting if key in titled or scores[key] == math.inf]
        return tuple(sorted(fitting, key=lambda key: (-scores[key], key))[:limit])

    def _meant(self, words: Sequence[str]) -> list[list[str]]:
        """The words asked for, each with all that it may stand for."""
        asked = [stem(word) for word in words]
        if not asked:
            return []
        meant = [[word] for word in dict.fromkeys(asked)]
        last = asked[-1]
        if last not in self._weights and len(last) >= SHORTEST_BEGINNING:
            meant[-1] = [word for word in self._weights if word.startswith(last)] or [last]
        return meant

    def _is_common(self, words: Sequence[str]) -> bool:
        return all(len(self._weights.get(word, ())) > COMMON * self._count for word in words)

    def _scores(self, asked: Sequence[Sequence[str]], least: float = TEXT) -> dict[Key, float]:
        scores: dict[Key, float] = defaultdict(float)
        covered: dict[Key, float] = defaultdict(float)
        whole = 0.0
        for words in asked:
            found = self._texts_with(words, least)
            rarity = math.log(1 + self._count / max(1, len(found)))
            whole += rarity if found else STRANGE * rarity
            for key, weight in found.items():
                scores[key] += weight * rarity
                covered[key] += rarity
        return {key: score for key, score in scores.items() if covered[key] >= COVERED * whole}

    def _texts_with(self, words: Sequence[str], least: float) -> dict[Key, float]:
        found: dict[Key, float] = {}
        for word in words:
            for key, weight in self._weights.get(word, {}).items():
                if weight >= least:
                    found[key] = max(found.get(key, 0.0), weight)
        return found


def _subjects(meant: Sequence[list[str]]) -> list[list[str]]:
    return [words for words in meant if words[0] not in COMMON_WORDS]


class LibrarySearch:
    """Tips and answers of a library by words."""

    def __init__(self, library: Library, read: Read) -> None:
        self.tips: WordSearch[int] = WordSearch(
            (_words_of_tip(tip, library) for tip in library.tips), read
        )
        self.answers: WordSearch[str] = WordSearch(
            (_words_of_answer(answer, library) for answer in library.answers), read
        )


def _words_of_tip(tip: Tip, library: Library) -> Words[int]:
    topic = f"{library.topic_names.get(tip.topic, '')} {library.title_of(tip)}"
    return Words(tip.number, tip.title, topic, f"{tip.body} {tip.action}")


def _words_of_answer(answer: Answer, library: Library) -> Words[str]:
    topic = library.topic_names.get(answer.topic, "")
    return Words(answer.id, answer.question, topic, f"{answer.headline} {answer.body}")
