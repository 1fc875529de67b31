"""Nothing that someone wrote, nor who they are, can be read in the database's files: never."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import choice
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from bot.store.files.backup import backup
from tests.bot_harness import BotHarness, Person, open_harness
from tests.postgres import Cluster
from tests.traces import traces

WAIT_S = 300


@dataclass
class Files:
    """Where a bot's database lies, copies included, and how to copy it."""

    folder: Path
    url: str
    cluster: Cluster | None = None

    def traces(self, words: list[str]) -> list[str]:
        """What is readable on the disk; PostgreSQL writes there when it likes."""
        if self.cluster is not None:
            self.cluster.session.execute("CHECKPOINT")
        return traces(self.folder, words)

    async def copy(self, harness: BotHarness, target: Path) -> None:
        """As an operator would, and as the bot does by itself."""
        if self.cluster is None:
            await backup(self.url, target)
            assert await harness.app.run_job("backup")
        else:
            self.cluster.dump(self.url, target)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    if request.param == "sqlite":
        return Files(tmp_path, f"sqlite+aiosqlite:///{tmp_path / 'gutskin.db'}")
    cluster: Cluster = request.getfixturevalue("postgres")
    return Files(cluster.data, cluster.new_database(), cluster)


class Someone:
    """A subscriber whose every personal word is found nowhere else on this machine."""

    def __init__(self) -> None:
        self.first_name = f"Rapunzel{uuid4().hex}"
        self.username = f"tower_{uuid4().hex[:20]}"
        self.phone = f"+4930{uuid4().int % 10**15}"
        self.word = f"weeping{uuid4().hex}"
        self.caption = f"elbow{uuid4().hex}"
        self.long_text = self._long_text()

    @property
    def words(self) -> list[str]:
        return [self.first_name, self.username, self.phone, self.word, self.caption]

    def _long_text(self) -> str:
        """As long as a message may be, and longer in bytes than a page of a database."""
        # Of what can be compressed PostgreSQL would keep something else than the words.
        signs = "".join(chr(choice(range(0x2190, 0x2BFF))) for _ in range(4000))
        text = f"{self.word} {signs} {self.word}"
        assert len(text) <= 4096 < len(text.encode())
        return text

    def sends(self, update_id: int, chat: int, **content: Any) -> dict[str, Any]:
        """An update as Telegram gives it."""
        named = {"id": chat, "first_name": self.first_name, "username": self.username}
        return {
            "update_id": update_id,
            "message": {
                "message_id": update_id,
                "date": 1_772_000_000,
                "chat": {**named, "type": "private"},
                "from": {**named, "is_bot": False, "language_code": "en"},
                **content,
            },
        }

    def everything(self, chat: int) -> list[dict[str, Any]]:
        contact = {"phone_number": self.phone, "first_name": self.first_name, "user_id": chat}
        photo = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
        return [
            self.sends(901, chat, text=self.long_text),
            self.sends(902, chat, text="another question"),
            self.sends(903, chat, contact=contact),
            self.sends(904, chat, photo=photo, caption=self.caption),
        ]


@asynccontextmanager
async def running(files: Files, folder: Path) -> AsyncIterator[BotHarness]:
    async with open_harness(folder, database_url=SecretStr(files.url)) as harness:
        yield harness


async def subscribed(harness: BotHarness, someone: Someone) -> Person:
    subscriber = await harness.subscriber(someone.first_name, username=someone.username)
    await subscriber.say(f"/start {someone.username}.")  # no deep link can carry a full stop
    return subscriber


async def test_not_while_a_message_waits_nor_in_copies_made_meanwhile(
    files: Files, tmp_path: Path
) -> None:
    someone = Someone()
    async with running(files, tmp_path) as harness:
        subscriber = await subscribed(harness, someone)
        before = len(await subscriber.messages())
        await harness.fault("429", method="sendMessage", retry_after=WAIT_S)
        await harness.app.inbox.take(someone.everything(subscriber.id))
        await harness.settle()
        assert harness.app.inbox.counts.held
        assert len(await subscriber.messages()) == before
        await files.copy(harness, tmp_path / "copies" / "by-hand")
        assert files.traces(someone.words) == []
        assert traces(tmp_path, someone.words) == []
        harness.clock.move(WAIT_S + 10)
        await harness.settle()
        assert len(await subscriber.messages()) > before


async def test_not_after_the_answer_nor_after_forget_nor_after_a_stop(
    files: Files, tmp_path: Path
) -> None:
    someone = Someone()
    async with running(files, tmp_path) as harness:
        subscriber = await subscribed(harness, someone)
        for _ in range(3):
            await subscriber.say(someone.long_text)
        await harness.app.inbox.take(someone.everything(subscriber.id))
        await harness.settle()
        assert harness.app.inbox.counts.processed >= 7
        assert files.traces(someone.words) == [], "after the answer"
        await subscriber.say("/forget")
        await subscriber.tap("Yes, erase everything")
        assert files.traces(someone.words) == [], "after /forget"
    assert files.traces(someone.words) == [], "after a clean stop"


async def test_not_in_what_a_killed_bot_leaves_behind(files: Files, tmp_path: Path) -> None:
    someone = Someone()
    async with running(files, tmp_path) as harness:
        subscriber = await subscribed(harness, someone)
        harness.app.inbox.close()  # taken in, and nobody will begin it
        await harness.app.inbox.take(someone.everything(subscriber.id))
        assert files.traces(someone.words) == []
    async with running(files, tmp_path) as harness:
        await harness.settle()
        assert harness.app.inbox.counts.processed == 4
        assert files.traces(someone.words) == []


@pytest.mark.parametrize("stopped", [False, True])
async def test_of_whoever_sent_forget_not_even_the_number_an_hour_later(
    tmp_path: Path, stopped: bool
) -> None:
    """On SQLite. PostgreSQL writes over deleted rows in its own time."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'gutskin.db'}"
    files, link = Files(tmp_path, url), f"leaflet-{uuid4().hex}"
    async with running(files, tmp_path) as harness:
        subscriber = await harness.person(id=5_111_222_333)
        await subscriber.begin(link)
        await subscriber.say("Berlin")
        await subscriber.tap("08:00")
        await subscriber.tap("Save")
        for _ in range(5):
            await harness.subscriber(f"R{harness.clock.monotonic()}")
        await harness.to_next_tip()
        number = subscriber.id.to_bytes(6, "big")
        assert traces(tmp_path, [link]) != []
        assert holding(tmp_path, number) != []
        await subscriber.say("/forget")
        await subscriber.tap("Yes, erase everything")
        if not stopped:
            assert await harness.app.run_job("purge")
            assert traces(tmp_path, [link]) == []
            assert holding(tmp_path, number) == []
    assert traces(tmp_path, [link]) == []
    assert holding(tmp_path, number) == []


def holding(folder: Path, number: bytes) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if number in path.read_bytes()]


def test_a_trace_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file-wal").write_bytes(b"\0\xffstory\0")
    (tmp_path / "dump").write_bytes(b"\\x" + b"story".hex().encode())
    assert traces(tmp_path, ["story", "other"]) == ["story in deep/file-wal", "story in dump"]


@pytest.mark.postgres
def test_postgresql_s_own_files_are_looked_through(postgres: Cluster) -> None:
    word = f"written{uuid4().hex}"
    postgres.session.execute(f"CREATE TABLE seen_{word} (said text)")
    postgres.session.execute(f"INSERT INTO seen_{word} VALUES ('{word}')")
    found = traces(postgres.data, [word])
    assert any("pg_wal" in file for file in found)
