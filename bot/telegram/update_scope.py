"""What is done on behalf of one update: for which chat, and what has been said already."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple, TypeVar

import orjson
from telegram import TelegramObject

T = TypeVar("T")
Answer = bool | dict[str, Any] | list[dict[str, Any]]
SIGNS, PERSONS, GROUPS = 0, 1, 2


class Rank(NamedTuple):
    """Who goes first, wherever something is waited for: the lower one."""

    behind: int
    """Warning signs before persons, and those before groups."""
    share: float = 0.0
    """What the chat has had lately, in updates; that of a silent one is the present."""


class NoSignError(Exception):
    """What was thought to be a warning sign is none: it is answered when its turn comes."""


class UpdateScope:
    """One update, through all attempts at it.

    A flood, or an outage, may cut an attempt short between two calls. The next one makes them all
    again, and is given the answers that are known, so that nobody reads the same twice.
    """

    def __init__(self, chat_id: int, rank: Rank = Rank(PERSONS)) -> None:  # noqa: B008 - a value
        self.chat_id = chat_id
        self.rank = rank
        self.claim: Callable[[], bool] | None = None
        self.only_signs = False
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
        """Try once more; calls made meanwhile are made for this update."""
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


def rank() -> Rank:
    """The rank of what is done at present; what nobody asked for is like a silent person."""
    ours = current.get()
    return ours.rank if ours is not None else Rank(PERSONS)


def looks_for_sign() -> bool:
    """Whether the update goes past its queue if it is a warning sign, and is left alone else."""
    ours = current.get()
    return ours is not None and ours.only_signs


def claim() -> None:
    """It is a warning sign, and about to be answered.

    Raises:
        NoSignError: its turn has come meanwhile, and somebody else answers it.
    """
    ours = current.get()
    if ours is not None and ours.claim is not None and not ours.claim():
        raise NoSignError


def step_back() -> None:
    """It is no warning sign, or that has been answered: its place is among the others."""
    ours = current.get()
    if ours is not None and ours.rank.behind == SIGNS:
        ours.rank = ours.rank._replace(behind=PERSONS)


current: ContextVar[UpdateScope | None] = ContextVar("current", default=None)


async def once(name: str, work: Callable[[], Awaitable[T]]) -> T:
    """Do what must not be done again when the answer about it has to be given again."""
    ours = current.get()
    return await (work() if ours is None else ours.once(name, work))


def is_repeated() -> bool:
    """Whether the update that is dealt with has met a failure before."""
    ours = current.get()
    return ours is not None and ours.attempts > 1


def _name(method: str, data: Mapping[str, Any]) -> bytes:
    # A digest, since what subscribers are told had better not be kept. A file is like no other
    # one.
    body = orjson.dumps(dict(data), default=_plain, option=orjson.OPT_NON_STR_KEYS)
    return hashlib.blake2b(method.encode() + b"\0" + body, digest_size=16).digest()


def _plain(value: object) -> object:
    return value.to_dict() if isinstance(value, TelegramObject) else repr(value)
