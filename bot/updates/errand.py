"""What is done on behalf of one update: for which chat, and what has been said already."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import orjson

T = TypeVar("T")
Answer = bool | dict[str, Any] | list[dict[str, Any]]


class Errand:
    """One update, through all attempts at it.

    A flood, or an outage, may cut an attempt short between two calls. The next one makes them all
    again, and is given the answers that are known, so that nobody reads the same twice.
    """

    def __init__(self, chat_id: int) -> None:
        self.chat_id = chat_id
        self.attempts = 0
        self.doubts = 0
        """Attempts that failed in a call of which nobody knows whether it was done."""
        self.failing_since = math.inf
        """When the first attempt failed, on the monotonic clock."""
        self._results: dict[str, Any] = {}
        self._before: list[tuple[bytes, Answer]] = []
        self._now: list[tuple[bytes, Answer]] = []

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Try once more; calls made meanwhile are this errand's."""
        self.attempts += 1
        self._before, self._now = self._now + self._before, []
        token = current.set(self)
        try:
            yield
        finally:
            current.reset(token)

    def failed(self, at: float, *, in_doubt: bool) -> None:
        """The attempt did not get through."""
        self.failing_since = min(self.failing_since, at)
        self.doubts += in_doubt

    async def once(self, name: str, work: Callable[[], Awaitable[T]]) -> T:
        """What ``work`` gave in an earlier attempt, else what it gives now."""
        if name not in self._results:
            self._results[name] = await work()
        result: T = self._results[name]
        return result

    def known(self, method: str, data: Mapping[str, Any]) -> Answer | None:
        """The answer that an earlier attempt had to this call; each is given once."""
        name = _name(method, data)
        for index, (call, answer) in enumerate(self._before):
            if call == name:
                self._now.append(self._before.pop(index))
                return answer
        return None

    def said(self, method: str, data: Mapping[str, Any], answer: Answer) -> None:
        """The call went well."""
        self._now.append((_name(method, data), answer))


current: ContextVar[Errand | None] = ContextVar("current", default=None)


async def once(name: str, work: Callable[[], Awaitable[T]]) -> T:
    """Do what must not be done again when the answer about it has to be given again."""
    ours = current.get()
    return await (work() if ours is None else ours.once(name, work))


def is_repeated() -> bool:
    """Whether the update that is dealt with has met a failure before."""
    ours = current.get()
    return ours is not None and ours.attempts > 1


def _name(method: str, data: Mapping[str, Any]) -> bytes:
    # A digest, since what readers are told had better not be kept. A file is like no other one.
    body = orjson.dumps(dict(data), default=repr, option=orjson.OPT_NON_STR_KEYS)
    return hashlib.blake2b(method.encode() + b"\0" + body, digest_size=16).digest()
