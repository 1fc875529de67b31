"""What came of sending, on its way to the outbox: the one place where it is handed over."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from bot.delivery.message import Finished
from bot.store.outbox.leases import Settled

GROUP_ROWS = 100
"""Outcomes written in one transaction at most, so that the lock stays short."""

GROUP_SECONDS = 0.05


class Batch(NamedTuple):
    """Attempts that ended, and leased rows that go back without one."""

    finished: list[Finished]
    back: list[Settled]


class Results:
    """Gathers what is to be written down until the worker takes it.

    ``ready`` is set when it is time for that. ``lost`` are chats that turned out to be lost since
    the last hand-over: what is being leased meanwhile does not know of them yet.
    """

    def __init__(self) -> None:
        self.finished: list[Finished] = []
        self.back: list[Settled] = []
        self.lost: set[int] = set()
        self.ready = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing is to be written down."""
        return not (self.finished or self.back)

    def gather(self, *, now: bool) -> None:
        """Have it written at 100 outcomes, or ``now``, or after 50 ms."""
        if now or len(self.finished) >= GROUP_ROWS:
            self.ready.set()
        elif self._timer is None:
            # How long outcomes are gathered is a matter of the disk, not of the subscribers'
            # clock.
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(GROUP_SECONDS, self.ready.set)

    @contextmanager
    def hand_over(self) -> Iterator[Batch]:
        """Take all of it; what could not be written is kept, ahead of what came meanwhile."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        batch = Batch(self.finished, self.back)
        self.finished, self.back = [], []
        self.lost.clear()
        try:
            yield batch
        except BaseException:
            self.finished = batch.finished + self.finished
            self.back = batch.back + self.back
            raise
