"""``gutskin demo`` as people start it: a process of its own that leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

SCRIPT = Path(__file__).parent / "first-day.txt"
GUTSKIN = "from bot.cli import main; main()"
STILL = re.compile(r"  \d+ s\n")  # what is said while a busy machine starts it
LONG = 120.0  # seconds; a machine may be busy

Demo = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """Where the demo puts what it needs for a while."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


@pytest.fixture
def demo(scratch: Path) -> Iterator[Demo]:
    """Starts the command without any setting of a real bot."""
    started: list[subprocess.Popen[str]] = []
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GUTSKIN_")}

    def start(*words: str, code: str = GUTSKIN) -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", code, "demo", *words],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env={**plain, "TMPDIR": str(scratch), "PYTHONUNBUFFERED": "1"},
                start_new_session=True,
            )
        )
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What it has printed, and what it has complained of."""
    out, err = process.communicate(timeout=LONG)
    return out, STILL.sub("", err)


def address_of(process: subprocess.Popen[str]) -> str:
    """Waits until the demo has said where it is."""
    assert process.stdout is not None
    said = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+/", said)
    assert found, said
    return found[0]


class TestScript:
    def test_the_shipped_first_day_comes_true(self, demo: Demo, scratch: Path) -> None:
        process = demo("--script", str(SCRIPT))
        out, err = ended(process)

        assert (process.returncode, err) == (0, ""), out
        assert re.search(r"All \d+ steps came true\.\n$", out)
        for part in ("GutSkin to Anna\n", "Anna\n      taps [Why?]", "Ben\n      blocks the bot"):
            assert part in out
        assert list(scratch.iterdir()) == []

    def test_the_shipped_admin_s_day_comes_true(self, demo: Demo) -> None:
        process = demo("--script", str(SCRIPT.with_name("admin-day.txt")))
        out, err = ended(process)

        assert (process.returncode, err) == (0, ""), out
        assert re.search(r"All \d+ steps came true\.\n$", out)

    def test_a_mismatch_is_told_with_file_and_line(self, demo: Demo, tmp_path: Path) -> None:
        path = tmp_path / "wrong.txt"
        path.write_text('Anna says /help\n\nZoe sees "anything"\n', "utf-8")
        process = demo("--script", str(path))
        out, err = ended(process)

        assert (process.returncode, err) == (1, "")
        assert out.endswith(
            f'\n{path}:3: Zoe sees "anything"\n'
            "nobody here is called Zoe: there are Anna, Ben, Chiyo, Dário, Ada\n"
        )

    def test_a_script_that_is_not_there(self, demo: Demo) -> None:
        process = demo("--script", "nowhere.txt")
        out, err = ended(process)

        assert (process.returncode, out) == (2, "")
        assert "nowhere.txt" in err

    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    def test_cut_short_it_is_no_success_and_leaves_nothing(
        self, demo: Demo, scratch: Path, tmp_path: Path, number: signal.Signals, code: int
    ) -> None:
        path = tmp_path / "long.txt"
        path.write_text("Anna says /start\n" + "Anna says /help\n" * 5000, "utf-8")
        process = demo("--script", str(path))
        assert process.stdout is not None
        while "GutSkin to Anna" not in process.stdout.readline():
            assert process.poll() is None

        process.send_signal(number)
        out, err = ended(process)

        assert (process.returncode, err) == (code, "")
        assert "came true" not in out
        assert list(scratch.iterdir()) == []


class TestPage:
    def test_it_is_not_silent_while_it_starts(self, demo: Demo) -> None:
        often = "from bot.cli import starting; starting.EVERY_S = 0.05; "
        process = demo("--no-browser", code=often + GUTSKIN)
        address_of(process)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=LONG)

        assert STILL.match(err)
        assert STILL.sub("", err) == ""

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_ctrl_c_ends_it_and_nothing_is_left(
        self, demo: Demo, scratch: Path, number: signal.Signals
    ) -> None:
        process = demo("--no-browser")
        address = address_of(process)
        with urllib.request.urlopen(address) as page:
            assert b"<title>GutSkin demo</title>" in page.read()
        assert len(list(scratch.iterdir())) == 1
        family = psutil.Process(process.pid).children(recursive=True)

        process.send_signal(number)
        out, err = ended(process)

        assert (process.returncode, out, err) == (0, "", "")
        assert list(scratch.iterdir()) == []
        assert not any(child.is_running() for child in family)
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", urlsplit(address).port)) != 0

    def test_keep_keeps_the_data(self, demo: Demo, scratch: Path, tmp_path: Path) -> None:
        kept = tmp_path / "kept"
        process = demo("--no-browser", "--keep", str(kept))
        address_of(process)
        process.send_signal(signal.SIGINT)

        assert process.wait(timeout=LONG) == 0
        assert (kept / "gutskin.db").stat().st_size > 0
        assert list(scratch.iterdir()) == []

    def test_a_port_that_is_taken_is_said_in_one_line(self, demo: Demo) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            process = demo("--no-browser", "--port", str(taken.getsockname()[1]))
            out, err = ended(process)

        assert (process.returncode, out) == (1, "")
        assert err.startswith("the demo cannot start: ")
        assert "Traceback" not in err
        assert err.count("\n") == 1
