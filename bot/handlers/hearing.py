"""What a message says, found out on a thread of its own: it takes long enough to delay others."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from tips.search import Found, Search
from tips.urgent import Advice, Urgent

FOUND = 3  # the best answer and two near misses, or as many topics


@dataclass(frozen=True, slots=True)
class Heard:
    """What is said first, if anything; and answers, or the nearest topics."""

    advice: Advice | None
    found: Found


class Hearing:
    """Warning signs and the search, one message at a time; the order of a chat is its caller's.

    There is one thread and not several, since the rest of the processor is for sending.
    """

    def __init__(self, search: Search, urgent: Urgent) -> None:
        self._search = search
        self._urgent = urgent
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hearing")

    async def hear(self, words: str) -> Heard:
        """Read a message of any length."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._hear, words)

    async def find(self, question: str, limit: int) -> Found:
        """At most ``limit`` answers to a question that is one of ours, with no sign of danger."""
        loop = asyncio.get_running_loop()
        work = partial(self._search.find, question, limit=limit)
        return await loop.run_in_executor(self._thread, work)

    def _hear(self, words: str) -> Heard:
        reading = self._search.read(words)
        return Heard(self._urgent.match(reading), self._search.find(reading, limit=FOUND))
