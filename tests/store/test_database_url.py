"""Addresses of databases, as people copy them from a console: understood, or refused plainly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from bot.database_url import driver_arguments, expanded, read_address, shown
from bot.store.database import Database
from bot.store.troubles import of_database
from tests.postgres import Cluster


def arguments(query: str) -> dict[str, Any]:
    return driver_arguments(read_address(f"postgresql://u:pass@h:5/name?{query}"))


def test_addresses_get_their_driver() -> None:
    assert read_address("sqlite:///x.db").drivername == "sqlite+aiosqlite"
    for scheme in ("postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg2"):
        assert read_address(f"{scheme}://h/d").drivername == "postgresql+asyncpg"


@pytest.mark.parametrize(
    ("query", "inside"),
    [
        ("sslmode=require", "sslmode=require"),
        ("ssl=require", "sslmode=require"),
        ("ssl=true", "sslmode=require"),
        ("sslmode=verify-full&channel_binding=prefer", "sslmode=verify-full"),
        ("sslmode=disable&gssencmode=disable&keepalives_idle=30", "sslmode=disable"),
        ("fallback_application_name=tips", "application_name=tips"),
        ("options=-c%20geqo%3Doff", "options=-c+geqo%3Doff"),
        ("client_encoding=UTF8", ""),
    ],
)
def test_what_libpq_understands_is_understood(query: str, inside: str) -> None:
    address = "postgresql://u:pass@h:5/name"
    assert arguments(query) == {"dsn": f"{address}?{inside}" if inside else address}


def test_numbers_reach_the_driver_as_numbers() -> None:
    found = arguments("connect_timeout=7&command_timeout=2.5&statement_cache_size=0")
    assert (found["timeout"], found["command_timeout"], found["statement_cache_size"]) == (
        7,
        2.5,
        0,
    )
    assert set(arguments("connect_timeout=0")) == {"dsn"}, "libpq: as if it were not there"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("nonsense", "must be like sqlite:///"),
        ("mysql://h/d", "mysql is not supported"),
        ("sqlite://", "name a file"),
        ("sqlite:///:memory:", "name a file"),
        ("sqlite:///x.db?mode=ro", "has parameters"),
        ("sqlite:///a?b/x.db", "has parameters"),
        ("sqlite:///~no-such-user-here/x.db", "home of a user"),
        ("postgresql://h", "names no database"),
        ("postgresql://u:secret@h..x/d", "a server that cannot be"),
        (f"postgresql://u:secret@h,{'a' * 64}/d", "a server that cannot be"),
        ("postgresql://u:secret@h:port/d", "a port that is no number"),
        ("postgresql://u:secret@h/d?sslmode=maybe", "must have one of disable, allow"),
        ("postgresql://u:secret@h/d?channel_binding=require", "asks for channel_binding=require"),
        ("postgresql://u:secret@h/d?sslrootcert=/no/such/file", "a file that cannot be read"),
        ("postgresql://u:secret@h/d?connect_timeout=soon", "a number of seconds after connect"),
        ("postgresql://u:secret@h/d?command_timeout=-1", "a number of seconds after command"),
        ("postgresql://u:secret@h/d?statement_cache_size=x", "a whole number after statement"),
    ],
)
def test_what_cannot_be_had_is_said_without_a_secret(address: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as refusal:
        read_address(address)
    assert "secret" not in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_only_driver_host_and_name_are_shown() -> None:
    address = (
        "postgresql://secret-user:secret@db.example:6432/tips"
        "?password=secret&sslpassword=secret&options=secret&passfile=secret"
    )
    assert shown(read_address(address)) == "postgresql+asyncpg://db.example:6432/tips"
    for password in ("se@secret", "se@cr%40et@secret"):
        address = f"postgresql://bot:{password}@db.example/tips"
        assert shown(read_address(address)) == "postgresql+asyncpg://db.example/tips"
    assert shown(read_address("postgresql:///tips?host=/run/secret")) == (
        "postgresql+asyncpg:///tips"
    )
    assert shown(read_address("sqlite:////srv/a%3Fb.db")) == "sqlite:////srv/a?b.db"


def test_a_tilde_is_home_only_at_the_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    assert expanded("~/gut") == "/home/someone/gut"
    assert expanded("./~") == "./~"
    assert expanded("/a/~/b") == "/a/~/b"
    assert read_address("sqlite:///~/x.db").database == "/home/someone/x.db"


def test_an_empty_home_is_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME", raising=False)
    own = expanded("~/gut")
    monkeypatch.setenv("HOME", "")
    assert expanded("~/gut") == own != "/gut"
    assert expanded("/a/~/b") == "/a/~/b"


@pytest.mark.postgres
class TestServer:
    """What a real server makes of them."""

    @staticmethod
    async def opened(postgres: Cluster, query: str) -> str:
        db = await Database.open(f"{postgres.new_database()}?{query}")
        await db.close()
        assert "secret" not in repr(db.engine) + repr(db.engine.url) + repr(db.engine.pool)
        return db.address

    @pytest.mark.parametrize(
        "query",
        [
            "sslmode=prefer",
            "sslmode=disable&channel_binding=disable",
            "password=secret&application_name=x&options=-c%20geqo%3Doff",
            "statement_cache_size=0&prepared_statement_cache_size=0",
        ],
    )
    async def test_opens(self, postgres: Cluster, query: str) -> None:
        assert "?" not in await self.opened(postgres, query)

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("sslmode=require", "its server offers no encrypted connection"),
            ("pgbouncer=true", "it does not know a parameter of its address"),
        ],
    )
    async def test_refuses(self, postgres: Cluster, query: str, words: str) -> None:
        with pytest.raises((OSError, DBAPIError)) as refusal:
            await self.opened(postgres, query)
        assert of_database(refusal.value).found == words


async def test_a_sqlite_file_is_where_its_address_says(tmp_path: Path) -> None:
    for name in ("a?b", "a%20b", "a%2Fb", "a#b", "~", "file:x", "a b", "ü"):
        url = f"sqlite:///{tmp_path}/{name.replace('%', '%25').replace('?', '%3F')}/x.db"
        await (await Database.open(url)).close()
        assert (tmp_path / name / "x.db").is_file()
