"""The analysis of messages, on a thread of its own: it takes long enough to delay others."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import TypeVar

from bot.telegram import update_scope
from tips.current import CurrentContent
from tips.normalise import without_exclamations
from tips.search import Found, Search
from tips.search.grouping import Said, stems_of
from tips.search.model import Floats
from tips.search.reading import Reading
from tips.signs import Advice, SignLanguage, Suspicion, WarningSigns

PLACES = 1000  # questions whose places are remembered; each is dear
FOUND = 3  # the best answer and two near misses, or as many topics
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class TextAnalysis:
    """``advice`` is said first, if there is any; else ``found`` has answers, or the nearest
    topics. ``other_language`` is what the message is in, where it is certainly not English."""

    reading: Reading
    advice: Advice | None
    found: Found | None
    other_language: SignLanguage | None = None


class TextAnalyser:
    """Finds warning signs and answers, one message at a time; callers keep the order of a chat.

    One thread only, since the rest of the processor is for sending. The lowest rank goes first.
    """

    def __init__(self, search: Search, signs: WarningSigns, content: CurrentContent) -> None:
        self._search = search
        self._content = content
        self._signs = signs
        self._places: dict[tuple[int, int], Floats | None] = {}  # no words: sentence vectors
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="analysis")
        self._waiting: list[tuple[update_scope.Rank, int]] = []
        self._work: dict[int, Callable[[], None]] = {}
        self._lock = Lock()
        self._order = itertools.count()

    @property
    def waiting(self) -> int:
        """How many messages wait for the thread."""
        return len(self._waiting)

    def suspicion(self, words: str) -> Suspicion:
        """How far the words suggest a danger: quick, and on the safe side."""
        return self._signs.suspicion(words)

    async def analyse(self, words: str, speaks: str | None = None) -> TextAnalysis:
        """Analyse a message of any length; no answer is looked for where there is advice.

        ``speaks`` is the sender's language, for words that several languages share.
        """
        return await self._do(partial(self._analyse, words, speaks))

    async def analyse_signs(self, words: str, speaks: str | None = None) -> TextAnalysis:
        """Analyse a message for warning signs only."""
        return await self._do(partial(self._analyse, words, speaks, signs_only=True))

    async def warning(self, words: str, speaks: str | None = None) -> Advice | None:
        """The advice alone, where the words may describe a danger."""
        return await self._do(partial(self._warning, words, speaks))

    def welcome_in(self, language_code: str | None) -> str:
        """A word of welcome in the language of somebody's Telegram; "" where we have none."""
        known = self._signs.languages.get((language_code or "").partition("-")[0].lower())
        return known.welcome if known is not None else ""

    def language(self, code: str) -> SignLanguage:
        """A language that we have words of, by its code; KeyError for any other."""
        return self._signs.languages[code]

    def claims_of(self, advice_id: str) -> tuple[str, ...]:
        """The claims that an advice rests on; none if there is no such advice."""
        return self._signs.claims_of(advice_id)

    async def look_up(self, analysis: TextAnalysis) -> Found:
        """The answers to a message that has been analysed."""
        if analysis.found is not None:
            return analysis.found
        return await self._do(partial(self._search.find, analysis.reading, FOUND))

    async def find(self, question: str, limit: int) -> Found:
        """At most ``limit`` answers to one of the library's own questions."""
        return await self._do(partial(self._search.find, question, limit))

    async def placed(self, number: int, words: str) -> Said:
        """A message as it is grouped with others that ask the same."""
        return await self._do(partial(self._placed, number, words))

    async def find_tips(
        self, words: str, limit: int, among: Collection[int] | None = None
    ) -> tuple[int, ...]:
        """The numbers of at most ``limit`` tips that have these words, the best first."""
        now = self._content.now
        if now.by_words is None:
            return ()
        there = now.library.topic_of.keys()
        sought = there if among is None else there & {*among}
        return await self._do(partial(now.by_words.tips.find, words, limit, sought))

    async def find_answers(self, words: str, limit: int) -> tuple[str, ...]:
        """The ids of at most ``limit`` answers that have these words, the best first."""
        return await self._find_answers(words, limit, None)

    async def find_new_answers(self, words: str, limit: int) -> tuple[str, ...]:
        """The same among the answers that the index has not been made with."""
        indexed = self._search.ids
        new = {one.id for one in self._content.library.answers if one.id not in indexed}
        return await self._find_answers(words, limit, new) if new else ()

    async def _find_answers(
        self, words: str, limit: int, among: Collection[str] | None
    ) -> tuple[str, ...]:
        by_words = self._content.now.by_words
        if by_words is None:
            return ()
        return await self._do(partial(by_words.answers.find, words, limit, among))

    def _analyse(
        self, words: str, speaks: str | None, *, signs_only: bool = False
    ) -> TextAnalysis:
        reading = self._search.read(words)
        advice = self._signs.match(reading, speaks)
        enough = signs_only or advice is not None
        found = None if enough else self._search.find(self._sought(words, reading), FOUND)
        other = self._signs.other_language(reading.lines[0], speaks)
        return TextAnalysis(reading, advice, found, other)

    def _sought(self, words: str, reading: Reading) -> Reading:
        plain = without_exclamations(words)
        return reading if plain == words else self._search.read(plain)

    def _placed(self, number: int, words: str) -> Said:
        reading, key = self._search.read(words), (number, hash(words))
        if key not in self._places:
            if len(self._places) >= PLACES:
                self._places.clear()
            self._places[key] = self._search.place(reading)
        return Said(number, stems_of(reading.words), self._places[key])

    def _warning(self, words: str, speaks: str | None) -> Advice | None:
        return self._signs.match(words, speaks) if self._signs.suspicion(words) else None

    async def _do(self, work: Callable[[], Result]) -> Result:
        done: Future[Result] = Future()
        with self._lock:
            number = next(self._order)
            self._work[number] = partial(_fulfil, done, work)
            heapq.heappush(self._waiting, (update_scope.rank(), number))
        self._thread.submit(self._do_first)
        return await asyncio.wrap_future(done)

    def _do_first(self) -> None:
        with self._lock:
            fulfil = self._work.pop(heapq.heappop(self._waiting)[1])
        fulfil()


def _fulfil(done: Future[Result], work: Callable[[], Result]) -> None:
    if not done.set_running_or_notify_cancel():
        return
    try:
        done.set_result(work())
    except BaseException as error:  # noqa: BLE001 - raised where the result is awaited
        done.set_exception(error)
