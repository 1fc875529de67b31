"""Two processes and one SQLite file: one bot, and whatever does it no harm."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.sandbox.http.server import Sandbox
from bot.store.files.sole_use import InUseError, sole_use
from tests.cli.terminal import TOKEN, gutskin
from tests.cli.test_run import environment, process

PATIENCE_S = 180.0  # so long a start is waited for; a machine that is busy may need a minute
OTHER = "another process uses the database in {live}: stop that one first, a file is for one bot"


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A bot that has started, in a process of its own."""
    async with (
        Sandbox(clock=SystemClock(), token=TOKEN) as sandbox,
        process(environment(sandbox, folder, GUTSKIN_TOKEN=TOKEN)) as bot,
    ):
        assert bot.stderr is not None
        async with asyncio.timeout(PATIENCE_S):
            while b"the bot runs" not in await bot.stderr.readline():
                pass
        reading = asyncio.create_task(bot.stderr.read())  # or the pipe would fill up
        yield bot
        if bot.returncode is None:
            bot.send_signal(signal.SIGTERM)
        await bot.wait()
        await reading


async def said(*words: str) -> tuple[int, str]:
    result = await asyncio.to_thread(gutskin, *words)
    return result.exit_code, result.stderr


def _plain(folder: Path) -> Path:
    return folder


def _linked(folder: Path) -> Path:
    link = folder.parent / "link"
    link.symlink_to(folder)
    return link


def _hard_linked(folder: Path) -> Path:
    other = folder.parent / "other"
    other.mkdir()
    (other / "gutskin.db").hardlink_to(folder / "gutskin.db")
    return other


@pytest.mark.parametrize("named", [_plain, _linked, _hard_linked])
async def test_a_second_bot_is_refused_in_one_line(
    tmp_path: Path, named: Callable[[Path], Path]
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    async with running(folder), Sandbox(clock=SystemClock(), token=TOKEN) as sandbox:
        named_so = named(folder)
        environ = environment(sandbox, named_so, GUTSKIN_TOKEN=TOKEN)
        async with process(environ) as second, asyncio.timeout(PATIENCE_S):
            _, log = await second.communicate()
        live = (named_so / "gutskin.db").resolve()
    assert second.returncode == 1
    words = OTHER.format(live=live)
    assert log.decode().splitlines() == [f"gutskin cannot start: {words}"]


async def test_beside_a_running_bot_one_may_look_and_copy_and_not_restore(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder, copy = tmp_path / "data", tmp_path / "copy.db"
    folder.mkdir()
    monkeypatch.setenv("GUTSKIN_DATA_DIR", str(folder))
    async with running(folder):
        assert (await said("stats"))[0] == 0
        assert (await said("broadcast", "list"))[0] == 0
        assert await said("db", "upgrade") == (0, "the database is up to date\n")
        assert await said("db", "backup", str(copy)) == (0, f"copied to {copy}\n")
        assert await said("db", "restore", str(copy)) == (
            1,
            "nothing was restored: the database is in use: stop the bot first\n",
        )
        assert (await said("stats"))[0] == 0
    assert await said("db", "restore", str(copy)) == (0, f"restored from {copy}\n")


async def test_a_database_in_use_is_not_upgraded_under_its_bot(tmp_path: Path) -> None:
    with sole_use(tmp_path / "gutskin.db"):
        assert await said("db", "upgrade") == (
            1,
            "the database is in use: stop the bot first\n",
        )
    assert await said("db", "upgrade") == (0, "the database was upgraded\n")


def test_a_copy_is_not_restored_over_a_database_in_use_through_a_hard_link(tmp_path: Path) -> None:
    assert gutskin("db", "upgrade").exit_code == 0
    copy, linked = tmp_path / "copy.db", tmp_path / "linked.db"
    assert gutskin("db", "backup", str(copy)).exit_code == 0
    linked.hardlink_to(tmp_path / "gutskin.db")
    with sole_use(linked):
        assert gutskin("db", "restore", str(copy)).stderr == (
            "nothing was restored: the database is in use: stop the bot first\n"
        )
    assert gutskin("db", "restore", str(copy)).exit_code == 0


def test_a_byte_that_is_locked_keeps_sqlite_from_nothing(tmp_path: Path) -> None:
    with sole_use(tmp_path / "new.db", create=True):
        assert (tmp_path / "new.db").stat().st_mode & 0o777 == 0o600
        with closing(sqlite3.connect(tmp_path / "new.db")) as one:
            one.execute("PRAGMA journal_mode=WAL")
            one.execute("CREATE TABLE t (x)")
        with (
            closing(sqlite3.connect(tmp_path / "new.db")),
            pytest.raises(InUseError),
            sole_use(tmp_path / "new.db"),
        ):
            pass


async def test_a_killed_bot_leaves_no_lock(tmp_path: Path) -> None:
    async with running(tmp_path) as bot:
        with pytest.raises(InUseError), sole_use(tmp_path / "gutskin.db"):
            pass
        bot.kill()
        await bot.wait()
        with sole_use(tmp_path / "gutskin.db"):
            pass


class TestDemo:
    """``demo --keep`` where something is already."""

    SCRIPT = "Anna says /start\n"

    @pytest.fixture
    def script(self, tmp_path: Path) -> str:
        file = tmp_path / "script.txt"
        file.write_text(self.SCRIPT)
        return str(file)

    def test_a_demo_never_moves_in_with_a_real_bot(self, tmp_path: Path, script: str) -> None:
        assert gutskin("db", "upgrade").exit_code == 0
        before = (tmp_path / "gutskin.db").read_bytes()
        result = gutskin("demo", "--script", script, "--keep", str(tmp_path))
        assert result.exit_code == 1
        assert result.stderr == (
            f"the demo cannot start: {tmp_path} holds the database of a real bot: "
            "choose another folder\n"
        )
        assert (tmp_path / "gutskin.db").read_bytes() == before

    def test_a_kept_demo_goes_on_alone(self, tmp_path: Path, script: str) -> None:
        kept = tmp_path / "a?b"
        words = ("demo", "--script", script, "--keep", str(kept))
        assert gutskin(*words).exit_code == 0
        assert gutskin(*words).exit_code == 0
        with sole_use(kept / "gutskin.db"):
            result = gutskin(*words)
        words_of_refusal = OTHER.format(live=kept / "gutskin.db")
        assert (result.exit_code, result.stderr) == (
            1,
            f"the demo cannot start: {words_of_refusal}\n",
        )

    def test_a_folder_that_cannot_be_made_is_one_line(self, tmp_path: Path, script: str) -> None:
        result = gutskin("demo", "--script", script, "--keep", "/proc/no/such")
        assert result.exit_code == 1
        assert result.stderr == "the demo cannot start: /proc/no: No such file or directory\n"

    def test_the_settings_of_a_real_bot_do_not_reach_it(
        self, monkeypatch: pytest.MonkeyPatch, script: str
    ) -> None:
        for name in ("IN_FLIGHT", "TIP_GRACE_MINUTES", "LOG_LEVEL", "WEBHOOK_URL"):
            monkeypatch.setenv(f"GUTSKIN_{name}", "nonsense")
        assert gutskin("demo", "--script", script).exit_code == 0
