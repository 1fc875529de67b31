"""Who writes to the stand-in in a flood, and how long those wait who have no part in it."""

from __future__ import annotations

import asyncio
import itertools
import random
import string
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

CHATTY = (
    "do probiotics help against eczema?",
    "which cream is best for my hands",
    "can we keep the cat",
    "my skin itches at night and i cant sleep",
    "is sugar bad for me",
)
GROUP_FROM = 4_000_000
TOLD_TO_SEEK_CARE = b"emergency number"
Speak = Callable[[int, str], None]


def gibberish(chance: random.Random, letters: int = 4096) -> str:
    """As much as fits into a message, and no word of it known."""
    words: list[str] = []
    left = letters
    while left > 0:
        word = "".join(chance.choices(string.ascii_lowercase, k=chance.randint(4, 9)))
        words.append(word)
        left -= len(word) + 1
    return " ".join(words)[:letters]


class Crowd:
    """Voices that go on until they are told to stop; of an innocent one the wait is kept.

    ``speak`` hands a message in; what is answered is told to :meth:`heard`.
    """

    def __init__(self, speak: Speak) -> None:
        self._speak = speak
        self._loop = asyncio.get_running_loop()
        self._chance = random.Random(20261130)
        self._asked: dict[int, tuple[str, float]] = {}
        self._waits: dict[str, list[float]] = defaultdict(list)
        self._voice = 0
        self._innocents = itertools.count(1)

    def begin(self, given: dict[str, Any]) -> None:
        """``given`` says how many of each kind begin, and how often each writes a second."""
        kinds: dict[str, Callable[[int], None]] = {
            "gibberish": lambda chat: self._speak(1_000_000 + chat, gibberish(self._chance)),
            "chatty": lambda chat: self._speak(2_000_000 + chat, self._chance.choice(CHATTY)),
            "groups": lambda chat: self._speak(-GROUP_FROM - chat, "/help@bench_bot"),
            "sign": lambda _chat: self._ask("sign", "I can't breathe and my lips are swelling"),
            "question": lambda _chat: self._ask("question", CHATTY[0]),
        }
        for kind, (count, rate) in given.items():
            for chat in range(count):
                first = self._chance.uniform(0.0, 1.0 / rate)
                self._loop.call_later(first, self._go_on, kinds[kind], chat, rate, self._voice)

    def end(self) -> dict[str, Any]:
        """Be silent; what was waited for, in seconds, and who still waits."""
        self._voice += 1
        report = {"waits": dict(self._waits), "unanswered": len(self._asked)}
        self._waits, self._asked = defaultdict(list), {}
        return report

    def heard(self, chat: int, body: bytes) -> None:
        """The bot has said something in a chat."""
        if asked := self._asked.pop(chat, None):
            kind, at = asked
            right = kind != "sign" or TOLD_TO_SEEK_CARE in body
            self._waits[kind if right else "wrong"].append(time.monotonic() - at)

    def _go_on(self, voice: Callable[[int], None], chat: int, rate: float, number: int) -> None:
        if number == self._voice:
            voice(chat)
            self._loop.call_later(1.0 / rate, self._go_on, voice, chat, rate, number)

    def _ask(self, kind: str, text: str) -> None:
        """Each time somebody else, who has been silent so far."""
        chat = next(self._innocents)
        self._asked[chat] = kind, time.monotonic()
        self._speak(chat, text)
