"""Who may have a SQLite database to themselves: one bot, or whoever puts another file in place."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import URL

ENDING = ".lock"


class InUseError(Exception):
    """Another process has the database to itself."""


@contextmanager
def sole_use(file: Path) -> Iterator[None]:
    """Have the database in ``file`` to oneself, however it is called: links are followed.

    The lock is on an empty file beside it and goes with the process that holds it, however that
    ends; the empty file stays. Reading, copying and short writes need no lock.

    Raises:
        InUseError: another process has it.
        OSError: the folder cannot be written, or its file system knows no locks.
    """
    live = file.resolve()
    live.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(live.with_name(live.name + ENDING), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(lock, live)
        yield
    finally:
        os.close(lock)


def sole_use_of(url: URL) -> AbstractContextManager[None]:
    """The same for the database at ``url``; a server is for many, and needs nothing."""
    return (
        sole_use(Path(str(url.database))) if url.get_backend_name() == "sqlite" else nullcontext()
    )


def _take(lock: int, live: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise InUseError(f"another process uses the database in {live}") from None
