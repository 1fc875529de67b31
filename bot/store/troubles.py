"""What keeps a database from being used: in plain words, with what to do about it.

An exception's own text is left out: drivers quote addresses, and with them passwords.
"""

from __future__ import annotations

import socket
import sqlite3
import ssl
from typing import NamedTuple

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    ProgrammingError,
    SQLAlchemyError,
)

DATABASE_ERRORS = (SQLAlchemyError, OSError)
"""What opening a database, or asking it something, raises when it cannot be used."""

OUR_FAULT = (DataError, IntegrityError, ProgrammingError)
"""Its refusals of what it is asked: the next time would end alike."""


class Trouble(NamedTuple):
    """What was found, and the remedy."""

    found: str
    remedy: str


_URL = "GUTSKIN_DATABASE_URL"
_FOLDER = "check GUTSKIN_DATA_DIR, and that the bot's user may write in that folder"
_PUT_BACK = "bring a copy back, which sets it aside: gutskin db restore FILE"
_NO_TLS = Trouble(
    "its server offers no encrypted connection",
    f"let it offer one, or leave sslmode out of {_URL}",
)
# PostgreSQL: Appendix A, "Error Codes"; SQLite: sqlite.org/rescode.html, by the primary code.
_BY_CODE: dict[str, Trouble] = {
    "28000": Trouble("it does not let this user in", f"check user and password in {_URL}"),
    "28P01": Trouble("it refuses user or password", f"check user and password in {_URL}"),
    "3D000": Trouble("there is no database of that name", f"create it, or correct {_URL}"),
    "42704": Trouble("it does not know a parameter of its address", f"correct {_URL}"),
    "42501": Trouble("this user lacks rights in it", "make the user the database's owner"),
    "53300": Trouble("it takes no more connections", "raise its max_connections"),
    "57P03": Trouble("it is just starting or stopping", "try again in a moment"),
    "SQLITE_NOTADB": Trouble("the file is no SQLite database", _PUT_BACK),
    "SQLITE_CORRUPT": Trouble("the file is damaged", _PUT_BACK),
    "SQLITE_CANTOPEN": Trouble("the file cannot be opened", _FOLDER),
    "SQLITE_READONLY": Trouble("the file may be read only", _FOLDER),
    "SQLITE_BUSY": Trouble("another program holds it", "see what else uses the file"),
    "SQLITE_FULL": Trouble("the disk is full", "make room on the disk"),
    "SQLITE_IOERR": Trouble("the disk cannot be read or written", "check the disk"),
}
_BY_DATABASE_ERROR: tuple[tuple[type[Exception], Trouble], ...] = (  # the first that fits
    (
        socket.gaierror,
        Trouble("its server's name is not known", f"check the network and {_URL}"),
    ),
    (
        ssl.SSLError,
        Trouble("no secure connection can be made", f"check sslmode and certificates in {_URL}"),
    ),
    (ConnectionError, Trouble("nothing answers at its address", f"start it, or correct {_URL}")),
    (TimeoutError, Trouble("no answer in time", f"check the network and {_URL}")),
    (PermissionError, Trouble("the folder may not be used", _FOLDER)),
    (OSError, Trouble("the folder cannot be made or opened", _FOLDER)),
)


def of_database(error: Exception) -> Trouble:
    """Why the database could not be used."""
    if isinstance(error, ConnectionError) and "SSL" in str(error):
        return _NO_TLS  # asyncpg has no kind of its own for it
    code = _code(error)
    if code in _BY_CODE:
        return _BY_CODE[code]
    words = f"it refuses, with code {code}" if code else "it cannot be used as it is addressed"
    unknown = Trouble(words, f"check {_URL}; {_FOLDER}")
    return next((known for kind, known in _BY_DATABASE_ERROR if isinstance(error, kind)), unknown)


def cannot_be_used(error: Exception) -> str:
    """The same as one line."""
    found, remedy = of_database(error)
    return f"the database cannot be used: {found}; {remedy}"


def of_sqlite(error: sqlite3.Error) -> str:
    """What keeps SQLite from reading or writing a file."""
    known = _BY_CODE.get(_primary(getattr(error, "sqlite_errorname", None)))
    return known.found if known else str(error)


def _code(error: Exception) -> str:
    """PostgreSQL's SQLSTATE, or the name of SQLite's primary result code."""
    original = error.orig if isinstance(error, DBAPIError) else None
    return _primary(
        getattr(original, "sqlstate", None) or getattr(original, "sqlite_errorname", None)
    )


def _primary(name: object) -> str:
    return "_".join(str(name or "").split("_")[:2])


def is_away(error: Exception) -> bool:
    """Whether the database cannot be used for now: where in the program that was says nothing."""
    if isinstance(error, OUR_FAULT):
        return False
    return isinstance(error, (DBAPIError, ConnectionError, TimeoutError))


def kind_of(error: Exception) -> str:
    """The code, or the kind of exception where there is none: one word for the log."""
    return _code(error) or type(error).__name__
