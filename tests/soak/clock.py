"""A clock in a small shared file: every process that opens it lives at the same moment."""

from __future__ import annotations

import asyncio
import mmap
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.clock import MovableClock

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LONGEST_JUMP_S = 1.1
"""Whoever waits for less than this (the pace, one chat's second) has it pass at once."""


def write_moment(file: Path, moment: datetime) -> None:
    """Make the file that holds the time: microseconds since 1970, eight bytes."""
    file.write_bytes(struct.pack("<q", (moment - EPOCH) // MICROSECOND))


class SharedClock(MovableClock):
    """A movable clock whose time outlives the process that moves it.

    One process moves it, others only look. It stands still but for short waits, so that hours
    cost nothing and yet two messages never share a moment that the pace keeps apart.
    """

    def __init__(self, file: Path) -> None:
        with file.open("r+b") as opened:
            self._cell = mmap.mmap(opened.fileno(), 8)
        self._born_at = self._read()
        super().__init__(EPOCH + self._born_at * MICROSECOND)

    def _read(self) -> int:
        return int.from_bytes(self._cell[:8], "little")

    def now(self) -> datetime:
        return EPOCH + self._read() * MICROSECOND

    def monotonic(self) -> float:
        return (self._read() - self._born_at) / 1e6

    def move(self, seconds: float) -> datetime:
        return self.move_to(self.now() + timedelta(seconds=seconds))

    def move_to(self, instant: datetime) -> datetime:
        there = max(self._read(), (instant - EPOCH) // MICROSECOND)
        self._cell[:8] = struct.pack("<q", there)
        self._wake()
        return self.now()

    async def sleep(self, seconds: float) -> None:
        if seconds > LONGEST_JUMP_S:
            await super().sleep(seconds)
            return
        await asyncio.sleep(0)
        self.move(max(0.0, seconds))
