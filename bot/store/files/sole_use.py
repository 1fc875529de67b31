"""Who may have a SQLite database to themselves: one bot, or whoever puts another file in place."""

from __future__ import annotations

import errno
import fcntl
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import URL

ENDING = ".lock"
BEYOND = 1 << 62
"""A byte of the database file that is far beyond any that SQLite reads, writes or locks."""


class InUseError(Exception):
    """Another process has the database to itself."""


@contextmanager
def sole_use(file: Path, *, create: bool = False) -> Iterator[None]:
    """Have the database in ``file`` to oneself, however it is called: links are followed.

    Two locks go with the process that holds them, however that ends: one on an empty file beside
    it, which stays, and one on the file itself, which is the same under another hard link. With
    ``create`` an empty file is made where there is none, so that it can be locked. Reading,
    copying and short writes need no lock.

    Raises:
        InUseError: another process has it.
        OSError: the folder cannot be written, or its file system knows no locks.
    """
    live = file.resolve()
    live.parent.mkdir(parents=True, exist_ok=True)
    # In this order: to close the database's file undoes what SQLite has locked in this process,
    # so that the file is left alone where its name says already that it is in use.
    with _locked(live.with_name(live.name + ENDING), _take, live):
        if not create and not live.exists():
            yield
            return
        with _locked(live, _take_byte, live):
            yield


def sole_use_of(url: URL) -> AbstractContextManager[None]:
    """The same for the database at ``url``; a server is for many, and needs nothing."""
    if url.get_backend_name() != "sqlite":
        return nullcontext()
    return sole_use(Path(str(url.database)), create=True)


@contextmanager
def _locked(file: Path, take: Callable[[int], None], live: Path) -> Iterator[None]:
    """Hold the lock that ``take`` takes on the descriptor of ``file``; a new one is private."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            take(descriptor)
        except BlockingIOError:
            raise InUseError(f"another process uses the database in {live}") from None
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> None:
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _take_byte(descriptor: int) -> None:
    """Lock one byte, as this open file's own: SQLite, which opens it too, takes nothing away."""
    command = getattr(fcntl, "F_OFD_SETLK", None)
    if command is None:
        return  # such locks are Linux's; elsewhere a name is all that tells
    lock = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, BEYOND, 1, 0)
    try:
        fcntl.fcntl(descriptor, command, lock)
    except OSError as error:
        if error.errno != errno.EINVAL:  # the kernel is older than they are
            raise
