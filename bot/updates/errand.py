"""What is done on behalf of one update: for which chat, and what has been said already."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import orjson

Answer = bool | dict[str, Any] | list[dict[str, Any]]


class Errand:
    """One update, through all attempts at it.

    A flood may cut an attempt short between two calls. The next one makes them all again, and is
    given the answers that are known, so that nobody reads the same twice.
    """

    def __init__(self, chat_id: int) -> None:
        self.chat_id = chat_id
        self.attempts = 0
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


def _name(method: str, data: Mapping[str, Any]) -> bytes:
    # A digest, since what readers are told had better not be kept. A file is like no other one.
    body = orjson.dumps(dict(data), default=repr, option=orjson.OPT_NON_STR_KEYS)
    return hashlib.blake2b(method.encode() + b"\0" + body, digest_size=16).digest()
