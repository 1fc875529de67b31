"""Work on SQLite files in a thread, which can be called off at any moment."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

BUSY_SECONDS = 5.0  # a wait for a lock is the one thing that an interrupt does not end
INTERRUPT_EVERY_S = 0.05
T = TypeVar("T")


class StoppedError(Exception):
    """Whoever asked for the work does not want it any more."""


class Work:
    """Work on SQLite files in a thread, which another thread may end at any moment."""

    def __init__(self) -> None:
        self._stopped = False
        self._connection: sqlite3.Connection | None = None

    def go_on(self) -> None:
        """Between two steps: raise if there shall be no second one."""
        if self._stopped:
            raise StoppedError

    @contextlib.contextmanager
    def opened(
        self, file: Path, *, timeout: float = BUSY_SECONDS, read_only: bool = False
    ) -> Iterator[sqlite3.Connection]:
        self.go_on()
        address = f"{file.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}"
        connection = self._connection = sqlite3.connect(
            address, timeout=timeout, isolation_level=None, check_same_thread=False, uri=True
        )
        try:
            yield connection
        finally:
            self._connection = None
            connection.close()

    def stop(self) -> None:
        """End the statement that runs; between two of them an interrupt is lost: call again."""
        self._stopped = True
        if (connection := self._connection) is not None:
            # It may be closed by now, and then there is nothing to end.
            with contextlib.suppress(sqlite3.ProgrammingError):
                connection.interrupt()


async def in_thread(steps: Callable[[Work], T]) -> T:
    """Run ``steps`` in a thread. A cancelled call comes back when the thread has ended, too."""
    work = Work()
    running = asyncio.get_running_loop().run_in_executor(None, steps, work)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        while not running.done():
            work.stop()
            # To be cancelled twice is no reason to leave the thread behind.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([running], timeout=INTERRUPT_EVERY_S)
        running.exception()  # asked for, or the loop complains that nobody did
        raise
