"""``gutskin demo``: the unchanged bot with an embedded Telegram and a movable clock."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
import socket
import tempfile
import webbrowser
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import aiohttp
import typer

from bot import simulation
from bot.app import App, build
from bot.clock import MovableClock, SystemClock
from bot.config import Settings, load_settings
from bot.sandbox.http.server import Sandbox
from bot.services import StartError


@dataclass(frozen=True)
class Person:
    """A person of the demo."""

    id: int
    first_name: str
    language_code: str
    zone: str
    admin: bool = False


MARK = ".gutskin-demo"  # in a kept folder, so that no demo ever uses a real bot's
PEOPLE = (
    Person(1001, "Anna", "de", "Europe/Berlin"),
    Person(1002, "Ben", "en", "America/New_York"),
    Person(1003, "Chiyo", "ja", "Asia/Tokyo"),
    Person(1004, "Dário", "pt", "America/Sao_Paulo"),
    Person(1009, "Ada (admin)", "en", "Europe/London", admin=True),
)


class MovedStage:
    """Moves the clock from one due instant to the next, so that everything in between happens."""

    def __init__(self, clock: MovableClock) -> None:
        self._clock = clock
        self._moving = asyncio.Lock()
        self.app: App | None = None

    async def move(self, *, seconds: float | None, to_next_tip: bool) -> datetime:
        """Move by ``seconds``, or to the next tip; the new instant."""
        async with self._moving:
            if self.app is None:
                return self._clock.now()
            if to_next_tip:
                return await simulation.move_to_next_tip(self.app, self._clock)
            return await simulation.move(self.app, self._clock, seconds or 0.0)


class Demo:
    """One demo; all it writes is in one folder, which is deleted unless it is kept.

    ``on_start`` is called once the demo is ready.
    """

    def __init__(
        self,
        *,
        keep: Path | None = None,
        port: int = 0,
        on_start: Callable[[], None] = lambda: None,
    ) -> None:
        self._keep = keep
        self._port = port
        self._on_start = on_start

    async def show(self, *, open_browser: bool) -> int:
        """Serve the page until Ctrl-C."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        async with self.running() as sandbox:
            typer.echo(f"GutSkin demo: {sandbox.page_url}  (Ctrl-C ends it)")
            if open_browser:
                await asyncio.to_thread(_open, sandbox.page_url)
            await stop.wait()
        return 0

    async def play(self, script: Path) -> int:
        """Play a script without a page; 0 if everything happens as it says.

        Raises:
            asyncio.CancelledError: SIGTERM came first.
        """
        from bot.sandbox.script.play import play

        playing = asyncio.current_task()
        if playing is not None:
            # When cancelled it still deletes its folder; Ctrl-C does that by itself.
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, playing.cancel)
        async with self.running() as sandbox:
            return await play(script, sandbox.base_url)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Sandbox]:
        """Sandbox and bot, ready for messages."""
        with self._folder() as folder:
            clock = MovableClock(SystemClock().now(), flowing=True)
            stage = MovedStage(clock)
            token = f"{secrets.randbelow(10**9) + 10**9}:{secrets.token_urlsafe(26)}"
            async with Sandbox(clock=clock, token=token, stage=stage, port=self._port) as sandbox:
                await self._people(sandbox)
                async with build(_settings(token, sandbox, folder), clock=clock) as app:
                    stage.app = app
                    self._on_start()
                    yield sandbox
                    stage.app = None

    @contextlib.contextmanager
    def _folder(self) -> Iterator[Path]:
        if self._keep is not None:
            _claim(self._keep)
            yield self._keep
            return
        with tempfile.TemporaryDirectory(prefix="gutskin-demo-") as made:
            yield Path(made)

    async def _people(self, sandbox: Sandbox) -> None:
        async with aiohttp.ClientSession(sandbox.base_url) as session:
            for person in PEOPLE:
                body = {
                    "id": person.id,
                    "first_name": person.first_name,
                    "language_code": person.language_code,
                    "zone": person.zone,
                }
                async with session.post("/control/users", json=body) as response:
                    response.raise_for_status()


def _claim(folder: Path) -> None:
    """Mark ``folder`` as a demo's, unless a real bot has its database there.

    Raises:
        StartError: it has; a demo would write its people among the real ones.
        OSError: the folder cannot be made or written.
    """
    mark = folder / MARK
    if (folder / "gutskin.db").exists() and not mark.exists():
        raise StartError(f"{folder} holds the database of a real bot: choose another folder")
    folder.mkdir(parents=True, exist_ok=True)
    mark.touch()


def _settings(token: str, sandbox: Sandbox, folder: Path) -> Settings:
    """The demo's settings. The environment is not read: it may be a real bot's."""
    page = _free_port()
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    its_own = {
        "token": token,
        "api_base_url": sandbox.api_base_url,
        "admin_ids": frozenset(person.id for person in PEOPLE if person.admin),
        "data_dir": folder,
        "webhook_port": 0,
        "admin_page_url": f"http://127.0.0.1:{page}/admin",
        "admin_page_port": page,
        "spread_minutes": 0.0,
    }
    return load_settings(**{**defaults, **its_own})


def _free_port() -> int:
    """A port that nothing listens on now: the admin page's address has to name it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _open(address: str) -> None:
    with contextlib.suppress(webbrowser.Error):
        webbrowser.open(address)
