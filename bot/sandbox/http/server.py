"""The embedded Telegram as a server: Bot API, control API and chat page on one port.

Users' acts and everything visible go through the control API; `Sandbox.world` is there for tests
that want to look at more than a user would see.
"""

import asyncio
import contextlib
import socket
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from bot.sandbox.http.acting import Acting, Stage
from bot.sandbox.http.bot_api import BotApi, json_response
from bot.sandbox.http.connections import CuttableProtocol
from bot.sandbox.http.guard import OwnPagesOnly
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
CALL_LOG_LENGTH: Final = 10_000
STOP_SECONDS: Final = 2


class Sandbox:
    """One bot's Telegram; `transcript_limit` bounds the transcript (None keeps every event).

    `overall_rate` in messages per second (None: no limit of its own), `rate_burst` in messages;
    both are counted on `clock`. Port 0 takes a free one. In `local_mode` it is a Bot API server of
    one's own, run with `--local`: webhooks may be on any port of any machine, without TLS.
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
    ) -> None:
        self._host, self._port = host, port
        bot = User(int(token.partition(":")[0]), "GutSkin", username=bot_username, is_bot=True)
        journal = Journal(clock, transcript_limit, CALL_LOG_LENGTH)
        table = load_table()
        self.world = World(clock, bot, table, journal, local_mode=local_mode)
        rate = None if overall_rate is None else RateLimit(overall_rate, rate_burst)
        self._api = BotApi(self.world, token, rate)
        self._acting = Acting(self.world, self._api.faults, stage)
        self._watching = Watching(self.world)
        self._server: uvicorn.Server | None = None
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
        listener = _listen(self._host, self._port)
        self._port = listener.getsockname()[1]
        config = uvicorn.Config(
            self._application(),
            http=CuttableProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
        )
        # Server.serve would take over the process's signals and wake up ten times a second.
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup(sockets=[listener])
        self._server = server
        self._delivery = asyncio.create_task(WebhookDelivery(self.world).run())

    async def stop(self) -> None:
        """End every wait, close every connection; safe to call twice."""
        if self._server is None or self._delivery is None:
            return
        self._watching.close()
        self.world.close()
        self._delivery.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._delivery
        server, self._server = self._server, None
        await _close(server)

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

    def _application(self) -> Starlette:
        both = ["GET", "POST"]
        routes: list[BaseRoute] = [
            Route("/bot{token}/{method}", self._api.call, methods=both),
            Route("/file/bot{token}/{path:path}", self._api.download, methods=["GET"]),
            *self._acting.routes(),
            *self._watching.routes(),
            Route("/", _page, methods=["GET"]),
            Route("/{name}", _page, methods=["GET"]),
        ]
        return Starlette(
            routes=routes,
            middleware=[Middleware(OwnPagesOnly, host=self._host)],
            exception_handlers={ControlError: _control_error},
        )


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket; asyncio sends without delay only where the protocol is spelt out.

    Without that every answer waits 40 ms for the acknowledgement of its header.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


async def _close(server: uvicorn.Server) -> None:
    """End the connections; what still runs after STOP_SECONDS is cancelled.

    Server.shutdown does the same, but sleeps a tenth of a second first, in every test anew.
    """
    for listening in server.servers:
        listening.close()
    state = server.server_state
    for connection in list(state.connections):
        connection.shutdown()
    if state.tasks:
        _, late = await asyncio.wait(set(state.tasks), timeout=STOP_SECONDS)
        for task in late:
            task.cancel()
    for connection in list(state.connections):
        connection.transport.abort()
    # Aborted transports tell their protocols within the next turns of the loop.
    while state.connections:  # noqa: ASYNC110
        await asyncio.sleep(0)
    for listening in server.servers:
        await listening.wait_closed()


async def _control_error(_request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, ControlError) else 500
    return json_response({"error": str(error)}, status)


async def _page(request: Request) -> Response:
    name = request.path_params.get("name", "index.html")
    path = PAGE_DIRECTORY / name
    if path.parent != PAGE_DIRECTORY or not path.is_file():
        return json_response({"error": "there is no such page"}, 404)
    return FileResponse(path, headers={"Cache-Control": "no-store"})
