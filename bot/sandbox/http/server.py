"""The embedded Telegram as a server: Bot API, control API and chat page on one port.

Users' actions and everything visible go through the control API; `Sandbox.world` is there for
tests that need to see more than a user does.
"""

import asyncio
import contextlib
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.sandbox.http.acting import Acting, Stage
from bot.sandbox.http.bot_api import BotApi, json_response
from bot.sandbox.http.guard import own_pages_only
from bot.sandbox.http.watching import Watching
from bot.sandbox.http.webhook import WebhookDelivery
from bot.sandbox.model.errors import ControlError
from bot.sandbox.model.faults import RateLimit
from bot.sandbox.model.journal import Journal, SandboxClock
from bot.sandbox.model.people import User
from bot.sandbox.model.table import load_table
from bot.sandbox.model.world import World

__all__ = ["Sandbox", "SandboxClock", "Stage"]

PAGE_DIRECTORY: Final = Path(__file__).parent.parent / "page"
# The page is made of its own files: nothing is fetched from elsewhere, nothing inline is run.
PAGE_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
CALL_LOG_LENGTH: Final = 10_000
STOP_SECONDS: Final = 2
LARGEST_BODY: Final = 64 * 2**20  # bytes; a bot may upload files of 50 MB


class Sandbox:
    """One bot's Telegram; `transcript_limit` bounds the transcript (None keeps every event).

    `overall_rate` in messages per second (None: no limit of its own), `rate_burst` in messages;
    both are counted on `clock`. Port 0 takes a free one. In `local_mode` it is a Bot API server of
    one's own, run with `--local`: webhooks may be on any port of any machine, without TLS.
    `inline_mode` is what BotFather's /setinline turns on.
    """

    def __init__(  # noqa: PLR0913 - the contract with everyone who starts a sandbox
        self,
        *,
        clock: SandboxClock,
        token: str,
        stage: Stage | None = None,
        bot_username: str = "GutSkinBot",
        port: int = 0,
        host: str = "127.0.0.1",
        overall_rate: float | None = None,
        rate_burst: int = 30,
        transcript_limit: int | None = None,
        local_mode: bool = False,
        inline_mode: bool = True,
    ) -> None:
        self._host, self._port = host, port
        self.token = token
        bot = User(int(token.partition(":")[0]), "GutSkin", username=bot_username, is_bot=True)
        journal = Journal(clock, transcript_limit, CALL_LOG_LENGTH)
        table = load_table()
        self.world = World(clock, bot, table, journal, local_mode=local_mode)
        self.world.inline_mode = inline_mode
        rate = None if overall_rate is None else RateLimit(overall_rate, rate_burst)
        self._api = BotApi(self.world, token, rate)
        self._acting = Acting(self.world, self._api.faults, stage)
        self._watching = Watching(self.world)
        self._runner: web.AppRunner | None = None
        self._delivery: asyncio.Task[None] | None = None

    @property
    def base_url(self) -> str:
        """Where the server is; the port is known once it has started."""
        return f"http://{self._host}:{self._port}"

    @property
    def api_base_url(self) -> str:
        """What a Bot API client takes as base address: the token follows at once."""
        return self.base_url + "/bot"

    @property
    def file_base_url(self) -> str:
        """The same for files."""
        return self.base_url + "/file/bot"

    @property
    def page_url(self) -> str:
        """The chat page."""
        return self.base_url + "/"

    async def start(self) -> None:
        """Listen; OSError when the port is taken."""
        runner = web.AppRunner(
            self._application(),
            access_log=None,
            handle_signals=False,
            shutdown_timeout=STOP_SECONDS,
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._port = runner.addresses[0][1]
        self._runner = runner
        self._delivery = asyncio.create_task(WebhookDelivery(self.world).run())

    async def stop(self) -> None:
        """End every wait, close every connection; safe to call twice."""
        if self._runner is None or self._delivery is None:
            return
        self._watching.close()
        self.world.close()
        self._delivery.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._delivery
        runner, self._runner = self._runner, None
        await runner.cleanup()

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop, whatever happened."""
        await self.stop()

    def _application(self) -> web.Application:
        app = web.Application(
            middlewares=[own_pages_only(self._host), _control_errors], client_max_size=LARGEST_BODY
        )
        app.add_routes(
            [
                web.get("/bot{token}/{method}", self._api.call, allow_head=False),
                web.post("/bot{token}/{method}", self._api.call),
                web.get("/file/bot{token}/{path:.+}", self._api.download),
                *self._acting.routes(),
                *self._watching.routes(),
                web.get("/", _page),
                web.get("/{name}", _page),
            ]
        )
        return app


@web.middleware
async def _control_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ControlError as error:
        return json_response({"error": str(error)}, error.status)


async def _page(request: web.Request) -> web.StreamResponse:
    name = request.match_info.get("name", "index.html")
    path = PAGE_DIRECTORY / name
    if path.parent != PAGE_DIRECTORY or not path.is_file():
        return json_response({"error": "there is no such page"}, 404)
    return web.FileResponse(path, headers=PAGE_HEADERS)
