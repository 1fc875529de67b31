"""What fails outside the program: in plain words, with what to do about it.

An exception's own text is left out: drivers quote addresses, and with them passwords.
"""

from __future__ import annotations

import socket
from typing import NamedTuple

import aiohttp
from sqlalchemy.exc import DBAPIError


class Trouble(NamedTuple):
    """What was found, and the remedy."""

    found: str
    remedy: str


PROXY_REFUSES = Trouble("the proxy refuses us", "check user and password in GUTSKIN_PROXY_URL")
_ADDRESSES = "GUTSKIN_API_BASE_URL and GUTSKIN_PROXY_URL"
_BY_NETWORK_ERROR: tuple[tuple[type[Exception], Trouble], ...] = (  # the first that fits
    (
        aiohttp.ClientProxyConnectionError,
        Trouble("the proxy does not answer", "check GUTSKIN_PROXY_URL, and that the proxy runs"),
    ),
    (
        aiohttp.ClientHttpProxyError,
        PROXY_REFUSES,
    ),
    (
        aiohttp.ClientConnectorDNSError,
        Trouble("nobody knows that name", f"check the network, its DNS, and {_ADDRESSES}"),
    ),
    (
        aiohttp.ClientSSLError,
        Trouble(
            "no secure connection can be made",
            "check the machine's date and certificates, and whether GUTSKIN_API_BASE_URL begins "
            "rightly with https:// or http://",
        ),
    ),
    (
        TimeoutError,
        Trouble(
            "no answer in time",
            "check the network; where Telegram is blocked, use a proxy (GUTSKIN_PROXY_URL)",
        ),
    ),
    (
        aiohttp.ClientConnectorError,
        Trouble("nothing answers there", f"check the network, {_ADDRESSES}"),
    ),
    (
        aiohttp.InvalidURL,
        Trouble("the address is malformed", "write GUTSKIN_API_BASE_URL like https://host/bot"),
    ),
)
_BROKEN_OFF = Trouble("the connection broke off", f"check the network, {_ADDRESSES}")

_URL = "GUTSKIN_DATABASE_URL"
_FOLDER = "check GUTSKIN_DATA_DIR, and that the bot's user may write in that folder"
_PUT_BACK = "put it aside and bring a copy back: gutskin db restore FILE"
# PostgreSQL: Appendix A, "Error Codes"; SQLite: sqlite.org/rescode.html, by the primary code.
_BY_CODE: dict[str, Trouble] = {
    "28000": Trouble("it does not let this user in", f"check user and password in {_URL}"),
    "28P01": Trouble("it refuses user or password", f"check user and password in {_URL}"),
    "3D000": Trouble("there is no database of that name", f"create it, or correct {_URL}"),
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
    (ConnectionError, Trouble("nothing answers at its address", f"start it, or correct {_URL}")),
    (TimeoutError, Trouble("no answer in time", f"check the network and {_URL}")),
    (PermissionError, Trouble("the folder may not be used", _FOLDER)),
    (OSError, Trouble("the folder cannot be made or opened", _FOLDER)),
    (ValueError, Trouble("its address is malformed", f"correct {_URL}")),
    (
        TypeError,  # of the driver, which takes parameters of the address as arguments
        Trouble(
            "its address has a parameter that is not known here",
            f"correct {_URL}; for an encrypted connection end it with ?ssl=require",
        ),
    ),
)


def of_network(error: Exception) -> Trouble:
    """Why Telegram could not be asked."""
    return next(
        (known for kind, known in _BY_NETWORK_ERROR if isinstance(error, kind)), _BROKEN_OFF
    )


def of_database(error: Exception) -> Trouble:
    """Why the database could not be used."""
    code = _code(error)
    if code in _BY_CODE:
        return _BY_CODE[code]
    words = f"it refuses, with code {code}" if code else "it cannot be used as it is addressed"
    unknown = Trouble(words, f"check {_URL}; {_FOLDER}")
    return next((known for kind, known in _BY_DATABASE_ERROR if isinstance(error, kind)), unknown)


def _code(error: Exception) -> str:
    """PostgreSQL's SQLSTATE, or the name of SQLite's primary result code."""
    original = error.orig if isinstance(error, DBAPIError) else None
    name = getattr(original, "sqlstate", None) or getattr(original, "sqlite_errorname", None) or ""
    return "_".join(str(name).split("_")[:2])
