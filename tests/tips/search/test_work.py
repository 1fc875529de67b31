"""What one message may cost, whatever it is made of: the work is counted, not timed."""

from __future__ import annotations

import cProfile
import pstats
import random
import string
from collections.abc import Sequence
from typing import Any

import pytest

from tips.search import Search, words
from tips.search.asking import MOST_ASKED
from tips.search.embedder import Embedder
from tips.signs import WarningSigns

LONGEST = 4096  # Bot API: sendMessage, text
CHANCE = random.Random(7)


def some(letters: str, size: int) -> str:
    return "".join(CHANCE.choices(letters, k=size))


def gibberish(size: int) -> str:
    return " ".join(some(string.ascii_lowercase, size) for _ in range(LONGEST // size))


TEXTS = {
    "gibberish": gibberish(6),
    "short gibberish": gibberish(4),
    "long gibberish": gibberish(9),
    "one long word": some(string.ascii_lowercase, LONGEST),
    "one letter": "x" * LONGEST,
    "many words": "a b " * LONGEST,
    "digits": "7 8 9 " * LONGEST,
    "emoji": "😀" * LONGEST,
    "cjk": "".join(chr(CHANCE.randint(0x4E00, 0x9FFF)) for _ in range(LONGEST)),
    "zalgo": ("e" + "\u0316\u0301" * 20) * LONGEST,
    "mathematical letters": "".join(chr(0x1D41A + CHANCE.randint(0, 25)) for _ in range(LONGEST)),
    "letters that unfold to eighteen": "\ufdfa" * LONGEST,
    "hidden": "a\u200b" * LONGEST,
    "hidden between words": "eczema\u200bitch " * LONGEST,
    "the beginnings of signs": "can't " * LONGEST,
    "signs": "she can't breathe " * LONGEST,
    "a word that begins many signs": "не " * LONGEST,
    "such words of several languages": "no aire no kein не ne لا " * LONGEST,
    "such a word before others": " ".join(f"не {some('абвгд', 3)}" for _ in range(LONGEST // 7)),
    "near misses": "eczemaa itchyy sleeep probiotix moisturizr " * LONGEST,
    "line breaks": "\n" * LONGEST,
    "half a pair": "\ud800" * LONGEST,
    "questions": "can i swim with eczema? " * LONGEST,
    "one question a line": "how\n" * LONGEST,
    "openings": "and " * LONGEST,
    "other subjects": "can my dog eat probiotics at 6 years old with psoriasis " * LONGEST,
    "a story": "We have tried many creams over the years, some of them more than once. " * 50
    + "Is it worth it to see a dermatologist about the itch on her elbows at night?",
    "html": "<b>&amp;" * LONGEST,
}


class Work:
    """Counts what costs time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.compared = self.embedded = self.calls = 0
        extract, embed = words.process.extract, Embedder.understand

        def counted(word: str, choices: Sequence[str], **more: Any) -> Any:
            self.compared += len(choices)
            return extract(word, choices, **more)

        def embedding(embedder: Embedder, texts: Sequence[str]) -> Any:
            self.embedded += len(texts)
            return embed(embedder, texts)

        monkeypatch.setattr(words.process, "extract", counted)
        monkeypatch.setattr(Embedder, "understand", embedding)

    def of(self, work: Any) -> None:
        profile = cProfile.Profile()
        profile.runcall(work)
        self.calls = pstats.Stats(profile).total_calls  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", TEXTS)
def test_a_message_is_read_with_a_bounded_amount_of_work(
    kind: str, search: Search, urgent: WarningSigns, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = TEXTS[kind][:LONGEST]

    def hear() -> None:
        reading = search.read(text)
        urgent.match(reading)
        search.find(reading)

    work = Work(monkeypatch)
    work.of(hear)
    assert work.embedded <= 1 + MOST_ASKED
    assert (
        work.compared <= 170_000
    )  # the words mended, each beside those of the field near its length
    assert work.calls <= 80_000


@pytest.mark.parametrize("kind", TEXTS)
def test_whether_it_describes_a_warning_sign_is_asked_for_less(
    kind: str, urgent: WarningSigns, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = TEXTS[kind][:LONGEST]
    work = Work(monkeypatch)
    work.of(lambda: urgent.suspicion(text))
    assert work.embedded == work.compared == 0
    assert work.calls <= 60_000
