"""The database's address: what it may be, what the driver is given, and what is shown of it.

A PostgreSQL address is read as libpq and the providers' consoles write it
(``postgres://…?sslmode=require``): what asyncpg knows in an address it is given there, what only
libpq does is taken out or refused, and the rest are settings of the server.
"""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

SQLITE = "sqlite+aiosqlite"
POSTGRESQL = "postgresql+asyncpg"
LONGEST_S = 3600
NO_SUCH_HOME = "begins with the home of a user who is not known here"
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
SSL_WORDS = {"true": "require", "1": "require", "on": "require", "false": "disable"}

# Numbers for asyncpg and SQLAlchemy: seconds as libpq counts them (0: none given), and sizes.
SECONDS = {
    "connect_timeout": "timeout",
    "timeout": "timeout",
    "command_timeout": "command_timeout",
}
SIZES = frozenset(
    {
        "statement_cache_size",
        "prepared_statement_cache_size",
        "max_cached_statement_lifetime",
        "max_cacheable_statement_size",
    }
)
FILES = frozenset({"sslrootcert", "sslcert", "sslkey", "sslcrl"})
# What libpq does and asyncpg cannot, with the values that ask for nothing.
WITHOUT_EFFECT: Mapping[str, frozenset[str]] = {
    "channel_binding": frozenset({"disable", "prefer"}),
    "gssencmode": frozenset({"disable", "prefer", "allow"}),
    "sslcompression": frozenset({"0"}),
    "sslsni": frozenset({"1"}),
    "client_encoding": frozenset({"auto", "utf8", "utf-8", "unicode"}),
    "load_balance_hosts": frozenset({"disable"}),
    "keepalives": frozenset({"1"}),
}
# The bot sets these itself, on every connection (bot/store/postgres.py).
SET_BY_US = frozenset({"keepalives_idle", "keepalives_interval", "keepalives_count"})
RENAMED = {"hostaddr": "host", "fallback_application_name": "application_name"}


def read_address(address: str | URL) -> URL:
    """The address with its driver filled in and a ``~`` followed.

    Raises:
        ValueError: it leads to no database that the bot can use; repeats nothing secret.
    """
    url = _parsed(address)
    backend = url.get_backend_name()
    if backend == "sqlite":
        return _read_sqlite(url)
    if backend not in {"postgresql", "postgres"}:
        raise ValueError(f"{backend} is not supported: use sqlite or postgresql")
    if not url.database:
        raise ValueError("names no database; write it like postgresql://host/name")
    url = url.set(drivername=POSTGRESQL)
    if not all(map(may_be_host, (url.host or "").split(","))):
        raise ValueError("names a server that cannot be")
    driver_arguments(url)
    return url


def may_be_host(name: str) -> bool:
    """Whether there can be a machine of that name; whoever looked up another would crash."""
    try:
        return not re.search(rb"\s", name.encode("idna"))
    except UnicodeError:
        return False


def _parsed(address: str | URL) -> URL:
    try:
        url = make_url(address)
    except ArgumentError:
        raise ValueError(
            "must be like sqlite:///folder/file.db or postgresql://host/name"
        ) from None
    except ValueError:
        raise ValueError("has a port that is no number") from None
    if isinstance(address, str) and "?" in address and url.get_backend_name() == "sqlite":
        # SQLAlchemy drops what has no value, and would open what the name begins with.
        raise ValueError("has parameters, which SQLite does not take; %3F is a ? in a name")
    return _whole_password(url)


def _whole_password(url: URL) -> URL:
    """The address with an ``@`` in its password where it belongs: the last one ends it.

    The driver reads it so, and what follows the first would be shown as part of the host.
    """
    rest, at, host = (url.host or "").rpartition("@")
    if not at:
        return url
    return url.set(password=f"{url.password or ''}@{unquote(rest)}", host=host)


def _read_sqlite(url: URL) -> URL:
    if url.database in {None, "", ":memory:"}:
        raise ValueError("SQLite in memory is one database per connection: name a file")
    if url.query:
        raise ValueError("has parameters, which SQLite does not take; %3F is a ? in a name")
    return sqlite_file(Path(expanded(str(url.database))))


def sqlite_file(path: Path) -> URL:
    """The address of the database in this very file, whatever is in its name."""
    return URL.create(SQLITE, database=str(path.absolute()))


def expanded(path: str) -> str:
    """``path`` with a ``~`` at its beginning followed home; nothing else in it has a meaning.

    Raises:
        ValueError: there is no such home.
    """
    if os.environ.get("HOME") == "" and path.partition("/")[0] == "~":
        path = f"~{_user()}{path[1:]}"  # an empty HOME would lead to the root folder
    found = os.path.expanduser(path)  # noqa: PTH111 - a Path has lost the ./ of ./~ already
    if found.startswith("~"):
        raise ValueError(NO_SUCH_HOME)
    return found


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        raise ValueError(NO_SUCH_HOME) from None


def shown(url: URL) -> str:
    """What may be logged and printed: driver, host and name. All else may hold a password."""
    if url.get_backend_name() == "sqlite":
        return f"sqlite:///{url.database}"
    plain = URL.create(url.drivername, host=url.host, port=url.port, database=url.database)
    return plain.render_as_string()


def driver_arguments(url: URL) -> dict[str, Any]:
    """What asyncpg is to be called with for a PostgreSQL address.

    Raises:
        ValueError: the address asks for what cannot be had.
    """
    arguments: dict[str, Any] = {}
    inside: dict[str, str] = {}
    for given, value in url.query.items():
        name, words = RENAMED.get(given, given), _one(value)
        if name in SECONDS:
            arguments |= _seconds(name, words)
        elif name in SIZES:
            arguments[name] = _size(name, words)
        elif name in WITHOUT_EFFECT:
            _asks_for_nothing(name, words)
        elif name not in SET_BY_US:
            inside |= _understood(name, words)
    address = url.set(drivername="postgresql", query=inside)
    return arguments | {"dsn": address.render_as_string(hide_password=False)}


def _understood(name: str, words: str) -> dict[str, str]:
    """What asyncpg reads in an address by itself; it hands what it does not know to the server."""
    if name in {"ssl", "sslmode"}:
        return {"sslmode": _ssl_mode(words)}
    if name in FILES and not os.access(words, os.R_OK):
        raise ValueError(f"names a file that cannot be read after {name}=")
    return {name: words}


def _one(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ",".join(value)


def _seconds(name: str, words: str) -> dict[str, float]:
    try:
        seconds = float(words)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= LONGEST_S:
        raise ValueError(f"must have a number of seconds after {name}=")
    return {SECONDS[name]: seconds} if seconds else {}


def _size(name: str, words: str) -> int:
    if not (words.isascii() and words.isdecimal()):
        raise ValueError(f"must have a whole number after {name}=")
    return int(words)


def _asks_for_nothing(name: str, words: str) -> None:
    if words.lower() not in WITHOUT_EFFECT[name]:
        raise ValueError(f"asks for {name}={words}, which the driver here cannot do")


def _ssl_mode(words: str) -> str:
    mode = SSL_WORDS.get(words.lower(), words.lower())
    if mode not in SSL_MODES:
        raise ValueError(f"must have one of {', '.join(SSL_MODES)} after sslmode=")
    return mode
