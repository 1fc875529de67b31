"""``gutskin broadcast …``: sending, correcting and holding from the command line."""

from __future__ import annotations

import asyncio
import os
import pty
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.config import load_settings
from bot.delivery.broadcasts import Broadcasts
from bot.store import migrate
from bot.store.database import Database
from bot.store.queries import broadcasts as store
from bot.subscribers.service import Subscribers
from tests import content
from tests.bot_harness import BotHarness, open_harness
from tests.cli.terminal import TOKEN, data, gutskin

GUTSKIN = "from bot.cli import main; main()"


def _fill(folder: Path) -> None:
    async def fill() -> None:
        settings = load_settings(token=TOKEN, data_dir=folder)
        await migrate.upgrade(settings.database)
        db = await Database.open(settings.database)
        subscribers = Subscribers(db, SystemClock(), content.library(), settings)
        for chat, zone in ((1, "Europe/Berlin"), (2, "Asia/Tokyo")):
            await subscribers.arrive(chat, "en")
            await subscribers.set_zone(chat, zone)
            await subscribers.set_hour(chat, 480)
        broadcasts = Broadcasts(db, SystemClock(), settings)
        draft = await broadcasts.draft(9, 9, 1)
        assert await broadcasts.confirm(draft.id, 9) == "sending"
        await db.close()

    asyncio.run(fill())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A message with a button, beside a database with two subscribers and a broadcast."""
    _fill(tmp_path)
    path = tmp_path / "message.md"
    path.write_text("Cream is *good*\n\nRead more - https://example.org\n", "utf-8")
    return path


def count_of_rows() -> int:
    """The number that the next broadcast gets, less one."""

    async def count() -> int:
        db = await Database.open(load_settings(token=TOKEN).database)
        async with db.read() as session:
            found = await store.newest(session, 100)
        await db.close()
        return len(found)

    return asyncio.run(count())


def test_broadcasts_are_listed_held_and_ended(tmp_path: Path) -> None:
    _fill(tmp_path)
    (running,) = data("broadcast", "list")
    assert (running["id"], running["state"]) == (1, "sending")
    assert "sending" in gutskin("broadcast", "list").stdout
    assert data("broadcast", "report", "1")["total"] == 2
    assert "queued" in gutskin("broadcast", "report", "1").stdout
    for words, said in (
        (("pause", "1"), "paused"),
        (("pause", "1"), "nothing to change"),
        (("resume", "1"), "goes on"),
        (("cancel", "1"), "cancelled"),
        (("retry", "1", "--in-doubt"), "nothing to change"),
    ):
        assert gutskin("broadcast", *words).stderr.splitlines()[-1] == said
    missing = gutskin("broadcast", "report", "7")
    assert (missing.exit_code, missing.stderr) == (1, "there is no broadcast 7\n")
    for change in ("pause", "resume", "cancel", "retry"):
        missing = gutskin("broadcast", change, "7")
        assert (missing.exit_code, missing.stderr) == (1, "there is no broadcast 7\n")


def test_what_the_operator_does_to_a_broadcast_leaves_a_line(tmp_path: Path) -> None:
    _fill(tmp_path)
    for act, changed in (("pause", True), ("pause", False), ("resume", True), ("retry", False)):
        log = gutskin("broadcast", act, "1").stderr
        assert f"act={act} admin=0 broadcast=1 changed={changed}" in log
    assert "act='retry in doubt'" in gutskin("broadcast", "retry", "1", "--in-doubt").stderr
    assert "act=cancel admin=0" in gutskin("broadcast", "cancel", "1").stderr


class TestSend:
    def test_now_to_everyone(self, file: Path) -> None:
        result = gutskin("broadcast", "send", "--file", str(file), "--yes")
        assert (result.exit_code, result.stdout) == (0, "")
        assert result.stderr.endswith(
            "broadcast 2: begins within 15 seconds where the bot runs, else when it next starts\n"
        )
        told = data("broadcast", "show", "2")
        assert (told["state"], told["total"], told["audience"]) == ("sending", 2, "active")
        assert told["text"] == "Cream is *good*"
        assert told["buttons"] == [{"label": "Read more", "url": "https://example.org"}]
        acts = [(one["actor"], one["act"]) for one in data("audit") if one["actor"] == 0]
        assert {(0, "draft"), (0, "confirm")} <= set(acts)

    def test_to_some_at_each_one_s_own_hour(self, file: Path) -> None:
        made = data(
            "broadcast", "send", "--file", str(file), "--yes", "--silent",
            "--audience", "zone=Europe/*", "--local", "--late", "skip", "--at", _ahead("09:00"),
        )  # fmt: skip
        assert (made["id"], made["state"], made["audience"]) == (2, "scheduled", 1)
        told = data("broadcast", "show", "2")
        assert (told["audience"], told["local_hour"], told["late"], told["silent"]) == (
            "zone=Europe/*", "09:00", "skip", "always",
        )  # fmt: skip
        assert [one["id"] for one in data("broadcast", "list")] == [1, 2]
        assert gutskin("broadcast", "cancel", "2").stderr.endswith("cancelled\n")
        assert "zone=Europe/*" in gutskin("broadcast", "show", "2").stdout

    def test_an_hour_is_one_of_the_default_time_zone(
        self, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GUTSKIN_DEFAULT_TIMEZONE", "Asia/Tokyo")
        day = _ahead("")[:10]
        for at in (f"{day} 09:00", f"{day} 00:00+00:00"):
            made = data("broadcast", "send", "--file", str(file), "--yes", "--at", at)
            told = data("broadcast", "show", str(made["id"]))
            assert told["send_at"] == f"{day}T00:00:00+00:00"

    @pytest.mark.parametrize(
        ("options", "line"),
        [
            (("--audience", "zone=Mars/*"), "--audience: there's no time zone Mars/*"),
            (("--audience", "theme=cars"), "--audience: there's no theme cars"),
            (("--audience", "not=77"), "not=77: no broadcast of that number was sent"),
            (("--audience", "for=child"), "nobody matches that"),
            (("--at", "soon"), "--at soon: is not a day and an hour"),
            (("--at", "2999-01-01"), "is not a day and an hour"),
            (("--at", "2020-01-01 09:00"), "--at: that time has passed"),
            (("--at", "2999-01-01 09:00"), "more than a year ahead"),
            (("--at", "9999-12-31 23:59"), "too near the end"),
            (("--not-after", "2020-01-01 09:00"), "--not-after: it would end before it begins"),
            (("--local",), "--local needs --at"),
            (("--late", "skip"), "only says something with --local"),
            (("--local", "--at", "2999-01-01 09:00+01:00"), "it has no offset"),
        ],
    )
    def test_what_cannot_be_is_one_line_and_sends_nothing(
        self, file: Path, options: tuple[str, ...], line: str
    ) -> None:
        result = gutskin("broadcast", "send", "--file", str(file), "--yes", *options)
        assert (result.exit_code, result.stdout) == (1, "")
        assert line in result.stderr
        assert result.stderr.count("\n") == 1
        assert count_of_rows() == 1

    @pytest.mark.parametrize(
        ("said", "line"),
        [
            (None, "No such file"),
            (b" \n", "is empty"),
            (b"\xff\xfe\x00", "is not a text in UTF-8"),
            (b"x" * 5000, "characters too long for Telegram"),
            (b"x" * 200_000, "much too long"),
            (b"Hello {nobody}", "I don't know {nobody}"),
            (b"Read more - https://example.org", "no text above the links"),
            (b"Hello\nRead more - ftp://example.org", "that link won't open"),
        ],
    )
    def test_a_file_that_is_no_message_is_one_line(
        self, file: Path, said: bytes | None, line: str
    ) -> None:
        file.unlink() if said is None else file.write_bytes(said)
        result = gutskin("broadcast", "send", "--file", str(file), "--yes")
        assert (result.exit_code, result.stdout) == (1, "")
        assert line in result.stderr
        assert result.stderr.count("\n") == 1
        assert count_of_rows() == 1

    def test_without_a_terminal_it_shows_what_would_arrive_and_refuses(self, file: Path) -> None:
        result = gutskin("broadcast", "send", "--file", str(file))
        assert (result.exit_code, result.stdout) == (1, "")
        for words in ("From the GutSkin team", "Cream is *good*", "[Read more]", "2 subscribers"):
            assert words in result.stderr
        assert result.stderr.endswith("say yes by --yes\n")
        assert count_of_rows() == 1

    @pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1)])
    def test_at_a_terminal_it_asks(self, file: Path, answer: str, code: int) -> None:
        ours, theirs = pty.openpty()
        os.write(ours, answer.encode())
        done = subprocess.run(
            [sys.executable, "-c", GUTSKIN, "broadcast", "send", "--file", str(file)],
            stdin=theirs, capture_output=True, text=True, check=False,
        )  # fmt: skip
        os.close(ours)
        os.close(theirs)
        assert done.returncode == code, done.stderr
        assert "Go ahead?" in done.stderr
        assert count_of_rows() == (2 if code == 0 else 1)


def _ahead(hour: str) -> str:
    return f"{SystemClock().now() + timedelta(days=9):%Y-%m-%d} {hour}"


class TestCorrections:
    def test_what_cannot_be_corrected_is_one_line(self, file: Path) -> None:
        for words, line in (
            (("recall", "7", "--yes"), "there is no broadcast 7"),
            (("edit", "7", "--yes", "--file", str(file)), "there is no broadcast 7"),
            (("recall", "1", "--yes"), "nothing of broadcast 1 is left to recall"),
            (("show", "7"), "there is no broadcast 7"),
        ):
            result = gutskin("broadcast", *words)
            assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"{line}\n")
        at = _ahead("09:00")
        made = data("broadcast", "send", "--file", str(file), "--yes", "--at", at)
        result = gutskin("broadcast", "recall", str(made["id"]), "--yes")
        assert result.stderr == "broadcast 2 has not begun: gutskin broadcast cancel 2\n"

    def test_what_waits_is_changed_in_its_words_its_audience_and_its_time(
        self, file: Path
    ) -> None:
        made = data("broadcast", "send", "--file", str(file), "--yes", "--at", _ahead("09:00"))
        file.write_text("Cream is best", "utf-8")
        changed = data(
            "broadcast", "edit", str(made["id"]), "--yes", "--file", str(file),
            "--audience", "zone=Asia/*", "--silent",
        )  # fmt: skip
        assert (changed["id"], changed["state"], changed["audience"]) == (3, "scheduled", 1)
        told = data("broadcast", "show", "3")
        assert (told["text"], told["audience"], told["silent"]) == (
            "Cream is best", "zone=Asia/*", "always",
        )  # fmt: skip
        assert told["buttons"] == [{"label": "Read more", "url": "https://example.org"}]
        assert told["send_at"] == data("broadcast", "show", "2")["send_at"]
        assert data("broadcast", "show", "2")["state"] == "cancelled"
        moved = data("broadcast", "edit", "3", "--yes", "--at", _ahead("10:00"))
        told = data("broadcast", "show", str(moved["id"]))
        assert (told["text"], told["send_at"][11:16]) == ("Cream is best", "10:00")
        assert [one["id"] for one in data("broadcast", "list")] == [1, moved["id"]]

    @pytest.mark.parametrize(
        ("audience", "told"),
        [
            ("kids=3", "there's no part kids=3; what works: for=adult, for=child or for=both, "),
            ("for=kids", "nobody's tips are for kids; write for=adult, for=child or for=both\n"),
            ("active=four", "active=four needs a number that makes sense there, such as 30\n"),
            ("joined>soon", "joined>soon needs a date, written like 2026-01-31\n"),
            ("not=99", "not=99: no broadcast of that number was sent\n"),
        ],
    )
    def test_a_slip_in_an_audience_is_told_with_what_works(
        self, file: Path, audience: str, told: str
    ) -> None:
        result = gutskin("broadcast", "send", "--file", str(file), "--audience", audience)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith(f"--audience: {told}")

    def test_what_cannot_be_changed_changes_nothing(self, file: Path) -> None:
        data("broadcast", "send", "--file", str(file), "--yes", "--at", _ahead("09:00"))
        for words, line in (
            (("2", "--yes"), "nothing to change: name a --file"),
            (
                ("2", "--yes", "--audience", "zone=Mars/*"),
                "--audience: there's no time zone Mars/*; write",
            ),
            (("2", "--yes", "--audience", "for=child"), "nobody matches that"),
            (("2", "--yes", "--at", "2020-01-01 09:00"), "--at: that time has passed"),
            (("1", "--yes", "--audience", "zone=Asia/*"), "broadcast 1 waits no more"),
        ):
            result = gutskin("broadcast", "edit", *words)
            assert (result.exit_code, result.stdout) == (1, "")
            assert line in result.stderr
        assert [one["id"] for one in data("broadcast", "list")] == [1, 2]
        assert count_of_rows() == 2

    async def test_a_running_bot_sends_edits_and_recalls(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("GUTSKIN_DATA_DIR", str(tmp_path))
        # The command has the machine's clock.
        async with open_harness(tmp_path, start=SystemClock().now()) as harness:
            subscriber = await harness.subscriber()
            file = tmp_path / "message.md"
            file.write_text("Cream is goood\nRead more - https://example.org", "utf-8")
            await _beside(harness, "send", "--file", str(file))
            await subscriber.sees("From the GutSkin team", "Cream is goood")
            file.write_text("Cream is good", "utf-8")
            await _beside(harness, "edit", "1", "--file", str(file))
            changed = await subscriber.sees("Cream is good")
            assert "goood" not in changed["text"]
            assert changed["keyboard"][0][0]["label"] == "Read more"
            await _beside(harness, "recall", "1")
            assert not any("Cream is good" in one["text"] for one in await subscriber.messages())


class TestTheTeamIsTold:
    async def test_as_of_one_from_the_chat_with_buttons_that_work(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("GUTSKIN_DATA_DIR", str(tmp_path))
        async with open_harness(tmp_path, start=SystemClock().now()) as harness:
            subscriber, owner = await harness.subscriber(), await harness.admin()
            await owner.say("/start")
            file = tmp_path / "message.md"
            file.write_text("Cream is good", "utf-8")
            await _beside(harness, "send", "--file", str(file))
            await subscriber.sees("Cream is good")
            await owner.sees("Broadcast done · no. 1", "sent at the server", "Sent: 1")
            await owner.tap("Recall")
            await owner.tap("Delete it now")
            await harness.pass_time(60)
            assert not any("Cream" in one["text"] for one in await subscriber.messages())

    async def test_whoever_cannot_be_reached_yet_is_told_later_and_nobody_twice(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("GUTSKIN_DATA_DIR", str(tmp_path))
        async with open_harness(tmp_path, start=SystemClock().now()) as harness:
            await harness.subscriber()
            file = tmp_path / "message.md"
            file.write_text("Cream is good", "utf-8")
            await _beside(harness, "send", "--file", str(file))
            owner = await harness.admin()
            await owner.say("/start")
            await harness.pass_time(hours=2)
            told = [one for one in await owner.messages() if "Broadcast done" in one["text"]]
            assert len(told) == 1

    async def test_above_the_size_all_are_asked_and_whoever_says_yes_sees_how_it_goes(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("GUTSKIN_DATA_DIR", str(tmp_path))
        monkeypatch.setenv("GUTSKIN_APPROVAL_ABOVE", "0")
        async with open_harness(tmp_path, start=SystemClock().now()) as harness:
            subscriber, owner = await harness.subscriber(), await harness.admin()
            await owner.say("/start")
            file = tmp_path / "message.md"
            file.write_text("Cream is good", "utf-8")
            await _beside(harness, "send", "--file", str(file))
            await owner.sees("May this go out? No. 1", "sent at the server")
            await owner.tap("Look at it")
            await owner.tap("Show it to me")
            await owner.sees("Cream is good")
            await owner.tap("Yes, send it")
            await harness.pass_time(60)
            await subscriber.sees("Cream is good")
            await owner.sees("Broadcast done · no. 1", "Sent: 1")
            asked = [one for one in await owner.messages() if "May this go" in one["text"]]
            assert not asked  # it became the card, and that the answer


async def _beside(harness: BotHarness, *words: str) -> None:
    """Give a command in a process of its own, and let the bot look at its plan."""
    command = [sys.executable, "-c", GUTSKIN, "broadcast", *words, "--yes"]
    process = await asyncio.create_subprocess_exec(*command, stderr=subprocess.PIPE)
    _, told = await process.communicate()
    assert process.returncode == 0, told
    await harness.pass_time(60)
