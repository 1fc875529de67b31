"""Once a message is answered, nothing of it is held in memory: no cache, no last message."""

from __future__ import annotations

import asyncio
import gc
import sys
import types
from collections import deque
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import pytest

from tests.bot_harness import BotHarness, Person

NOT_THE_BOT = ("bot.sandbox", "harness", "_pytest", "pytest")
"""The sandbox stands for Telegram and for people's phones, in this same process."""

NOT_FOLLOWED = (types.ModuleType, asyncio.AbstractEventLoop, type(BotHarness))


def holders(roots: Iterable[Any], word: str) -> list[str]:
    """Where the word is held by what ``roots`` lead to: the kinds of objects on the way."""
    seen = {id(asyncio.current_task())}  # the test itself knows the word
    queue: deque[tuple[Any, tuple[str, ...]]] = deque((root, ()) for root in roots)
    found = []
    while queue:
        item, path = queue.popleft()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, str | bytes | bytearray):
            if holds(item, word):
                found.append(" > ".join(path))
            continue
        if is_followed(item):
            here = (*path, f"{type(item).__module__}.{type(item).__qualname__}")
            queue.extend((referent, here) for referent in gc.get_referents(item))
    return found


def holds(item: str | bytes | bytearray, word: str) -> bool:
    return word in item if isinstance(item, str) else word.encode() in bytes(item)


def is_followed(item: Any) -> bool:
    if isinstance(item, NOT_FOLLOWED) or item is gc or isinstance(item, types.FrameType):
        return False
    return not type(item).__module__.startswith(NOT_THE_BOT)


def roots_of(harness: BotHarness) -> list[Any]:
    """The running bot, and whatever its modules keep for themselves."""
    modules = [
        module
        for name, module in sys.modules.items()
        if name.partition(".")[0] in {"bot", "tips", "telegram", "structlog", "rapidfuzz", "re"}
        and not name.startswith(NOT_THE_BOT)
    ]
    return [harness.app, *(vars(module) for module in modules)]


@pytest.mark.parametrize(
    "form",
    ["Do probiotics help? {}", "/nonsense {}", "/broadcast {}", "{}", "I can't breathe, {}"],
)
async def test_what_was_written_is_gone_with_the_answer(
    harness: BotHarness, subscriber: Person, form: str
) -> None:
    word = f"weeping{uuid4().hex}"
    await subscriber.say(form.format(word))
    assert await subscriber.answers()
    gc.collect()
    assert holders(roots_of(harness), word) == []


async def test_nor_a_place_that_was_typed_or_a_button_that_was_forged(
    harness: BotHarness, newcomer: Person
) -> None:
    place, forged = f"Atlantis{uuid4().hex}", f"Secret/{uuid4().hex[:28]}"
    await newcomer.begin()
    await newcomer.say(place)
    await newcomer.forge(f"1zp:{forged}")
    gc.collect()
    assert holders(roots_of(harness), place) == []
    assert holders(roots_of(harness), forged) == []


async def test_a_word_that_is_kept_would_be_found(harness: BotHarness) -> None:
    word = f"kept{uuid4().hex}"
    harness.app.services.worker.remembered = {"last": [word]}  # type: ignore[attr-defined]
    (path,) = holders(roots_of(harness), word)
    assert path.endswith("builtins.dict > builtins.list")
