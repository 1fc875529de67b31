"""What ``doctor`` says of a network and of a database that fail: plain words and a remedy."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy.exc import OperationalError

from bot.cli.troubles import of_network
from bot.store.troubles import of_database
from tests.cli.terminal import TOKEN, gutskin
from tests.postgres import Cluster
from tests.tips.trees import Tree
from tips import library

CLASS_NAME = re.compile(r"[a-z]Error\b|Exception|Errno|Traceback")
NOBODY = "http://127.0.0.1:9/bot"


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUTSKIN_TOKEN", TOKEN)
    monkeypatch.setenv("GUTSKIN_API_BASE_URL", NOBODY)


def finding(what: str) -> tuple[str, str]:
    """What doctor found, and its remedy."""
    result = gutskin("doctor", "--json")
    assert result.exit_code == 1, result.output
    assert not CLASS_NAME.search(result.output), result.output
    assert "secret" not in result.output
    (found,) = [item for item in json.loads(result.stdout) if item["what"] == what]
    assert found["ok"] is False
    return found["found"], found["remedy"]


@asynccontextmanager
async def answering(reply: bytes) -> AsyncIterator[str]:
    """A server that says ``reply`` to whoever asks, and hangs up; its host and port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(reply)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()
        yield f"{host}:{port}"


async def with_server(
    monkeypatch: pytest.MonkeyPatch, reply: bytes, **settings: str
) -> tuple[str, str]:
    async with answering(reply) as place:
        for name, value in settings.items():
            monkeypatch.setenv(f"GUTSKIN_{name}", value.format(place))
        return await asyncio.to_thread(finding, "token")


class TestNetwork:
    def test_nothing_answers(self) -> None:
        found, remedy = finding("token")
        assert found == "cannot be checked with 127.0.0.1: nothing answers there"
        assert "GUTSKIN_API_BASE_URL" in remedy

    def test_a_name_that_nobody_knows(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GUTSKIN_API_BASE_URL", "https://telegram.invalid/bot")
        found, remedy = finding("token")
        assert found == "cannot be checked with telegram.invalid: nobody knows that name"
        assert "DNS" in remedy

    def test_a_proxy_that_does_not_run(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GUTSKIN_PROXY_URL", "http://u:secret@127.0.0.1:9")
        found, remedy = finding("token")
        assert found.endswith(": the proxy does not answer")
        assert "GUTSKIN_PROXY_URL" in remedy

    @pytest.mark.parametrize(
        "base", ["https://telegram.invalid/bot", "http://telegram.invalid/bot"]
    )
    async def test_a_proxy_that_refuses(self, monkeypatch: pytest.MonkeyPatch, base: str) -> None:
        reply = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
        found, remedy = await with_server(
            monkeypatch, reply, API_BASE_URL=base, PROXY_URL="http://u:secret@{}"
        )
        assert found.endswith("the proxy refuses us")
        assert "user and password" in remedy

    async def test_https_where_there_is_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found, remedy = await with_server(
            monkeypatch, b"HTTP/1.1 400 Bad Request\r\n\r\n", API_BASE_URL="https://{}/bot"
        )
        assert found.endswith(": no secure connection can be made")
        assert "http://" in remedy

    async def test_a_connection_that_breaks_off(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found, _ = await with_server(monkeypatch, b"", API_BASE_URL="http://{}/bot")
        assert found.endswith(": the connection broke off")

    async def test_a_server_of_another_kind(self, monkeypatch: pytest.MonkeyPatch) -> None:
        reply = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"
        found, remedy = await with_server(monkeypatch, reply, API_BASE_URL="http://{}/bot")
        assert found == "what answers (status 200) is no Bot API server"
        assert "GUTSKIN_API_BASE_URL" in remedy

    async def test_telegram_s_own_refusal_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """After ``logOut``, say, it is Telegram that answers so, and no other server."""
        body = b'{"ok":false,"error_code":400,"description":"Logged out"}'
        head = f"HTTP/1.1 400 Bad Request\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        found, _ = await with_server(monkeypatch, head + body, API_BASE_URL="http://{}/bot")
        assert found == "Telegram answers: Logged out"

    def test_no_answer_in_time(self) -> None:
        assert of_network(aiohttp.ServerTimeoutError()).found == "no answer in time"


class TestDatabase:
    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        (tmp_path / "gutskin.db").write_text("this is no database")
        found, remedy = finding("database")
        assert found == "the file is no SQLite database"
        assert "gutskin db restore" in remedy

    def test_a_file_that_cannot_be_opened(self, tmp_path: Path) -> None:
        (tmp_path / "gutskin.db").mkdir()
        found, remedy = finding("database")
        assert found == "the file cannot be opened"
        assert "GUTSKIN_DATA_DIR" in remedy

    def test_a_folder_that_cannot_be_made(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "file").touch()
        monkeypatch.setenv("GUTSKIN_DATA_DIR", str(tmp_path / "file"))
        found, remedy = finding("database")
        assert found == "the folder cannot be made or opened"
        assert "GUTSKIN_DATA_DIR" in remedy

    @pytest.mark.parametrize(
        ("url", "words"),
        [
            ("postgresql://u:secret@127.0.0.1:9/x", "nothing answers at its address"),
            ("postgresql://u:secret@database.invalid/x", "its server's name is not known"),
            (
                "postgresql://u:secret@127.0.0.1:9/x?sslmode=require",
                "nothing answers at its address",
            ),
        ],
    )
    def test_an_address_that_leads_nowhere(
        self, monkeypatch: pytest.MonkeyPatch, url: str, words: str
    ) -> None:
        monkeypatch.setenv("GUTSKIN_DATABASE_URL", url)
        found, remedy = finding("database")
        assert found == words
        assert "GUTSKIN_DATABASE_URL" in remedy

    @pytest.mark.postgres
    @pytest.mark.parametrize(
        ("user", "name", "words"),
        [
            ("postgres", "no_such_database", "there is no database of that name"),
            ("nobody:secret", "postgres", "it does not let this user in"),
        ],
    )
    def test_a_server_that_refuses(
        self,
        monkeypatch: pytest.MonkeyPatch,
        postgres: Cluster,
        user: str,
        name: str,
        words: str,
    ) -> None:
        url = f"postgresql://{user}@127.0.0.1:{postgres.port}/{name}"
        monkeypatch.setenv("GUTSKIN_DATABASE_URL", url)
        found, remedy = finding("database")
        assert found == words
        assert "GUTSKIN_DATABASE_URL" in remedy

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("SQLITE_MISMATCH", "it refuses, with code SQLITE_MISMATCH"),
            ("SQLITE_IOERR_WRITE", "the disk cannot be read or written"),
            ("SQLITE_READONLY_DBMOVED", "the file may be read only"),
            ("SQLITE_BUSY", "another program holds it"),
        ],
    )
    def test_what_sqlite_says_is_known_by_its_primary_code(self, name: str, words: str) -> None:
        refusal = sqlite3.OperationalError("its words are left out")
        refusal.sqlite_errorname = name
        assert of_database(OperationalError("select 1", None, refusal)).found == words

    def test_one_that_is_newer_than_the_program(self, tmp_path: Path) -> None:
        assert gutskin("db", "upgrade").exit_code == 0
        with closing(sqlite3.connect(tmp_path / "gutskin.db")) as database:
            database.execute("update alembic_version set version_num = 'from-the-future'")
            database.commit()
        found, remedy = finding("migrations")
        assert found.startswith("from-the-future, needed ")
        assert "written by a newer GutSkin: install that version, or restore" in remedy

    def test_a_new_one_is_all_right(self) -> None:
        items = json.loads(gutskin("doctor", "--json").stdout)
        (found,) = [item for item in items if item["what"] == "migrations"]
        assert (found["ok"], found["found"]) == (True, "none yet; gutskin run makes the tables")


class TestOtherCommands:
    def test_a_start_on_no_database_is_one_line(self, tmp_path: Path) -> None:
        (tmp_path / "gutskin.db").write_text("this is no database")
        result = gutskin("run")
        assert result.exit_code == 1
        assert result.stderr.startswith(
            "gutskin cannot start: the database cannot be used: the file is no SQLite database; "
        )
        assert not CLASS_NAME.search(result.output)


@pytest.mark.parametrize(
    ("lacking", "told"), [("tips", "0 tips, 1 answers"), ("answers", "1 tips, 0 answers")]
)
def test_content_of_which_a_half_is_missing_is_not_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: str, told: str
) -> None:
    content = Tree(tmp_path)
    setattr(content, lacking, {})
    monkeypatch.setattr(library, "CONTENT", content.write())
    assert finding("content") == (told, "install the package again")


def test_a_content_folder_of_ones_own_is_named_and_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUTSKIN_CONTENT_DIR", str(tmp_path / "missing"))
    found, remedy = finding("content")
    assert found == f"no folder {tmp_path / 'missing'}"
    assert remedy.startswith("correct GUTSKIN_CONTENT_DIR")
    content = Tree(tmp_path / "own")
    content.tips = {}
    own = content.write()
    monkeypatch.setenv("GUTSKIN_CONTENT_DIR", str(own))
    assert finding("content") == (f"0 tips, 1 answers in {own}", "put tips and answers there")
